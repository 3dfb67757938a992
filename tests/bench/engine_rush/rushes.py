"""What a class asks: many questions on one lesson, on ten, on one that was read before, after a restart."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.inference.engine import Message, Prompt
from tests.bench.engine_rush.players import Heard, Player
from tests.bench.machine import peak_of
from tests.made_models import WORDS

WITHIN = 2.0


@dataclass(frozen=True)
class Size:
    """Sizes in words of the commonest kind, which are one token each in every tokenizer here."""

    questions: int
    shared: int
    own: int
    out: int


@dataclass(frozen=True)
class Rush:
    """How one rush went; seconds, and bytes of memory at its peak."""

    makespan: float
    firsts: tuple[float, ...]
    dones: tuple[float, ...]
    pieces: int
    memory: int
    is_full: bool


async def rush(player: Player, size: Size, lessons: Sequence[str], seed: str) -> Rush:
    """All questions within two seconds, in turn over the lessons."""
    async with peak_of(player.pid) as peak:
        began = time.perf_counter()
        heard = await asyncio.gather(
            *(
                _question(
                    player,
                    prompt_of(size, lessons[number % len(lessons)], f"{seed}-{number}"),
                    began,
                    number,
                    size,
                )
                for number in range(size.questions)
            )
        )
    return _rush(heard, peak[0])


async def single(player: Player, size: Size, lesson: str, seed: str) -> Rush:
    async with peak_of(player.pid) as peak:
        heard = await player.ask(prompt_of(size, lesson, seed), time.perf_counter())
    return _rush([heard], peak[0])


def opened(player: Player, size: Size, lesson: str) -> None:
    """What all questions on this lesson begin with, as the box says it when somebody opens its page."""
    begins = prompt_of(size, lesson, "").messages[0]
    player.opened(Prompt((begins, Message("user", "")), max_tokens=1))


def prompt_of(size: Size, lesson: str, seed: str) -> Prompt:
    messages = (
        Message("system", f"Lesson: {_text(lesson, size.shared)}."),
        Message("user", f"Question: {_text(seed, size.own)}?"),
    )
    return Prompt(messages, max_tokens=size.out, temperature=0)


async def _question(player: Player, prompt: Prompt, began: float, number: int, size: Size) -> Heard:
    await asyncio.sleep(number * WITHIN / size.questions)
    return await player.ask(prompt, began)


def _rush(heard: Sequence[Heard], memory: int) -> Rush:
    return Rush(
        max(each.asked + each.done for each in heard),
        tuple(each.first for each in heard),
        tuple(each.done for each in heard),
        sum(each.pieces for each in heard),
        memory,
        all(each.is_full for each in heard),
    )


def _text(seed: str, words: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS.split(), k=words))
