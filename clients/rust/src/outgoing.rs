//! What goes with each call besides its message.

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::{Request, Status};

use crate::error::Error;

/// Adds the token and the trace context to each call.
#[derive(Clone)]
pub struct Outgoing {
    authorization: Option<MetadataValue<Ascii>>,
}

impl Outgoing {
    pub(crate) fn new(token: Option<String>) -> Result<Self, Error> {
        let authorization = token
            .map(|token| format!("Bearer {token}").parse::<MetadataValue<Ascii>>())
            .transpose()
            .map_err(|_| Status::invalid_argument("the token has characters that cannot be sent"))?
            .map(|mut value| {
                // So that it is never printed.
                value.set_sensitive(true);
                value
            });
        Ok(Self { authorization })
    }
}

impl Interceptor for Outgoing {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let metadata = request.metadata_mut();
        #[cfg(feature = "opentelemetry")]
        trace::inject(metadata);
        if let Some(value) = &self.authorization {
            metadata.insert("authorization", value.clone());
        }
        Ok(request)
    }
}

#[cfg(feature = "opentelemetry")]
pub(crate) use trace::in_current_trace;

/// There is no trace to stay in.
#[cfg(not(feature = "opentelemetry"))]
pub(crate) fn in_current_trace<F: Future>(work: F) -> F {
    work
}

#[cfg(feature = "opentelemetry")]
mod trace {
    use opentelemetry::context::FutureExt;
    use opentelemetry::propagation::Injector;
    use opentelemetry::{Context, global};
    use tonic::metadata::{MetadataKey, MetadataMap};

    /// Work that is spawned stays in the trace of who spawned it.
    pub(crate) fn in_current_trace<F: Future>(work: F) -> impl Future<Output = F::Output> {
        work.with_context(Context::current())
    }

    /// By OpenTelemetry's global propagator, which does nothing until the program sets one.
    pub(super) fn inject(metadata: &mut MetadataMap) {
        global::get_text_map_propagator(|propagator| {
            propagator.inject_context(&Context::current(), &mut Carrier(metadata));
        });
    }

    struct Carrier<'a>(&'a mut MetadataMap);

    impl Injector for Carrier<'_> {
        fn set(&mut self, key: &str, value: String) {
            if let (Ok(key), Ok(value)) = (key.parse::<MetadataKey<_>>(), value.parse()) {
                self.0.insert(key, value);
            }
        }
    }
}
