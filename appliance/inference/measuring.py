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
# On a school day the class before was on other lessons, and the engine still remembers them.
READ_CHARS = 1000
LEAST_LESSONS = 2
MOST_LESSONS = 12
READING_SECONDS = 6.0
# Answers end one after the other, so that between those that go on slots are empty.
PIECES = (8, 12, 16)
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


@dataclass(frozen=True)
class Trial:
    """`lessons` is how many the engine remembered while a class wrote about the last of them."""

    found: Tuned
    lessons: int


def steps(cores: int) -> list[Step]:
    """The likeliest gains first: what doesn't fit into two minutes is left at its safe guess.

    Both kinds of memory are tried again with more slots; a step that changes nothing is passed over.
    """
    shared = Step("one shared memory", {"unified": True, "flash": True})
    found = [
        Step("16 answers at once", {"slots": 16}),
        shared,
        Step(f"{CLASS} answers at once", {"slots": CLASS}),
        Step("a memory of its own for each", {"unified": False, "flash": False}),
        shared,
        Step("8 answers at once", {"slots": 8}),
        Step("longer pieces of prompts", {"prompt_chunk": 256, "batch": 512}),
        Step("shorter pieces of prompts", {"prompt_chunk": 64}),
        Step("a smaller memory", {"cell_kind": "q8_0", "flash": True}),
        # With two cores it would be half of them, and the engine makes room for other programs by itself.
        *([Step("one thread fewer", {"threads": cores - 1})] if cores > 2 else []),
    ]
    trimmed = [Step(step.what, {k: v for k, v in step.overrides.items() if k in KNOBS}) for step in found]
    return [step for step in trimmed if step.overrides]


async def measure(
    chat: Path, name: str, cores: int, tell: Tell, budget: float = BUDGET, most_slots: int = 0
) -> Tuned:
    """Under two minutes unless the very first setting takes longer; raises Unavailable when none could be measured.

    `most_slots` holds to what the operator chose, 0 to nothing.
    """
    began, longest, lessons = time.monotonic(), 0.0, 0
    road = list(_road(steps(cores), most_slots))
    best: Tuned | None = None
    trials: dict[Tuning, Trial | None] = {}
    for step in road:
        tuning = replace(best.tuning if best else Tuning(), **step.overrides)
        if tuning in trials:
            continue
        left = budget - (time.monotonic() - began)
        # One more is kept for the end.
        if best is not None and left < 2 * longest:
            break
        tell(f"{len(trials) + 1} of at most {len(road)}: {step.what}")
        started = time.monotonic()
        tried = trials[tuning] = await trial(chat, name, tuning, lessons)
        longest = max(longest, time.monotonic() - started)
        tell(f"  {_outcome(tried)}")
        lessons = lessons or (tried.lessons if tried else 0)
        best = _best([each.found for each in trials.values() if each])
    if best is None:
        raise Unavailable(NOTHING, "not_measured")
    tell("The best of them once more")
    again = await trial(chat, name, best.tuning, lessons)
    tell(f"  {_outcome(again)}")
    return _both(best, again.found if again else None)


async def trial(chat: Path, name: str, tuning: Tuning, lessons: int) -> Trial | None:
    """None for a setting that this machine or model doesn't bear; 0 lessons are as many as there is time for."""
    engine = LocalEngine(ModelFiles(chat, name), tuning)
    await engine.start()
    try:
        async with asyncio.timeout(LOAD_SECONDS + LONGEST_TRIAL):
            while engine.state == "loading":  # noqa: ASYNC110 - the engine tells nobody when it is ready
                await asyncio.sleep(POLL)
            slots = engine.slots
            lessons, reading = await _reading(engine, lessons)
            writing = await _writing(engine, lessons)
    except (Refusal, TimeoutError):
        return None
    finally:
        await engine.stop()
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Trial(Tuned(replace(tuning, slots=slots), reading, writing, at), lessons) if writing else None


def _both(first: Tuned, again: Tuned | None) -> Tuned:
    """The slower figures: a promise to a class had better hold. Far apart, something else kept the machine busy."""
    if again is None:
        return replace(first, is_steady=False)
    apart = again.seconds(CLASS) / first.seconds(CLASS)
    reading, writing = min(first.reading, again.reading), min(first.writing, again.writing)
    return replace(again, reading=reading, writing=writing, is_steady=1 / NOISE < apart < NOISE)


def _outcome(tried: Trial | None) -> str:
    if tried is None:
        return "not possible here"
    found = tried.found
    return f"a class of {CLASS} in {found.seconds(CLASS):.0f} s with {found.tuning.slots} at a time"


def _road(every: list[Step], most_slots: int) -> Iterator[Step]:
    if not most_slots:
        yield from every
        return
    yield Step(f"{most_slots} answers at once", {"slots": most_slots})
    yield from (step for step in every if "slots" not in step.overrides)


def _best(trials: list[Tuned]) -> Tuned | None:
    if not trials:
        return None
    quickest = min(each.seconds(CLASS) for each in trials)
    good = [each for each in trials if each.seconds(CLASS) <= quickest * AS_GOOD]
    return max(good, key=lambda each: (each.tuning.slots, -each.seconds(CLASS)))


async def _reading(engine: LocalEngine, lessons: int) -> tuple[int, float]:
    """How many lessons it remembers now, and characters a second."""
    began = time.monotonic()
    for number in range(1, (lessons or MOST_LESSONS) + 1):
        await _moments(engine, _question(number, "What is this about?", pieces=1))
        passed = max(0.001, time.monotonic() - began)
        if not lessons and number >= LEAST_LESSONS and passed > READING_SECONDS:
            break
    return number, number * len(_lesson(number)) / passed


async def _writing(engine: LocalEngine, lesson: int) -> float:
    """Pieces a second over all slots, from when every one of them writes to the end of the last."""
    asked = [_story(place, lesson) for place in range(engine.slots)]
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


def _story(place: int, lesson: int) -> Prompt:
    # Short, or the first answers were over before the last question was read.
    text = f"{place + 1}: a very long story about {TOPICS[place % len(TOPICS)]}."
    return _question(lesson, text, PIECES[place % len(PIECES)])


def _question(lesson: int, text: str, pieces: int) -> Prompt:
    return Prompt(
        (Message("system", _lesson(lesson)), Message("user", text)), max_tokens=pieces, temperature=0
    )


def _lesson(number: int) -> str:
    return f"Lesson {number:02}. " + WORDS * (READ_CHARS // len(WORDS))


async def _moments(engine: LocalEngine, prompt: Prompt) -> list[float]:
    """When each piece came."""
    async with aclosing(engine.generate(prompt)) as pieces:
        return [time.monotonic() async for _ in pieces]
