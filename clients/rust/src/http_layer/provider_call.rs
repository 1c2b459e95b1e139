//! What a request to a provider asks for, as far as limits are concerned.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// English has about four bytes a token, code and most other scripts about three.
const BYTES_PER_TOKEN: usize = 3;
/// Names of fields, quotes and brackets become tokens of the provider's own; per value of the request.
const TOKENS_PER_VALUE: i64 = 2;
/// What the providers count for a large picture.
const TOKENS_PER_PICTURE: i64 = 1_600;
/// No text has as many characters without a space; base64 has.
const SHORTEST_PICTURE: usize = 1_024;

/// The API that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    OpenAi,
    Anthropic,
    Gemini,
}

/// A call of a model.
#[derive(Debug)]
pub(super) struct ProviderCall {
    pub(super) wire: Wire,
    pub(super) upstream_model: String,
    /// An estimate that is rather too high.
    pub(super) input_tokens: i64,
    /// None: the request sets no maximum.
    pub(super) max_output_tokens: Option<i64>,
    /// Of a caller who did not ask for the report of usage in the stream, so that it must not see it: the request's body
    /// with what it takes for the provider to report usage.
    pub(super) body_with_usage: Option<Vec<u8>>,
}

impl Wire {
    /// The usual name of the provider.
    pub(super) fn provider(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
        }
    }
}

impl ProviderCall {
    /// None when the request calls no model or is not JSON; then no limit of ours applies.
    pub(super) fn read(path: &str, body: &[u8]) -> Option<Self> {
        let (wire, model_in_path) = wire_of(path)?;
        let request: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let model_in_body = || Some(request.get("model")?.as_str()?.to_owned());
        let upstream_model = model_in_path.or_else(model_in_body).filter(|model| !model.is_empty())?;
        let is_streamed_chat =
            path.ends_with("/chat/completions") && request.get("stream") == Some(&Value::Bool(true));
        Some(Self {
            wire,
            upstream_model,
            input_tokens: request.values().map(estimate_input_tokens).sum(),
            max_output_tokens: max_output_tokens(path, &request),
            body_with_usage: is_streamed_chat.then(|| with_usage(body, &request)).flatten(),
        })
    }
}

/// With the model, where the path names it.
fn wire_of(path: &str) -> Option<(Wire, Option<String>)> {
    const GEMINI_METHODS: [&str; 4] =
        ["generateContent", "streamGenerateContent", "embedContent", "batchEmbedContents"];
    if let Some((before, method)) = path.rsplit_once(':')
        && GEMINI_METHODS.contains(&method)
    {
        let (_, model) = before.rsplit_once("/models/")?;
        let decoded = percent_decode_str(model).decode_utf8().ok()?;
        return (!model.contains('/')).then(|| (Wire::Gemini, Some(decoded.into_owned())));
    }
    match path.rsplit('/').next()? {
        "completions" | "responses" | "embeddings" => Some((Wire::OpenAi, None)),
        "messages" if path.ends_with("/v1/messages") => Some((Wire::Anthropic, None)),
        _ => None,
    }
}

/// Rather too high: a call that uses more than it reserved breaks the promise to keep the limits.
fn estimate_input_tokens(value: &Value) -> i64 {
    match value {
        Value::String(text) if is_picture(text) => TOKENS_PER_PICTURE,
        Value::String(text) => tokens_of_bytes(text.len()) + TOKENS_PER_VALUE,
        Value::Number(_) => TOKENS_PER_VALUE,
        Value::Array(values) => values.iter().map(estimate_input_tokens).sum(),
        Value::Object(fields) => fields.values().map(estimate_input_tokens).sum(),
        Value::Bool(_) | Value::Null => 0,
    }
}

fn tokens_of_bytes(bytes: usize) -> i64 {
    i64::try_from(bytes.div_ceil(BYTES_PER_TOKEN)).unwrap_or(i64::MAX)
}

/// Base64, by itself or in a `data:` URL.
fn is_picture(text: &str) -> bool {
    if text.len() < SHORTEST_PICTURE {
        return false;
    }
    let data = match text.strip_prefix("data:").and_then(|rest| rest.split_once(',')) {
        Some((_, data)) => data,
        None => text,
    };
    let is_of_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/_-".contains(&byte);
    data.trim_end_matches('=').bytes().all(is_of_base64)
}

fn max_output_tokens(path: &str, request: &Map<String, Value>) -> Option<i64> {
    if path.to_ascii_lowercase().contains("embed") {
        return Some(0);
    }
    let config = request.get("generationConfig");
    let in_config = |name: &str| config?.get(name);
    let answers = [request.get("n"), in_config("candidateCount")];
    let limits = [
        request.get("max_completion_tokens"),
        request.get("max_output_tokens"),
        request.get("max_tokens"),
        in_config("maxOutputTokens"),
    ];
    let number = |values: &[Option<&Value>]| values.iter().find_map(|value| value.as_ref()?.as_i64());
    Some(number(&limits)?.saturating_mul(number(&answers).unwrap_or(1)))
}

/// Adds an option to the body and leaves all else as the caller wrote it, numbers included. None: it is there already.
fn with_usage(body: &[u8], request: &Map<String, Value>) -> Option<Vec<u8>> {
    let options = request.get("stream_options").and_then(Value::as_object);
    let mut options = options.cloned().unwrap_or_default();
    if options.insert("include_usage".to_owned(), true.into()) == Some(Value::Bool(true)) {
        return None;
    }
    let options = serde_json::value::to_raw_value(&options).ok()?;
    let mut fields: BTreeMap<&str, &RawValue> = serde_json::from_slice(body).ok()?;
    fields.insert("stream_options", &options);
    serde_json::to_vec(&fields).ok()
}
