"""Two thousand questions through the real worker: neither the box nor its child grows."""

import asyncio
import gc
import random
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.inference.engine import Message, Prompt
from appliance.inference.local import LocalEngine, ModelFiles, Tuning
from tests.made_models import MadeModel, tiny_model

__all__ = ["tiny_model"]

WARM_UP = 600
QUESTIONS = 2000
AT_ONCE = 16
MOST_GROWTH = 4 * 1024  # KiB: two kept for each question would be seen


@pytest.fixture
async def engine(tiny_model: MadeModel) -> AsyncIterator[LocalEngine]:
    engine = LocalEngine(ModelFiles(tiny_model.path, "Tiny"), tuning=Tuning(slots=8, cells_per_slot=512))
    await engine.start()
    async with asyncio.timeout(20):
        while engine.state != "ready":  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)
    yield engine
    await engine.stop()


def grown(pid: int | str) -> int:
    """A process's own memory in KiB, without the files it maps."""
    found = re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])


async def ask(engine: LocalEngine, chance: random.Random, told: list[str]) -> None:
    """Another student, another end, now and then given up in the middle or bound to a grammar."""
    words = " ".join(chance.choices(("lamp", "battery", "loop", "current", "wire", "energy"), k=12))
    rules = Message("system", f"Lesson {chance.randrange(12)}: a lamp glows in a closed loop.")
    grammar = 'root ::= "yes" | "no"' if chance.random() < 0.1 else ""
    prompt = Prompt((rules, Message("user", words)), max_tokens=6, temperature=0.5, grammar=grammar)
    answer = engine.generate(prompt)
    async for piece in answer:
        told.append(piece)
        if chance.random() < 0.05:
            break
    await answer.aclose()


async def ask_many(engine: LocalEngine, count: int, seed: int) -> None:
    chance = random.Random(seed)

    async def one_after_another() -> None:
        for _ in range(count // AT_ONCE):
            told: list[str] = []
            await ask(engine, chance, told)
            assert told

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


async def test_two_thousand_questions_leave_memory_as_it_was(engine: LocalEngine) -> None:
    await ask_many(engine, WARM_UP, 1)
    child = engine.pid
    gc.collect()
    before = grown(child), grown("self")
    await ask_many(engine, QUESTIONS, 2)
    gc.collect()
    after = grown(child), grown("self")
    assert engine.pid == child and engine.crashes == 0
    assert after[0] - before[0] < MOST_GROWTH, f"the child grew from {before[0]} to {after[0]} KiB"
    assert after[1] - before[1] < MOST_GROWTH, f"the box grew from {before[1]} to {after[1]} KiB"
