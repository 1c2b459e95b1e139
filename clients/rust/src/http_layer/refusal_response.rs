//! Headway's refusal, put as the provider would have.

use std::time::Duration;

use http::StatusCode;
use reqwest::{Response, ResponseBuilderExt, Url};
use serde_json::json;
use tonic::Code;

use crate::error::Error;

/// Says also that Headway has weighed another try already.
pub(super) fn refusal_response(refusal: &Error, url: Url) -> Response {
    let reason = reason_of(refusal);
    let mut response = http::Response::builder()
        .status(status_of(refusal))
        .url(url)
        .header("content-type", "application/json")
        .header("x-should-retry", "false")
        .header("x-headway-reason", reason);
    if let Some(delay) = refusal.retry_after() {
        response = response
            .header("retry-after", delay.as_secs_f64().ceil().to_string())
            .header("retry-after-ms", milliseconds(delay).to_string());
    }
    let body = json!({
        "type": "error",
        "error": {"type": "headway_error", "code": reason, "message": refusal.to_string()},
    });
    let response = response.body(body.to_string()).expect("its parts are valid");
    response.into()
}

/// `UNAVAILABLE` when Headway gave none.
pub(super) fn reason_of(refusal: &Error) -> &str {
    refusal.reason().unwrap_or("UNAVAILABLE")
}

/// 400, 401, 403, 404, 429 or 503.
pub(super) fn status_of(refusal: &Error) -> StatusCode {
    match refusal.code() {
        Code::InvalidArgument | Code::FailedPrecondition => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn milliseconds(time: Duration) -> u128 {
    time.as_nanos().div_ceil(1_000_000)
}
