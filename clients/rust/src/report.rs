//! How a call in a slot went.

use std::collections::HashMap;
use std::time::Duration;

use http::HeaderMap;

use crate::v1::{SettleSlotRequest, SlotOutcome, Usage};

/// How the call in a slot went. What is none is not known.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What the provider reported. None: all that was reserved stays charged.
    pub usage: Option<Usage>,
    /// How the call ended. None: it succeeded.
    pub outcome: Option<SlotOutcome>,
    /// The provider's HTTP status.
    pub status_code: Option<u16>,
    /// How long the provider asked to wait.
    pub retry_after: Option<Duration>,
    /// Of the provider's answer; what is about rate limits is handed on, the rest left out.
    pub headers: Option<HeaderMap>,
}

/// Makes the usage of a call of which only input and output are known.
pub fn usage_of(input_tokens: i64, output_tokens: i64) -> Usage {
    Usage { input_tokens: Some(input_tokens), output_tokens: Some(output_tokens), ..Usage::default() }
}

impl Report {
    /// The call succeeded and used so many tokens.
    pub fn used(input_tokens: i64, output_tokens: i64) -> Self {
        Self { usage: Some(usage_of(input_tokens, output_tokens)), ..Self::default() }
    }

    /// What is noted later wins, field by field.
    pub(crate) fn with(self, later: Self) -> Self {
        Self {
            usage: later.usage.or(self.usage),
            outcome: later.outcome.or(self.outcome),
            status_code: later.status_code.or(self.status_code),
            retry_after: later.retry_after.or(self.retry_after),
            headers: later.headers.or(self.headers),
        }
    }

    pub(crate) fn into_request(self, slot_id: String) -> SettleSlotRequest {
        SettleSlotRequest {
            slot_id,
            usage: self.usage,
            outcome: self.outcome.unwrap_or_default().into(),
            provider_status_code: self.status_code.map(i32::from),
            retry_after: self.retry_after.and_then(|time| time.try_into().ok()),
            provider_headers: self.headers.as_ref().map(about_limits).unwrap_or_default(),
        }
    }
}

fn about_limits(headers: &HeaderMap) -> HashMap<String, String> {
    const PREFIXES: [&str; 3] = ["x-ratelimit-", "anthropic-ratelimit-", "retry-after"];
    let relevant =
        headers.iter().filter(|(name, _)| PREFIXES.iter().any(|prefix| name.as_str().starts_with(prefix)));
    relevant.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned()))).collect()
}
