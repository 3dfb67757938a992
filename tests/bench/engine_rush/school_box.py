"""The rush on the real box: what everybody else notices of it when they load a page."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from appliance.inference import models
from appliance.inference.local import Tuning
from appliance.inference.probe import probe
from appliance.inference.tuned import Tuned, keep
from tests.bench.engine_rush.rushes import WITHIN
from tests.bench.keep_alive import Seat
from tests.bench.new_box import SEARCH_MODEL, new_box
from tests.bench.school_day import GoesOn, Taken, class_of, lasting, walk
from tests.bench.starting import indexed
from tests.faults.serving import FIRST_LESSON, Pupil, ServedBox, pupils

TOKEN = re.compile(r'name="scope_token" value="([^"]+)"')
READY_SECONDS = 180.0
LOOK_SECONDS = 0.25
STREAM = {"Accept": "text/event-stream"}


@dataclass(frozen=True)
class Crowd:
    """`students` load a page every `each_seconds`, `asking` others ask; walks last `seconds` or as long as the rush."""

    students: int
    each_seconds: float
    seconds: float
    asking: int


@dataclass(frozen=True)
class Asker:
    """A student who has opened the lesson."""

    pupil: Pupil
    scope_token: str


@dataclass(frozen=True)
class Answered:
    """`backend` is who wrote the answer, which took so many seconds to its end.

    When the first word came says nothing here: the box sends whole sentences, and made-up weights end none.
    """

    seconds: float
    backend: str


@dataclass(frozen=True)
class Beside:
    """The same walk alone and during rushes, by the server's log and as browsers see it."""

    crowd: Crowd
    alone: Taken
    rush: Taken
    seen_alone: Taken
    seen_rush: Taken
    makespans: tuple[float, ...]
    answers: tuple[Answered, ...]


async def pages_beside(model: Path, tuning: Tuning, crowd: Crowd, out: int) -> Beside:
    """With this model and this setting of the engine; answers are `out` tokens long."""
    names = [f"Asker {number}" for number in range(crowd.asking)]
    async with (
        _box(model, tuning, out) as box,
        pupils(box, *names) as askers,
        class_of(box, crowd.students, "Reader") as seats,
    ):
        ready = [await _opened(one) for one in askers]
        seen_alone, alone = await walk(box, seats, lasting(crowd.seconds), crowd.each_seconds)
        return await _rushed(box, seats, ready, Beside(crowd, alone, {}, seen_alone, {}, (), ()))


@asynccontextmanager
async def _box(model: Path, tuning: Tuning, out: int) -> AsyncIterator[ServedBox]:
    """Its model is loaded and its lessons are indexed."""
    given = {
        "APPLIANCE_MODELS": str(SEARCH_MODEL),
        "HELPER_RESPONSE_MAX_TOKENS": str(out),
        "HELPER_RATE_LIMIT_PER_MINUTE": "100000",
        "HELPER_ADDRESS_RATE_LIMIT_PER_MINUTE": "100000",
    }
    with new_box(**given) as box:
        folder = box.data / "models"
        added = await models.add(folder, model, probe, datetime.now(UTC))
        # As if it had been measured; how fast it was is only told to people.
        keep(folder, added, Tuned(tuning, reading=1.0, writing=1.0))
        box.start()
        await _loaded(box)
        await indexed(box)
        yield box


async def _loaded(box: ServedBox) -> None:
    async with asyncio.timeout(READY_SECONDS), httpx.AsyncClient(base_url=box.url) as client:
        while not (await client.get("/helper/healthz")).json()["ok"]:  # noqa: ASYNC110 - another process loads it
            await asyncio.sleep(LOOK_SECONDS)


async def _rushed(box: ServedBox, seats: list[Seat], askers: list[Asker], alone: Beside) -> Beside:
    crowd, answers, makespans = alone.crowd, list[Answered](), list[float]()
    rushing = asyncio.create_task(_rushes(askers, lasting(crowd.seconds), answers, makespans))
    seen, inside = await walk(box, seats, lambda: not rushing.done(), crowd.each_seconds)
    await rushing
    return replace(alone, rush=inside, seen_rush=seen, makespans=tuple(makespans), answers=tuple(answers))


async def _opened(one: Pupil) -> Asker:
    found = TOKEN.search((await one.browser.get(FIRST_LESSON)).text)
    if found is None:
        raise RuntimeError("the lesson has no helper to ask")
    return Asker(one, found[1])


async def _rushes(
    askers: list[Asker], goes_on: GoesOn, answers: list[Answered], makespans: list[float]
) -> None:
    """One after the other, for as long as the walk before it; at least one, and the last comes to its end."""
    while goes_on() or not makespans:
        began = time.perf_counter()
        answers += await asyncio.gather(
            *(_ask(one, number, len(askers)) for number, one in enumerate(askers))
        )
        makespans.append(time.perf_counter() - began)


async def _ask(one: Asker, number: int, of: int) -> Answered:
    await asyncio.sleep(number * WITHIN / of)
    browser = one.pupil.browser
    question = f"Why does the lamp of table {number + 1} only light when the wire makes a circle?"
    body = {"message": question, "scope_token": one.scope_token, "reset_conversation": True}
    headers = {**STREAM, "X-CSRF-Token": browser.token}
    asked = time.perf_counter()
    async with browser.client.stream("POST", "/helper/chat", json=body, headers=headers) as response:
        response.raise_for_status()
        return await _heard(response, asked)


async def _heard(response: httpx.Response, asked: float) -> Answered:
    event = ""
    async for line in response.aiter_lines():
        event = line.removeprefix("event: ") if line.startswith("event: ") else event
        if line.startswith("data: ") and event == "error":
            raise RuntimeError(f"the helper refused: {line}")
        if line.startswith("data: ") and event == "done":
            return Answered(time.perf_counter() - asked, json.loads(line.removeprefix("data: "))["backend"])
    raise RuntimeError("an answer without an end")
