use std::collections::HashMap;

use headway_client::v1::CompleteRequest;
use headway_client::{Headway, Options};
use opentelemetry::context::FutureExt;
use opentelemetry::global;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use serde_json::{Value, json};
use tonic::transport::{Certificate, ClientTlsConfig};

use crate::command::Command;
use crate::failure::Failure;

pub async fn connect(command: Command) -> Result<Value, Failure> {
    let trusting = |root| ClientTlsConfig::new().ca_certificate(Certificate::from_pem(root));
    let options = Options {
        address: command.address,
        token: Some(command.token),
        tls: command.tls_root.map(trusting),
        ..Options::default()
    };
    global::set_text_map_propagator(TraceContextPropagator::new());
    let carrier = HashMap::from([("traceparent".to_owned(), command.traceparent)]);
    let trace = global::get_text_map_propagator(|propagator| propagator.extract(&carrier));
    Headway::new(options)?.complete(CompleteRequest::default()).with_context(trace).await?;
    Ok(json!({}))
}
