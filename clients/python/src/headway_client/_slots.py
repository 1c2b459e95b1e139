"""What the slots of both clients share: requests, reports and how they become messages."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from google.protobuf.duration_pb2 import Duration
from headway.v1 import routing_pb2, slots_pb2, usage_pb2

_RATE_LIMIT_HEADER = re.compile(r"(x-ratelimit-|anthropic-ratelimit-|retry-after)", re.IGNORECASE)

# A slot that nobody settles is renewed no longer than this, so that a forgotten one ends.
LONGEST_HOLD = 3_600.0
# Seconds for which to try to end a slot whose call is over.
END_TIMEOUT = 10.0

# A grant that came too late to be used is given back and asked for again at most so many times.
MOST_LATE_GRANTS = 3

OUTCOMES = {
    "succeeded": slots_pb2.SLOT_OUTCOME_SUCCEEDED,
    "failed": slots_pb2.SLOT_OUTCOME_FAILED,
    "rate_limited": slots_pb2.SLOT_OUTCOME_RATE_LIMITED,
}


@dataclass(frozen=True)
class TokenUsage:
    """Tokens a provider reported. None: it did not report that; 0: none."""

    input_tokens: int | None = None
    """The whole prompt, cached tokens included."""
    output_tokens: int | None = None
    """The whole answer, reasoning included."""
    cached_input_tokens: int | None = None
    """The part of the input that was read from the provider's cache."""
    cache_write_input_tokens: int | None = None
    """The part of the input that was written to the provider's cache."""
    reasoning_tokens: int | None = None
    """The part of the output that was spent on reasoning."""
    total_tokens: int | None = None
    """Input and output together, for who knows only the total."""


@dataclass(frozen=True)
class SlotReport:
    """How the call in a slot ended. None: not known."""

    usage: TokenUsage | None = None
    outcome: str | None = None
    status_code: int | None = None
    retry_after: float | None = None
    headers: Mapping[str, str] | None = None

    def updated(self, **changes: Any) -> SlotReport:
        """With what is not None in its place."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})

    def to_request(self, slot_id: str) -> slots_pb2.SettleSlotRequest:
        request = slots_pb2.SettleSlotRequest(
            slot_id=slot_id, outcome=OUTCOMES[self.outcome or "succeeded"], provider_status_code=self.status_code
        )
        if self.usage is not None:
            request.usage.CopyFrom(usage_pb2.Usage(**vars(self.usage)))
        if self.retry_after is not None:
            request.retry_after.CopyFrom(duration(self.retry_after))
        for name, value in (self.headers or {}).items():
            if _RATE_LIMIT_HEADER.match(name):
                request.provider_headers[name] = value
        return request


def report_of_exception(error: BaseException) -> SlotReport:
    """What can be learned of a failed call from what its SDK raised: those of OpenAI and Anthropic tell both."""
    status_code = getattr(error, "status_code", None)
    headers = getattr(getattr(error, "response", None), "headers", None)
    if not isinstance(status_code, int) or not 100 <= status_code <= 599:
        status_code = None
    return SlotReport(
        outcome="rate_limited" if status_code == 429 else "failed",
        status_code=status_code,
        headers=headers if isinstance(headers, Mapping) else None,
    )


def acquire_request(
    models: str | Sequence[str],
    *,
    input_tokens: int | None = None,
    max_output_tokens: int | None = None,
    total_tokens: int | None = None,
    max_wait: float | None = None,
    lease: float | None = None,
    priority: routing_pb2.Priority.ValueType | None = None,
    tags: Mapping[str, str] | None = None,
    request_id: str | None = None,
) -> slots_pb2.AcquireSlotRequest:
    return slots_pb2.AcquireSlotRequest(
        models=[models] if isinstance(models, str) else models,
        input_tokens=input_tokens,
        max_output_tokens=max_output_tokens,
        total_tokens=total_tokens,
        max_wait=None if max_wait is None else duration(max_wait),
        lease_duration=None if lease is None else duration(lease),
        priority=priority or routing_pb2.PRIORITY_UNSPECIFIED,
        tags=tags,
        request_id=request_id or "",
    )


def duration(seconds: float) -> Duration:
    value = Duration()
    value.FromNanoseconds(round(seconds * 1e9))
    return value


@dataclass
class Grant:
    """A slot as it was granted, and what has become known of its call since."""

    message: slots_pb2.AcquireSlotResponse
    lease: float | None
    asked_at: float
    report: SlotReport = field(default_factory=SlotReport)

    @property
    def granted_at(self) -> float:
        """At the earliest: what the request took on its way counts as if the answer had."""
        return self.asked_at + self.message.waited.ToNanoseconds() / 1e9

    @property
    def is_late(self) -> bool:
        if not self.message.HasField("start_within"):
            return False
        return time.monotonic() - self.granted_at > self.message.start_within.ToNanoseconds() / 1e9

    @property
    def renewal_interval(self) -> float:
        lasts = self.lease or self.message.expire_time.ToNanoseconds() / 1e9 - time.time()
        # A clock that goes wrong against the server's must not make it renew all the time.
        return max(1.0, lasts / 2)

    @property
    def may_renew(self) -> bool:
        return time.monotonic() - self.granted_at < LONGEST_HOLD
