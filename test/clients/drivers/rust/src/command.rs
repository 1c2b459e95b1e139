use serde::Deserialize;
use serde_json::Value;

/// A line of the contract suite; which fields there are depends on `do`.
#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Command {
    pub id: i64,
    #[serde(rename = "do")]
    pub kind: String,
    pub request: Value,
    pub timeout_ms: Option<u64>,
    pub cancel_after_ms: Option<u64>,
    pub stop_at: String,
    pub models: Vec<String>,
    pub input_tokens: Option<i64>,
    pub max_output_tokens: Option<i64>,
    pub max_wait_ms: Option<u64>,
    pub lease_ms: Option<u64>,
    pub end: String,
    pub hold_ms: u64,
    pub usage: (i64, i64),
    pub sdk: String,
    pub base_url: String,
    pub model: String,
    pub stream: bool,
    pub prompt: String,
    pub on_unavailable: String,
    pub address: Option<String>,
    pub workers: usize,
    pub calls: usize,
    pub url: String,
    pub token: String,
    pub tls_root: Option<String>,
    pub traceparent: String,
}
