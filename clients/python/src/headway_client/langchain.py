"""A LangChain chat model that calls Headway: ``ChatHeadway(model="openai/gpt-4o-mini")``.

Needs ``headway-client[langchain]``. Tools, streaming and both ways of calling work as with the providers' own models.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from google.protobuf.json_format import ParseDict
from headway.v1 import complete_pb2, message_pb2, stream_complete_pb2, tool_pb2
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict

from .aio import AsyncHeadway
from .client import Headway

_ROLES = {
    "system": message_pb2.ROLE_SYSTEM,
    "human": message_pb2.ROLE_USER,
    "ai": message_pb2.ROLE_ASSISTANT,
    "tool": message_pb2.ROLE_TOOL,
}


class ChatHeadway(BaseChatModel):
    """Answers through ``Headway.complete`` and ``Headway.stream``: Headway picks the time, and the model when need be."""

    model_config = ConfigDict(arbitrary_types_allowed=True, ignored_types=(cached_property,))

    model: str = ""
    """``provider/model``. Empty: the server's default."""
    fallback_models: list[str] = []
    """Models to try next. Empty: the server's."""
    temperature: float | None = None
    """Randomness. None: the configured default."""
    max_output_tokens: int | None = None
    """The most tokens to be written. None: as many as the model can."""
    tags_for_usage: dict[str, str] = {}
    """Labels for usage and cost; LangChain's own tags are something else."""
    address: str | None = None
    """Where Headway is. None: the variable ``HEADWAY_ADDRESS``, else this machine."""
    token: str | None = None
    """The tenant's token. None: the variable ``HEADWAY_TOKEN``, else none."""
    timeout: float | None = None
    """The most seconds a call may take. None: no limit."""

    @cached_property
    def _client(self) -> Headway:
        return Headway(self.address, token=self.token)

    @property
    def _llm_type(self) -> str:
        return "headway"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "fallback_models": self.fallback_models, "temperature": self.temperature}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | Any],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offers tools to the model. tool_choice: ``auto``, ``none``, ``any`` (or ``required``), or a tool's name."""
        functions = [convert_to_openai_tool(tool)["function"] for tool in tools]
        return self.bind(headway_tools=functions, tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return _result_of(self._client.complete(self._request(messages, stop, kwargs), timeout=self.timeout))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        calls = 0
        for event in self._client.stream(self._request(messages, stop, kwargs), timeout=self.timeout):
            if (chunk := _chunk_of(event, calls)) is None:
                continue
            calls += event.HasField("tool_call")
            if run_manager is not None:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        # A connection of asyncio belongs to one loop, and a chat model is used from many.
        async with AsyncHeadway(self.address, token=self.token) as client:
            return _result_of(await client.complete(self._request(messages, stop, kwargs), timeout=self.timeout))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        calls = 0
        async with AsyncHeadway(self.address, token=self.token) as client:
            async for event in client.stream(self._request(messages, stop, kwargs), timeout=self.timeout):
                if (chunk := _chunk_of(event, calls)) is None:
                    continue
                calls += event.HasField("tool_call")
                if run_manager is not None:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk

    def _request(
        self, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]
    ) -> complete_pb2.CompleteRequest:
        request = complete_pb2.CompleteRequest(
            model=self.model,
            fallback_models=self.fallback_models,
            messages=[_message_of(message) for message in messages],
            temperature=self.temperature,
            max_output_tokens=self.max_output_tokens,
            stop_sequences=stop,
            tags=self.tags_for_usage,
        )
        for function in kwargs.get("headway_tools") or []:
            tool = tool_pb2.Tool(name=function["name"], description=function.get("description") or "")
            tool.parameters.CopyFrom(ParseDict(function.get("parameters") or {}, tool.parameters))
            request.tools.append(tool)
        if choice := kwargs.get("tool_choice"):
            request.tool_choice.CopyFrom(_tool_choice_of(choice))
        return request


def _tool_choice_of(choice: str) -> tool_pb2.ToolChoice:
    modes = {
        "auto": tool_pb2.ToolChoice.MODE_AUTO,
        "none": tool_pb2.ToolChoice.MODE_NONE,
        "any": tool_pb2.ToolChoice.MODE_REQUIRED,
        "required": tool_pb2.ToolChoice.MODE_REQUIRED,
    }
    if choice in modes:
        return tool_pb2.ToolChoice(mode=modes[choice])
    return tool_pb2.ToolChoice(tool_name=choice)


def _message_of(message: BaseMessage) -> message_pb2.Message:
    role = _ROLES.get(message.type)
    if role is None:
        raise ValueError(f"Headway knows no messages of the type {message.type}")
    if isinstance(message, ToolMessage):
        result = message_pb2.ToolResult(
            tool_call_id=message.tool_call_id, content=str(message.text), is_error=message.status == "error"
        )
        return message_pb2.Message(role=role, parts=[message_pb2.Part(tool_result=result)])
    parts = _content_parts(message.content)
    if isinstance(message, AIMessage):
        for call in message.tool_calls:
            asked = message_pb2.ToolCall(
                id=call["id"] or "", name=call["name"], arguments_json=json.dumps(call["args"])
            )
            parts.append(message_pb2.Part(tool_call=asked))
    return message_pb2.Message(role=role, parts=parts)


def _content_parts(content: str | list[Any]) -> list[message_pb2.Part]:
    if isinstance(content, str):
        return [message_pb2.Part(text=content)] if content else []
    parts = []
    for block in content:
        if isinstance(block, str):
            parts.append(message_pb2.Part(text=block))
        elif block.get("type") == "text":
            parts.append(message_pb2.Part(text=block["text"]))
        elif block.get("type") == "image_url":
            source = block["image_url"]
            url = source if isinstance(source, str) else source["url"]
            parts.append(message_pb2.Part(image=message_pb2.Image(url=url)))
        elif block.get("type") != "tool_use":
            raise ValueError(f"Headway knows no content of the type {block.get('type')}")
    return parts


def _result_of(response: complete_pb2.CompleteResponse) -> ChatResult:
    calls = [part.tool_call for part in response.message.parts if part.HasField("tool_call")]
    chunk = AIMessageChunk(
        content="".join(part.text for part in response.message.parts),
        tool_call_chunks=[
            tool_call_chunk(name=call.name, args=call.arguments_json or "{}", id=call.id, index=index)
            for index, call in enumerate(calls)
        ],
    )
    # A chunk knows how to read arguments, also malformed ones.
    message = AIMessage(
        content=chunk.content,
        tool_calls=chunk.tool_calls,
        invalid_tool_calls=chunk.invalid_tool_calls,
        usage_metadata=_usage_of(response),
        response_metadata=_metadata_of(response),
    )
    return ChatResult(generations=[ChatGeneration(message=message)])


def _chunk_of(event: stream_complete_pb2.StreamCompleteResponse, calls: int) -> ChatGenerationChunk | None:
    """None: the event is none that LangChain has a word for."""
    kind = event.WhichOneof("event")
    if kind == "delta":
        return ChatGenerationChunk(message=AIMessageChunk(content=event.delta.text))
    if kind == "tool_call":
        call = event.tool_call
        asked = tool_call_chunk(name=call.name, args=call.arguments_json or "{}", id=call.id, index=calls)
        return ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[asked]))
    if kind == "done":
        return ChatGenerationChunk(
            message=AIMessageChunk(
                content="", usage_metadata=_usage_of(event.done), response_metadata=_metadata_of(event.done)
            )
        )
    return None


def _usage_of(response: complete_pb2.CompleteResponse) -> UsageMetadata:
    usage = response.usage
    return UsageMetadata(
        input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, total_tokens=usage.total_tokens
    )


def _metadata_of(response: complete_pb2.CompleteResponse) -> dict[str, Any]:
    reason = complete_pb2.FinishReason.Name(response.finish_reason).removeprefix("FINISH_REASON_").lower()
    return {
        "model_name": response.model,
        "model_provider": "headway",
        "finish_reason": reason,
        "request_id": response.request_id,
        "cost_nano_usd": response.cost.total_nano_usd if response.HasField("cost") else None,
    }
