// @generated
/// Generated client implementations.
pub mod admin_service_client {
    #![allow(
        unused_variables,
        dead_code,
        missing_docs,
        clippy::wildcard_imports,
        clippy::let_unit_value,
    )]
    use tonic::codegen::*;
    use tonic::codegen::http::Uri;
    #[derive(Debug, Clone)]
    pub struct AdminServiceClient<T> {
        inner: tonic::client::Grpc<T>,
    }
    impl AdminServiceClient<tonic::transport::Channel> {
        /// Attempt to create a new client by connecting to a given endpoint.
        pub async fn connect<D>(dst: D) -> Result<Self, tonic::transport::Error>
        where
            D: TryInto<tonic::transport::Endpoint>,
            D::Error: Into<StdError>,
        {
            let conn = tonic::transport::Endpoint::new(dst)?.connect().await?;
            Ok(Self::new(conn))
        }
    }
    impl<T> AdminServiceClient<T>
    where
        T: tonic::client::GrpcService<tonic::body::Body>,
        T::Error: Into<StdError>,
        T::ResponseBody: Body<Data = Bytes> + std::marker::Send + 'static,
        <T::ResponseBody as Body>::Error: Into<StdError> + std::marker::Send,
    {
        pub fn new(inner: T) -> Self {
            let inner = tonic::client::Grpc::new(inner);
            Self { inner }
        }
        pub fn with_origin(inner: T, origin: Uri) -> Self {
            let inner = tonic::client::Grpc::with_origin(inner, origin);
            Self { inner }
        }
        pub fn with_interceptor<F>(
            inner: T,
            interceptor: F,
        ) -> AdminServiceClient<InterceptedService<T, F>>
        where
            F: tonic::service::Interceptor,
            T::ResponseBody: Default,
            T: tonic::codegen::Service<
                http::Request<tonic::body::Body>,
                Response = http::Response<
                    <T as tonic::client::GrpcService<tonic::body::Body>>::ResponseBody,
                >,
            >,
            <T as tonic::codegen::Service<
                http::Request<tonic::body::Body>,
            >>::Error: Into<StdError> + std::marker::Send + std::marker::Sync,
        {
            AdminServiceClient::new(InterceptedService::new(inner, interceptor))
        }
        /// Compress requests with the given encoding.
        ///
        /// This requires the server to support it otherwise it might respond with an
        /// error.
        #[must_use]
        pub fn send_compressed(mut self, encoding: CompressionEncoding) -> Self {
            self.inner = self.inner.send_compressed(encoding);
            self
        }
        /// Enable decompressing responses.
        #[must_use]
        pub fn accept_compressed(mut self, encoding: CompressionEncoding) -> Self {
            self.inner = self.inner.accept_compressed(encoding);
            self
        }
        /// Limits the maximum size of a decoded message.
        ///
        /// Default: `4MB`
        #[must_use]
        pub fn max_decoding_message_size(mut self, limit: usize) -> Self {
            self.inner = self.inner.max_decoding_message_size(limit);
            self
        }
        /// Limits the maximum size of an encoded message.
        ///
        /// Default: `usize::MAX`
        #[must_use]
        pub fn max_encoding_message_size(mut self, limit: usize) -> Self {
            self.inner = self.inner.max_encoding_message_size(limit);
            self
        }
        pub async fn set_tier(
            &mut self,
            request: impl tonic::IntoRequest<super::SetTierRequest>,
        ) -> std::result::Result<
            tonic::Response<super::SetTierResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.AdminService/SetTier",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.AdminService", "SetTier"));
            self.inner.unary(req, path, codec).await
        }
        pub async fn set_model_preference(
            &mut self,
            request: impl tonic::IntoRequest<super::SetModelPreferenceRequest>,
        ) -> std::result::Result<
            tonic::Response<super::SetModelPreferenceResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.AdminService/SetModelPreference",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(
                    GrpcMethod::new("headway.v1.AdminService", "SetModelPreference"),
                );
            self.inner.unary(req, path, codec).await
        }
        pub async fn reset_usage(
            &mut self,
            request: impl tonic::IntoRequest<super::ResetUsageRequest>,
        ) -> std::result::Result<
            tonic::Response<super::ResetUsageResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.AdminService/ResetUsage",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.AdminService", "ResetUsage"));
            self.inner.unary(req, path, codec).await
        }
        pub async fn reload_config(
            &mut self,
            request: impl tonic::IntoRequest<super::ReloadConfigRequest>,
        ) -> std::result::Result<
            tonic::Response<super::ReloadConfigResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.AdminService/ReloadConfig",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.AdminService", "ReloadConfig"));
            self.inner.unary(req, path, codec).await
        }
        pub async fn list_alerts(
            &mut self,
            request: impl tonic::IntoRequest<super::ListAlertsRequest>,
        ) -> std::result::Result<
            tonic::Response<super::ListAlertsResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.AdminService/ListAlerts",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.AdminService", "ListAlerts"));
            self.inner.unary(req, path, codec).await
        }
    }
}
/// Generated client implementations.
pub mod headway_service_client {
    #![allow(
        unused_variables,
        dead_code,
        missing_docs,
        clippy::wildcard_imports,
        clippy::let_unit_value,
    )]
    use tonic::codegen::*;
    use tonic::codegen::http::Uri;
    /** Starts calls of language models only when their providers are going to accept them.

 Where tenants are configured every call carries `authorization: Bearer <token>`. A W3C `traceparent` in the metadata
 becomes the parent of the spans. Errors are a canonical status with google.rpc.ErrorInfo; see ErrorReason.
*/
    #[derive(Debug, Clone)]
    pub struct HeadwayServiceClient<T> {
        inner: tonic::client::Grpc<T>,
    }
    impl HeadwayServiceClient<tonic::transport::Channel> {
        /// Attempt to create a new client by connecting to a given endpoint.
        pub async fn connect<D>(dst: D) -> Result<Self, tonic::transport::Error>
        where
            D: TryInto<tonic::transport::Endpoint>,
            D::Error: Into<StdError>,
        {
            let conn = tonic::transport::Endpoint::new(dst)?.connect().await?;
            Ok(Self::new(conn))
        }
    }
    impl<T> HeadwayServiceClient<T>
    where
        T: tonic::client::GrpcService<tonic::body::Body>,
        T::Error: Into<StdError>,
        T::ResponseBody: Body<Data = Bytes> + std::marker::Send + 'static,
        <T::ResponseBody as Body>::Error: Into<StdError> + std::marker::Send,
    {
        pub fn new(inner: T) -> Self {
            let inner = tonic::client::Grpc::new(inner);
            Self { inner }
        }
        pub fn with_origin(inner: T, origin: Uri) -> Self {
            let inner = tonic::client::Grpc::with_origin(inner, origin);
            Self { inner }
        }
        pub fn with_interceptor<F>(
            inner: T,
            interceptor: F,
        ) -> HeadwayServiceClient<InterceptedService<T, F>>
        where
            F: tonic::service::Interceptor,
            T::ResponseBody: Default,
            T: tonic::codegen::Service<
                http::Request<tonic::body::Body>,
                Response = http::Response<
                    <T as tonic::client::GrpcService<tonic::body::Body>>::ResponseBody,
                >,
            >,
            <T as tonic::codegen::Service<
                http::Request<tonic::body::Body>,
            >>::Error: Into<StdError> + std::marker::Send + std::marker::Sync,
        {
            HeadwayServiceClient::new(InterceptedService::new(inner, interceptor))
        }
        /// Compress requests with the given encoding.
        ///
        /// This requires the server to support it otherwise it might respond with an
        /// error.
        #[must_use]
        pub fn send_compressed(mut self, encoding: CompressionEncoding) -> Self {
            self.inner = self.inner.send_compressed(encoding);
            self
        }
        /// Enable decompressing responses.
        #[must_use]
        pub fn accept_compressed(mut self, encoding: CompressionEncoding) -> Self {
            self.inner = self.inner.accept_compressed(encoding);
            self
        }
        /// Limits the maximum size of a decoded message.
        ///
        /// Default: `4MB`
        #[must_use]
        pub fn max_decoding_message_size(mut self, limit: usize) -> Self {
            self.inner = self.inner.max_decoding_message_size(limit);
            self
        }
        /// Limits the maximum size of an encoded message.
        ///
        /// Default: `usize::MAX`
        #[must_use]
        pub fn max_encoding_message_size(mut self, limit: usize) -> Self {
            self.inner = self.inner.max_encoding_message_size(limit);
            self
        }
        /** Answers a conversation: chooses a model, waits for its turn, calls it, and falls back when that is better.
*/
        pub async fn complete(
            &mut self,
            request: impl tonic::IntoRequest<super::CompleteRequest>,
        ) -> std::result::Result<
            tonic::Response<super::CompleteResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/Complete",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "Complete"));
            self.inner.unary(req, path, codec).await
        }
        /** The same, with events while it waits and the text as it is written.
*/
        pub async fn stream_complete(
            &mut self,
            request: impl tonic::IntoRequest<super::StreamCompleteRequest>,
        ) -> std::result::Result<
            tonic::Response<tonic::codec::Streaming<super::StreamCompleteResponse>>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/StreamComplete",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "StreamComplete"));
            self.inner.server_streaming(req, path, codec).await
        }
        /** Answers up to 10,000 conversations, in the order in which they are done.
*/
        pub async fn complete_batch(
            &mut self,
            request: impl tonic::IntoRequest<super::CompleteBatchRequest>,
        ) -> std::result::Result<
            tonic::Response<tonic::codec::Streaming<super::CompleteBatchResponse>>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/CompleteBatch",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "CompleteBatch"));
            self.inner.server_streaming(req, path, codec).await
        }
        /** Says what Complete would do, and why. Reserves nothing.
*/
        pub async fn plan_complete(
            &mut self,
            request: impl tonic::IntoRequest<super::PlanCompleteRequest>,
        ) -> std::result::Result<
            tonic::Response<super::PlanCompleteResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/PlanComplete",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "PlanComplete"));
            self.inner.unary(req, path, codec).await
        }
        /** Waits until the caller may start one call of its own, then charges it to the limits.
*/
        pub async fn acquire_slot(
            &mut self,
            request: impl tonic::IntoRequest<super::AcquireSlotRequest>,
        ) -> std::result::Result<
            tonic::Response<super::AcquireSlotResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/AcquireSlot",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "AcquireSlot"));
            self.inner.unary(req, path, codec).await
        }
        /** Says what the call in a slot really used. Idempotent.
*/
        pub async fn settle_slot(
            &mut self,
            request: impl tonic::IntoRequest<super::SettleSlotRequest>,
        ) -> std::result::Result<
            tonic::Response<super::SettleSlotResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/SettleSlot",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "SettleSlot"));
            self.inner.unary(req, path, codec).await
        }
        /** Gives back a slot whose call was never sent. Idempotent.
*/
        pub async fn release_slot(
            &mut self,
            request: impl tonic::IntoRequest<super::ReleaseSlotRequest>,
        ) -> std::result::Result<
            tonic::Response<super::ReleaseSlotResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/ReleaseSlot",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "ReleaseSlot"));
            self.inner.unary(req, path, codec).await
        }
        /** Makes a slot last longer. Idempotent.
*/
        pub async fn renew_slot(
            &mut self,
            request: impl tonic::IntoRequest<super::RenewSlotRequest>,
        ) -> std::result::Result<
            tonic::Response<super::RenewSlotResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/RenewSlot",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "RenewSlot"));
            self.inner.unary(req, path, codec).await
        }
        /** The four above as messages on one stream, for callers with many slots.
*/
        pub async fn hold_slots(
            &mut self,
            request: impl tonic::IntoStreamingRequest<Message = super::HoldSlotsRequest>,
        ) -> std::result::Result<
            tonic::Response<tonic::codec::Streaming<super::HoldSlotsResponse>>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/HoldSlots",
            );
            let mut req = request.into_streaming_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "HoldSlots"));
            self.inner.streaming(req, path, codec).await
        }
        /** Says what is used, left, waiting and spent.
*/
        pub async fn get_usage(
            &mut self,
            request: impl tonic::IntoRequest<super::GetUsageRequest>,
        ) -> std::result::Result<
            tonic::Response<super::GetUsageResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/GetUsage",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "GetUsage"));
            self.inner.unary(req, path, codec).await
        }
        /** The same, again after each change.
*/
        pub async fn watch_usage(
            &mut self,
            request: impl tonic::IntoRequest<super::WatchUsageRequest>,
        ) -> std::result::Result<
            tonic::Response<tonic::codec::Streaming<super::WatchUsageResponse>>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/WatchUsage",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "WatchUsage"));
            self.inner.server_streaming(req, path, codec).await
        }
        /** Lists the models with their limits, prices and health.
*/
        pub async fn list_models(
            &mut self,
            request: impl tonic::IntoRequest<super::ListModelsRequest>,
        ) -> std::result::Result<
            tonic::Response<super::ListModelsResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/ListModels",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "ListModels"));
            self.inner.unary(req, path, codec).await
        }
        /** Estimates the tokens and the cost of a call.
*/
        pub async fn estimate_tokens(
            &mut self,
            request: impl tonic::IntoRequest<super::EstimateTokensRequest>,
        ) -> std::result::Result<
            tonic::Response<super::EstimateTokensResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/headway.v1.HeadwayService/EstimateTokens",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("headway.v1.HeadwayService", "EstimateTokens"));
            self.inner.unary(req, path, codec).await
        }
    }
}
