"""The operator's pages: how the box is, and which model answers."""

from pathlib import Path

from appliance.inference import models
from appliance.inference.local import Tuning
from appliance.inference.model_list import ModelFile, changing
from appliance.inference.tuned import Tuned, keep
from tests.conftest import Cast


def put_model(cast: Cast, name: str) -> Path:
    """A file that the list knows as a chat model; nobody opens it here."""
    folder = cast.parts.settings.appliance_data / "models"
    path = folder / f"{name}.gguf"
    path.write_bytes(b"GGUF")
    with changing(folder) as listed:
        listed.append(ModelFile(name, path.name, "0" * 64, 4, "chat", name))
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


async def test_a_model_that_is_not_there_is_refused_with_a_sentence(cast: Cast) -> None:
    answer = await (await cast.max()).post("/operate/models", {"name": "../../etc/passwd"})
    assert answer.status_code == 404
    assert "<h1>" in answer.text


async def test_the_models_page_says_how_big_a_class_the_box_carries_or_how_to_find_out(cast: Cast) -> None:
    folder, boss = put_model(cast, "small"), await cast.max()
    await boss.post("/operate/models", {"name": "small"})
    assert "chalkbox models bench" in (await boss.get("/operate/models")).text
    chosen = models.chosen(folder)
    assert chosen is not None
    keep(folder, chosen, Tuned(Tuning(slots=16), 500.0, 50.0))
    page = (await boss.get("/operate/models")).text
    assert "Answers a class of 30 within about 1.5 minutes" in page
    assert "chalkbox models bench" not in page
