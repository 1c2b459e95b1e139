"""What a request to a provider asks for, and what its answer says was used."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from ._slots import TokenUsage

Wire = Literal["openai", "anthropic", "gemini"]

_GEMINI_PATH = re.compile(
    r"/models/([^/:]+):(generateContent|streamGenerateContent|embedContent|batchEmbedContents)$"
)
_OPENAI_PATH = re.compile(r"/(completions|responses|embeddings)$")

# English has about four bytes a token, code and most other scripts about three.
_BYTES_PER_TOKEN = 3
# Names of fields, quotes and brackets become tokens of the provider's own; per value of the request.
_TOKENS_PER_VALUE = 2
# What the providers count for a large picture.
_TOKENS_PER_PICTURE = 1_600
# No text has as many characters without a space; base64 has.
_BASE64 = re.compile(r"(data:[^,]*,)?[A-Za-z0-9+/_-]{1024,}=*")


@dataclass(frozen=True)
class ProviderCall:
    """A call of a model, as far as its limits are concerned."""

    wire: Wire
    """The API that is spoken."""
    upstream_model: str
    """The model's name at the provider."""
    input_tokens: int
    """An estimate that is rather too high."""
    max_output_tokens: int | None
    """None: the request sets no maximum."""
    body: bytes
    """The request's body with what it takes for the provider to report usage."""
    hide_usage: bool
    """True when the caller did not ask for the report of usage in the stream, so that it must not see it."""


def read_provider_call(path: str, body: bytes) -> ProviderCall | None:
    """None: it calls no model, or is not JSON; then no limit of ours applies."""
    wire = _wire_of(path)
    if wire is None:
        return None
    try:
        request = json.loads(body)
    except ValueError:
        return None
    if not isinstance(request, dict):
        return None
    gemini = _GEMINI_PATH.search(path)
    model = unquote(gemini.group(1)) if gemini else request.get("model")
    if not isinstance(model, str):
        return None
    options = request.get("stream_options") or {}
    hide_usage = bool(
        path.endswith("/chat/completions") and request.get("stream") and not options.get("include_usage")
    )
    if hide_usage:
        body = json.dumps({**request, "stream_options": {**options, "include_usage": True}}).encode()
    return ProviderCall(
        wire, model, estimate_input_tokens(request), _max_output_tokens(path, request), body, hide_usage
    )


def estimate_input_tokens(value: object) -> int:
    """Rather too high: a call that uses more than it reserved breaks the promise to keep the limits."""
    if isinstance(value, str):
        if _BASE64.fullmatch(value):
            return _TOKENS_PER_PICTURE
        return math.ceil(len(value.encode()) / _BYTES_PER_TOKEN) + _TOKENS_PER_VALUE
    if isinstance(value, bool) or value is None:
        return 0
    if isinstance(value, (int, float)):
        return _TOKENS_PER_VALUE
    if isinstance(value, dict):
        return sum(map(estimate_input_tokens, value.values()))
    return sum(map(estimate_input_tokens, value)) if isinstance(value, list) else 0


class UsageReader:
    """Gathers the usage a provider reports in an answer, whole or event by event."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._seen: dict[str, Any] = {}

    def read(self, answer: object) -> None:
        """Looks at an answer or at one event of a stream."""
        if not isinstance(answer, dict):
            return
        if self._wire == "gemini":
            usage = answer.get("usageMetadata")
        else:
            inner = answer.get("response") or answer.get("message")
            usage = answer.get("usage") or (inner.get("usage") if isinstance(inner, dict) else None)
        if isinstance(usage, dict):
            # Anthropic tells the input at the start and the output so far later on; with nulls between.
            self._seen.update({name: count for name, count in usage.items() if count is not None})

    @property
    def usage(self) -> TokenUsage | None:
        """None: the provider reported none."""
        if not self._seen:
            return None
        return _USAGE_OF[self._wire](self._seen)


def _openai_usage(usage: dict[str, Any]) -> TokenUsage:
    details_of_input = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    details_of_output = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
    return TokenUsage(
        input_tokens=usage.get("prompt_tokens", usage.get("input_tokens")),
        # Embeddings have no output, and say nothing about it.
        output_tokens=usage.get("completion_tokens", usage.get("output_tokens", 0)),
        cached_input_tokens=details_of_input.get("cached_tokens"),
        reasoning_tokens=details_of_output.get("reasoning_tokens"),
    )


def _anthropic_usage(usage: dict[str, Any]) -> TokenUsage:
    cached = usage.get("cache_read_input_tokens")
    written = usage.get("cache_creation_input_tokens")
    uncached = usage.get("input_tokens")
    return TokenUsage(
        input_tokens=None if uncached is None else uncached + (cached or 0) + (written or 0),
        output_tokens=usage.get("output_tokens"),
        cached_input_tokens=cached,
        cache_write_input_tokens=written,
    )


def _gemini_usage(usage: dict[str, Any]) -> TokenUsage:
    prompt = usage.get("promptTokenCount")
    reasoning = usage.get("thoughtsTokenCount")
    return TokenUsage(
        input_tokens=None if prompt is None else prompt + usage.get("toolUsePromptTokenCount", 0),
        output_tokens=usage.get("candidatesTokenCount", 0) + (reasoning or 0),
        cached_input_tokens=usage.get("cachedContentTokenCount"),
        reasoning_tokens=reasoning,
    )


_USAGE_OF = {"openai": _openai_usage, "anthropic": _anthropic_usage, "gemini": _gemini_usage}


def _wire_of(path: str) -> Wire | None:
    if _OPENAI_PATH.search(path):
        return "openai"
    if path.endswith("/v1/messages"):
        return "anthropic"
    return "gemini" if _GEMINI_PATH.search(path) else None


def _max_output_tokens(path: str, request: dict[str, Any]) -> int | None:
    if "embed" in path.lower():
        return 0
    config = request.get("generationConfig") or {}
    answers = request.get("n") or config.get("candidateCount") or 1
    for name in ("max_completion_tokens", "max_output_tokens", "max_tokens"):
        if request.get(name) is not None:
            return int(request[name]) * int(answers)
    maximum = config.get("maxOutputTokens")
    return None if maximum is None else int(maximum) * int(answers)
