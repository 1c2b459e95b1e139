"""What goes wrong, as one exception with the reasons of Headway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

_UNREACHABLE = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.INTERNAL,
    }
)


@dataclass(frozen=True)
class Violation:
    """What stood in the way."""

    subject: str
    """The wrong field, or the limit or budget that does not allow it."""
    description: str
    """For people."""


class HeadwayError(Exception):
    """Headway refused or failed a call, or could not be reached."""

    code: grpc.StatusCode
    """The gRPC status."""
    reason: str | None
    """Why, as ``WAIT_TOO_LONG``; see ``ErrorReason``. None when the error is not Headway's, as a lost connection."""
    metadata: dict[str, str]
    """Details by name, as ``ErrorReason`` describes them. Empty: none."""
    retry_after: float | None
    """Seconds to wait before trying again. None: not known, or trying again does not help."""
    violations: list[Violation]
    """The wrong fields, or the limits and budgets in the way. Empty: none were named."""

    def __init__(self, code: grpc.StatusCode, message: str, details: bytes | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = None
        self.metadata = {}
        self.retry_after = None
        self.violations = []
        if details is not None:
            self._read(status_pb2.Status.FromString(details))

    @classmethod
    def of(cls, error: grpc.RpcError) -> HeadwayError:
        """Makes one of what grpc raises."""
        call: Any = error
        metadata = {name: value for name, value in call.trailing_metadata() or ()}
        return cls(call.code(), call.details() or "", metadata.get("grpc-status-details-bin"))

    @property
    def is_unavailable(self) -> bool:
        """Whether Headway could not be reached or cannot serve now, as opposed to a considered refusal."""
        if self.reason is None:
            return self.code in _UNREACHABLE
        return self.reason in ("SHUTTING_DOWN", "STORE_UNAVAILABLE", "INTERNAL")

    def _read(self, status: status_pb2.Status) -> None:
        for detail in status.details:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                info = error_details_pb2.ErrorInfo.FromString(detail.value)
                self.reason = info.reason
                self.metadata = dict(info.metadata)
            elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
                delay = error_details_pb2.RetryInfo.FromString(detail.value).retry_delay
                self.retry_after = delay.seconds + delay.nanos / 1e9
            elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
                for field in error_details_pb2.BadRequest.FromString(detail.value).field_violations:
                    self.violations.append(Violation(field.field, field.description))
            elif detail.Is(error_details_pb2.QuotaFailure.DESCRIPTOR):
                for quota in error_details_pb2.QuotaFailure.FromString(detail.value).violations:
                    self.violations.append(Violation(quota.subject, quota.description))
