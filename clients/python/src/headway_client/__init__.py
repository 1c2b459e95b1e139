"""Client of Headway: start LLM calls only when the provider is going to accept them."""

from headway.v1.complete_pb2 import CompleteRequest, CompleteResponse
from headway.v1.get_usage_pb2 import GetUsageRequest, GetUsageResponse
from headway.v1.message_pb2 import Message
from headway.v1.stream_complete_pb2 import StreamCompleteResponse

from ._slots import TokenUsage
from .aio import AsyncHeadway, AsyncSlot
from .client import Headway
from .errors import HeadwayError, Violation
from .message import assistant, system, text_of, user
from .slot import Slot
from .transport import AsyncHeadwayTransport, HeadwayTransport

__all__ = [
    "AsyncHeadway",
    "AsyncHeadwayTransport",
    "AsyncSlot",
    "CompleteRequest",
    "CompleteResponse",
    "GetUsageRequest",
    "GetUsageResponse",
    "Headway",
    "HeadwayError",
    "HeadwayTransport",
    "Message",
    "Slot",
    "StreamCompleteResponse",
    "TokenUsage",
    "Violation",
    "assistant",
    "system",
    "text_of",
    "user",
]
