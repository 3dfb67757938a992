"""A data folder that something happened to: one sentence, or a box that goes on without what it can spare."""

import time
from pathlib import Path

import pytest

from tests.faults.conftest import NewBox
from tests.faults.serving import ServedBox, is_handed_in, picture, pupils

PATIENCE = 30.0


def refusal(box: ServedBox) -> str:
    """The one line that a box says that can't start."""
    said_before = len(box.log.read_text()) if box.log.exists() else 0
    status = box.begin().wait(PATIENCE)
    said = box.log.read_text()[said_before:]
    assert (status, said.count("\n")) == (1, 1), said
    return said


def used(box: ServedBox) -> ServedBox:
    """A box that has run once and was stopped."""
    box.start()
    assert box.stop()[0] == 0
    return box


@pytest.mark.parametrize("damage", ["garbage", "cut off", "a folder"])
def test_a_damaged_database_is_one_sentence_and_stays_as_it_is(new_box: NewBox, damage: str) -> None:
    box = used(new_box())
    path = box.data / "box.sqlite3"
    whole = path.read_bytes()
    if damage == "a folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(b"garbage" * 5000 if damage == "garbage" else whole[:1500])
    assert "box.sqlite3 can't be used" in refusal(box)
    assert damage == "a folder" or path.read_bytes() != whole


@pytest.mark.parametrize("name", ["uploads", "cache", "backups"])
def test_a_file_where_a_folder_should_be_is_one_sentence(new_box: NewBox, tmp_path: Path, name: str) -> None:
    box = used(new_box())
    (box.data / name).rename(tmp_path / "moved away")
    (box.data / name).write_text("not a folder")
    assert "can't be written" in refusal(box)


@pytest.mark.parametrize("damage", ["garbage", "gone"])
async def test_a_box_goes_on_without_its_cache(new_box: NewBox, damage: str) -> None:
    box = used(new_box())
    for path in (box.data / "cache").iterdir():
        path.unlink()
        if damage == "garbage":
            path.write_bytes(b"garbage" * 3000)
    box.start()
    async with pupils(box, "Ben") as (ben,):
        assert is_handed_in(await ben.hand_in(picture(1000), "circuit.png"))


async def test_a_box_that_loses_its_cache_while_it_runs_goes_on(new_box: NewBox) -> None:
    box = new_box()
    box.start()
    async with pupils(box, "Ben") as (ben,):
        for path in (box.data / "cache").iterdir():
            path.unlink()
        assert is_handed_in(await ben.hand_in(picture(1000), "circuit.png"))
        async with pupils(box, "Chi") as (chi,):
            assert is_handed_in(await chi.hand_in(picture(1000), "circuit.png"))


def test_what_fails_late_in_the_start_ends_the_process_too(new_box: NewBox) -> None:
    """The database is open by then, and its threads would keep a process alive for ever."""
    box = used(new_box())
    cache = box.data / "cache"
    for path in cache.iterdir():
        path.unlink()
    (cache / "cache.db").mkdir()
    (cache / "cache.db" / "in the way").write_text("x")
    began = time.monotonic()
    process = box.begin("--demo")
    while process.poll() is None and "Chalkbox is ready" not in box.last_words:
        assert time.monotonic() - began < PATIENCE, box.last_words
        time.sleep(0.05)
    assert process.poll() in (None, 1)
