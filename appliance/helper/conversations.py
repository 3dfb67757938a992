"""The last turns of a conversation, in the cache for their hour and nowhere else."""

import re
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any, Literal
from uuid import uuid4

from appliance.auth.throttle import CACHE_FAILURES
from appliance.helper.scope import Scope
from appliance.settings import Settings
from appliance.storage.cache import Cache

HEX_ID = re.compile(r"[0-9a-f]{32}")
SEPARATOR = " | "


@dataclass(frozen=True)
class Turn:
    """One thing that was said, already redacted; `intent` is empty for the helper's turns."""

    role: Literal["user", "assistant"]
    text: str
    intent: str = ""


@dataclass(frozen=True)
class Memory:
    """`summary` holds the older turns in short; `on_topic` is about the last question."""

    turns: tuple[Turn, ...] = ()
    summary: str = ""
    on_topic: bool = False


def conversation_id_of(given: str) -> str:
    """32 hex digits: a UUID stays itself, nothing becomes a new one, anything else its hash."""
    given = given.strip()
    bare = given.lower().replace("-", "")
    if HEX_ID.fullmatch(bare):
        return bare
    return sha256(given.encode("utf-8", "surrogatepass")).hexdigest()[:32] if given else uuid4().hex


class Conversations:
    """A cache that fails makes the helper forgetful, never silent."""

    def __init__(self, cache: Cache, settings: Settings) -> None:
        self._cache = cache
        self._settings = settings

    @property
    def enabled(self) -> bool:
        settings = self._settings
        return settings.helper_conversation_enabled and settings.helper_conversation_max_messages > 0

    async def recall(self, key: str) -> Memory:
        if not self.enabled:
            return Memory()
        try:
            kept = await self._cache.get(key)
        except CACHE_FAILURES:
            return Memory()
        return _memory(kept) if isinstance(kept, dict) else Memory()

    async def keep(self, key: str, memory: Memory) -> None:
        if not self.enabled:
            return
        try:
            await self._cache.set(key, asdict(memory), expire=self._settings.helper_conversation_ttl_seconds)
        except CACHE_FAILURES:
            return

    async def forget(self, key: str) -> None:
        try:
            await self._cache.delete(key)
        except CACHE_FAILURES:
            return


def key_of(person: str, scope: Scope, conversation_id: str) -> str:
    """By person and lesson, not by token: a page that is loaded again keeps its conversation."""
    parts = (person, str(scope.class_id), scope.course_slug, scope.lesson_slug, conversation_id)
    return "conversation:" + sha256("\n".join(parts).encode()).hexdigest()


def grown(memory: Memory, question: Turn, answer: Turn, on_topic: bool, settings: Settings) -> Memory:
    """The memory with one exchange more; what no longer fits word for word moves into the summary."""
    longest = settings.helper_conversation_turn_max_chars
    cut = (replace(turn, text=turn.text[:longest]) for turn in (question, answer))
    turns = (*memory.turns, *cut)
    kept = turns[-settings.helper_conversation_max_messages :]
    # A chat template wants the person to speak first.
    kept = kept[1:] if kept and kept[0].role == "assistant" else kept
    older = turns[: len(turns) - len(kept)]
    summary = _summary(memory.summary, older, settings.helper_conversation_summary_max_chars)
    return Memory(kept, summary, on_topic)


def history(memory: Memory, room: int) -> tuple[Turn, ...]:
    """The newest whole exchanges that fit into `room` characters."""
    turns = memory.turns
    while turns and sum(len(turn.text) for turn in turns) > room:
        turns = turns[2:]
    return turns


def in_context(message: str, memory: Memory) -> str:
    """With the question before it, which a short one leans on."""
    before = [turn.text for turn in memory.turns if turn.role == "user"]
    return "\n".join((message, *before[-1:]))


def _summary(before: str, older: tuple[Turn, ...], room: int) -> str:
    """Newest segments win; they stay in the order in which they were said."""
    segments = [*before.split(SEPARATOR), *map(_segment, older)] if before else [*map(_segment, older)]
    kept: list[str] = []
    for segment in reversed(segments):
        if len(SEPARATOR.join([segment, *kept])) > room:
            break
        kept.insert(0, segment)
    return SEPARATOR.join(kept)


def _segment(turn: Turn) -> str:
    who = f"Student [{turn.intent}]" if turn.role == "user" else "Helper"
    return f"{who}: {' '.join(turn.text.replace('|', '/').split())[:200]}"


def _memory(kept: dict[str, Any]) -> Memory:
    turns = tuple(Turn(turn["role"], turn["text"], turn["intent"]) for turn in kept["turns"])
    return Memory(turns, kept["summary"], kept["on_topic"])
