"""Transports of httpx that reserve before and settle after each call of a model.

``OpenAI(http_client=DefaultHttpxClient(transport=HeadwayTransport(headway)))``: each call of a model waits for its slot
and is settled with the usage and the rate-limit headers of the answer; a stream when it ends. Other requests pass
untouched. A refusal becomes a response with status 429 (or 400, 401, 403, 404, 503) and the header
``x-headway-reason``, which the SDK raises as its own error and does not retry.

Both ``httpx2``, which the SDKs use today, and ``httpx`` are served: whichever the client belongs to.
"""

from __future__ import annotations

import json
import logging
import math
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

import grpc
from headway.v1 import routing_pb2

from ._events import EventObserver
from ._provider_call import ProviderCall, UsageReader, read_provider_call
from ._slots import TokenUsage
from .aio import AsyncHeadway, AsyncSlot
from .client import Headway
from .errors import HeadwayError
from .slot import Slot

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport, BaseTransport
else:
    AsyncBaseTransport = BaseTransport = object

logger = logging.getLogger("headway_client")

_HTTP_STATUS = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
}


@dataclass(frozen=True)
class _Options:
    provider: str | None
    model_of: Callable[[str], str] | None
    on_unavailable: Literal["fail", "proceed"]
    max_wait: float | None
    lease: float | None
    priority: routing_pb2.Priority.ValueType | None
    tags: Mapping[str, str] | None

    def slot_arguments(self, call: ProviderCall) -> dict[str, Any]:
        model_of = self.model_of or (lambda model: f"{self.provider or call.wire}/{model}")
        return {
            "models": model_of(call.upstream_model),
            "input_tokens": call.input_tokens,
            "max_output_tokens": call.max_output_tokens,
            "max_wait": self.max_wait,
            "lease": self.lease,
            "priority": self.priority,
            "tags": self.tags,
        }


class _Wrapper:
    """What both transports share. The libraries are told apart by the request, so that neither must be installed."""

    proceeded_count: int
    """Calls that went on without a slot because Headway could not be reached."""

    def __init__(self, options: _Options) -> None:
        self._options = options
        self.proceeded_count = 0

    def _refused(self, request: Any, error: HeadwayError) -> Any | None:
        """The response to a refusal; None when the call shall go on without Headway."""
        if error.is_unavailable and self._options.on_unavailable == "proceed":
            self.proceeded_count += 1
            logger.warning("Headway cannot be reached, a call goes on without it: %s", error)
            return None
        code = error.reason or "UNAVAILABLE"
        headers = {"x-should-retry": "false", "x-headway-reason": code, "content-type": "application/json"}
        if error.retry_after is not None:
            headers["retry-after-ms"] = str(math.ceil(error.retry_after * 1_000))
            headers["retry-after"] = str(math.ceil(error.retry_after))
        content = {"type": "headway_error", "code": code, "message": f"Headway: {error}"}
        return _library_of(request).Response(
            _HTTP_STATUS.get(error.code, 503),
            headers=headers,
            content=json.dumps({"type": "error", "error": content}).encode(),
            request=request,
        )


class HeadwayTransport(_Wrapper, BaseTransport):
    """For ``httpx.Client``.

    provider: the provider's key in Headway's config. Default: by the API that is called.
    model_of: the model in Headway of a model at the provider. Default: ``provider/model``.
    on_unavailable: when Headway cannot be reached, "fail" answers 503 and "proceed" calls the provider all the same.
    transport: what makes the calls. Default: the library's own.
    """

    def __init__(
        self,
        headway: Headway,
        *,
        provider: str | None = None,
        model_of: Callable[[str], str] | None = None,
        on_unavailable: Literal["fail", "proceed"] = "fail",
        max_wait: float | None = None,
        lease: float | None = None,
        priority: routing_pb2.Priority.ValueType | None = None,
        tags: Mapping[str, str] | None = None,
        transport: Any = None,
    ) -> None:
        super().__init__(_Options(provider, model_of, on_unavailable, max_wait, lease, priority, tags))
        self._headway = headway
        self._transport = transport

    def handle_request(self, request: Any) -> Any:
        transport = self._transport = self._transport or _library_of(request).HTTPTransport()
        call = read_provider_call(request.url.path, request.read()) if _may_be_call(request) else None
        if call is None:
            return transport.handle_request(request)
        try:
            slot = self._headway.slot(**self._options.slot_arguments(call))
        except HeadwayError as error:
            refusal = self._refused(request, error)
            return refusal or transport.handle_request(request)
        try:
            response = transport.handle_request(_with_body(request, call))
            return _observed(response, slot, call)
        except BaseException as error:
            if _was_never_sent(error):
                slot.release()
            slot.__exit__(type(error), error, None)
            raise

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def __enter__(self) -> HeadwayTransport:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()


class AsyncHeadwayTransport(_Wrapper, AsyncBaseTransport):
    """For ``httpx.AsyncClient``. The arguments are those of ``HeadwayTransport``."""

    def __init__(
        self,
        headway: AsyncHeadway,
        *,
        provider: str | None = None,
        model_of: Callable[[str], str] | None = None,
        on_unavailable: Literal["fail", "proceed"] = "fail",
        max_wait: float | None = None,
        lease: float | None = None,
        priority: routing_pb2.Priority.ValueType | None = None,
        tags: Mapping[str, str] | None = None,
        transport: Any = None,
    ) -> None:
        super().__init__(_Options(provider, model_of, on_unavailable, max_wait, lease, priority, tags))
        self._headway = headway
        self._transport = transport

    async def handle_async_request(self, request: Any) -> Any:
        transport = self._transport = self._transport or _library_of(request).AsyncHTTPTransport()
        call = read_provider_call(request.url.path, await request.aread()) if _may_be_call(request) else None
        if call is None:
            return await transport.handle_async_request(request)
        try:
            slot = await self._headway.slot(**self._options.slot_arguments(call))
        except HeadwayError as error:
            refusal = self._refused(request, error)
            return refusal or await transport.handle_async_request(request)
        try:
            response = await transport.handle_async_request(_with_body(request, call))
            return await _observed_async(response, slot, call)
        except BaseException as error:
            if _was_never_sent(error):
                await slot.release()
            await slot.__aexit__(type(error), error, None)
            raise

    async def aclose(self) -> None:
        if self._transport is not None:
            await self._transport.aclose()

    async def __aenter__(self) -> AsyncHeadwayTransport:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.aclose()


def _observed(response: Any, slot: Slot, call: ProviderCall) -> Any:
    _report(response, slot)
    if response.status_code >= 400:
        slot.settle_quietly()
        return response
    if not _is_stream(response):
        content = response.read()
        slot.settle_quietly(_usage_of(content, call))
        return _likewise(response, content=content)
    observer = EventObserver(call)

    def events() -> Iterator[bytes]:
        for chunk in response.iter_bytes():
            taken = observer.take(chunk)
            if observer.is_complete and not slot.is_ended:
                slot.settle_quietly(observer.usage)
            if taken:
                yield taken
        rest = observer.take(b"", is_last=True)
        if not slot.is_ended:
            slot.settle_quietly(observer.usage)
        if rest:
            yield rest

    class Stream(_library_of(response).SyncByteStream):  # type: ignore[misc]
        def __iter__(self) -> Iterator[bytes]:
            return events()

        def close(self) -> None:
            response.close()
            if not slot.is_ended:
                slot.settle_quietly(observer.usage, "failed")

    return _likewise(response, stream=Stream())


async def _observed_async(response: Any, slot: AsyncSlot, call: ProviderCall) -> Any:
    _report(response, slot)
    if response.status_code >= 400:
        await slot.settle_quietly()
        return response
    if not _is_stream(response):
        content = await response.aread()
        await slot.settle_quietly(_usage_of(content, call))
        return _likewise(response, content=content)
    observer = EventObserver(call)

    async def events() -> AsyncIterator[bytes]:
        async for chunk in response.aiter_bytes():
            taken = observer.take(chunk)
            if observer.is_complete and not slot.is_ended:
                await slot.settle_quietly(observer.usage)
            if taken:
                yield taken
        rest = observer.take(b"", is_last=True)
        if not slot.is_ended:
            await slot.settle_quietly(observer.usage)
        if rest:
            yield rest

    class Stream(_library_of(response).AsyncByteStream):  # type: ignore[misc]
        def __aiter__(self) -> AsyncIterator[bytes]:
            return events()

        async def aclose(self) -> None:
            await response.aclose()
            if not slot.is_ended:
                await slot.settle_quietly(observer.usage, "failed")

    return _likewise(response, stream=Stream())


def _report(response: Any, slot: Slot | AsyncSlot) -> None:
    status_code = response.status_code
    slot.report(status_code=status_code, headers=response.headers)
    if status_code >= 400:
        slot.report(outcome="rate_limited" if status_code == 429 else "failed")


def _usage_of(content: bytes, call: ProviderCall) -> TokenUsage | None:
    reader = UsageReader(call.wire)
    try:
        reader.read(json.loads(content))
    except ValueError:
        return None
    return reader.usage


def _may_be_call(request: Any) -> bool:
    return request.method == "POST" and "json" in request.headers.get("content-type", "")


def _is_stream(response: Any) -> bool:
    return "text/event-stream" in response.headers.get("content-type", "")


def _with_body(request: Any, call: ProviderCall) -> Any:
    """The request with the body that is to be sent."""
    headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
    return _library_of(request).Request(
        request.method, request.url, headers=headers, content=call.body, extensions=request.extensions
    )


def _likewise(response: Any, **body: Any) -> Any:
    """The response with another body, which is not compressed any more."""
    headers = [
        (name, value)
        for name, value in response.headers.raw
        if name.lower() not in (b"content-encoding", b"content-length")
    ]
    return _library_of(response).Response(
        response.status_code, headers=headers, extensions=response.extensions, **body
    )


def _was_never_sent(error: BaseException) -> bool:
    """Whether no connection was made, so that the provider cannot have seen the call."""
    return any(base.__name__ in ("ConnectError", "ConnectTimeout", "PoolTimeout") for base in type(error).__mro__)


def _library_of(message: Any) -> Any:
    """The module ``httpx`` or ``httpx2`` that a request or response belongs to."""
    return sys.modules[type(message).__module__.split(".")[0]]
