"""Slots for callers in threads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Literal, TypeVar

import grpc
from headway.v1 import slots_pb2
from headway.v1.headway_service_pb2_grpc import HeadwayServiceStub

from ._channel import Connect
from ._renewer import Renewer
from ._slots import END_TIMEOUT, Grant, SlotReport, TokenUsage, report_of_exception
from .errors import HeadwayError

logger = logging.getLogger("headway_client")

T = TypeVar("T")
Outcome = Literal["succeeded", "failed", "rate_limited"]


class Slot:
    """The right to start one call now.

    As a context manager it settles itself: with what was reported when the block ends, as failed (or rate limited, when
    the exception says so) when it raises. The lease is renewed until then, for an hour at most.
    """

    def __init__(self, stub: HeadwayServiceStub, connect: Connect, renewer: Renewer, grant: Grant) -> None:
        self._stub = stub
        self._connect = connect
        self._renewer = renewer
        self._grant = grant
        self._lock = threading.Lock()
        self._is_ended = False
        self._settled: slots_pb2.SettleSlotResponse | None = None
        renewer.add(self, grant.renewal_interval)

    @property
    def id(self) -> str:
        """Name of the slot."""
        return self._grant.message.slot_id

    @property
    def model(self) -> str:
        """The model to call, as ``openai/gpt-4o-mini``."""
        return self._grant.message.model

    @property
    def deployment(self) -> str:
        """The deployment to call."""
        return self._grant.message.deployment

    @property
    def reserved_tokens(self) -> int:
        """Tokens that count against the limits until the slot is settled."""
        return self._grant.message.reserved_tokens

    @property
    def waited(self) -> float:
        """Seconds it was waited for."""
        return self._grant.message.waited.ToNanoseconds() / 1e9

    @property
    def is_late(self) -> bool:
        """Whether it may be too late to start the call, by when it was asked for: then release it and acquire anew."""
        return self._grant.is_late

    @property
    def is_ended(self) -> bool:
        """Whether it was settled or released."""
        return self._is_ended

    def report(
        self,
        *,
        usage: TokenUsage | None = None,
        outcome: Outcome | None = None,
        status_code: int | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Notes how the call went, for when the slot is settled. What is noted later wins, one by one."""
        self._grant.report = self._grant.report.updated(
            usage=usage, outcome=outcome, status_code=status_code, retry_after=retry_after, headers=headers
        )

    def settle(self, usage: TokenUsage | None = None, outcome: Outcome | None = None) -> slots_pb2.SettleSlotResponse:
        """Says how the call ended, with what was reported before. Settling twice gives the first answer.

        Raises HeadwayError, and ValueError after a release.
        """
        self.report(usage=usage, outcome=outcome)
        with self._lock:
            if self._settled is None:
                if self._is_ended:
                    raise ValueError("the slot was released, it cannot be settled")
                self._settled = self._end(lambda: self._call_settle(self._grant.report))
            return self._settled

    def release(self) -> None:
        """Gives the slot back: only for a call that was never sent. Does nothing to a settled one."""
        with self._lock:
            if not self._is_ended:
                request = slots_pb2.ReleaseSlotRequest(slot_id=self.id)
                self._end(
                    lambda: self._stub.ReleaseSlot(
                        request, timeout=END_TIMEOUT, metadata=self._connect.metadata()
                    )
                )

    def settle_quietly(self, usage: TokenUsage | None = None, outcome: Outcome | None = None) -> None:
        """As ``settle``, but what goes wrong is only logged: the call's own result matters more."""
        try:
            self.settle(usage, outcome)
        except HeadwayError as error:
            logger.warning("the slot %s could not be settled: %s", self.id, error)

    def renew(self) -> bool:
        """Makes the lease last as long again. False when it cannot be renewed any more."""
        if self._is_ended or not self._grant.may_renew:
            return False
        try:
            request = slots_pb2.RenewSlotRequest(slot_id=self.id)
            self._stub.RenewSlot(request, timeout=END_TIMEOUT, metadata=self._connect.metadata())
        except grpc.RpcError as error:
            logger.warning("the slot %s could not be renewed: %s", self.id, HeadwayError.of(error))
        return True

    def __enter__(self) -> Slot:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._is_ended:
            return
        if error is not None:
            self.report(**vars(report_of_exception(error)))
        self.settle_quietly()

    def _call_settle(self, report: SlotReport) -> slots_pb2.SettleSlotResponse:
        return self._stub.SettleSlot(
            report.to_request(self.id), timeout=END_TIMEOUT, metadata=self._connect.metadata()
        )

    def _end(self, call: Callable[[], T]) -> T:
        self._is_ended = True
        self._renewer.remove(self)
        try:
            return call()
        except grpc.RpcError as error:
            raise HeadwayError.of(error) from error
