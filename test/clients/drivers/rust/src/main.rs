//! Does what the contract suite says, one JSON object a line, with the Rust client.

mod command;
mod connect;
mod failure;
mod proto_json;
mod sdk;
mod slots;

use std::time::Duration;

use futures_util::future::{Either, select};
use headway_client::v1::stream_complete_response::Event;
use headway_client::{Headway, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tonic::Request;

use command::Command;
use failure::Failure;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    let headway = Headway::new(Options::default())?;
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await.expect("the input can be read") {
        let command: Command = serde_json::from_str(&line).expect("a command is as the suite says");
        let headway = headway.clone();
        tokio::spawn(async move {
            let id = command.id;
            let said = match in_time(&headway, command).await {
                Ok(ok) => json!({"id": id, "ok": ok}),
                Err(failure) => json!({"id": id, "error": failure.to_json()}),
            };
            println!("{said}");
        });
    }
    Ok(())
}

/// Cancelling is to go away from what is awaited.
async fn in_time(headway: &Headway, command: Command) -> Result<Value, Failure> {
    let Some(time) = command.cancel_after_ms.map(Duration::from_millis) else {
        return run(headway, command).await;
    };
    match select(Box::pin(run(headway, command)), Box::pin(tokio::time::sleep(time))).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(Failure::Cancelled),
    }
}

async fn run(headway: &Headway, command: Command) -> Result<Value, Failure> {
    match command.kind.as_str() {
        "complete" => {
            let response = headway.complete(request(&command, "CompleteRequest")).await?;
            Ok(json!({"response": proto_json::to_json("CompleteResponse", &response)}))
        }
        "stream" => stream(headway, command).await,
        "usage" => {
            let response = headway.usage(request(&command, "GetUsageRequest")).await?;
            Ok(json!({"response": proto_json::to_json("GetUsageResponse", &response)}))
        }
        "slot" => slots::slot(headway, command).await,
        "connect" => connect::connect(command).await,
        "measure" => slots::measure(headway, command).await,
        "sdk" => sdk::sdk(headway, command).await,
        _ => slots::workers(headway, command).await,
    }
}

async fn stream(headway: &Headway, command: Command) -> Result<Value, Failure> {
    let mut stream = headway.stream(request(&command, "CompleteRequest"));
    let (mut events, mut text) = (Vec::new(), String::new());
    while let Some(event) = stream.next().await {
        let event = event?;
        if let Event::Delta(delta) = &event {
            text += &delta.text;
        }
        events.push(kind_of(&event));
        if events.last() == Some(&command.stop_at.as_str()) {
            break;
        }
    }
    Ok(json!({"events": events, "text": text}))
}

fn kind_of(event: &Event) -> &'static str {
    match event {
        Event::Queued(_) => "queued",
        Event::AttemptStarted(_) => "attemptStarted",
        Event::Delta(_) => "delta",
        Event::ToolCall(_) => "toolCall",
        Event::Done(_) => "done",
        _ => "other",
    }
}

fn request<M: prost::Message + Default>(command: &Command, name: &str) -> Request<M> {
    let mut request = Request::new(proto_json::read(name, command.request.clone()));
    if let Some(time) = command.timeout_ms {
        request.set_timeout(Duration::from_millis(time));
    }
    request
}
