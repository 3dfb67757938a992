"""Files on disk: whole, private, under names that tell nothing, and with room left for the database."""

import os
import shutil
import stat
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest

from appliance.errors import TooLarge, Unavailable
from appliance.storage.files import HEAD_BYTES, RESERVE_BYTES, FileStore, IncomingFile, StoredFile

LIMIT = 1_000_000
TOO_MUCH = "Too much."


def arrive(store: FileStore, content: bytes) -> IncomingFile:
    incoming = IncomingFile(store.folder)
    incoming.write(content, LIMIT, TOO_MUCH)
    incoming.finish()
    return incoming


def keep(store: FileStore, content: bytes) -> StoredFile:
    return arrive(store, content).keep(".txt")


class Disk(NamedTuple):
    total: int
    used: int
    free: int


def leave_free(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Disk(10**12, 10**12 - free, free))


def test_a_file_is_kept_byte_for_byte_under_a_name_that_tells_nothing(store: FileStore) -> None:
    content = os.urandom(50_000)
    kept = keep(store, content)
    path = store.path(kept.stored_name)
    assert path.read_bytes() == content
    assert (kept.size_bytes, kept.sha256) == (50_000, sha256(content).hexdigest())
    assert path.parent.name == kept.stored_name[:2] and len(kept.stored_name) == 32 + len(".txt")
    assert keep(store, content).stored_name != kept.stored_name


def test_only_the_box_may_read_it(store: FileStore) -> None:
    assert stat.S_IMODE(store.path(keep(store, b"work").stored_name).stat().st_mode) == 0o600


def test_the_file_then_its_folders_are_synced_before_anyone_is_told(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in the page cache alone is gone with the power: the order is what makes it safe."""
    synced: list[Path] = []

    def watched(handle: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{handle}")))

    monkeypatch.setattr(os, "fsync", watched)
    incoming = arrive(store, b"work")
    arriving = incoming.path
    lasting = store.path(incoming.keep(".txt").stored_name)
    assert synced == [arriving, lasting.parent, store.folder]


def test_nothing_is_listed_before_it_is_kept(store: FileStore) -> None:
    incoming = IncomingFile(store.folder)
    incoming.write(b"half", LIMIT, TOO_MUCH)
    assert list(store.folder.glob("??/*")) == []
    incoming.discard()
    assert list((store.folder / "arriving").iterdir()) == []


def test_the_first_bytes_are_at_hand_however_small_the_chunks(store: FileStore) -> None:
    incoming = IncomingFile(store.folder)
    content = os.urandom(HEAD_BYTES + 500)
    for start in range(0, len(content), 1000):
        incoming.write(content[start : start + 1000], LIMIT, TOO_MUCH)
    assert (incoming.head, incoming.size_bytes) == (content[:HEAD_BYTES], len(content))
    incoming.discard()


def test_the_limit_is_exact(store: FileStore) -> None:
    incoming = IncomingFile(store.folder)
    incoming.write(b"x" * 10, 10, TOO_MUCH)
    with pytest.raises(TooLarge, match="Too much") as refused:
        incoming.write(b"x", 10, TOO_MUCH)
    assert refused.value.field == "file"
    incoming.discard()


def test_a_file_never_takes_the_room_that_the_database_needs(
    store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incoming = IncomingFile(store.folder)
    leave_free(monkeypatch, RESERVE_BYTES + 100)
    incoming.write(b"x" * 100, LIMIT, TOO_MUCH)
    with pytest.raises(Unavailable, match="The box is full"):
        incoming.write(b"x" * 101, LIMIT, TOO_MUCH)
    incoming.discard()


@pytest.mark.parametrize("step", ["open", "finish", "keep"])
def test_a_disk_that_refuses_is_a_sentence_at_every_step(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*anything: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "open":
        store.folder.parent.joinpath("uploads").write_text("a file where the folder should be")
        with pytest.raises(Unavailable, match="nothing was saved"):
            IncomingFile(store.folder).write(b"work", LIMIT, TOO_MUCH)
        return
    incoming = IncomingFile(store.folder)
    incoming.write(b"work", LIMIT, TOO_MUCH)
    if step == "keep":
        incoming.finish()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="nothing was saved"):
        incoming.finish() if step == "finish" else incoming.keep(".txt")
    incoming.discard()


def test_a_file_that_was_discarded_does_not_come_back(store: FileStore) -> None:
    """A step may still wait for its thread when whoever wanted it has gone."""
    incoming = arrive(store, b"work")
    incoming.discard()
    with pytest.raises(Unavailable):
        incoming.write(b"more", LIMIT, TOO_MUCH)
    with pytest.raises(Unavailable):
        incoming.keep(".txt")
    never_begun = IncomingFile(store.folder)
    never_begun.discard()
    with pytest.raises(Unavailable):
        never_begun.write(b"late", LIMIT, TOO_MUCH)
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


def test_a_file_that_was_kept_and_then_discarded_is_gone(store: FileStore) -> None:
    incoming = arrive(store, b"work")
    incoming.keep(".txt")
    incoming.discard()
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


async def test_a_file_can_be_removed_and_removing_it_twice_is_fine(store: FileStore) -> None:
    kept = keep(store, b"work")
    await store.remove(kept.stored_name)
    await store.remove(kept.stored_name)
    assert await store.names() == []


async def test_names_lists_what_is_kept_and_nothing_that_is_arriving(store: FileStore) -> None:
    kept = {keep(store, bytes([number])).stored_name for number in range(5)}
    arrive(store, b"on its way")
    assert set(await store.names()) == kept


async def test_what_was_on_its_way_when_the_power_went_is_forgotten(store: FileStore) -> None:
    kept = keep(store, b"work")
    half = arrive(store, b"half")
    await store.forget_arrivals()
    assert not half.path.exists()
    assert await store.names() == [kept.stored_name]
    assert store.path(keep(store, b"new").stored_name).exists()


async def test_a_new_box_has_no_files_and_nothing_to_forget(store: FileStore) -> None:
    await store.forget_arrivals()
    assert await store.names() == []
