"""Measures how a model answers a class on this machine: one setting after another, each in a child of its own."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appliance.errors import Refusal, Unavailable
from appliance.inference.engine import Message, Prompt
from appliance.inference.local import LocalEngine, ModelFiles, Tuning
from appliance.inference.tuned import CLASS, KNOBS, Tuned

BUDGET = 100.0
LOAD_SECONDS = 60.0
LONGEST_TRIAL = 40.0
PIECES = 12
READ_CHARS = 1000
POLL = 0.02
# What is as good as the best: then more answers at the same time are better, for everybody starts soon.
AS_GOOD = 1.07
NOISE = 1.3
NOTHING = "The model could not be measured: run 'chalkbox models verify', or choose another one."
TOPICS = (
    "a river", "the moon", "an old bridge", "bread", "a kite", "the wind", "a market", "two friends", "a lamp", "snow",
)  # fmt: skip
WORDS = "A battery pushes electrons around a closed loop of wire, and every lamp in that loop glows while they flow. "

Overrides = dict[str, Any]
Tell = Callable[[str], None]
"""Called with a line about the trial that begins, and one about how it went."""


@dataclass(frozen=True)
class Step:
    """One after another, each on top of the best so far; knobs that the engine doesn't have are left out."""

    what: str
    overrides: Overrides


def steps(cores: int) -> list[Step]:
    """The likeliest gains first: what doesn't fit into two minutes is left at its safe guess."""
    found = [
        Step("16 answers at once", {"slots": 16}),
        Step("one shared memory", {"unified": True, "flash": True}),
        Step(f"{CLASS} answers at once", {"slots": CLASS}),
        Step("8 answers at once", {"slots": 8}),
        *([Step("one thread fewer", {"threads": cores - 1})] if cores > 1 else []),
        Step("longer pieces of prompts", {"prompt_chunk": 256, "batch": 512}),
        Step("shorter pieces of prompts", {"prompt_chunk": 64}),
        Step("a smaller memory", {"cell_kind": "q8_0", "flash": True}),
    ]
    trimmed = [Step(step.what, {k: v for k, v in step.overrides.items() if k in KNOBS}) for step in found]
    return [step for step in trimmed if step.overrides]


async def measure(
    chat: Path, name: str, cores: int, tell: Tell, budget: float = BUDGET, most_slots: int = 0
) -> Tuned:
    """Under two minutes unless the very first setting takes longer; raises Unavailable when none could be measured.

    `most_slots` holds to what the operator chose, 0 to nothing.
    """
    began, longest, trials = time.monotonic(), 0.0, []
    road = list(_road(steps(cores), most_slots))
    best: Tuned | None = None
    for number, step in enumerate(road, start=1):
        left = budget - (time.monotonic() - began)
        # One more is kept for the end.
        if best is not None and left < 2 * longest:
            break
        tell(f"{number} of at most {len(road)}: {step.what}")
        started = time.monotonic()
        base = best.tuning if best else Tuning()
        tried = await _tried(chat, name, replace(base, **step.overrides), number)
        longest = max(longest, time.monotonic() - started)
        tell(f"  {_outcome(tried)}")
        trials += [tried] if tried else []
        best = _best(trials)
    if best is None:
        raise Unavailable(NOTHING, "not_measured")
    tell("The best of them once more")
    again = await _tried(chat, name, best.tuning, len(road) + 1)
    tell(f"  {_outcome(again)}")
    return _both(best, again)


def _both(first: Tuned, again: Tuned | None) -> Tuned:
    """The slower figures: a promise to a class had better hold. Far apart, something else kept the machine busy."""
    if again is None:
        return replace(first, is_steady=False)
    apart = again.seconds(CLASS) / first.seconds(CLASS)
    reading, writing = min(first.reading, again.reading), min(first.writing, again.writing)
    return replace(again, reading=reading, writing=writing, is_steady=1 / NOISE < apart < NOISE)


def _outcome(tried: Tuned | None) -> str:
    if tried is None:
        return "not possible here"
    return f"a class of {CLASS} in {tried.seconds(CLASS):.0f} s with {tried.tuning.slots} at a time"


def _road(every: list[Step], most_slots: int) -> Iterator[Step]:
    if not most_slots:
        yield from every
        return
    yield Step(f"{most_slots} answers at once", {"slots": most_slots})
    yield from (step for step in every if "slots" not in step.overrides)


def _best(trials: list[Tuned]) -> Tuned | None:
    if not trials:
        return None
    quickest = min(trial.seconds(CLASS) for trial in trials)
    good = [trial for trial in trials if trial.seconds(CLASS) <= quickest * AS_GOOD]
    return max(good, key=lambda trial: (trial.tuning.slots, -trial.seconds(CLASS)))


async def _tried(chat: Path, name: str, tuning: Tuning, number: int) -> Tuned | None:
    """None for a setting that this machine or model doesn't bear."""
    engine = LocalEngine(ModelFiles(chat, name), tuning)
    await engine.start()
    try:
        async with asyncio.timeout(LOAD_SECONDS + LONGEST_TRIAL):
            while engine.state == "loading":  # noqa: ASYNC110 - the engine tells nobody when it is ready
                await asyncio.sleep(POLL)
            slots = engine.slots
            reading = await _reading(engine, number)
            writing = await _writing(engine, number)
    except (Refusal, TimeoutError):
        return None
    finally:
        await engine.stop()
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Tuned(replace(tuning, slots=slots), reading, writing, at) if writing else None


async def _reading(engine: LocalEngine, number: int) -> float:
    """Characters a second, of a prompt that no child has read before."""
    text = f"{number}. " + WORDS * (READ_CHARS // len(WORDS))
    began = time.monotonic()
    moments = await _moments(engine, Prompt((Message("user", text),), max_tokens=1, temperature=0))
    return len(text) / max(0.001, (moments[0] if moments else time.monotonic()) - began)


async def _writing(engine: LocalEngine, number: int) -> float:
    """Pieces a second over all slots, while every one of them writes."""
    asked = [_story(place, number) for place in range(engine.slots)]
    written = await asyncio.gather(*(_moments(engine, prompt) for prompt in asked))
    firsts = [moments[0] for moments in written if moments]
    if not firsts:
        return 0.0
    everybody, last = max(firsts), max(moments[-1] for moments in written if moments)
    counted = sum(moment > everybody for moments in written for moment in moments)
    if counted < len(firsts):
        # One was done before another began: what counts is the whole of it.
        everybody, counted = min(firsts), sum(map(len, written)) - 1
    return counted / max(0.001, last - everybody)


def _story(place: int, number: int) -> Prompt:
    topic = TOPICS[place % len(TOPICS)]
    text = f"Tell a very long story about {topic}. Story number {place + number * 100}."
    return Prompt((Message("user", text),), max_tokens=PIECES, temperature=0)


async def _moments(engine: LocalEngine, prompt: Prompt) -> list[float]:
    """When each piece came."""
    async with aclosing(engine.generate(prompt)) as pieces:
        return [time.monotonic() async for _ in pieces]
