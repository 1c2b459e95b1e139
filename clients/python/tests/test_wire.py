"""The cases that the clients of all languages are tested with."""

import json
from pathlib import Path
from typing import Any

import pytest

from headway_client._events import EventObserver
from headway_client._provider_call import ProviderCall, UsageReader, read_provider_call

CASES = json.loads((Path(__file__).parents[2] / "wire-cases.json").read_text())
NAMES = {
    "wire": "wire",
    "upstreamModel": "upstream_model",
    "inputTokens": "input_tokens",
    "maxOutputTokens": "max_output_tokens",
    "hideUsage": "hide_usage",
    "outputTokens": "output_tokens",
    "cachedInputTokens": "cached_input_tokens",
    "cacheWriteInputTokens": "cache_write_input_tokens",
    "reasoningTokens": "reasoning_tokens",
}


def named(part: str) -> Any:
    return pytest.mark.parametrize("case", CASES[part], ids=lambda case: case["name"])


def known(usage: Any) -> Any:
    """A count that a case does not have must be unknown."""
    return usage and {name: count for name, count in vars(usage).items() if count is not None}


def expected(values: Any) -> Any:
    return values and {NAMES[name]: value for name, value in values.items()}


@named("requests")
def test_request(case: Any) -> None:
    call = read_provider_call(case["path"], json.dumps(case["body"]).encode())
    assert (call and {name: getattr(call, name) for name in expected(case["call"])}) == expected(case["call"])


def test_request_that_is_not_json() -> None:
    assert read_provider_call("/v1/chat/completions", b"{") is None


def test_large_picture_is_not_counted_by_its_bytes() -> None:
    picture = "data:image/png;base64," + "A" * 1_000_000
    body = {"model": "m", "messages": [{"content": [{"image_url": {"url": picture}}]}]}
    call = read_provider_call("/v1/chat/completions", json.dumps(body).encode())
    assert call is not None and call.input_tokens == 1_603


@named("answers")
def test_usage_of_answer(case: Any) -> None:
    reader = UsageReader(case["wire"])
    reader.read(case["body"])
    assert known(reader.usage) == expected(case["usage"])


@pytest.mark.parametrize("size", [1, 7, 100_000])
@named("streams")
def test_stream(case: Any, size: int) -> None:
    observer = EventObserver(ProviderCall(case["wire"], "m", 0, None, b"", case["hideUsage"]))
    whole = "".join(case["events"]).encode()
    passed = b"".join(observer.take(whole[at : at + size]) for at in range(0, len(whole), size))
    passed += observer.take(b"", is_last=True)
    assert passed.decode() == "".join(case["events"][index] for index in case["passed"])
    assert known(observer.usage) == expected(case["usage"])
    assert observer.is_complete == case["isComplete"]
