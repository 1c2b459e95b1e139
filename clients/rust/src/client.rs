//! The connection to Headway.

use std::env;
use std::time::Duration;

use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{IntoRequest, Status};

use crate::error::Error;
use crate::outgoing::Outgoing;
use crate::retry::until_available;
use crate::stream::EventStream;
use crate::v1;
use crate::v1::headway_service_client::HeadwayServiceClient;

/// The generated client, with the token and the trace context on each call.
pub type Service = HeadwayServiceClient<InterceptedService<Channel, Outgoing>>;

const DEFAULT_ADDRESS: &str = "127.0.0.1:50051";
// The system tries for two minutes otherwise, long after a restarted server is back.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);
const LARGEST_ANSWER_BYTES: usize = 1 << 30;

/// Where Headway is, and who calls. The default is a plain-text connection to the local machine.
#[derive(Clone)]
pub struct Options {
    /// `host:port` of the gRPC door. Default: the variable `HEADWAY_ADDRESS`, else `127.0.0.1:50051`.
    pub address: Option<String>,
    /// The tenant's token. Default: the variable `HEADWAY_TOKEN`, else none is sent.
    pub token: Option<String>,
    /// Encrypts the connection; `ClientTlsConfig::new().with_native_roots()` trusts the system's authorities.
    #[cfg(feature = "tls")]
    pub tls: Option<tonic::transport::ClientTlsConfig>,
    /// How often a connection with calls in progress is pinged, so that a dead one is noticed. Default 30 s; none: never.
    pub keep_alive: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: None,
            token: None,
            #[cfg(feature = "tls")]
            tls: None,
            keep_alive: Some(Duration::from_secs(30)),
        }
    }
}

/// A connection to Headway, to be kept as long as the process lives and shared by all that calls models: a clone is the
/// same connection. It connects at the first call, and again when the connection breaks.
///
/// Each request can be given as it is, or as a [`tonic::Request`] with a deadline ([`tonic::Request::set_timeout`]).
/// Dropping a call's future cancels the call.
#[derive(Clone, Debug)]
pub struct Headway {
    service: Service,
}

impl Headway {
    /// Makes a client. It does not connect yet; the error is that of an option that makes no sense.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub fn new(options: Options) -> Result<Self, Error> {
        let token = options.token.clone().or_else(|| variable("HEADWAY_TOKEN"));
        let channel = endpoint(options)?.connect_lazy();
        let service = HeadwayServiceClient::with_interceptor(channel, Outgoing::new(token)?);
        Ok(Self { service: service.max_decoding_message_size(LARGEST_ANSWER_BYTES) })
    }

    /// The generated client, for the RPCs that have no method here.
    pub fn service(&self) -> Service {
        self.service.clone()
    }

    /// Answers a conversation: chooses a model, waits for its turn, calls it, and falls back.
    pub async fn complete(
        &self,
        request: impl IntoRequest<v1::CompleteRequest>,
    ) -> Result<v1::CompleteResponse, Error> {
        Ok(self.service().complete(request).await?.into_inner())
    }

    /// The same, with events while it waits and the text as it is written. The last event of a stream that ends well is
    /// `Done`. Dropping the stream cancels the call.
    pub fn stream(&self, request: impl IntoRequest<v1::CompleteRequest>) -> EventStream {
        EventStream::open(self.service(), request.into_request())
    }

    /// Says what is used, left, waiting and spent.
    pub async fn usage(
        &self,
        request: impl IntoRequest<v1::GetUsageRequest>,
    ) -> Result<v1::GetUsageResponse, Error> {
        until_available(request, |request| {
            let mut service = self.service();
            async move { service.get_usage(request).await }
        })
        .await
    }

    /// Lists the models with their limits, prices and health.
    pub async fn models(&self) -> Result<Vec<v1::Model>, Error> {
        let request = v1::ListModelsRequest {};
        let listed = until_available(request, |request| {
            let mut service = self.service();
            async move { service.list_models(request).await }
        });
        Ok(listed.await?.models)
    }
}

fn endpoint(options: Options) -> Result<Endpoint, Error> {
    let address =
        options.address.or_else(|| variable("HEADWAY_ADDRESS")).unwrap_or_else(|| DEFAULT_ADDRESS.to_owned());
    let invalid = |error: tonic::transport::Error| {
        Error::from(Status::invalid_argument(format!("cannot connect to {address}: {error}")))
    };
    #[cfg(feature = "tls")]
    let scheme = if options.tls.is_some() { "https" } else { "http" };
    #[cfg(not(feature = "tls"))]
    let scheme = "http";
    let mut endpoint = Endpoint::from_shared(format!("{scheme}://{address}"))
        .map_err(invalid)?
        .connect_timeout(CONNECT_TIMEOUT);
    #[cfg(feature = "tls")]
    if let Some(tls) = options.tls {
        endpoint = endpoint.tls_config(tls).map_err(invalid)?;
    }
    if let Some(interval) = options.keep_alive {
        endpoint = endpoint.http2_keep_alive_interval(interval).keep_alive_timeout(KEEP_ALIVE_TIMEOUT);
    }
    Ok(endpoint)
}

/// An empty variable is as good as none.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
