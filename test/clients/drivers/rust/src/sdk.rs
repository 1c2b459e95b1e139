//! There is no official SDK for Rust. OpenAI is called by async-openai, the others by reqwest with the same middleware.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{ChatCompletionRequestUserMessage, CreateChatCompletionRequest};
use futures_util::StreamExt;
use headway_client::{Headway, HeadwayMiddleware, MiddlewareOptions, OnUnavailable, Options};
use serde_json::{Value, json};

use crate::command::Command;
use crate::failure::Failure;

pub async fn sdk(headway: &Headway, command: Command) -> Result<Value, Failure> {
    let used = match command.address.clone() {
        Some(address) => Headway::new(Options { address: Some(address), ..Options::default() })?,
        None => headway.clone(),
    };
    let on_unavailable = match command.on_unavailable.as_str() {
        "proceed" => OnUnavailable::Proceed,
        _ => OnUnavailable::Fail,
    };
    let middleware =
        HeadwayMiddleware::new(&used, MiddlewareOptions { on_unavailable, ..Default::default() });
    let mut said = match command.sdk.as_str() {
        "openai" => call_openai(&command, &middleware).await?,
        _ => call_by_http(&command, &middleware).await?,
    };
    said["proceeded"] = middleware.proceeded().into();
    Ok(said)
}

async fn call_openai(command: &Command, middleware: &HeadwayMiddleware) -> Result<Value, Failure> {
    let config =
        OpenAIConfig::new().with_api_key("sk-test").with_api_base(format!("{}/v1", command.base_url));
    let service = middleware.openai_service(reqwest::Client::new());
    let client = Client::with_config(config).with_http_service(service);
    let request = CreateChatCompletionRequest {
        model: command.model.clone(),
        messages: vec![ChatCompletionRequestUserMessage::from(command.prompt.as_str()).into()],
        max_completion_tokens: Some(100),
        ..CreateChatCompletionRequest::default()
    };
    if !command.stream {
        let answer = client.chat().create(request).await?;
        let usage = answer.usage.map(|usage| [usage.prompt_tokens, usage.completion_tokens]);
        return Ok(json!({"text": answer.choices[0].message.content, "usage": usage}));
    }
    let mut chunks = client.chat().create_stream(request).await?;
    let (mut text, mut without_choice) = (String::new(), 0);
    while let Some(chunk) = chunks.next().await {
        match chunk?.choices.first() {
            Some(choice) => text += choice.delta.content.as_deref().unwrap_or_default(),
            None => without_choice += 1,
        }
    }
    Ok(json!({"text": text, "chunksWithoutChoice": without_choice}))
}

/// Answers with the text of an answer, and no usage: who calls by HTTP reads that by himself.
async fn call_by_http(command: &Command, middleware: &HeadwayMiddleware) -> Result<Value, Failure> {
    let http =
        reqwest_middleware::ClientBuilder::new(reqwest::Client::new()).with(middleware.clone()).build();
    let Command { base_url, model, prompt, stream, .. } = command;
    let request = match command.sdk.as_str() {
        "anthropic" => http.post(format!("{base_url}/v1/messages")).json(&json!({
            "model": model, "max_tokens": 100, "stream": stream, "messages": [{"role": "user", "content": prompt}],
        })),
        _ => {
            let method = if *stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
            http.post(format!("{base_url}/v1beta/models/{model}:{method}")).json(&json!({
                "contents": [{"role": "user", "parts": [{"text": prompt}]}],
            }))
        }
    };
    let response = request.header("x-api-key", "sk-test").send().await?;
    if !response.status().is_success() {
        let reason = response.headers().get("x-headway-reason").and_then(|reason| reason.to_str().ok());
        let reason = reason.unwrap_or_default().to_owned();
        return Err(Failure::Response { status_code: response.status().as_u16(), reason });
    }
    let answer = response.text().await?;
    Ok(json!({"text": if *stream { text_of_events(&answer) } else { text_of(&answer) }}))
}

fn text_of_events(events: &str) -> String {
    events.lines().filter_map(|line| line.strip_prefix("data:")).map(text_of).collect()
}

/// Of an answer or an event of either API.
fn text_of(json: &str) -> String {
    let answer: Value = serde_json::from_str(json).unwrap_or_default();
    ["/content/0/text", "/delta/text", "/candidates/0/content/parts/0/text"]
        .into_iter()
        .find_map(|path| answer.pointer(path)?.as_str().map(str::to_owned))
        .unwrap_or_default()
}
