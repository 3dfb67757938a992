"""Model files come in, are chosen, checked and removed; nothing bad gets in and nothing is lost half-way."""

import asyncio
import filecmp
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.errors import Conflict, Invalid, NotFound, Unavailable
from appliance.inference import models, search_model
from appliance.inference.manifest import Recommended
from appliance.inference.model_list import ModelFile
from appliance.inference.probe import probe
from tests.inference.loopback_hub import Hub, hub_on_loopback
from tests.made_models import MadeModel, known_gguf

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
Add = Callable[[Path], Awaitable[ModelFile]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "models"


@pytest.fixture
def add(folder: Path) -> Add:
    return lambda source: models.add(folder, source, probe, NOW)


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return known_gguf(tmp_path_factory.mktemp("stick") / "other.gguf", "Something else is said here.").path


async def test_the_first_model_from_a_stick_is_used_at_once(
    folder: Path, tiny_model: MadeModel, add: Add
) -> None:
    added = await add(tiny_model.path)
    assert (added.name, added.title, added.kind, added.chosen) == ("tiny", "tiny", "chat", True)
    assert added.path == folder / "tiny.gguf"
    assert filecmp.cmp(added.path, tiny_model.path, shallow=False)
    assert added.added_at == "2026-03-02T09:30:00+00:00"
    assert models.chosen(folder) == added
    assert models.installed(folder) == [added]


async def test_progress_reaches_the_whole_size(folder: Path, tiny_model: MadeModel) -> None:
    told: list[tuple[int, int]] = []
    added = await models.add(folder, tiny_model.path, probe, NOW, lambda *step: told.append(step))
    await asyncio.sleep(0)
    assert told[-1] == (added.size, added.size)


async def test_a_second_model_waits_until_it_is_chosen(
    folder: Path, tiny_model: MadeModel, other_model: Path, add: Add
) -> None:
    await add(tiny_model.path)
    second = await add(other_model)
    assert not second.chosen
    models.use(folder, "other")
    assert [model.name for model in models.installed(folder) if model.chosen] == ["other"]
    models.use_none(folder)
    assert models.chosen(folder) is None


async def test_the_same_model_added_twice_is_there_once(
    folder: Path, tiny_model: MadeModel, add: Add
) -> None:
    assert await add(tiny_model.path) == await add(tiny_model.path)
    assert len(models.installed(folder)) == 1
    assert _left_over(folder) == []


async def test_another_file_of_the_same_name_is_refused(
    folder: Path, tiny_model: MadeModel, other_model: Path, add: Add, tmp_path: Path
) -> None:
    await add(tiny_model.path)
    disguised = _copy_of(MadeModel(other_model), tmp_path / "tiny.gguf")
    with pytest.raises(Conflict, match="Another model called tiny"):
        await add(disguised)
    assert _left_over(folder) == []


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("<b>my model</b> (1).gguf", "b-my-model-b-1"),
        ("..hidden.gguf", "hidden"),
        ("модель.gguf", "model"),
        ("x" * 200 + ".gguf", "x" * 80),
        ("no ending", "no-ending"),
    ],
)
async def test_a_name_is_never_trusted(
    tiny_model: MadeModel, add: Add, tmp_path: Path, file: str, name: str
) -> None:
    added = await add(_copy_of(tiny_model, tmp_path / file.replace("/", "∕")))
    assert (added.name, added.file) == (name, f"{name}.gguf")


@pytest.mark.parametrize("content", [b"", b"GG", b"plain text\n" * 50, b"GGUF" + bytes(60), b"truncated"])
async def test_a_bad_file_is_refused_and_nothing_is_kept(
    folder: Path, tiny_model: MadeModel, add: Add, tmp_path: Path, content: bytes
) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(tiny_model.path.read_bytes()[:-5000] if content == b"truncated" else content)
    with pytest.raises(Invalid):
        await add(bad)
    assert models.installed(folder) == []
    assert _left_over(folder) == []


async def test_a_missing_file_a_folder_and_a_part_are_sentences(add: Add, tmp_path: Path) -> None:
    part = tmp_path / "big-00001-of-00003.gguf"
    part.write_bytes(b"GGUF")
    for source, words in [
        (tmp_path / "none.gguf", "There is no file"),
        (tmp_path, "There is no file"),
        (part, "one part of several"),
    ]:
        with pytest.raises(Invalid, match=words):
            await add(source)


def test_a_model_too_big_for_the_disk_is_refused_first(folder: Path) -> None:
    with pytest.raises(Unavailable, match=r"huge needs 1,152,921,504,607 MB and there is room for [\d,]+ MB"):
        models.check_room(folder, "huge", 1 << 60)


async def test_a_cancelled_copy_leaves_nothing(folder: Path, tiny_model: MadeModel, tmp_path: Path) -> None:
    long = tmp_path / "long.gguf"
    long.write_bytes(tiny_model.path.read_bytes() + bytes(200 * 1024 * 1024))
    begun = asyncio.Event()
    copying = asyncio.create_task(models.add(folder, long, probe, NOW, lambda done, total: begun.set()))
    await begun.wait()
    copying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await copying
    assert _left_over(folder) == []
    assert models.installed(folder) == []


async def test_the_model_in_use_is_not_removed(
    folder: Path, tiny_model: MadeModel, other_model: Path, add: Add
) -> None:
    used, spare = await add(tiny_model.path), await add(other_model)
    with pytest.raises(Conflict, match="tiny is in use"):
        models.remove(folder, "tiny")
    models.remove(folder, "other")
    assert used.path.is_file()
    assert not spare.path.exists()
    assert [model.name for model in models.installed(folder)] == ["tiny"]


@pytest.mark.parametrize("act", [models.use, models.remove])
def test_a_model_that_is_not_there_is_named_with_those_that_are(
    folder: Path, act: Callable[[Path, str], object]
) -> None:
    with pytest.raises(NotFound, match="no model called ghost on this box, and no other"):
        act(folder, "ghost")


async def test_damage_and_loss_are_found(
    folder: Path, tiny_model: MadeModel, other_model: Path, add: Add
) -> None:
    damaged, lost = await add(tiny_model.path), await add(other_model)
    assert [checked.ok for checked in await models.verify(folder)] == [True, True]
    with damaged.path.open("r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(b"\xff" * 100)
    lost.path.unlink()
    findings = {checked.name: checked.message for checked in await models.verify(folder)}
    assert "is damaged" in findings["tiny"]
    assert "is missing" in findings["other"]


async def test_a_file_laid_into_the_folder_is_taken_up(folder: Path, tiny_model: MadeModel) -> None:
    _copy_of(tiny_model, folder / "My model.gguf")
    (folder / "bad.gguf").write_bytes(b"no model")
    taken = {model.name: model for model in await models.adopt(folder, probe, NOW)}
    assert taken["My-model"].chosen
    assert taken["My-model"].path == folder / "My model.gguf"
    assert taken["bad"].kind == "unusable"
    assert taken["bad"].note == "This file is no GGUF model."
    assert await models.adopt(folder, probe, NOW) == []
    with pytest.raises(Invalid, match="bad can't be used: This file is no GGUF model"):
        models.use(folder, "bad")


async def test_what_a_power_cut_left_half_copied_is_swept(folder: Path, tiny_model: MadeModel) -> None:
    half = _copy_of(tiny_model, folder / models.INCOMING / "0123456789abcdef")
    download = _copy_of(tiny_model, folder / models.INCOMING / "unfinished.part")
    fresh = _copy_of(tiny_model, folder / models.INCOMING / "fedcba9876543210")
    for old in (half, download):
        os.utime(old, (NOW.timestamp() - 90_000, NOW.timestamp() - 90_000))
    os.utime(fresh, (NOW.timestamp(), NOW.timestamp()))
    assert await models.adopt(folder, probe, NOW) == []
    assert sorted(_left_over(folder)) == sorted([download, fresh])


async def test_a_damaged_list_is_made_again_from_the_files(
    folder: Path, tiny_model: MadeModel, add: Add
) -> None:
    await add(tiny_model.path)
    for broken in ("", "{", "[]", '{"models": [{"name": 1}]}', '{"models": 5}', "\x00"):
        (folder / "models.json").write_text(broken)
        assert models.installed(folder) == []
        assert [model.name for model in await models.adopt(folder, probe, NOW)] == ["tiny"]


async def test_a_list_cannot_point_outside_its_folder(folder: Path, tiny_model: MadeModel, add: Add) -> None:
    await add(tiny_model.path)
    listed = json.loads((folder / "models.json").read_text())
    listed["models"][0]["file"] = "../../secrets/key"
    (folder / "models.json").write_text(json.dumps(listed))
    assert models.installed(folder) == []


async def test_the_search_model_of_set_up_is_listed_used_and_checked(
    folder: Path, minilm_model: Path, tmp_path: Path
) -> None:
    shipped = minilm_model.parent
    search = models.chosen(folder, "embedding", shipped)
    assert search is not None
    assert search.path == minilm_model
    assert [checked.ok for checked in await models.verify(folder, shipped)] == [True]
    (tmp_path / search_model.FILE).write_bytes(b"damaged")
    assert [checked.ok for checked in await models.verify(folder, tmp_path)] == [False]


async def test_an_embedding_model_of_the_operator_goes_before_the_shipped_one(
    folder: Path, minilm_model: Path, add: Add, tmp_path: Path
) -> None:
    added = await add(_copy_of(MadeModel(minilm_model), tmp_path / "own.gguf"))
    assert (added.kind, added.chosen) == ("embedding", True)
    assert models.chosen(folder, "embedding", minilm_model.parent) == added
    assert models.chosen(folder) is None


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    with hub_on_loopback() as running:
        yield running


async def test_a_model_is_pulled_opened_and_used(folder: Path, tiny_model: MadeModel, hub: Hub) -> None:
    hub.offer(tiny_model.path.read_bytes())
    wanted = Recommended("small", "school/model", "model.gguf")
    pulled = await models.pull(folder, wanted, hub.endpoint, probe, NOW)
    assert (pulled.name, pulled.chosen, pulled.source) == ("model", True, f"{hub.endpoint}/school/model")
    assert filecmp.cmp(pulled.path, tiny_model.path, shallow=False)
    assert [checked.ok for checked in await models.verify(folder)] == [True]
    assert _left_over(folder) == []


async def test_what_was_pulled_and_is_no_model_is_not_kept(folder: Path, hub: Hub) -> None:
    hub.offer(b"<html>log in to the school network first</html>")
    with pytest.raises(Invalid):
        await models.pull(folder, Recommended("m", "school/model", "model.gguf"), hub.endpoint, probe, NOW)
    assert models.installed(folder) == []
    assert _left_over(folder) == []


def _copy_of(model: MadeModel, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.path.read_bytes())
    return path


def _left_over(folder: Path) -> list[Path]:
    return [path for path in (folder / models.INCOMING).glob("*") if path.is_file()]
