"""A class with a borrowed model: Ben's question goes there and back, and no browser learns where that is."""

import asyncio
import io
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from appliance.inference.scripted import ScriptedEngine
from appliance.operations import logs
from appliance.settings import Settings
from tests.conftest import COURSE, Browser, Cast, Clock, seat, started
from tests.inference.llama_server import KEY, llama_server
from tests.inference.loopback_model import cut_after, on_loopback, refusing
from tests.made_models import MadeModel, tiny_model

__all__ = ["tiny_model"]

PAGE = f"/course/{COURSE}/who-lets-it-through"
SCOPE = re.compile(r'name="scope_token" value="([^"]+)"')
QUESTION = "Why do metals let the charge through?"
STREAM = {"Accept": "text/event-stream"}


@asynccontextmanager
async def school(
    settings: Settings, engine: ScriptedEngine, url: str, agreed: bool = True
) -> AsyncIterator[Cast]:
    borrowing = replace(
        settings,
        helper_llm_backend="remote",
        helper_remote_mode_acknowledged=agreed,
        llm_base_url=url,
        llm_api_key=KEY,
        ai_request_timeout_ms=5000,
        helper_backoff_seconds=0.01,
    )
    clock = Clock()
    async with started(borrowing, clock, engine) as (app, address):
        cast = Cast(app, address, clock, engine)
        await seat(cast)
        try:
            yield cast
        finally:
            for client in cast.clients:
                await client.aclose()


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """The log of a box as it is set up; the process's own logging is put back afterwards."""
    names = ("", "chalkbox", *logs.NOISY)
    before = {name: (logging.getLogger(name).handlers[:], logging.getLogger(name).level) for name in names}
    stream = io.StringIO()
    logs.configure("INFO", stream)
    yield stream
    for name, (handlers, level) in before.items():
        logging.getLogger(name).handlers, logging.getLogger(name).level = handlers, level


async def asked(browser: Browser, **headers: str) -> httpx.Response:
    found = SCOPE.search((await browser.get(PAGE)).text)
    assert found is not None
    return await browser.post_json("/helper/chat", {"message": QUESTION, "scope_token": found[1]}, **headers)


async def health(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = (await browser.get("/helper/healthz")).json()
    return found


async def until_backend(browser: Browser, backend: str) -> None:
    async with asyncio.timeout(40):
        while (await health(browser))["backend"] != backend:  # noqa: ASYNC110 - it turns inside the box
            await asyncio.sleep(0.05)


def done(stream: str) -> dict[str, Any]:
    block = next(block for block in stream.split("\n\n") if block.startswith("event: done"))
    answer: dict[str, Any] = json.loads(block.partition("data: ")[2])
    return answer


async def test_the_borrowed_model_answers_then_this_box_then_the_lesson(
    settings: Settings, engine: ScriptedEngine, tiny_model: MadeModel, written: io.StringIO
) -> None:
    engine.will_say("Metals have charges that are free.")
    async with llama_server(tiny_model.path) as server, school(settings, engine, server.url) as cast:
        ben, max_ = await cast.student(cast.ben), await cast.max()
        await until_backend(ben, "remote")
        first = await asked(ben)
        answer = first.json()
        assert (answer["backend"], answer["model"], answer["attempts"]) == ("remote", tiny_model.path.name, 1)
        assert answer["text"].startswith("A battery pushes electrons")
        seen = [
            first,
            await asked(ben, **STREAM),
            await ben.get("/helper/healthz"),
            await ben.get("/healthz"),
        ]
        assert seen[-1].json()["engine"] == "ready"
        seen += [await ben.get(PAGE), await max_.get("/operate"), await max_.get("/operate/models")]
        server.kill()
        second = await asked(ben, **STREAM)
        assert (done(second.text)["backend"], done(second.text)["attempts"]) == ("scripted", 2)
        assert done(second.text)["text"] == "Metals have charges that are free."
        assert second.text.count("event: start") == 1
        engine.state = "off"
        third = await asked(ben)
        assert (third.status_code, third.json()["backend"], third.json()["model"]) == (200, "lesson", "")
        for response in (*seen, second, third):
            told = response.text + str(response.headers)
            assert f":{server.port}" not in told and KEY not in told
    said = written.getvalue()
    assert "event=remote_alive" in said and "backend=remote" in said
    for private in (f":{server.port}", KEY, QUESTION, "pushes electrons"):
        assert private not in said


async def test_a_line_cut_in_the_middle_leaves_the_rest_to_the_lesson(
    settings: Settings, engine: ScriptedEngine
) -> None:
    broken = cut_after("Metals have free charges. ", "They ")
    async with on_loopback(broken) as served, school(settings, engine, served.url) as cast:
        ben = await cast.student(cast.ben)
        await until_backend(ben, "remote")
        answer = (await asked(ben)).json()
        assert answer["backend"] == "lesson" and not engine.asked
        assert answer["text"].startswith("Metals have free charges.")
        assert "I could not finish this answer" in answer["text"]


async def test_with_no_model_anywhere_the_lesson_answers(settings: Settings, engine: ScriptedEngine) -> None:
    engine.state = "off"
    async with on_loopback(refusing(500)) as served, school(settings, engine, served.url) as cast:
        ben = await cast.student(cast.ben)
        await until_backend(ben, "remote")
        answer = (await asked(ben)).json()
        assert (answer["backend"], len(served.chats)) == ("lesson", 2)
        assert answer["citations"]


async def test_what_nobody_agreed_to_is_refused_before_the_first_event_and_nothing_goes_out(
    settings: Settings, engine: ScriptedEngine
) -> None:
    async with on_loopback() as served, school(settings, engine, served.url, agreed=False) as cast:
        ben = await cast.student(cast.ben)
        for headers in ({}, STREAM):
            refused = await asked(ben, **headers)
            assert (refused.status_code, refused.json()["error"]) == (503, "remote_backend_not_acknowledged")
            assert refused.json()["message"].endswith(".")
        found = SCOPE.search((await ben.get(PAGE)).text)
        assert found is not None
        page = await ben.post(PAGE, {"message": QUESTION, "scope_token": found[1]})
        assert page.status_code == 503 and QUESTION in page.text
        assert (served.asked, engine.asked) == ([], [])
        # Who may not ask at all hears that first.
        forged = await ben.post_json("/helper/chat", {"message": QUESTION, "scope_token": "forged"})
        assert forged.json()["error"] == "invalid_scope_token"
