//! Slots around the calls that an HTTP client makes.

mod event_observer;
pub(crate) mod middleware;
mod observed_body;
#[cfg(feature = "async-openai")]
pub(crate) mod openai_service;
mod provider_call;
mod refusal_response;
mod settled_answer;
mod usage_reader;

#[cfg(test)]
mod wire_test;
