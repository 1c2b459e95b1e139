"""The chat model against a server that answers as it is told."""

import asyncio
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from headway.v1 import complete_pb2, message_pb2, stream_complete_pb2, usage_pb2
from headway.v1.headway_service_pb2_grpc import HeadwayServiceServicer, add_HeadwayServiceServicer_to_server
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool

from headway_client.langchain import ChatHeadway

TEXT = "Rain in Oslo"


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"rain in {city}"


class Server(HeadwayServiceServicer):
    """Asks for the tool when it is offered one, else answers with text."""

    def __init__(self) -> None:
        self.requests: list[complete_pb2.CompleteRequest] = []

    def answer(self, request: complete_pb2.CompleteRequest) -> complete_pb2.CompleteResponse:
        self.requests.append(request)
        part = message_pb2.Part(text=TEXT)
        if request.tools:
            call = message_pb2.ToolCall(id="c1", name="get_weather", arguments_json='{"city": "Oslo"}')
            part = message_pb2.Part(tool_call=call)
        return complete_pb2.CompleteResponse(
            message=message_pb2.Message(role=message_pb2.ROLE_ASSISTANT, parts=[part]),
            finish_reason=complete_pb2.FINISH_REASON_STOP,
            model="openai/gpt-4o-mini",
            usage=usage_pb2.Usage(input_tokens=11, output_tokens=7, total_tokens=18),
        )

    def Complete(self, request: Any, context: Any) -> complete_pb2.CompleteResponse:
        return self.answer(request)

    def StreamComplete(self, request: Any, context: Any) -> Iterator[stream_complete_pb2.StreamCompleteResponse]:
        done = self.answer(request.request)
        yield stream_complete_pb2.StreamCompleteResponse(attempt_started={"model": done.model})
        for part in done.message.parts:
            if part.HasField("tool_call"):
                yield stream_complete_pb2.StreamCompleteResponse(tool_call=part.tool_call)
            for word in part.text.split(" "):
                yield stream_complete_pb2.StreamCompleteResponse(delta={"text": word + " "})
        yield stream_complete_pb2.StreamCompleteResponse(done=done)


@pytest.fixture
def served() -> Iterator[tuple[Server, ChatHeadway]]:
    service, server = Server(), grpc.server(futures.ThreadPoolExecutor(2))
    add_HeadwayServiceServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield service, ChatHeadway(model="openai/gpt-4o-mini", temperature=0.5, address=f"127.0.0.1:{port}")
    server.stop(None).wait()


def test_invoke(served: tuple[Server, ChatHeadway]) -> None:
    service, model = served
    for answer in (model.invoke("Weather?", stop=["END"]), asyncio.run(model.ainvoke("Weather?", stop=["END"]))):
        assert answer.text == TEXT
        assert answer.usage_metadata == {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18}
        assert answer.response_metadata["finish_reason"] == "stop"
    for request in service.requests:
        assert (request.model, request.temperature, list(request.stop_sequences)) == (model.model, 0.5, ["END"])
        assert not request.HasField("max_output_tokens")


def test_stream(served: tuple[Server, ChatHeadway]) -> None:
    _, model = served

    async def collect() -> list[Any]:
        return [chunk async for chunk in model.astream("Weather?")]

    for chunks in (list(model.stream("Weather?")), asyncio.run(collect())):
        assert [chunk.text for chunk in chunks if chunk.text] == ["Rain ", "in ", "Oslo "]
        whole = chunks[0]
        for chunk in chunks[1:]:
            whole += chunk
        assert whole.usage_metadata is not None and whole.usage_metadata["total_tokens"] == 18


def test_tools(served: tuple[Server, ChatHeadway]) -> None:
    service, model = served
    bound = model.bind_tools([get_weather], tool_choice="any")
    answer = bound.invoke("Weather?")
    streamed = [chunk for chunk in bound.stream("Weather?") if chunk.tool_call_chunks]  # type: ignore[attr-defined]
    for message in (answer, streamed[0]):
        assert message.tool_calls[0]["name"] == "get_weather"
        assert message.tool_calls[0]["args"] == {"city": "Oslo"}
    offered = service.requests[0].tools[0]
    assert (offered.name, offered.description) == ("get_weather", "The weather in a city.")
    assert offered.parameters["properties"]["city"]["type"] == "string"
    assert service.requests[0].tool_choice.mode == 3


def test_conversation(served: tuple[Server, ChatHeadway]) -> None:
    service, model = served
    asked = AIMessage("", tool_calls=[{"name": "get_weather", "args": {"city": "Oslo"}, "id": "c1"}])
    picture = {"type": "image_url", "image_url": {"url": "https://example.test/a.png"}}
    model.invoke(
        [
            SystemMessage("Be brief."),
            HumanMessage([{"type": "text", "text": "Where is this?"}, picture]),
            asked,
            ToolMessage("rain", tool_call_id="c1"),
        ]
    )
    system, user, assistant, result = service.requests[0].messages
    assert [message.role for message in (system, user, assistant, result)] == [1, 2, 3, 4]
    assert user.parts[1].image.url == "https://example.test/a.png"
    assert assistant.parts[0].tool_call.arguments_json == '{"city": "Oslo"}'
    assert (result.parts[0].tool_result.tool_call_id, result.parts[0].tool_result.content) == ("c1", "rain")
