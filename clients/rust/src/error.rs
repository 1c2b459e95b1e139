//! What goes wrong, with what Headway says about it.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use tonic::{Code, Status, TimeoutExpired};
use tonic_types::{ErrorDetails, StatusExt};

/// A refusal or failure of Headway, or says that it could not be reached.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    status: Status,
    code: Code,
    details: ErrorDetails,
    violations: Vec<Violation>,
}

/// One thing that stood in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The wrong field, or the limit or budget that does not allow it.
    pub subject: String,
    /// For people.
    pub description: String,
}

impl Error {
    /// The gRPC status.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// As `WAIT_TOO_LONG`; see [`crate::v1::ErrorReason`]. None: the error is not Headway's, as a lost connection.
    pub fn reason(&self) -> Option<&str> {
        self.0.details.error_info().map(|info| info.reason.as_str())
    }

    /// For people.
    pub fn message(&self) -> &str {
        self.0.status.message()
    }

    /// A detail by its name, as [`crate::v1::ErrorReason`] describes them.
    pub fn metadata(&self, name: &str) -> Option<&str> {
        self.all_metadata()?.get(name).map(String::as_str)
    }

    /// All the details by name. None: the error is not Headway's.
    pub fn all_metadata(&self) -> Option<&HashMap<String, String>> {
        self.0.details.error_info().map(|info| &info.metadata)
    }

    /// How long to wait before trying again. None: not known, or trying again does not help.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.details.retry_info()?.retry_delay
    }

    /// The wrong fields, or the limits and budgets in the way.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Whether Headway could not be reached or cannot serve now, as opposed to a considered refusal.
    pub fn is_unavailable(&self) -> bool {
        match self.reason() {
            Some(reason) => matches!(reason, "SHUTTING_DOWN" | "STORE_UNAVAILABLE" | "INTERNAL"),
            None => matches!(
                self.code(),
                Code::Unavailable | Code::DeadlineExceeded | Code::Unknown | Code::Internal
            ),
        }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        Self(Box::new(Inner { code: code_of(&status), violations: violations_of(&details), details, status }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason() {
            Some(reason) => write!(formatter, "headway: {reason}: {}", self.message()),
            None => write!(formatter, "headway: {:?}: {}", self.code(), self.message()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0.status)
    }
}

/// Tonic calls a deadline that it sees itself a cancellation, and a connection that breaks unknown.
fn code_of(status: &Status) -> Code {
    let mut source = status.source();
    while let Some(error) = source {
        if error.is::<TimeoutExpired>() {
            return Code::DeadlineExceeded;
        }
        source = error.source();
    }
    if status.source().is_some() && matches!(status.code(), Code::Unknown | Code::Internal) {
        return Code::Unavailable;
    }
    status.code()
}

fn violations_of(details: &ErrorDetails) -> Vec<Violation> {
    let fields = details.bad_request().into_iter().flat_map(|bad| &bad.field_violations);
    let quotas = details.quota_failure().into_iter().flat_map(|quota| &quota.violations);
    fields
        .map(|field| (&field.field, &field.description))
        .chain(quotas.map(|quota| (&quota.subject, &quota.description)))
        .map(|(subject, description)| Violation {
            subject: subject.clone(),
            description: description.clone(),
        })
        .collect()
}
