"""The last turns of a conversation, in the cache for their hour and nowhere else."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any, Literal
from uuid import uuid4

from appliance.auth.throttle import CACHE_FAILURES
from appliance.errors import Unavailable
from appliance.helper.scope import Scope
from appliance.settings import Settings
from appliance.storage.cache import Cache

HEX_ID = re.compile(r"[0-9a-f]{32}")
SEPARATOR = " | "
NOT_FORGOTTEN = (
    "The helper's conversations could not be read just now, so nothing was deleted. Try again in a minute."
)


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


@dataclass(frozen=True)
class Kept:
    """One conversation as it lies in the cache; `person` is `student:<class>:<id>`."""

    person: str
    lesson: str
    id: str
    memory: Memory


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
        self._turn = asyncio.Lock()
        self._resets: Counter[str] = Counter()

    @property
    def enabled(self) -> bool:
        settings = self._settings
        return settings.helper_conversation_enabled and settings.helper_conversation_max_messages > 0

    def resets(self, key: str) -> int:
        """How often this conversation was among those forgotten; to be asked before it is recalled."""
        return sum(self._resets[prefix] for prefix in _prefixes_of(key))

    async def recall(self, key: str) -> Memory:
        if not self.enabled:
            return Memory()
        try:
            kept = await self._cache.get(key)
        except CACHE_FAILURES:
            return Memory()
        return _memory(kept) if isinstance(kept, dict) else Memory()

    async def keep(self, key: str, memory: Memory, resets: int) -> bool:
        """False where it was forgotten since `resets` was asked for: then it stays forgotten."""
        if not self.enabled:
            return False
        async with self._turn:
            if self.resets(key) != resets:
                return False
            try:
                seconds = self._settings.helper_conversation_ttl_seconds
                await self._cache.set(key, asdict(memory), expire=seconds)
            except CACHE_FAILURES:
                return False
            return True

    async def forget(self, key: str) -> None:
        try:
            await self._cache.delete(key)
        except CACHE_FAILURES:
            return

    async def of_class(self, class_id: int) -> list[Kept]:
        """Raises Unavailable when the cache can't be read."""
        found = await self._under(_of_class(class_id))
        return [_kept(key, value) for key, value in sorted(found.items())]

    async def forget_class(
        self, class_id: int, before: Callable[[list[Kept]], Awaitable[None]]
    ) -> list[Kept]:
        """All that the class said, once `before` has seen it; if that raises, nothing is forgotten.

        An answer that is being written meanwhile is not kept. Raises Unavailable when the cache refuses.
        """
        return await self._forget_under(_of_class(class_id), before)

    async def forget_person(self, class_id: int, person: str) -> None:
        """A student who leaves takes them along. Raises Unavailable when the cache refuses."""
        await self._forget_under(_of_person(class_id, person), _nothing_before)

    async def _forget_under(self, prefix: str, before: Callable[[list[Kept]], Awaitable[None]]) -> list[Kept]:
        async with self._turn:
            found = await self._under(prefix)
            kept = [_kept(key, value) for key, value in sorted(found.items())]
            await before(kept)
            try:
                await self._cache.delete_under(prefix)
            except CACHE_FAILURES as fault:
                raise Unavailable(NOT_FORGOTTEN, "cache_unreadable") from fault
            # Last: whoever recalls between deletion and here is told the old number, and keeps nothing.
            self._resets[prefix] += 1
            return kept

    async def _under(self, prefix: str) -> dict[str, Any]:
        try:
            return await self._cache.under(prefix)
        except CACHE_FAILURES as fault:
            raise Unavailable(NOT_FORGOTTEN, "cache_unreadable") from fault


def key_of(person: str, scope: Scope, conversation_id: str) -> str:
    """By person and lesson, not by token: a page that is loaded again keeps its conversation."""
    lesson = f"{scope.course_slug}/{scope.lesson_slug}"
    return f"{_of_person(scope.class_id, person)}{lesson}|{conversation_id}"


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


def _of_class(class_id: int) -> str:
    return f"conversation|{class_id}|"


def _of_person(class_id: int, person: str) -> str:
    return f"{_of_class(class_id)}{person}|"


def _prefixes_of(key: str) -> tuple[str, str]:
    _, class_id, person, *_ = key.split("|")
    return _of_class(int(class_id)), _of_person(int(class_id), person)


def _kept(key: str, value: dict[str, Any]) -> Kept:
    _, _, person, lesson, conversation_id = key.split("|")
    return Kept(person, lesson, conversation_id, _memory(value))


async def _nothing_before(kept: list[Kept]) -> None:
    return
