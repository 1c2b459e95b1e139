//! The cases that the clients of all languages are tested with.

use serde_json::{Value, json};

use super::event_observer::EventObserver;
use super::provider_call::{ProviderCall, Wire};
use super::usage_reader::UsageReader;
use crate::v1::Usage;

fn cases(kind: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../wire-cases.json");
    let text = std::fs::read(path).expect("the cases are beside the clients");
    let cases: Value = serde_json::from_slice(&text).expect("they are JSON");
    cases[kind].as_array().expect("there are such cases").clone()
}

fn wire_of(case: &Value) -> Wire {
    [Wire::OpenAi, Wire::Anthropic, Wire::Gemini]
        .into_iter()
        .find(|wire| case["wire"] == wire.provider())
        .expect("a case has a known wire")
}

/// As the cases put it: what is not known is not there.
fn shown(usage: Option<Usage>) -> Value {
    let Some(usage) = usage else { return Value::Null };
    let mut shown = json!({
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "cachedInputTokens": usage.cached_input_tokens,
        "cacheWriteInputTokens": usage.cache_write_input_tokens,
        "reasoningTokens": usage.reasoning_tokens,
    });
    shown.as_object_mut().expect("it is one").retain(|_, count| !count.is_null());
    shown
}

#[test]
fn requests_are_understood() {
    for case in cases("requests") {
        let body = case["body"].to_string();
        let call = ProviderCall::read(case["path"].as_str().unwrap(), body.as_bytes());
        let shown = call.as_ref().map(|call| {
            json!({
                "wire": call.wire.provider(),
                "upstreamModel": call.upstream_model,
                "inputTokens": call.input_tokens,
                "maxOutputTokens": call.max_output_tokens,
                "hideUsage": call.body_with_usage.is_some(),
            })
        });
        assert_eq!(json!(shown), case["call"], "{}", case["name"]);
        if let Some(changed) = call.and_then(|call| call.body_with_usage) {
            let mut wanted = case["body"].clone();
            wanted["stream_options"]["include_usage"] = true.into();
            assert_eq!(serde_json::from_slice::<Value>(&changed).unwrap(), wanted, "{}", case["name"]);
        }
    }
}

#[test]
fn a_request_keeps_its_numbers_as_they_were_written() {
    let body = r#"{"model":"m","stream":true,"temperature":0.70,"seed":12345678901234567890123}"#;
    let call = ProviderCall::read("/v1/chat/completions", body.as_bytes()).unwrap();
    let changed = String::from_utf8(call.body_with_usage.unwrap()).unwrap();
    assert!(
        changed.contains(r#""temperature":0.70"#) && changed.contains("12345678901234567890123"),
        "{changed}"
    );
}

#[test]
fn a_large_picture_is_not_counted_by_its_bytes() {
    let picture = format!("data:image/png;base64,{}", "A".repeat(1_000_000));
    let body = json!({"model": "m", "messages": [{"content": [{"image_url": {"url": picture}}]}]});
    let call = ProviderCall::read("/v1/chat/completions", body.to_string().as_bytes()).unwrap();
    assert_eq!(call.input_tokens, 1_603);
}

#[test]
fn usage_is_read_from_answers() {
    for case in cases("answers") {
        let mut reader = UsageReader::new(wire_of(&case));
        reader.read(case["body"].to_string().as_bytes());
        assert_eq!(shown(reader.usage()), case["usage"], "{}", case["name"]);
    }
}

#[test]
fn streams_are_handed_on_and_their_usage_is_read() {
    for case in cases("streams") {
        let events: Vec<&str> =
            case["events"].as_array().unwrap().iter().map(|event| event.as_str().unwrap()).collect();
        let passed =
            case["passed"].as_array().unwrap().iter().map(|index| events[index.as_u64().unwrap() as usize]);
        let passed: String = passed.collect();
        for size in [1, 7, 100_000] {
            let reader = UsageReader::new(wire_of(&case));
            let mut observer = EventObserver::new(reader, case["hideUsage"] == true);
            let mut got: Vec<u8> =
                events.concat().as_bytes().chunks(size).flat_map(|piece| observer.push(piece)).collect();
            got.extend(observer.rest());
            assert_eq!(String::from_utf8(got).unwrap(), passed, "{} by {size}", case["name"]);
            assert_eq!(shown(observer.usage()), case["usage"], "{} by {size}", case["name"]);
            assert_eq!(json!(observer.is_complete()), case["isComplete"], "{} by {size}", case["name"]);
        }
    }
}
