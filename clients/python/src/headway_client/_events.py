"""Reads server-sent events that pass by."""

from __future__ import annotations

import codecs
import json
import re

from ._provider_call import ProviderCall, UsageReader
from ._slots import TokenUsage

_END_OF_EVENT = re.compile(r"\r?\n\r?\n")
_USAGE = re.compile(r'"usage(Metadata)?"')
# What the providers send last; readers go away after it without waiting for the end. Gemini sends nothing of the kind.
_LAST = re.compile(r'^data: ?\[DONE\]|^event: ?(message_stop|response\.(completed|incomplete))\s*$', re.MULTILINE)


class EventObserver:
    """Hands events on, reads the usage from them, and keeps back the one that only we asked for."""

    def __init__(self, call: ProviderCall) -> None:
        self._call = call
        self._reader = UsageReader(call.wire)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self.is_complete = False
        """Whether the provider has said all it had to say."""

    @property
    def usage(self) -> TokenUsage | None:
        return self._reader.usage

    def take(self, chunk: bytes, *, is_last: bool = False) -> bytes:
        """The whole events that came; the rest is kept for later, unless it is the last chunk."""
        self._pending += self._decoder.decode(chunk, is_last)
        events: list[str] = []
        start = 0
        for match in _END_OF_EVENT.finditer(self._pending):
            events.append(self._pending[start : match.end()])
            start = match.end()
        if is_last:
            events.append(self._pending[start:])
            start = len(self._pending)
        self._pending = self._pending[start:]
        return "".join(event for event in events if not self._is_hidden(event)).encode()

    def _is_hidden(self, event: str) -> bool:
        self.is_complete = self.is_complete or _LAST.search(event) is not None
        # Most events carry a piece of text and nothing else.
        if not _USAGE.search(event):
            return False
        data = "\n".join(line[5:] for line in event.splitlines() if line.startswith("data:"))
        try:
            value = json.loads(data)
        except ValueError:
            return False
        self._reader.read(value)
        return self._call.hide_usage and value.get("choices") == [] and value.get("usage") is not None
