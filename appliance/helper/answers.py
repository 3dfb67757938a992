"""What comes back from the helper, bit by bit: waiting, the start, pieces of text, and the whole answer."""

from dataclasses import asdict, dataclass
from typing import Any

from appliance.inference.router import Waiting

__all__ = ["Answer", "Citation", "Delta", "Done", "Event", "Start", "Waiting"]


@dataclass(frozen=True)
class Citation:
    """`id` is the mark in the text without brackets; `url` is empty for a reference, which has no page."""

    id: str
    source: str
    text: str
    url: str


@dataclass(frozen=True)
class Answer:
    """`shared`: another student of the class got it for nearly the same question."""

    text: str
    model: str
    backend: str
    strictness: str
    attempts: int
    queue_wait_ms: int
    total_ms: int
    truncated: bool
    scope_verified: bool
    citations: tuple[Citation, ...]
    intent: str
    follow_up_suggestions: tuple[str, ...]
    conversation_id: str
    conversation_enabled: bool
    conversation_compacted: bool
    grounded: bool
    request_id: str
    shared: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Start:
    conversation_id: str
    intent: str
    model: str
    backend: str


@dataclass(frozen=True)
class Delta:
    text: str


@dataclass(frozen=True)
class Done:
    """`failed` is why no model answered: no_model, busy, died or care; empty when one did."""

    answer: Answer
    failed: str = ""


Event = Waiting | Start | Delta | Done
