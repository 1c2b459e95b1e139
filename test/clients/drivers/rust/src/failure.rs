use async_openai::error::OpenAIError;
use headway_client::Error;
use serde_json::{Value, json};

/// How a command fails.
pub enum Failure {
    Cancelled,
    /// The call in a slot failed, as the suite wanted it to.
    Wanted,
    Headway(Error),
    Sdk(OpenAIError),
    Response {
        status_code: u16,
        reason: String,
    },
    Other(String),
}

impl Failure {
    /// As the suite wants it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Cancelled => json!({"cancelled": true}),
            Self::Headway(error) => json!({
                "code": error.code() as i32,
                "reason": error.reason(),
                "metadata": error.all_metadata(),
                "retryAfterMs": error.retry_after().map(|time| time.as_millis()),
                "subjects": error.violations().iter().map(|violation| &violation.subject).collect::<Vec<_>>(),
                "message": error.message(),
            }),
            Self::Sdk(OpenAIError::ApiError(error)) => json!({
                "statusCode": error.status_code.as_u16(),
                "reason": error.api_error.code,
                "message": error.to_string(),
            }),
            Self::Response { status_code, reason } => json!({"statusCode": status_code, "reason": reason}),
            Self::Sdk(error) => json!({"message": error.to_string()}),
            Self::Wanted => json!({"message": "the call failed"}),
            Self::Other(message) => json!({"message": message}),
        }
    }
}

impl std::fmt::Debug for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.to_json())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Headway(error)
    }
}

impl From<OpenAIError> for Failure {
    fn from(error: OpenAIError) -> Self {
        Self::Sdk(error)
    }
}

impl From<reqwest_middleware::Error> for Failure {
    fn from(error: reqwest_middleware::Error) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::Other(error.to_string())
    }
}
