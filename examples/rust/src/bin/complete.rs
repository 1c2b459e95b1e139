//! Answers a question: cd examples/rust && cargo run --bin complete

use std::time::Duration;

use headway_client::v1::CompleteRequest;
use headway_client::{Headway, Options, text_of, user};
use tonic::Request;

#[tokio::main]
async fn main() -> Result<(), headway_client::Error> {
    let headway = Headway::new(Options::default())?;
    let mut request = Request::new(CompleteRequest {
        model: "echo/echo".into(),
        messages: vec![user("Why do trains keep their distance?")],
        tags: [("feature".into(), "example".into())].into(),
        ..Default::default()
    });
    request.set_timeout(Duration::from_secs(60));

    let answer = match headway.complete(request).await {
        Ok(answer) => answer,
        Err(error) => {
            eprintln!("{:?}: {}; try again in {:?}", error.reason(), error.message(), error.retry_after());
            return Err(error);
        }
    };
    let (usage, cost) = (answer.usage.unwrap_or_default(), answer.cost.unwrap_or_default());
    println!("{}", text_of(&answer.message));
    println!("{}: {} tokens, {} nano-dollars", answer.model, usage.total_tokens(), cost.total_nano_usd);
    for attempt in answer.attempts {
        println!("tried {}: {}", attempt.model, attempt.explanation);
    }
    Ok(())
}
