"""Guests at /v1: a sandbox has small limits, counted when something came of it, and a person with a token has none."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from appliance.errors import Unavailable
from appliance.settings import Settings
from appliance.storage.cache import Cache
from tests.api.conftest import Program

ROUTE = "/v1/llm/embeddings"
SANDBOX = "5f0c4f6e-3c39-4a26-9d3c-6f4a1f0f2b11"
MATERIAL = (
    "Photosynthesis is the way in which plants make sugar from water, air and light. "
    "Chlorophyll is the green dye that catches the light of the sun. "
    "The xylem is a bundle of fine pipes that carries water from the roots up to the leaves. "
    "Transpiration is the loss of water vapour through the openings of a leaf."
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(
        settings,
        guest_embedding_limit=2,
        guest_quiz_limit=2,
        guest_flashcards_limit=2,
        guest_blueprint_limit=2,
        guest_max_concurrent_ai_requests=1,
    )


def asked(sandbox_id: str | None = SANDBOX) -> dict[str, object]:
    return {"inputs": ["lamp"], "sandbox_id": sandbox_id}


async def test_a_sandbox_has_its_limit_and_no_other_ones(program: Program) -> None:
    await program.data(ROUTE, asked())
    await program.data(ROUTE, asked(SANDBOX.upper()))
    assert await program.refused(ROUTE, asked()) == (429, "guest_rate_limit")
    spent = await program.send(ROUTE, asked())
    assert spent.json()["error"]["message"] == "Guest embedding limit reached."
    assert int(spent.headers["retry-after"]) > 0
    await program.data(ROUTE, asked(str(uuid4())))


async def test_without_a_sandbox_nothing_is_counted(program: Program) -> None:
    for _ in range(4):
        await program.data(ROUTE, asked(None))


async def test_a_person_with_a_token_is_no_guest(program: Program) -> None:
    for person in (await program.for_staff(program.cast.ada_id), await program.for_student(program.cast.ben)):
        for _ in range(3):
            await person.data(ROUTE, asked("not even a number"))


@pytest.mark.parametrize(
    ("sandbox_id", "status", "code"),
    [
        ("", 400, "guest_sandbox_required"),
        ("  ", 400, "guest_sandbox_required"),
        ("7", 403, "guest_sandbox_forbidden"),
        (SANDBOX + "0", 403, "guest_sandbox_forbidden"),
    ],
)
async def test_what_names_no_sandbox_is_refused(
    program: Program, sandbox_id: str, status: int, code: str
) -> None:
    assert await program.refused(ROUTE, asked(sandbox_id)) == (status, code)


async def test_a_failure_costs_the_guest_nothing(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(texts: object) -> None:
        raise Unavailable("The engine stopped.")

    with monkeypatch.context() as broken:
        broken.setattr(program.cast.engine, "embed", fail)
        for _ in range(3):
            assert await program.refused(ROUTE, asked()) == (502, "provider_error")
    await program.data(ROUTE, asked())
    await program.data(ROUTE, asked())


async def test_many_at_once_can_not_pass_the_limit_together(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = held_up(program, monkeypatch)
    asking = [asyncio.create_task(program.send(ROUTE, asked())) for _ in range(5)]
    done, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
    assert {task.result().status_code for task in done} == {429}
    go_on()
    statuses = [(await task).status_code for task in asking]
    assert sorted(statuses) == [200, 200, 429, 429, 429]


async def test_who_finds_no_slot_in_time_is_told_so_and_waits_no_longer(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.api.guests.LONGEST_WAIT", 0.01)
    go_on = held_up(program, monkeypatch)
    first = asyncio.create_task(program.send(ROUTE, asked()))
    await until(lambda: program.cast.app.ctx.guests.slots.locked() if has_guests(program) else False)
    assert await program.refused(ROUTE, asked(str(uuid4()))) == (503, "guest_concurrent_limit")
    go_on()
    assert (await first).status_code == 200
    await program.data(ROUTE, asked(str(uuid4())))
    assert program.cast.app.ctx.guests.under_way == {}


async def test_a_guest_who_goes_gives_the_slot_back(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = held_up(program, monkeypatch)
    leaving = asyncio.create_task(program.send(ROUTE, asked()))
    await until(lambda: program.cast.app.ctx.guests.slots.locked() if has_guests(program) else False)
    leaving.cancel()
    await until(lambda: not program.cast.app.ctx.guests.slots.locked())
    go_on()
    await program.data(ROUTE, asked())
    await program.data(ROUTE, asked())


async def test_counts_that_can_not_be_read_let_nobody_in(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(cache: Cache, key: str) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Cache, "get", fail)
    assert await program.refused(ROUTE, asked()) == (502, "guest_rate_limit_unavailable")


async def test_an_answer_that_could_not_be_counted_is_given_all_the_same(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(cache: Cache, key: str, expire: float) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Cache, "incr", fail)
    await program.data(ROUTE, asked())


def held_up(program: Program, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Vectors wait until the function that comes back is called."""
    engine, may_go_on = program.cast.engine, asyncio.Event()
    embed = engine.embed

    async def slow(texts: list[str]) -> object:
        await may_go_on.wait()
        return await embed(texts)

    monkeypatch.setattr(engine, "embed", slow)
    return may_go_on.set


def has_guests(program: Program) -> bool:
    return hasattr(program.cast.app.ctx, "guests")


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 - what is waited for happens behind a socket
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("/v1/quiz/generate", {"question_count": 1, "instructions": "Easy ones."}),
        ("/v1/flashcards/generate", {"card_count": 1, "instructions": "Easy ones."}),
        ("/v1/blueprints/generate", {"material_count": 1, "material_text": MATERIAL}),
    ],
)
async def test_what_is_made_for_a_guest_is_counted_too(
    program: Program, route: str, body: dict[str, object]
) -> None:
    sent = {"class_title": "Light", "blueprint_context": "", "material_context": MATERIAL, **body}
    for _ in range(2):
        await program.data(route, {**sent, "sandbox_id": SANDBOX})
    assert await program.refused(route, {**sent, "sandbox_id": SANDBOX}) == (429, "guest_rate_limit")
