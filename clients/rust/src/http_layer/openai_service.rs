//! The adoption layer of async-openai.

use std::pin::Pin;
use std::task::{Context, Poll};

use async_openai::error::{ApiError, ApiErrorResponse, OpenAIError};
use async_openai::middleware::HttpRequestFactory;
use async_openai::middleware::retry::{OpenAIRetry, OpenAIRetryLayer};
use reqwest::Response;
use tower::{Layer, Service};

use super::middleware::{Called, HeadwayMiddleware};
use super::refusal_response::{reason_of, status_of};
use crate::error::Error;

/// Makes the calls of async-openai in slots. Headway's refusals are its `OpenAIError::ApiError`, with Headway's reason
/// for a code. Made by [`HeadwayMiddleware::openai_service`].
#[derive(Clone, Debug)]
pub struct OpenAiService {
    middleware: HeadwayMiddleware,
    http: reqwest::Client,
}

impl HeadwayMiddleware {
    /// `async_openai::Client::new().with_http_service(middleware.openai_service(reqwest::Client::new()))`
    ///
    /// It tries again as the SDK does by itself: each try has a slot of its own, and Headway's refusals are final.
    pub fn openai_service(&self, http: reqwest::Client) -> OpenAIRetry<OpenAiService> {
        OpenAIRetryLayer::default().layer(OpenAiService { middleware: self.clone(), http })
    }
}

impl Service<HttpRequestFactory> for OpenAiService {
    type Response = Response;
    type Error = OpenAIError;
    type Future = Pin<Box<dyn Future<Output = Result<Response, OpenAIError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, factory: HttpRequestFactory) -> Self::Future {
        let Self { middleware, http } = self.clone();
        Box::pin(async move {
            let request = factory.build().await?;
            let send = |request| http.execute(request);
            match middleware.call(request, send, reqwest::Error::is_connect).await? {
                Called::Answered(response) => Ok(response),
                Called::Refused(refusal) => Err(api_error(&refusal)),
            }
        })
    }
}

fn api_error(refusal: &Error) -> OpenAIError {
    OpenAIError::ApiError(ApiErrorResponse {
        status_code: status_of(refusal),
        api_error: ApiError {
            message: refusal.to_string(),
            r#type: Some("headway_error".to_owned()),
            param: None,
            code: Some(reason_of(refusal).to_owned()),
            misalignment: None,
        },
    })
}
