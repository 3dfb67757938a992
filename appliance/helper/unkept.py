"""Answers that are being shown and are not kept yet: the next question of the same chat waits for them."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from appliance.errors import Busy

# A write of the database waits in line for no longer than this, and an answer is followed by two.
PATIENCE = 30.0
STILL_SAVING = "Your last answer is still being saved. Wait a few seconds, then ask again."

T = TypeVar("T")


@dataclass(eq=False)
class Showing:
    """`has_begun`: something of it was shown. `chat` is a class chat's number, or a conversation's key."""

    chat: int | str
    has_begun: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Unkept:
    """Between the last sentence and the write that keeps it a question would not know what was just said."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._answers: set[Showing] = set()

    @property
    def count(self) -> int:
        return len(self._answers)

    @contextmanager
    def answer(self, chat: int | str) -> Iterator[Showing]:
        """Around an answer and what keeps it."""
        showing = Showing(chat)
        self._answers.add(showing)
        try:
            yield showing
        finally:
            self._answers.discard(showing)
            showing.over.set()

    async def settled(self, chat: int | str) -> None:
        """For whoever holds to one question at a time. Raises Busy when it takes too long."""
        try:
            async with asyncio.timeout(self._patience):
                for showing in [each for each in self._answers if each.chat == chat and each.has_begun]:
                    await showing.over.wait()
        except TimeoutError as late:
            raise Busy(STILL_SAVING) from late


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Its result. Whoever is cancelled meanwhile hears of that once it is done."""
    task, is_cancelled = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            is_cancelled = True
    if is_cancelled and not task.cancelled():
        # Looked at, so that a failure is not reported as one that nobody saw.
        task.exception()
    if is_cancelled:
        raise asyncio.CancelledError
    return task.result()
