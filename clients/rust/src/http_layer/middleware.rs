//! A slot around each call of a model that an HTTP client makes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{Extensions, HeaderValue, Method, header};
use http_body_util::BodyExt;
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next};

use super::provider_call::ProviderCall;
use super::refusal_response::refusal_response;
use super::settled_answer::settle_by;
use crate::client::Headway;
use crate::error::Error;
use crate::slot_request::SlotRequest;

/// What to do with a call when Headway cannot be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnavailable {
    /// Answer it with status 503.
    #[default]
    Fail,
    /// Make it without a slot; it is counted ([`HeadwayMiddleware::proceeded`]) and logged.
    Proceed,
}

/// Gives the model in Headway of a model at the provider.
pub type ModelOf = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// The settings of a [`HeadwayMiddleware`]. The default is fine.
#[derive(Clone, Default)]
pub struct MiddlewareOptions {
    /// The provider's key in Headway's config. Default: by the API that is called, `openai`, `anthropic`, `gemini`.
    pub provider: Option<String>,
    /// Gives the model in Headway of a model at the provider. Default: `provider/model`.
    pub model_of: Option<ModelOf>,
    /// What to do with a call when Headway cannot be reached.
    pub on_unavailable: OnUnavailable,
    /// The further settings of the slots: `max_wait`, `lease`, `priority`, `tags`. The rest is ignored.
    pub slot: SlotRequest,
}

/// Reserves before and settles after each call of a model that an HTTP client makes. Other requests pass untouched. A
/// refusal becomes a response with status 429 (or 400, 401, 403, 404, 503) and the header `x-headway-reason`. A clone
/// counts together with its original.
#[derive(Clone)]
pub struct HeadwayMiddleware {
    headway: Headway,
    options: Arc<MiddlewareOptions>,
    proceeded: Arc<AtomicU64>,
}

/// How a call ended that could be made.
pub(super) enum Called {
    Answered(Response),
    Refused(Error),
}

impl HeadwayMiddleware {
    /// `reqwest_middleware::ClientBuilder::new(http).with(HeadwayMiddleware::new(&headway, Default::default())).build()`
    pub fn new(headway: &Headway, options: MiddlewareOptions) -> Self {
        Self { headway: headway.clone(), options: Arc::new(options), proceeded: Arc::default() }
    }

    /// Counts the calls that went on without a slot because Headway could not be reached.
    pub fn proceeded(&self) -> u64 {
        self.proceeded.load(Ordering::Relaxed)
    }

    /// Sends the request in a slot. `never_sent` says of an error that no connection was made, so that the provider
    /// cannot have seen the call.
    pub(super) async fn call<E: From<reqwest::Error>, F: Future<Output = Result<Response, E>>>(
        &self,
        mut request: Request,
        send: impl FnOnce(Request) -> F,
        never_sent: fn(&E) -> bool,
    ) -> Result<Called, E> {
        let Some(call) = read_call(&mut request).await? else {
            return send(request).await.map(Called::Answered);
        };
        let slot = match self.headway.acquire_slot(&self.slot_request(&call)).await {
            Ok(slot) => slot,
            Err(error) if error.is_unavailable() && self.options.on_unavailable == OnUnavailable::Proceed => {
                self.proceeded.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%error, "Headway cannot be reached, a call goes on without it");
                return send(request).await.map(Called::Answered);
            }
            Err(error) => return Ok(Called::Refused(error)),
        };
        if let Some(body) = &call.body_with_usage {
            request.headers_mut().remove(header::CONTENT_LENGTH);
            *request.body_mut() = Some(body.clone().into());
        }
        match send(request).await {
            Ok(response) => Ok(Called::Answered(settle_by(response, &call, slot).await?)),
            Err(error) => {
                if never_sent(&error)
                    && let Err(error) = slot.release().await
                {
                    tracing::warn!(%error, "a Headway slot could not be released");
                }
                Err(error)
            }
        }
    }

    fn slot_request(&self, call: &ProviderCall) -> SlotRequest {
        let provider = self.options.provider.as_deref().unwrap_or(call.wire.provider());
        let model = match &self.options.model_of {
            Some(model_of) => model_of(&call.upstream_model),
            None => format!("{provider}/{}", call.upstream_model),
        };
        SlotRequest {
            models: vec![model],
            input_tokens: Some(call.input_tokens),
            max_output_tokens: call.max_output_tokens,
            ..self.options.slot.clone()
        }
    }
}

#[async_trait::async_trait]
impl Middleware for HeadwayMiddleware {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let url = request.url().clone();
        let send = |request| next.run(request, extensions);
        match self.call(request, send, reqwest_middleware::Error::is_connect).await? {
            Called::Answered(response) => Ok(response),
            Called::Refused(refusal) => Ok(refusal_response(&refusal, url)),
        }
    }
}

impl fmt::Debug for HeadwayMiddleware {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("HeadwayMiddleware");
        shown.field("proceeded", &self.proceeded()).finish_non_exhaustive()
    }
}

/// None when the request calls no model. A body that can be read only once is kept in the request.
async fn read_call(request: &mut Request) -> Result<Option<ProviderCall>, reqwest::Error> {
    let has_json = request.headers().get(header::CONTENT_TYPE).is_some_and(is_json);
    if request.method() != Method::POST || !has_json {
        return Ok(None);
    }
    let Some(body) = request.body_mut().take() else {
        return Ok(None);
    };
    let bytes = body.collect().await?.to_bytes();
    let call = ProviderCall::read(request.url().path(), &bytes);
    *request.body_mut() = Some(bytes.into());
    Ok(call)
}

fn is_json(content_type: &HeaderValue) -> bool {
    content_type.as_bytes().windows(4).any(|bytes| bytes == b"json")
}
