//! The client of Headway: it starts LLM calls only when the provider is going to accept them.
//!
//! A [`Headway`] answers conversations ([`Headway::complete`], [`Headway::stream`]), reports usage ([`Headway::usage`])
//! and gives slots ([`Headway::with_slot`]) to programs that call their providers themselves. `HeadwayMiddleware` does
//! the latter for the HTTP client of whoever uses `reqwest`, and so for SDKs that take such a client.

mod client;
mod error;
mod message;
mod outgoing;
mod report;
mod retry;
mod slot;
mod slot_request;
mod stream;

#[cfg(feature = "reqwest")]
mod http_layer;

pub use client::{Headway, Options, Service};
pub use error::{Error, Violation};
#[cfg(feature = "reqwest")]
pub use http_layer::middleware::{HeadwayMiddleware, MiddlewareOptions, ModelOf, OnUnavailable};
#[cfg(feature = "async-openai")]
pub use http_layer::openai_service::OpenAiService;
pub use message::{assistant, system, text_of, user};
pub use report::{Report, usage_of};
pub use slot::Slot;
pub use slot_request::SlotRequest;
pub use stream::EventStream;

/// What is sent and received: the generated code of `headway.v1`.
#[allow(clippy::all, missing_docs, rustdoc::all)]
pub mod v1 {
    include!("gen/headway.v1.rs");
}
