//! The usage that a provider reports.

use serde_json::{Map, Value};

use super::provider_call::Wire;
use crate::v1::Usage;

/// Gathers the usage a provider reports in an answer, whole or event by event.
#[derive(Debug)]
pub(super) struct UsageReader {
    wire: Wire,
    /// A count that is absent in a later report keeps its value.
    seen: Value,
}

impl UsageReader {
    pub(super) fn new(wire: Wire) -> Self {
        Self { wire, seen: Value::Null }
    }

    /// Looks at an answer or at one event of a stream. True: it is OpenAI's event with nothing but usage.
    pub(super) fn read(&mut self, json: &[u8]) -> bool {
        let Ok(answer) = serde_json::from_slice::<Value>(json) else {
            return false;
        };
        let paths: &[&str] = match self.wire {
            Wire::Gemini => &["/usageMetadata"],
            Wire::OpenAi | Wire::Anthropic => &["/usage", "/response/usage", "/message/usage"],
        };
        let Some(usage) = paths.iter().find_map(|path| answer.pointer(path)?.as_object()) else {
            return false;
        };
        if let Value::Null = self.seen {
            self.seen = Value::Object(Map::new());
        }
        let told = usage.iter().filter(|(_, count)| !count.is_null());
        for (name, count) in told {
            self.seen[name] = count.clone();
        }
        answer.get("choices").and_then(Value::as_array).is_some_and(Vec::is_empty)
    }

    /// None when the provider reported none.
    pub(super) fn usage(&self) -> Option<Usage> {
        self.seen.as_object().filter(|seen| !seen.is_empty())?;
        Some(match self.wire {
            Wire::OpenAi => self.usage_of_openai(),
            Wire::Anthropic => self.usage_of_anthropic(),
            Wire::Gemini => self.usage_of_gemini(),
        })
    }

    fn usage_of_openai(&self) -> Usage {
        Usage {
            input_tokens: self.first(["/prompt_tokens", "/input_tokens"]),
            // Embeddings have no output, and say nothing about it.
            output_tokens: Some(self.first(["/completion_tokens", "/output_tokens"]).unwrap_or(0)),
            cached_input_tokens: self
                .first(["/prompt_tokens_details/cached_tokens", "/input_tokens_details/cached_tokens"]),
            reasoning_tokens: self.first([
                "/completion_tokens_details/reasoning_tokens",
                "/output_tokens_details/reasoning_tokens",
            ]),
            ..Usage::default()
        }
    }

    fn usage_of_anthropic(&self) -> Usage {
        let cached = self.count("/cache_read_input_tokens");
        let written = self.count("/cache_creation_input_tokens");
        let uncached = self.count("/input_tokens");
        Usage {
            input_tokens: uncached.map(|count| count + cached.unwrap_or(0) + written.unwrap_or(0)),
            output_tokens: self.count("/output_tokens"),
            cached_input_tokens: cached,
            cache_write_input_tokens: written,
            ..Usage::default()
        }
    }

    fn usage_of_gemini(&self) -> Usage {
        let thoughts = self.count("/thoughtsTokenCount");
        let of_tools = self.count("/toolUsePromptTokenCount").unwrap_or(0);
        let answer = self.count("/candidatesTokenCount").unwrap_or(0);
        Usage {
            input_tokens: self.count("/promptTokenCount").map(|count| count + of_tools),
            output_tokens: Some(answer + thoughts.unwrap_or(0)),
            cached_input_tokens: self.count("/cachedContentTokenCount"),
            reasoning_tokens: thoughts,
            ..Usage::default()
        }
    }

    fn first(&self, paths: [&str; 2]) -> Option<i64> {
        paths.into_iter().find_map(|path| self.count(path))
    }

    fn count(&self, path: &str) -> Option<i64> {
        self.seen.pointer(path)?.as_i64()
    }
}
