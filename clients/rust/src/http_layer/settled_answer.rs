//! What an answer of a provider says of its slot.

use http::{StatusCode, header, response};
use http_body_util::BodyExt;
use reqwest::{Body, Response, ResponseBuilderExt};

use super::event_observer::EventObserver;
use super::observed_body::ObservedBody;
use super::provider_call::ProviderCall;
use super::usage_reader::UsageReader;
use crate::report::Report;
use crate::slot::Slot;
use crate::v1::SlotOutcome;

/// Settles the slot by an answer, and hands the answer on. A streamed one settles it when it ends, any other is read to
/// its end first.
pub(super) async fn settle_by(
    response: Response,
    call: &ProviderCall,
    slot: Slot,
) -> Result<Response, reqwest::Error> {
    let (mut parts, body) = into_parts(response);
    let mut reader = UsageReader::new(call.wire);
    let mut report = Report {
        status_code: Some(parts.status.as_u16()),
        headers: Some(parts.headers.clone()),
        outcome: outcome_of(parts.status),
        ..Report::default()
    };
    let body = if report.outcome.is_some() {
        settle(slot, report).await;
        body
    } else if is_event_stream(&parts) {
        slot.report(report);
        parts.headers.remove(header::CONTENT_LENGTH);
        let observer = EventObserver::new(reader, call.body_with_usage.is_some());
        Body::wrap(ObservedBody::new(body, observer, slot))
    } else {
        let answer = body.collect().await?.to_bytes();
        reader.read(&answer);
        report.usage = reader.usage();
        settle(slot, report).await;
        answer.into()
    };
    Ok(http::Response::from_parts(parts, body).into())
}

async fn settle(slot: Slot, report: Report) {
    slot.report(report);
    // It logs what goes wrong by itself.
    let _ = slot.settle_quietly(true).await;
}

/// None: the call succeeded.
fn outcome_of(status: StatusCode) -> Option<SlotOutcome> {
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Some(SlotOutcome::RateLimited);
    }
    (status.is_client_error() || status.is_server_error()).then_some(SlotOutcome::Failed)
}

fn is_event_stream(parts: &response::Parts) -> bool {
    let content_type = parts.headers.get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"))
}

/// With the URL, which a response that is taken apart does not keep by itself.
fn into_parts(response: Response) -> (response::Parts, Body) {
    let with_url = http::Response::builder().url(response.url().clone()).body(());
    let (mut parts, body) = http::Response::from(response).into_parts();
    if let Ok(with_url) = with_url {
        parts.extensions.extend(with_url.into_parts().0.extensions);
    }
    (parts, body)
}
