"""A class that asks while the operator changes the model: no page notices."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from appliance.inference import models
from appliance.inference.model_list import ModelFile, changing
from appliance.inference.probe import probe
from appliance.inference.scripted import ScriptedEngine
from appliance.settings import Settings
from tests.conftest import COURSE, Browser, Cast, Clock, seat, started
from tests.made_models import MadeModel, endless_model, known_gguf

__all__ = ["endless_model"]

PAGE = f"/course/{COURSE}/who-lets-it-through"
SCOPE = re.compile(r'name="scope_token" value="([^"]+)"')
QUESTION = "Why do metals let the charge through?"
NEW = "Metals have charges that are free to move [L1]. What do you see in the wire?"


async def health(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = (await browser.get("/helper/healthz")).json()
    return found


async def until_it_says(browser: Browser, **wanted: object) -> None:
    async with asyncio.timeout(100):
        while not wanted.items() <= (await health(browser)).items():  # noqa: ASYNC110 - it happens inside the box
            await asyncio.sleep(0.05)


async def asked(browser: Browser) -> httpx.Response:
    found = SCOPE.search((await browser.get(PAGE)).text)
    assert found is not None
    return await browser.post_json("/helper/chat", {"message": QUESTION, "scope_token": found[1]})


@pytest.fixture
async def school(settings: Settings, endless_model: MadeModel) -> AsyncIterator[Cast]:
    """A box with a real engine, in which the model "endless" answers."""
    folder, clock = settings.appliance_data / "models", Clock()
    added = await models.add(folder, endless_model.path, probe, datetime.now(UTC))
    assert added.chosen
    async with started(settings, clock, None) as (app, address):
        cast = Cast(app, address, clock, ScriptedEngine())
        await seat(cast)
        await until_it_says(cast.visitor(), model="endless")
        yield cast
        for client in cast.clients:
            await client.aclose()


def folder_of(school: Cast) -> Path:
    return school.parts.settings.appliance_data / "models"


async def test_a_class_asks_through_a_change_of_models_and_every_answer_comes(
    school: Cast, tmp_path: Path
) -> None:
    newer = known_gguf(tmp_path / "newer.gguf", NEW)
    await models.add(folder_of(school), newer.path, probe, datetime.now(UTC))
    ben, chi, boss = await school.student(school.ben), await school.student(school.chi), await school.max()
    first = asyncio.create_task(asked(ben))
    async with asyncio.timeout(60):
        while (await health(chi))["queue"]["running"] == 0:  # noqa: ASYNC110 - it happens inside the box
            await asyncio.sleep(0.02)
    assert (await boss.post("/operate/models", {"name": "newer"})).status_code == 302
    await until_it_says(chi, changing_to="newer", ok=True)
    page = (await boss.get("/operate/models")).text
    assert "Changing to newer" in page and "switched off" not in page
    second = (await asked(chi)).json()
    assert (second["backend"], second["model"]) == ("local", "newer")
    assert second["text"].startswith("Metals have charges")
    answer = (await first).json()
    assert (answer["backend"], answer["model"]) == ("local", "endless")
    assert "newer answers now" in (await boss.get("/operate/models")).text


async def test_a_model_that_cannot_be_loaded_leaves_the_class_its_helper_and_the_operator_the_reason(
    school: Cast, endless_model: MadeModel
) -> None:
    folder, boss = folder_of(school), await school.max()
    cut = folder / "cut.gguf"
    cut.write_bytes(endless_model.path.read_bytes()[:-50_000])
    with changing(folder) as listed:
        listed.append(ModelFile("cut", cut.name, "0" * 64, cut.stat().st_size, "chat", "cut"))
    await boss.post("/operate/models", {"name": "cut"})
    async with asyncio.timeout(100):
        while "could not be loaded" not in (await boss.get("/operate/models")).text:  # noqa: ASYNC110 - it happens inside the box
            await asyncio.sleep(0.05)
    await until_it_says(boss, model="endless", ok=True)
    async with asyncio.timeout(60):
        while (chosen := models.chosen(folder)) is None or chosen.name != "endless":  # noqa: ASYNC110 - it happens inside the box
            await asyncio.sleep(0.05)
    page = (await boss.get("/operate/models", headers={"Accept-Language": "es"})).text
    assert "No se pudo cargar cut, así que endless sigue respondiendo." in page
    assert "El archivo del modelo está cortado" in page
