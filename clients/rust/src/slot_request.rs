//! Asking for a slot.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

use crate::client::Headway;
use crate::error::Error;
use crate::slot::Slot;
use crate::v1::{AcquireSlotRequest, AcquireSlotResponse, Priority};

const SHORTEST_RENEWAL: Duration = Duration::from_secs(1);
/// A grant that came too late to be used is given back and asked for again at most so many times.
const MOST_LATE_GRANTS: u32 = 3;

/// Asks for the right to start one call.
#[derive(Clone, Debug, Default)]
pub struct SlotRequest {
    /// `provider/model`, in order of preference; the first that can start in time wins. Default: the server's.
    pub models: Vec<String>,
    /// Tokens of the prompt. Default 0, unless `total_tokens` is set.
    pub input_tokens: Option<i64>,
    /// The most tokens the call may write. Default: what such answers usually need.
    pub max_output_tokens: Option<i64>,
    /// Input and output together, instead of the two above. Default: their sum.
    pub total_tokens: Option<i64>,
    /// The longest wait; zero: only when it can start at once. Default: that of the server.
    pub max_wait: Option<Duration>,
    /// How long the slot lasts unless renewed. Default: that of the server.
    pub lease: Option<Duration>,
    /// Who goes first. Default: normal.
    pub priority: Priority,
    /// Labels for usage and cost.
    pub tags: HashMap<String, String>,
    /// The caller's name for the request. Empty: Headway makes one.
    pub request_id: String,
}

impl SlotRequest {
    /// Asks for one call of `model`, with the defaults for all else.
    pub fn new(model: impl Into<String>) -> Self {
        Self { models: vec![model.into()], ..Self::default() }
    }

    fn message(&self) -> AcquireSlotRequest {
        let duration = |time: Duration| time.try_into().ok();
        AcquireSlotRequest {
            models: self.models.clone(),
            input_tokens: self.input_tokens,
            max_output_tokens: self.max_output_tokens,
            total_tokens: self.total_tokens,
            max_wait: self.max_wait.and_then(duration),
            lease_duration: self.lease.and_then(duration),
            priority: self.priority.into(),
            tags: self.tags.clone(),
            request_id: self.request_id.clone(),
        }
    }

    fn renewal_interval(&self, grant: &AcquireSlotResponse) -> Duration {
        let granted = || {
            let expires = SystemTime::try_from(grant.expire_time?).ok()?;
            expires.duration_since(SystemTime::now()).ok()
        };
        let lasts = self.lease.or_else(granted).unwrap_or_default();
        // A clock that goes wrong against the server's must not make it renew all the time.
        (lasts / 2).max(SHORTEST_RENEWAL)
    }
}

impl Headway {
    /// Waits until one call may start. Settle the slot when the call is done; dropped, it settles itself as failed.
    /// [`Headway::with_slot`] does all of it. A grant that was too long on its way is given back and asked for again, three
    /// times at most.
    pub async fn acquire_slot(&self, request: &SlotRequest) -> Result<Slot, Error> {
        let mut late = 0;
        loop {
            let asked_at = Instant::now();
            let granted = self.service().acquire_slot(request.message()).await?;
            let interval = request.renewal_interval(granted.get_ref());
            let slot = Slot::start(self.service(), granted.into_inner(), asked_at, interval);
            if !slot.is_late() || late == MOST_LATE_GRANTS {
                return Ok(slot);
            }
            // Whether that works tells nothing that the next answer does not.
            slot.release().await.ok();
            late += 1;
        }
    }

    /// Makes a call in a slot: waits until the call may start, runs it, and settles with what it reported. When `call`
    /// returns an error the slot is settled as failed, unless it reported another outcome; so it is when it panics, or
    /// when the future is dropped. A settlement that goes wrong is only logged.
    pub async fn with_slot<T, E: From<Error>>(
        &self,
        request: &SlotRequest,
        call: impl AsyncFnOnce(&Slot) -> Result<T, E>,
    ) -> Result<T, E> {
        let slot = self.acquire_slot(request).await?;
        let answer = call(&slot).await;
        // It logs what goes wrong by itself.
        let _ = slot.settle_quietly(answer.is_ok()).await;
        answer
    }
}
