//! Ten direct calls at a pace that the provider accepts. With a key in OPENAI_API_KEY async-openai makes them.

use std::env;
use std::error::Error;

use async_openai::types::chat::{ChatCompletionRequestUserMessage, CreateChatCompletionRequest};
use headway_client::{Headway, HeadwayMiddleware, Options, Report, Slot, SlotRequest};
use tokio::task::JoinSet;

const MODEL: &str = "gpt-4o-mini";

async fn with_sdk(headway: Headway, question: String) -> Result<String, Box<dyn Error + Send + Sync>> {
    // One line: the SDK does the rest as before.
    let service = HeadwayMiddleware::new(&headway, Default::default()).openai_service(reqwest::Client::new());
    let openai = async_openai::Client::new().with_http_service(service);
    let request = CreateChatCompletionRequest {
        model: MODEL.into(),
        messages: vec![ChatCompletionRequestUserMessage::from(question.as_str()).into()],
        ..Default::default()
    };
    let answer = openai.chat().create(request).await?;
    Ok(answer.choices[0].message.content.clone().unwrap_or_default())
}

async fn by_hand(headway: Headway, question: String) -> Result<String, Box<dyn Error + Send + Sync>> {
    let model = format!("openai/{MODEL}");
    let request =
        SlotRequest { input_tokens: Some(20), max_output_tokens: Some(50), ..SlotRequest::new(model) };
    let call = async |slot: &Slot| {
        // Call the provider here, in any way, and report what it used.
        slot.report(Report::used(12, 30));
        let (model, waited, tokens) = (slot.model(), slot.waited(), slot.reserved_tokens());
        Ok(format!("{question} ({model} after {waited:?}, {tokens} tokens reserved)"))
    };
    headway.with_slot(&request, call).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let headway = Headway::new(Options::default())?;
    let mut calls = JoinSet::new();
    for number in 1..=10 {
        let (headway, question) = (headway.clone(), format!("question {number}"));
        if env::var_os("OPENAI_API_KEY").is_some() {
            calls.spawn(with_sdk(headway, question));
        } else {
            calls.spawn(by_hand(headway, question));
        }
    }
    while let Some(answer) = calls.join_next().await {
        println!("{}", answer??);
    }
    Ok(())
}
