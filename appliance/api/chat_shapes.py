"""What the chat's routes have in common: a reply, and a message as it is kept."""

from typing import Literal

from msgspec import Struct

ToolMode = Literal["off", "plan", "auto"]


class Cited(Struct):
    sourceLabel: str
    rationale: str
    id: str = ""
    url: str = ""


class CanvasHint(Struct):
    type: Literal["chart", "diagram", "wave", "vector"]
    concept: str
    title: str


class Reply(Struct):
    """`confidence` says how well passages carry the answer; in a kept chat it is medium with a citation, else low."""

    safety: Literal["ok", "refusal"]
    answer: str
    citations: list[Cited]
    confidence: Literal["low", "medium", "high"] | None = None
    canvas_hint: CanvasHint | None = None


class CitationRow(Struct):
    """`id` is the mark in the text without brackets; `url` is a page of the box, or empty."""

    sourceLabel: str
    snippet: str
    id: str
    url: str


class MessageRow(Struct):
    """What the box keeps of a message; the numbers of an answer are known when it is sent, and not kept.

    `is_stopped`: `content` is what was shown of an answer before it was stopped, perhaps nothing.
    """

    id: str
    session_id: str
    class_id: str
    author_user_id: str | None
    author_kind: Literal["student", "teacher", "assistant"]
    content: str
    citations: list[CitationRow]
    safety: Literal["ok", "refusal"] | None
    provider: str | None
    model: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None
    latency_ms: int | None
    created_at: str
    is_stopped: bool = False
