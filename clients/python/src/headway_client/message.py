"""Short ways to write and read messages."""

from __future__ import annotations

from headway.v1.message_pb2 import ROLE_ASSISTANT, ROLE_SYSTEM, ROLE_USER, Message, Part


def system(text: str) -> Message:
    """Instructions to the model."""
    return Message(role=ROLE_SYSTEM, parts=[Part(text=text)])


def user(text: str) -> Message:
    """What the user says."""
    return Message(role=ROLE_USER, parts=[Part(text=text)])


def assistant(text: str) -> Message:
    """What the model said."""
    return Message(role=ROLE_ASSISTANT, parts=[Part(text=text)])


def text_of(message: Message) -> str:
    """The text of a message, its parts joined. Empty when there is none, as in an answer that only calls tools."""
    return "".join(part.text for part in message.parts)
