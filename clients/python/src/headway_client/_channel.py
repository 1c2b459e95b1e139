"""Where Headway is, who calls, and what travels with each call."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import grpc

_SERVICE = "headway.v1.HeadwayService"

# Calls that do no harm when they are made twice are made again when the connection breaks.
_SERVICE_CONFIG = json.dumps(
    {
        "methodConfig": [
            {
                "name": [
                    {"service": _SERVICE, "method": method}
                    for method in (
                        "SettleSlot",
                        "ReleaseSlot",
                        "RenewSlot",
                        "GetUsage",
                        "ListModels",
                        "EstimateTokens",
                        "PlanComplete",
                    )
                ],
                "retryPolicy": {
                    "maxAttempts": 5,
                    "initialBackoff": "0.1s",
                    "maxBackoff": "2s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ]
    }
)


@dataclass(frozen=True)
class Connect:
    """How to reach the server; see ``Headway`` for the meaning of each."""

    address: str | None
    token: str | None
    tls: bool | grpc.ChannelCredentials
    keep_alive: float

    @property
    def target(self) -> str:
        return self.address or os.environ.get("HEADWAY_ADDRESS") or "127.0.0.1:50051"

    @property
    def credentials(self) -> grpc.ChannelCredentials | None:
        if isinstance(self.tls, bool):
            return grpc.ssl_channel_credentials() if self.tls else None
        return self.tls

    @property
    def options(self) -> list[tuple[str, Any]]:
        options: list[tuple[str, Any]] = [
            ("grpc.service_config", _SERVICE_CONFIG),
            ("grpc.max_receive_message_length", -1),
            # grpc waits up to two minutes otherwise, long after a restarted server is back.
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 2_000),
            # How long making the connection may take, whatever its name says; a refused one is tried again at once.
            ("grpc.min_reconnect_backoff_ms", 5_000),
        ]
        if self.keep_alive > 0:
            options += [
                ("grpc.keepalive_time_ms", round(self.keep_alive * 1_000)),
                ("grpc.keepalive_timeout_ms", 10_000),
            ]
        return options

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """The token, and the trace context where OpenTelemetry is installed."""
        carrier: dict[str, str] = {}
        if _inject is not None:
            _inject(carrier)
        token = self.token or os.environ.get("HEADWAY_TOKEN")
        if token:
            carrier["authorization"] = f"Bearer {token}"
        return tuple(carrier.items())


try:
    from opentelemetry.propagate import inject as _inject
except ImportError:
    _inject = None  # type: ignore[assignment]
