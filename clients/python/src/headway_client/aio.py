"""The client for asyncio programs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Generator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import grpc
import grpc.aio
from headway.v1 import (
    complete_pb2,
    get_usage_pb2,
    list_models_pb2,
    routing_pb2,
    slots_pb2,
    stream_complete_pb2,
)
from headway.v1.headway_service_pb2_grpc import HeadwayServiceStub

from ._channel import Connect
from ._slots import (
    END_TIMEOUT,
    MOST_LATE_GRANTS,
    Grant,
    SlotReport,
    TokenUsage,
    acquire_request,
    report_of_exception,
)
from .errors import HeadwayError
from .slot import Outcome

if TYPE_CHECKING:
    from headway.v1.headway_service_pb2_grpc import HeadwayServiceAsyncStub

logger = logging.getLogger("headway_client")

T = TypeVar("T")


class AsyncHeadway:
    """As ``Headway``, for asyncio. A cancelled task gives its call up; what waits in Headway leaves the queue."""

    def __init__(
        self,
        address: str | None = None,
        *,
        token: str | None = None,
        tls: bool | grpc.ChannelCredentials = False,
        keep_alive: float = 30.0,
    ) -> None:
        self._connect = Connect(address, token, tls, keep_alive)
        credentials = self._connect.credentials
        self._channel = (
            grpc.aio.insecure_channel(self._connect.target, self._connect.options)
            if credentials is None
            else grpc.aio.secure_channel(self._connect.target, credentials, self._connect.options)
        )
        self._stub: HeadwayServiceAsyncStub = HeadwayServiceStub(self._channel)

    async def complete(
        self, request: complete_pb2.CompleteRequest, *, timeout: float | None = None
    ) -> complete_pb2.CompleteResponse:
        """Answers a conversation: chooses a model, waits for its turn, calls it, falls back. Raises HeadwayError."""
        return await _checked(
            self._stub.Complete(request, timeout=timeout, metadata=self._connect.metadata())
        )

    async def stream(
        self, request: complete_pb2.CompleteRequest, *, timeout: float | None = None
    ) -> AsyncIterator[stream_complete_pb2.StreamCompleteResponse]:
        """The same, with events while it waits and the text as it is written. The last event is ``done``.

        Closing the iterator early cancels the call. Raises HeadwayError.
        """
        wrapped = stream_complete_pb2.StreamCompleteRequest(request=request)
        call = self._stub.StreamComplete(wrapped, timeout=timeout, metadata=self._connect.metadata())
        try:
            async for response in call:
                yield response
        except grpc.aio.AioRpcError as error:
            raise HeadwayError.of(error) from error
        finally:
            call.cancel()

    async def usage(
        self, request: get_usage_pb2.GetUsageRequest | None = None, *, timeout: float | None = None
    ) -> get_usage_pb2.GetUsageResponse:
        """Says what is used, left, waiting and spent. Raises HeadwayError."""
        asked = request or get_usage_pb2.GetUsageRequest()
        return await _checked(self._stub.GetUsage(asked, timeout=timeout, metadata=self._connect.metadata()))

    async def models(self, *, timeout: float | None = None) -> Sequence[list_models_pb2.Model]:
        """Lists the models with their limits, prices and health. Raises HeadwayError."""
        asked = list_models_pb2.ListModelsRequest()
        response = await _checked(
            self._stub.ListModels(asked, timeout=timeout, metadata=self._connect.metadata())
        )
        return response.models

    def slot(
        self,
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
        timeout: float | None = None,
    ) -> AsyncSlotAcquisition:
        """Waits until one call may start: ``async with headway.slot(…) as slot:``, or ``await`` it.

        The arguments are those of ``Headway.slot``. Raises HeadwayError.
        """
        request = acquire_request(
            models,
            input_tokens=input_tokens,
            max_output_tokens=max_output_tokens,
            total_tokens=total_tokens,
            max_wait=max_wait,
            lease=lease,
            priority=priority,
            tags=tags,
            request_id=request_id,
        )
        return AsyncSlotAcquisition(self, request, lease, timeout)

    async def close(self) -> None:
        """Closes the connection; calls in progress are cut."""
        await self._channel.close()

    async def __aenter__(self) -> AsyncHeadway:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _acquire(
        self, request: slots_pb2.AcquireSlotRequest, lease: float | None, timeout: float | None
    ) -> AsyncSlot:
        late = 0
        while True:
            asked_at = time.monotonic()
            grant = await _checked(
                self._stub.AcquireSlot(request, timeout=timeout, metadata=self._connect.metadata())
            )
            slot = AsyncSlot(self._stub, self._connect, Grant(grant, lease, asked_at))
            if not slot.is_late or late == MOST_LATE_GRANTS:
                return slot
            # Whether that works tells nothing that the next answer does not.
            with contextlib.suppress(HeadwayError):
                await slot.release()
            late += 1


class AsyncSlotAcquisition:
    """A slot to be acquired, by ``async with`` or ``await``."""

    def __init__(
        self,
        headway: AsyncHeadway,
        request: slots_pb2.AcquireSlotRequest,
        lease: float | None,
        timeout: float | None,
    ) -> None:
        self._headway = headway
        self._request = request
        self._lease = lease
        self._timeout = timeout
        self._slot: AsyncSlot | None = None

    def __await__(self) -> Generator[None, None, AsyncSlot]:
        return self._headway._acquire(self._request, self._lease, self._timeout).__await__()

    async def __aenter__(self) -> AsyncSlot:
        self._slot = await self
        return self._slot

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._slot is not None:
            await self._slot.__aexit__(error_type, error, traceback)


class AsyncSlot:
    """As ``Slot``, for asyncio."""

    def __init__(self, stub: HeadwayServiceAsyncStub, connect: Connect, grant: Grant) -> None:
        self._stub = stub
        self._connect = connect
        self._grant = grant
        self._ending: asyncio.Future[slots_pb2.SettleSlotResponse | None] | None = None
        self._renewing: asyncio.Future[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(grant.renewal_interval, self._renew)

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
        return self._ending is not None

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

    async def settle(
        self, usage: TokenUsage | None = None, outcome: Outcome | None = None
    ) -> slots_pb2.SettleSlotResponse:
        """Says how the call ended, with what was reported before. Settling twice gives the first answer.

        Raises HeadwayError, and ValueError after a release.
        """
        if self._ending is None:
            self.report(usage=usage, outcome=outcome)
            self._end(self._call_settle(self._grant.report))
        settled = await self._ended()
        if settled is None:
            raise ValueError("the slot was released, it cannot be settled")
        return settled

    async def release(self) -> None:
        """Gives the slot back: only for a call that was never sent. Does nothing to a settled one."""
        if self._ending is None:
            self._end(self._call_release())
        await self._ended()

    async def settle_quietly(self, usage: TokenUsage | None = None, outcome: Outcome | None = None) -> None:
        """As ``settle``, but what goes wrong is only logged: the call's own result matters more."""
        try:
            await self.settle(usage, outcome)
        except HeadwayError as error:
            logger.warning("the slot %s could not be settled: %s", self.id, error)

    async def __aenter__(self) -> AsyncSlot:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self.is_ended:
            return
        if error is not None:
            self.report(**vars(report_of_exception(error)))
        await self.settle_quietly()

    def _end(self, call: Awaitable[slots_pb2.SettleSlotResponse | None]) -> None:
        self._timer.cancel()
        self._ending = asyncio.ensure_future(call)

    async def _ended(self) -> slots_pb2.SettleSlotResponse | None:
        assert self._ending is not None
        # A task that is cancelled here has its slot settled all the same.
        return await asyncio.shield(self._ending)

    async def _call_settle(self, report: SlotReport) -> slots_pb2.SettleSlotResponse:
        return await _checked(
            self._stub.SettleSlot(
                report.to_request(self.id), timeout=END_TIMEOUT, metadata=self._connect.metadata()
            )
        )

    async def _call_release(self) -> None:
        request = slots_pb2.ReleaseSlotRequest(slot_id=self.id)
        await _checked(
            self._stub.ReleaseSlot(request, timeout=END_TIMEOUT, metadata=self._connect.metadata())
        )

    def _renew(self) -> None:
        if self.is_ended or not self._grant.may_renew:
            return
        self._renewing = asyncio.ensure_future(self._call_renew())
        self._timer = asyncio.get_running_loop().call_later(self._grant.renewal_interval, self._renew)

    async def _call_renew(self) -> None:
        request = slots_pb2.RenewSlotRequest(slot_id=self.id)
        try:
            await _checked(self._stub.RenewSlot(request, timeout=END_TIMEOUT, metadata=self._connect.metadata()))
        except HeadwayError as error:
            logger.warning("the slot %s could not be renewed: %s", self.id, error)


async def _checked(call: Awaitable[T]) -> T:
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        raise HeadwayError.of(error) from error
