"""A kept chat as pages show it: each question with its answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from appliance.study.chats import ChatCitation, ChatMessage


@dataclass(frozen=True)
class ChatTurn:
    """`sent_at` is the answer's; `follow_ups` are for a panel that offers any."""

    question: str
    text: str
    citations: tuple[ChatCitation, ...]
    backend: str
    sent_at: int
    follow_ups: tuple[str, ...] = ()


def turns_of(messages: Iterable[ChatMessage]) -> Iterator[ChatTurn]:
    """Messages oldest first; an answer whose question is on the page before stands alone."""
    question = ""
    for message in messages:
        if message.is_person:
            question = message.body
        else:
            yield ChatTurn(question, message.body, message.citations, message.backend, message.sent_at)
            question = ""
