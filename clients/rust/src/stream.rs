//! The events of a streamed completion.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tonic::{Request, Response, Status};

use crate::client::Service;
use crate::error::Error;
use crate::v1::stream_complete_response::Event;
use crate::v1::{CompleteRequest, StreamCompleteRequest, StreamCompleteResponse};

/// The events of a streamed completion: a [`Stream`] that also can be read without one of the crates for streams. It is
/// asked for when it is first read. Dropping it cancels the call.
pub struct EventStream {
    responses: Pin<Box<dyn Stream<Item = Result<StreamCompleteResponse, Status>> + Send>>,
}

impl EventStream {
    pub(crate) fn open(mut service: Service, request: Request<CompleteRequest>) -> Self {
        let request = request.map(|request| StreamCompleteRequest { request: Some(request) });
        let opened = async move { service.stream_complete(request).await.map(Response::into_inner) };
        Self { responses: Box::pin(stream::once(opened).try_flatten()) }
    }

    /// The next event. None: the stream has ended well, with `Done`.
    pub async fn next(&mut self) -> Option<Result<Event, Error>> {
        StreamExt::next(self).await
    }
}

impl Stream for EventStream {
    type Item = Result<Event, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let Some(response) = ready!(self.responses.as_mut().poll_next(context)) else {
                return Poll::Ready(None);
            };
            match response.map(|response| response.event) {
                Ok(Some(event)) => return Poll::Ready(Some(Ok(event))),
                // Of a kind that a later Headway knows.
                Ok(None) => {}
                Err(status) => return Poll::Ready(Some(Err(status.into()))),
            }
        }
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EventStream").finish_non_exhaustive()
    }
}
