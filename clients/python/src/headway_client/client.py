"""The client for programs with threads."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TypeVar

import grpc
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
from ._renewer import Renewer
from ._slots import MOST_LATE_GRANTS, Grant, acquire_request
from .errors import HeadwayError
from .slot import Slot

T = TypeVar("T")


class Headway:
    """A connection to Headway, to be kept as long as the process lives and shared by all that calls models.

    It connects at the first call, and again when the connection breaks. Safe for use by many threads.

    address: ``host:port`` of the gRPC door. Default: the variable ``HEADWAY_ADDRESS``, else ``127.0.0.1:50051``.
    token: the tenant's token. Default: the variable ``HEADWAY_TOKEN``, else none is sent.
    tls: True, or credentials of one's own. Default: plain text.
    keep_alive: seconds after which an idle connection is pinged, so that a dead one is noticed; 0: never.
    """

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
            grpc.insecure_channel(self._connect.target, self._connect.options)
            if credentials is None
            else grpc.secure_channel(self._connect.target, credentials, self._connect.options)
        )
        self._stub = HeadwayServiceStub(self._channel)
        self._renewer = Renewer()

    def complete(
        self, request: complete_pb2.CompleteRequest, *, timeout: float | None = None
    ) -> complete_pb2.CompleteResponse:
        """Answers a conversation: chooses a model, waits for its turn, calls it, falls back. Raises HeadwayError."""
        return _checked(lambda: self._stub.Complete(request, timeout=timeout, metadata=self._connect.metadata()))

    def stream(
        self, request: complete_pb2.CompleteRequest, *, timeout: float | None = None
    ) -> Iterator[stream_complete_pb2.StreamCompleteResponse]:
        """The same, with events while it waits and the text as it is written. The last event is ``done``.

        Closing the iterator early cancels the call. Raises HeadwayError.
        """
        wrapped = stream_complete_pb2.StreamCompleteRequest(request=request)
        call = self._stub.StreamComplete(wrapped, timeout=timeout, metadata=self._connect.metadata())
        try:
            yield from call
        except grpc.RpcError as error:
            raise HeadwayError.of(error) from error
        finally:
            call.cancel()

    def usage(
        self, request: get_usage_pb2.GetUsageRequest | None = None, *, timeout: float | None = None
    ) -> get_usage_pb2.GetUsageResponse:
        """Says what is used, left, waiting and spent. Raises HeadwayError."""
        asked = request or get_usage_pb2.GetUsageRequest()
        return _checked(lambda: self._stub.GetUsage(asked, timeout=timeout, metadata=self._connect.metadata()))

    def models(self, *, timeout: float | None = None) -> Sequence[list_models_pb2.Model]:
        """Lists the models with their limits, prices and health. Raises HeadwayError."""
        asked = list_models_pb2.ListModelsRequest()
        return _checked(
            lambda: self._stub.ListModels(asked, timeout=timeout, metadata=self._connect.metadata())
        ).models

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
    ) -> Slot:
        """Waits until one call may start; use it as ``with headway.slot(…) as slot:``. Raises HeadwayError.

        models: ``provider/model``, or several in order of preference; the first that can start in time wins.
        input_tokens: tokens of the prompt. Default 0, unless total_tokens is set.
        max_output_tokens: the most tokens the call may write. Default: what such answers usually need.
        total_tokens: input and output together, instead of the two above.
        max_wait: seconds; 0: only when it can start at once. Default: that of the server.
        lease: seconds the slot lasts unless renewed. Default: that of the server.
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
        return self._acquire(request, lease, timeout)

    def close(self) -> None:
        """Closes the connection; calls in progress are cut."""
        self._renewer.close()
        self._channel.close()

    def __enter__(self) -> Headway:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _acquire(self, request: slots_pb2.AcquireSlotRequest, lease: float | None, timeout: float | None) -> Slot:
        late = 0
        while True:
            asked_at = time.monotonic()
            grant = _checked(
                lambda: self._stub.AcquireSlot(request, timeout=timeout, metadata=self._connect.metadata())
            )
            slot = Slot(self._stub, self._connect, self._renewer, Grant(grant, lease, asked_at))
            if not slot.is_late or late == MOST_LATE_GRANTS:
                return slot
            # Whether that works tells nothing that the next answer does not.
            with contextlib.suppress(HeadwayError):
                slot.release()
            late += 1


def _checked(call: Callable[[], T]) -> T:
    try:
        return call()
    except grpc.RpcError as error:
        raise HeadwayError.of(error) from error
