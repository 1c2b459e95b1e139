//! A streamed answer, which settles its slot when it ends.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::task::JoinHandle;

use super::event_observer::EventObserver;
use crate::report::Report;
use crate::slot::Slot;

/// Hands the events on, and settles the slot before the reader sees the end: as failed when the stream breaks or the
/// reader goes away before its end.
#[derive(Debug)]
pub(super) struct ObservedBody {
    source: reqwest::Body,
    observer: EventObserver,
    /// None once it is settled.
    slot: Option<Slot>,
    settling: Option<JoinHandle<()>>,
    /// What the reader gets as soon as the slot is settled.
    next: Option<Result<Frame<Bytes>, reqwest::Error>>,
    is_read: bool,
}

impl ObservedBody {
    pub(super) fn new(source: reqwest::Body, observer: EventObserver, slot: Slot) -> Self {
        Self { source, observer, slot: Some(slot), settling: None, next: None, is_read: false }
    }

    fn take(&mut self, read: Option<Result<Frame<Bytes>, reqwest::Error>>) {
        match read.map(|frame| frame.map(Frame::into_data)) {
            Some(Ok(Ok(piece))) => {
                let passed = self.observer.push(&piece);
                self.next = (!passed.is_empty()).then(|| Ok(Frame::data(passed.into())));
                if self.observer.is_complete() {
                    self.settle(true);
                }
            }
            Some(Ok(Err(other))) => self.next = Some(Ok(other)),
            Some(Err(error)) => {
                self.next = Some(Err(error));
                self.end(false);
            }
            None => {
                let rest = self.observer.rest();
                self.next = (!rest.is_empty()).then(|| Ok(Frame::data(rest.into())));
                self.end(true);
            }
        }
    }

    fn end(&mut self, is_whole: bool) {
        self.is_read = true;
        self.settle(is_whole);
    }

    fn settle(&mut self, is_whole: bool) {
        if let Some(slot) = self.slot.take() {
            slot.report(Report { usage: self.observer.usage(), ..Report::default() });
            self.settling = Some(slot.settle_quietly(is_whole));
        }
    }
}

impl Body for ObservedBody {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        loop {
            if let Some(settling) = &mut self.settling {
                // It logs what goes wrong by itself.
                let _ = ready!(Pin::new(settling).poll(context));
                self.settling = None;
            }
            if let Some(next) = self.next.take() {
                return Poll::Ready(Some(next));
            }
            if self.is_read {
                return Poll::Ready(None);
            }
            let read = ready!(Pin::new(&mut self.source).poll_frame(context));
            self.take(read);
        }
    }
}

impl Drop for ObservedBody {
    fn drop(&mut self) {
        self.settle(false);
    }
}
