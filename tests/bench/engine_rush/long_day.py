"""Thousands of short questions: does the engine's child keep its size?"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from tests.bench.engine_rush.players import Player
from tests.bench.engine_rush.rushes import Size, prompt_of
from tests.bench.machine import resident

LESSONS = 40
# The first look comes when every memory that is filled once is full, then three more.
FIRST_LOOK, LOOKS = 0.1, 4
SHARED, OWN, OUT = 64, 12, 8


@dataclass(frozen=True)
class Weighed:
    """Bytes of the child's resident memory after so many questions; seconds since the first."""

    questions: int
    resident: int
    seconds: float


async def long_day(player: Player, questions: int, at_once: int) -> AsyncIterator[Weighed]:
    """Batch after batch, each on another lesson, so that lessons are read, kept, given up and read again."""
    size = Size(at_once, SHARED, OWN, OUT)
    began, asked, batch = time.perf_counter(), 0, 0
    for mark in _marks(questions):
        while asked < mark:
            count = min(at_once, mark - asked)
            prompts = [
                prompt_of(size, f"day-{batch % LESSONS}", f"day-{asked + number}") for number in range(count)
            ]
            await asyncio.gather(*(player.ask(prompt, time.perf_counter()) for prompt in prompts))
            asked, batch = asked + count, batch + 1
        yield Weighed(asked, resident(player.pid), time.perf_counter() - began)


def _marks(questions: int) -> list[int]:
    """200, 800, 1400 and 2000 of 2000."""
    first = max(1, int(questions * FIRST_LOOK))
    return [first + (questions - first) * look // (LOOKS - 1) for look in range(LOOKS)]
