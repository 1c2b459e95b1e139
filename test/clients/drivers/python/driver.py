"""Does what the contract suite says, one JSON object a line, with the Python client: threads and asyncio in turn."""

import asyncio
import json
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import anthropic
import grpc
import httpx
import openai
from google.protobuf.json_format import MessageToDict, ParseDict
from headway_client import (
    AsyncHeadway,
    AsyncHeadwayTransport,
    CompleteRequest,
    GetUsageRequest,
    Headway,
    HeadwayError,
    HeadwayTransport,
    TokenUsage,
)
from headway_client.langchain import ChatHeadway
from opentelemetry import context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

headway = Headway()
lock = threading.Lock()
held = []


class RateLimited(Exception):
    status_code = 429


def run(command):
    name = command["do"]
    if name == "complete":
        request = ParseDict(command["request"], CompleteRequest())
        if "cancelAfterMs" in command:
            return asyncio.run(complete_and_cancel(request, command["cancelAfterMs"] / 1000))
        timeout = command["timeoutMs"] / 1000 if "timeoutMs" in command else None
        return {"response": MessageToDict(headway.complete(request, timeout=timeout))}
    if name == "stream":
        return stream(command)
    if name == "usage":
        return {"response": MessageToDict(headway.usage(ParseDict(command["request"], GetUsageRequest())))}
    if name == "slot":
        if "cancelAfterMs" in command:
            return asyncio.run(slot_and_cancel(command))
        return slot(command) if command["end"] in ("settle", "hold") else asyncio.run(slot_async(command))
    if name == "sdk":
        return sdk(command)
    if name == "measure":
        return measure(command)
    if name == "connect":
        return connect(command)
    if name == "langchain":
        return langchain(command)
    return workers(command)


async def complete_and_cancel(request, delay):
    async with AsyncHeadway() as client:
        async with asyncio.timeout(delay):
            return {"response": MessageToDict(await client.complete(request))}


async def slot_and_cancel(command):
    async with AsyncHeadway() as client:
        async with asyncio.timeout(command["cancelAfterMs"] / 1000):
            async with client.slot(**slot_arguments(command)) as acquired:
                return told(acquired)


def stream(command):
    events, text = [], ""
    for event in headway.stream(ParseDict(command["request"], CompleteRequest())):
        kind = event.WhichOneof("event")
        words = kind.split("_")
        camel = words[0] + "".join(word.title() for word in words[1:])
        events.append(camel)
        if kind == "delta":
            text += event.delta.text
        if camel == command.get("stopAt"):
            break
    return {"events": events, "text": text}


def slot_arguments(command):
    return {
        "models": command["models"],
        "input_tokens": command.get("inputTokens"),
        "max_output_tokens": command.get("maxOutputTokens"),
        "max_wait": command["maxWaitMs"] / 1000 if "maxWaitMs" in command else None,
        "lease": command["leaseMs"] / 1000 if "leaseMs" in command else None,
    }


def told(acquired):
    return {"model": acquired.model, "reservedTokens": acquired.reserved_tokens}


def usage_of(command):
    input_tokens, output_tokens = command.get("usage", (0, 0))
    return TokenUsage(input_tokens=input_tokens, output_tokens=output_tokens)


def slot(command):
    acquired = headway.slot(**slot_arguments(command))
    if command["end"] == "hold":
        held.append(acquired)
        return told(acquired)
    time.sleep(command.get("holdMs", 0) / 1000)
    return {**told(acquired), "settled": MessageToDict(acquired.settle(usage_of(command)))}


async def slot_async(command):
    answer, end = {}, command["end"]
    async with AsyncHeadway() as client:
        try:
            async with client.slot(**slot_arguments(command)) as acquired:
                answer = told(acquired)
                if end == "release":
                    await acquired.release()
                if end == "report":
                    acquired.report(usage=usage_of(command))
                if end == "fail":
                    raise RuntimeError("the call failed")
                if end == "rateLimited":
                    raise RateLimited("too many")
        except (RuntimeError, RateLimited):
            pass
    return answer


def sdk(command):
    """Whole answers by the synchronous SDK, streams by the asynchronous one."""
    if command["stream"]:
        return asyncio.run(sdk_stream(command))
    with Headway(command.get("address")) as client:
        transport = HeadwayTransport(client, on_unavailable=command.get("onUnavailable", "fail"))
        request = {
            "model": command["model"],
            "messages": [{"role": "user", "content": command["prompt"]}],
            "max_tokens": 100,
        }
        if command["sdk"] == "openai":
            answer = openai.OpenAI(
                api_key="sk-test",
                base_url=command["baseUrl"] + "/v1",
                http_client=openai.DefaultHttpxClient(transport=transport),
            ).chat.completions.create(**request)
            text, usage = answer.choices[0].message.content, answer.usage
            used = [usage.prompt_tokens, usage.completion_tokens]
        else:
            answer = anthropic.Anthropic(
                api_key="sk-test",
                base_url=command["baseUrl"],
                http_client=anthropic.DefaultHttpxClient(transport=transport),
            ).messages.create(**request)
            text, used = answer.content[0].text, [answer.usage.input_tokens, answer.usage.output_tokens]
        return {"text": text, "usage": used, "proceeded": transport.proceeded_count}


async def sdk_stream(command):
    async with AsyncHeadway(command.get("address")) as client:
        transport = AsyncHeadwayTransport(client, on_unavailable=command.get("onUnavailable", "fail"))
        request = {
            "model": command["model"],
            "messages": [{"role": "user", "content": command["prompt"]}],
            "max_tokens": 100,
        }
        if command["sdk"] == "openai":
            chunks = await openai.AsyncOpenAI(
                api_key="sk-test",
                base_url=command["baseUrl"] + "/v1",
                http_client=openai.DefaultAsyncHttpxClient(transport=transport),
            ).chat.completions.create(**request, stream=True)
            text, without_choice = "", 0
            async for chunk in chunks:
                without_choice += not chunk.choices
                text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
            return {"text": text, "chunksWithoutChoice": without_choice}
        sdk_client = anthropic.AsyncAnthropic(
            api_key="sk-test",
            base_url=command["baseUrl"],
            http_client=anthropic.DefaultAsyncHttpxClient(transport=transport),
        )
        async with sdk_client.messages.stream(**request) as events:
            message = await events.get_final_message()
        used = [message.usage.input_tokens, message.usage.output_tokens]
        return {"text": message.content[0].text, "usage": used}


def workers(command):
    statuses = {}

    def call(_):
        status = call_until_served(command["models"], command["url"])
        with lock:
            statuses[str(status)] = statuses.get(str(status), 0) + 1

    with ThreadPoolExecutor(command["workers"]) as pool:
        list(pool.map(call, range(command["calls"])))
    return {"statuses": statuses}


def call_until_served(models, url):
    """Tries again as long as Headway cannot be reached."""
    while True:
        try:
            return call_in_slot(models, url, post)
        except HeadwayError as error:
            if not error.is_unavailable:
                raise
            time.sleep(0.05)


def call_in_slot(models, url, post):
    with headway.slot(models, total_tokens=10) as acquired:
        status = post(url)
        acquired.report(usage=TokenUsage(input_tokens=3, output_tokens=1), status_code=status)
        return status


def measure(command):
    """With httpx, which keeps its connection, as the SDKs do."""
    url = command["url"]
    direct_ms, slot_ms, next_ms = [], [], []
    with httpx.Client() as http:

        def call(url):
            return http.post(url, content=b"{}").status_code

        for _ in range(command["calls"]):
            direct_ms.append(time_of(lambda: call(url)))
            slot_ms.append(time_of(lambda: call_in_slot(command["models"], url, call)))
            next_ms.append(time_of(lambda: call(url)))
    return {"directMs": direct_ms, "slotMs": slot_ms, "nextMs": next_ms}


def time_of(call):
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def connect(command):
    root = command.get("tlsRoot")
    tls = grpc.ssl_channel_credentials(root.encode()) if root else False
    trace = context.attach(TraceContextTextMapPropagator().extract({"traceparent": command["traceparent"]}))
    try:
        with Headway(command["address"], token=command["token"], tls=tls) as client:
            client.complete(CompleteRequest())
    finally:
        context.detach(trace)
    return {}


def langchain(command):
    chat = ChatHeadway(model=command["model"])
    runnable = chat.bind_tools(command["tools"]) if "tools" in command else chat
    if command["stream"]:
        chunks = list(runnable.stream(command["prompt"]))
        message = sum(chunks[1:], chunks[0])
    else:
        message = runnable.invoke(command["prompt"])
        chunks = [message]
    return {
        "text": message.text,
        "toolCalls": [call["name"] for call in message.tool_calls],
        "usage": [message.usage_metadata["input_tokens"], message.usage_metadata["output_tokens"]],
        "chunks": len(chunks),
    }


def post(url):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=b"{}", method="POST")) as response:
            response.read()
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def failure_of(error):
    if isinstance(error, HeadwayError):
        return {
            "code": error.code.value[0],
            "reason": error.reason,
            "metadata": error.metadata,
            "retryAfterMs": None if error.retry_after is None else error.retry_after * 1000,
            "subjects": [violation.subject for violation in error.violations],
            "message": str(error),
        }
    if isinstance(error, TimeoutError):
        return {"cancelled": True}
    response = getattr(error, "response", None)
    return {
        "statusCode": getattr(error, "status_code", None),
        "reason": response.headers.get("x-headway-reason") if response is not None else None,
        "message": repr(error),
    }


def answer(line):
    command = json.loads(line)
    try:
        said = {"id": command["id"], "ok": run(command)}
    except BaseException as error:  # noqa: BLE001 every failure is an answer
        said = {"id": command["id"], "error": failure_of(error)}
    with lock:
        print(json.dumps(said), flush=True)


with ThreadPoolExecutor(64) as threads:
    for line in sys.stdin:
        threads.submit(answer, line)
