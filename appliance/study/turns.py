"""A kept chat as pages show it: each question with its answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from appliance.study.chats import ChatCitation, ChatMessage

# A question up to this length is offered once more below its stopped answer.
OFFERED_CHARS = 300


@dataclass(frozen=True)
class ChatTurn:
    """`sent_at` is the answer's; `follow_ups` are for a panel that offers any."""

    question: str
    text: str
    citations: tuple[ChatCitation, ...]
    backend: str
    sent_at: int
    follow_ups: tuple[str, ...] = ()
    is_stopped: bool = False


def turns_of(messages: Iterable[ChatMessage]) -> Iterator[ChatTurn]:
    """Messages oldest first; an answer whose question is on the page before stands alone."""
    question = ""
    for message in messages:
        if message.is_person:
            question = message.body
        else:
            again = (question,) if message.is_stopped and 0 < len(question) <= OFFERED_CHARS else ()
            yield ChatTurn(
                question,
                message.body,
                message.citations,
                message.backend,
                message.sent_at,
                again,
                message.is_stopped,
            )
            question = ""


def answered(messages: Iterable[ChatMessage]) -> tuple[ChatMessage, ...]:
    """Without the questions whose answer was stopped before its first sentence."""
    told: list[ChatMessage] = []
    for message in messages:
        if message.body:
            told.append(message)
        elif told and told[-1].is_person:
            told.pop()
    return tuple(told)
