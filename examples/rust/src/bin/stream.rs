//! Shows the place in the queue while it waits, then the text as it is written.

use headway_client::v1::CompleteRequest;
use headway_client::v1::stream_complete_response::Event;
use headway_client::{Headway, Options, user};

#[tokio::main]
async fn main() -> Result<(), headway_client::Error> {
    let headway = Headway::new(Options::default())?;
    let mut events = headway.stream(CompleteRequest {
        model: "echo/echo".into(),
        messages: vec![user("Tell me a story of two trains.")],
        ..Default::default()
    });
    while let Some(event) = events.next().await {
        match event? {
            Event::Queued(queued) => println!("number {} for {}", queued.position, queued.model),
            Event::AttemptStarted(attempt) => println!("calling {}", attempt.model),
            Event::Delta(delta) => print!("{}", delta.text),
            Event::Done(answer) => println!("\n{} tokens", answer.usage.unwrap_or_default().output_tokens()),
            _ => {}
        }
    }
    Ok(())
}
