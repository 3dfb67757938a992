"""The operator's pages: how the box is, and which model answers."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from appliance.inference import models
from appliance.inference.local import LocalEngine, ModelFiles, Tuning
from appliance.inference.model_list import Kind, ModelFile, changing
from appliance.inference.probe import probe
from appliance.inference.tuned import Tuned, keep, tuned_for
from appliance.operations.measurement import JOB, measure_beside
from appliance.settings import Settings
from tests.conftest import Cast
from tests.made_models import MadeModel, tiny_model

__all__ = ["tiny_model"]


def put_model(cast: Cast, name: str, kind: Kind = "chat") -> Path:
    """A file that the list knows as a model of this kind; nobody opens it here."""
    folder = cast.parts.settings.appliance_data / "models"
    path = folder / f"{name}.gguf"
    path.write_bytes(b"GGUF")
    with changing(folder) as listed:
        listed.append(ModelFile(name, path.name, "0" * 64, 4, kind, name))
    return folder


async def test_the_lights_say_how_the_box_is(cast: Cast) -> None:
    page = await (await cast.max()).get("/operate")
    assert page.status_code == 200
    assert "The box is set up for Hill School" in page.text


async def test_a_teacher_who_is_no_operator_is_refused_with_a_sentence(cast: Cast) -> None:
    page = await (await cast.ada()).get("/operate")
    assert page.status_code == 403
    assert "This page is for somebody else" in page.text


async def test_the_models_page_offers_what_suits_small_machines(cast: Cast) -> None:
    manifest = cast.parts.settings.appliance_models / "manifest.toml"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_bytes((Path(__file__).parents[2] / "models" / "manifest.toml").read_bytes())
    page = await (await cast.max()).get("/operate/models")
    assert "qwen2.5-0.5b" in page.text
    assert "chalkbox models add FILE" in page.text


async def test_another_model_is_chosen_and_given_up_again(cast: Cast) -> None:
    folder, boss = put_model(cast, "small"), await cast.max()
    await boss.post("/operate/models", {"name": "small"})
    chosen = models.chosen(folder)
    assert chosen is not None
    assert chosen.name == "small"
    await boss.post("/operate/models", {"name": ""})
    assert models.chosen(folder) is None


async def test_a_reranking_model_is_chosen_and_given_up_beside_the_chat_model(cast: Cast) -> None:
    folder, boss = put_model(cast, "small"), await cast.max()
    put_model(cast, "judge", "reranking")
    await boss.post("/operate/models", {"name": "small"})
    await boss.post("/operate/models", {"name": "judge"})
    page = (await boss.get("/operate/models")).text
    assert page.count("Stop using it") == 2 and "For the order of what search finds" in page
    assert "It orders nothing now" in page, "nothing can open the file"
    await boss.post("/operate/models", {"name": "", "kind": "reranking"})
    assert "Passages stay in the order" in (await boss.get("/operate/models")).text
    assert models.chosen(folder, "reranking") is None
    assert models.chosen(folder) is not None


async def test_a_model_that_is_not_there_is_refused_with_a_sentence(cast: Cast) -> None:
    answer = await (await cast.max()).post("/operate/models", {"name": "../../etc/passwd"})
    assert answer.status_code == 404
    assert "<h1>" in answer.text


async def test_the_models_page_says_how_big_a_class_the_box_carries_or_how_to_find_out(cast: Cast) -> None:
    folder, boss = put_model(cast, "small"), await cast.max()
    await boss.post("/operate/models", {"name": "small"})
    page = (await boss.get("/operate/models")).text
    assert "safe guesses" in page and "Measure it" in page
    chosen = models.chosen(folder)
    assert chosen is not None
    keep(folder, chosen, Tuned(Tuning(slots=16), 500.0, 50.0))
    page = (await boss.get("/operate/models")).text
    assert "Answers a class of 30 within about 1.5 minutes" in page and "safe guesses" not in page


async def test_a_measurement_is_one_job_however_often_the_button_is_pressed(cast: Cast) -> None:
    boss = await cast.max()
    refused = await boss.post("/operate/measurements")
    assert refused.status_code == 404 and "choose one" in refused.text
    put_model(cast, "small")
    await boss.post("/operate/models", {"name": "small"})
    # A job that is under way already: nobody takes it up while it is marked as running.
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO jobs (kind, state, run_at, created_at) VALUES (:kind, 'running', :now, :now)",
            kind=JOB,
            now=tx.now,
        )
    for _ in range(2):
        assert (await boss.post("/operate/measurements")).status_code == 302
    row = await cast.parts.db.fetch_one("SELECT count(*) AS jobs FROM jobs WHERE kind = :kind", kind=JOB)
    assert row is not None and row["jobs"] == 1
    page = (await boss.get("/operate/models")).text
    assert "It is being measured" in page and "Measure it" not in page


async def test_the_engine_makes_room_is_measured_and_answers_again(
    tmp_path: Path, tiny_model: MadeModel
) -> None:
    settings = Settings(appliance_data=tmp_path, appliance_models=tmp_path / "none", helper_max_concurrency=2)
    folder = tmp_path / "models"
    added = await models.add(folder, tiny_model.path, probe, datetime.now(UTC))
    engine = LocalEngine(ModelFiles(added.path, added.name))
    await engine.start()
    try:
        await measure_beside(settings, engine)
        found = tuned_for(folder, models.chosen(folder))
        assert found is not None and found.tuning.slots == 2
        async with asyncio.timeout(30):
            while engine.state != "ready":  # noqa: ASYNC110 - the engine tells nobody
                await asyncio.sleep(0.02)
    finally:
        await engine.stop()
