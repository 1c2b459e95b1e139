//! The right to start one call.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinHandle};
use tonic::Status;

use crate::client::Service;
use crate::error::Error;
use crate::outgoing::in_current_trace;
use crate::report::Report;
use crate::retry::until_available;
use crate::v1::{AcquireSlotResponse, ReleaseSlotRequest, RenewSlotRequest, SettleSlotResponse, SlotOutcome};

/// A slot that nobody settles is renewed no longer than this, so that a forgotten one ends.
const LONGEST_HOLD: Duration = Duration::from_secs(3_600);

/// How long to try to end or renew a slot.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// The right to start one call now. Settle it when the call is done, release it when the call was never sent; dropped, it
/// settles itself as failed in the background, for the call may have been sent. The lease is renewed until then, for an
/// hour at most. [`crate::Headway::with_slot`] does it all.
#[derive(Debug)]
pub struct Slot {
    grant: AcquireSlotResponse,
    /// At the earliest: what the request took on its way counts as if the answer had.
    granted_at: Instant,
    service: Service,
    /// Where it ends: in a task of its own, so that it does also when nobody waits for it any more.
    runtime: Handle,
    renewal: AbortHandle,
    report: Mutex<Report>,
    is_ended: bool,
}

impl Slot {
    /// Within a Tokio runtime.
    pub(crate) fn start(
        service: Service,
        grant: AcquireSlotResponse,
        asked_at: Instant,
        interval: Duration,
    ) -> Self {
        let granted_at = asked_at + duration_of(grant.waited).unwrap_or_default();
        let renewal = renew(service.clone(), grant.slot_id.clone(), granted_at, interval);
        let runtime = Handle::current();
        Self {
            grant,
            granted_at,
            service,
            renewal: runtime.spawn(in_current_trace(renewal)).abort_handle(),
            runtime,
            report: Mutex::default(),
            is_ended: false,
        }
    }

    /// The name of the slot.
    pub fn id(&self) -> &str {
        &self.grant.slot_id
    }

    /// The model to call, as `openai/gpt-4o-mini`.
    pub fn model(&self) -> &str {
        &self.grant.model
    }

    /// The deployment to call.
    pub fn deployment(&self) -> &str {
        &self.grant.deployment
    }

    /// Tokens that count against the limits until the slot is settled.
    pub fn reserved_tokens(&self) -> i64 {
        self.grant.reserved_tokens
    }

    /// How long the slot was waited for.
    pub fn waited(&self) -> Duration {
        duration_of(self.grant.waited).unwrap_or_default()
    }

    /// Whether it may be too late to start the call, by when it was asked for: then release the slot and acquire anew.
    pub fn is_late(&self) -> bool {
        duration_of(self.grant.start_within).is_some_and(|within| self.granted_at.elapsed() > within)
    }

    /// Notes how the call went, for when the slot is settled. What is noted later wins, field by field.
    pub fn report(&self, report: Report) {
        let mut noted = self.noted();
        *noted = mem::take(&mut *noted).with(report);
    }

    /// Says how the call ended, with what was reported before. It is said also when the future is dropped.
    pub async fn settle(mut self, report: Report) -> Result<SettleSlotResponse, Error> {
        self.report(report);
        let settlement = self.settlement();
        joined(self.end(settlement)).await
    }

    /// Gives the slot back: only for a call that was never sent. It is given back also when the future is dropped.
    pub async fn release(mut self) -> Result<(), Error> {
        let (service, slot_id) = (self.service.clone(), self.grant.slot_id.clone());
        let released = self.end(in_time(async move {
            until_available(ReleaseSlotRequest { slot_id }, |request| {
                let mut service = service.clone();
                async move { service.release_slot(request).await }
            })
            .await
        }));
        joined(released).await.map(drop)
    }

    /// Settles in the background, as failed unless the call `is_done` or another outcome was reported. What goes wrong is
    /// only logged: the call's own result matters more.
    pub(crate) fn settle_quietly(mut self, is_done: bool) -> JoinHandle<()> {
        self.end_quietly(is_done)
    }

    fn end_quietly(&mut self, is_done: bool) -> JoinHandle<()> {
        if !is_done {
            self.noted().outcome.get_or_insert(SlotOutcome::Failed);
        }
        let settlement = self.settlement();
        let slot_id = self.grant.slot_id.clone();
        self.end(async move {
            if let Err(error) = settlement.await {
                tracing::warn!(slot_id, %error, "a Headway slot could not be settled");
            }
        })
    }

    fn settlement(&self) -> impl Future<Output = Result<SettleSlotResponse, Error>> + Send + use<> {
        let request = mem::take(&mut *self.noted()).into_request(self.grant.slot_id.clone());
        let service = self.service.clone();
        in_time(async move {
            until_available(request, |request| {
                let mut service = service.clone();
                async move { service.settle_slot(request).await }
            })
            .await
        })
    }

    fn end<T: Send + 'static>(&mut self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.is_ended = true;
        self.renewal.abort();
        self.runtime.spawn(in_current_trace(work))
    }

    fn noted(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.is_ended {
            self.end_quietly(false);
        }
    }
}

async fn renew(mut service: Service, slot_id: String, granted_at: Instant, interval: Duration) {
    while granted_at.elapsed() + interval < LONGEST_HOLD {
        tokio::time::sleep(interval).await;
        let request = RenewSlotRequest { slot_id: slot_id.clone(), lease_duration: None };
        if let Err(error) = in_time(async { Ok(service.renew_slot(request).await?) }).await {
            tracing::warn!(slot_id, %error, "a Headway slot could not be renewed");
        }
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = |_| Status::deadline_exceeded(format!("no answer within {END_TIMEOUT:?}")).into();
    tokio::time::timeout(END_TIMEOUT, work).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
}

async fn joined<T>(task: JoinHandle<Result<T, Error>>) -> Result<T, Error> {
    let cut = |error| Status::cancelled(format!("the runtime is shutting down: {error}")).into();
    task.await.unwrap_or_else(|error| Err(cut(error)))
}

fn duration_of(duration: Option<prost_types::Duration>) -> Option<Duration> {
    duration?.try_into().ok()
}
