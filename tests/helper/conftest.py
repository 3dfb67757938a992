"""A small box for the helper: one course of three lessons, class 7B with Ben and Chi, a scripted model."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from appliance.auth.throttle import Throttle
from appliance.helper.pipeline import Answer, Asker, Delta, Done, Event, Helper, Question
from appliance.helper.scope import scope_of_lesson, sign
from appliance.inference.circuit import Circuit
from appliance.inference.queue import FairQueue
from appliance.inference.router import Patience, Router
from appliance.inference.scripted import ScriptedEngine
from appliance.library.courses import Shelf
from appliance.library.index import index_course
from appliance.settings import Settings
from appliance.storage.cache import Cache
from appliance.storage.database import Database

A_TUESDAY = 1_770_000_000
SECRET = b"only for these tests"

MANIFEST = """
slug: lamps
title: Lamps and batteries
language: en
age_band: "11-14"
helper_reference: basics
lessons:
  - {session: 1, slug: circles, title: Circles of light, file: lessons/1.md}
  - {session: 2, slug: paths, title: One path or two, file: lessons/2.md}
  - {session: 3, slug: motors, title: Motors that turn, file: lessons/3.md}
"""
CIRCLES = """---
title: Circles of light
summary: A lamp glows when its circuit is closed.
helper_allowed_topics: [closed circuits, batteries, lamps, short circuits]
helper_notes: Praise careful testing.
---
Today you build your first circuit.

## What closes a circuit

A lamp glows only when the circuit is closed: the current leaves the battery,
goes through the lamp and comes back.

## Short circuits

A short circuit joins both ends of the battery with bare wire.
The wire gets hot at once, so take it off quickly.

## Teacher notes

The secret answer of the quiz is forty-two volts.
"""
PATHS = """---
title: One path or two
---
## Series

In a series circuit the current has one path, and when one lamp is taken out all the others go dark.
"""
MOTORS = """---
title: Motors that turn
---
## Magnets

An electric motor turns because a magnet pushes the coil whenever a current flows through its copper windings.
"""
BASICS = (
    "# Facts\n\nA fresh AA battery gives 1.5 volts between its two ends, whatever its make or price may be.\n"
)


@dataclass
class HandClock:
    seconds: float = A_TUESDAY

    def __call__(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(appliance_data=tmp_path)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    folder = tmp_path / "courses" / "lamps"
    for name, text in {
        "course.yaml": MANIFEST,
        "lessons/1.md": CIRCLES,
        "lessons/2.md": PATHS,
        "lessons/3.md": MOTORS,
        "references/basics.md": BASICS,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return Shelf([tmp_path / "courses"])


@pytest.fixture
async def class_7b(db: Database) -> int:
    async with db.transaction() as tx:
        return await tx.insert(
            "INSERT INTO classes (name, join_code, created_at) VALUES ('7B', 'ABCDEFGH', :now)", now=tx.now
        )


@pytest.fixture
async def ben(db: Database, class_7b: int) -> Asker:
    return await _student(db, class_7b, "Ben", "ABC234")


@pytest.fixture
async def chi(db: Database, class_7b: int) -> Asker:
    return await _student(db, class_7b, "Chi", "DEF567")


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(can_embed=False)


@dataclass
class Classroom:
    """The helper, and what a test needs to play with it."""

    helper: Helper
    shelf: Shelf
    clock: HandClock
    engine: ScriptedEngine
    router: Router
    settings: Settings
    with_settings: Callable[..., "Classroom"]

    def token(self, asker: Asker, lesson: str = "circles") -> str:
        scope = scope_of_lesson(self.shelf.lesson("lamps", lesson), asker.class_id, asker.audience)
        return sign(SECRET, scope, self.clock())

    async def events(self, asker: Asker, message: Any, lesson: str = "circles", **more: Any) -> list[Event]:
        question = Question(message, **{"scope_token": self.token(asker, lesson), "request_id": "r1", **more})
        async with aclosing(self.helper.ask(asker, question)) as events:
            return [event async for event in events]

    async def answer(self, asker: Asker, message: Any, lesson: str = "circles", **more: Any) -> Answer:
        """The whole answer, after a look that the pieces make up the same text."""
        events = await self.events(asker, message, lesson, **more)
        done = events[-1]
        assert isinstance(done, Done)
        assert shown(events).strip() == done.answer.text
        return done.answer


async def until(happened: Callable[[], bool]) -> None:
    """Let the others go on until it happened, for a few seconds at the most."""
    async with asyncio.timeout(5.0):
        while not happened():  # noqa: ASYNC110 - what it waits for has no event of its own
            await asyncio.sleep(0.001)


def shown(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta))


@pytest.fixture
async def room(
    settings: Settings, db: Database, cache: Cache, shelf: Shelf, clock: HandClock, engine: ScriptedEngine
) -> Classroom:
    await index_course(db, shelf.course("lamps"), _router(engine, clock).embed)

    def with_settings(**changed: Any) -> Classroom:
        chosen, router, throttle = (
            replace(settings, **changed),
            _router(engine, clock),
            Throttle(cache, clock),
        )
        helper = Helper(chosen, SECRET, router, db, shelf, cache, throttle, clock)
        return Classroom(helper, shelf, clock, engine, router, chosen, with_settings)

    return with_settings()


def _router(engine: ScriptedEngine, clock: HandClock) -> Router:
    queue = FairQueue(lambda: engine.slots, 2, 60.0, clock)
    return Router(engine, queue, Circuit(5, 30.0, clock), Patience(backoff=0.0), clock)


async def _student(db: Database, class_id: int, name: str, return_code: str) -> Asker:
    async with db.transaction() as tx:
        student_id = await tx.insert(
            """
            INSERT INTO students (class_id, display_name, return_code, created_at, last_seen_at)
            VALUES (:class_id, :name, :return_code, :now, :now)
            """,
            class_id=class_id,
            name=name,
            return_code=return_code,
            now=tx.now,
        )
    return Asker(f"student:{class_id}:{student_id}", class_id, "192.168.7.0", "en")
