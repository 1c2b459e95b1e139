//! Another try for calls that do no harm when they are made twice.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use tonic::{Code, IntoRequest, Request, Response, Status};

use crate::error::Error;

const MOST_ATTEMPTS: u32 = 5;
const FIRST_DELAY: Duration = Duration::from_millis(100);

/// Calls up to five times, until Headway is there: after 0.1, 0.2, 0.4 and 0.8 s, a fifth more or less.
pub(crate) async fn until_available<M: Clone, T, F: Future<Output = Result<Response<T>, Status>>>(
    request: impl IntoRequest<M>,
    call: impl Fn(Request<M>) -> F,
) -> Result<T, Error> {
    let (metadata, extensions, message) = request.into_request().into_parts();
    let mut delay = FIRST_DELAY;
    for _ in 1..MOST_ATTEMPTS {
        let again = Request::from_parts(metadata.clone(), extensions.clone(), message.clone());
        match call(again).await.map_err(Error::from) {
            Err(error) if error.code() == Code::Unavailable => {
                tokio::time::sleep(delay.mul_f64(spread())).await
            }
            answer => return answer.map(Response::into_inner),
        }
        delay *= 2;
    }
    Ok(call(Request::from_parts(metadata, extensions, message)).await?.into_inner())
}

/// Between 0.8 and 1.2, so that not all who lost the same server come back at the same time. The hasher's random keys
/// are chance enough for that.
fn spread() -> f64 {
    0.8 + 0.4 * (RandomState::new().hash_one(()) as f64 / u64::MAX as f64)
}
