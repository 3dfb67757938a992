"""Restores: everything is checked first, the old box stays beside the new one, and a cut loses neither."""

import gzip
import io
import json
import os
import sqlite3
import stat
import tarfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from appliance.errors import Conflict, Invalid, StartRefused, Unavailable
from appliance.operations import data_folder, restores
from appliance.operations.backups import make_backup
from appliance.operations.restores import finish, restore
from tests.operations.boxes import NOW, box_with_everything, school_of, set_school


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return box_with_everything(tmp_path / "data")


@pytest.fixture
def backup(data: Path, tmp_path: Path) -> Path:
    return make_backup(data, tmp_path / "stick", 7, NOW).path


@pytest.fixture
def changed(data: Path, backup: Path) -> dict[str, bytes]:
    """The box went on after the backup; what it looks like now."""
    set_school(data, "Oak School")
    (data / "uploads" / "ab" / "later").write_text("handed in since")
    (data / "secrets" / "device").write_text("another secret")
    return everything(data)


def everything(data: Path) -> dict[str, bytes]:
    """All that the box has, without what is only used while somebody works on it."""
    files = (path for path in data.rglob("*") if path.is_file() and path.name != "running.lock")
    return {str(path.relative_to(data)): path.read_bytes() for path in files}


def archive_of(path: Path, files: dict[str, bytes], /, **manifest: Any) -> Path:
    """A made archive whose list is true, unless `manifest` says otherwise."""
    rows = [{"path": n, "size": len(c), "sha256": sha256(c).hexdigest()} for n, c in files.items()]
    said = {"format": 1, "software": "0", "tables": 1, "made_at": "", "files": rows, **manifest}
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {**files, "manifest.json": json.dumps(said).encode()}.items():
            add(archive, name, content)
    return path


def add(archive: tarfile.TarFile, name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.type, entry.linkname = len(content), kind, "/etc/passwd"
    archive.addfile(entry, io.BytesIO(content))


def test_a_backup_comes_back_as_it_was(tmp_path: Path, data: Path, backup: Path) -> None:
    new = tmp_path / "new"
    done = restore(new, backup, force=False, now=NOW)
    assert (done.files, done.aside) == (6, None)
    left_out = {
        "uploads/arriving/half",
        "uploads/partial/piece",
        "uploads/thumbnails/abcd",
        "models/small.gguf",
        "cache/helper",
        "box.sqlite3-wal",
        "box.sqlite3-shm",
    }
    had = {name: content for name, content in everything(data).items() if name not in left_out}
    assert everything(new).keys() == had.keys()
    assert {n: c for n, c in everything(new).items() if n != "box.sqlite3"} == {
        n: c for n, c in had.items() if n != "box.sqlite3"
    }
    assert school_of(new) == "Elm School"
    assert {stat.S_IMODE(p.stat().st_mode) for p in new.rglob("*") if p.name != "running.lock"} == {
        0o600,
        0o700,
    }


@pytest.mark.usefixtures("changed")
def test_a_box_that_is_there_needs_force(data: Path, backup: Path) -> None:
    before = everything(data)
    with pytest.raises(Conflict, match="add --force"):
        restore(data, backup, force=False, now=NOW)
    assert everything(data) == before


def test_the_old_box_is_kept_beside_the_new_one(data: Path, backup: Path, changed: dict[str, bytes]) -> None:
    aside = restore(data, backup, force=True, now=NOW).aside
    assert aside and school_of(data) == "Elm School" and school_of(aside) == "Oak School"
    assert (aside / "uploads" / "ab" / "later").read_text() == "handed in since"
    assert not (data / "uploads" / "ab" / "later").exists()
    assert (aside / "secrets" / "device").read_bytes() == changed["secrets/device"]
    assert (data / "models" / "small.gguf").exists()


def test_commits_that_are_still_in_the_log_file_go_aside_with_their_database(
    data: Path, backup: Path
) -> None:
    with closing(sqlite3.connect(data / "box.sqlite3")) as box:
        box.execute("PRAGMA wal_autocheckpoint = 0")
        with box:
            box.execute("UPDATE box SET school_name = 'Oak School'")
        aside = restore(data, backup, force=True, now=NOW).aside
    assert aside and school_of(data) == "Elm School" and school_of(aside) == "Oak School"


def join(data: Path, name: str) -> int:
    with closing(sqlite3.connect(data / "box.sqlite3")) as box, box:
        box.execute(
            "INSERT OR IGNORE INTO classes (id, name, join_code, created_at) VALUES (1, '7B', 'C', 1)"
        )
        made = box.execute(
            """
            INSERT INTO students (class_id, display_name, return_code, created_at, last_seen_at)
            VALUES (1, ?, ?, 1, 1)
            """,
            (name, name),
        )
        return made.lastrowid or 0


@pytest.mark.parametrize("same_machine", [True, False])
def test_who_joins_after_a_restore_gets_the_number_of_nobody_who_joined_since_the_backup(
    data: Path, tmp_path: Path, same_machine: bool
) -> None:
    ben = join(data, "Ben")
    backup = make_backup(data, tmp_path / "stick", 7, NOW).path
    given = {ben, *(join(data, f"S{number}") for number in range(5))}
    box = data if same_machine else tmp_path / "new"
    for again in range(3):
        restore(box, backup, force=True, now=NOW + 60 * again)
        newcomer = join(box, "Eve")
        assert newcomer not in given
        given.add(newcomer)


@pytest.mark.usefixtures("changed")
def test_a_running_box_is_never_replaced(data: Path, backup: Path) -> None:
    before = everything(data)
    with data_folder.held(data), pytest.raises(StartRefused, match="stop it first"):
        restore(data, backup, force=True, now=NOW)
    assert everything(data) == before


@pytest.mark.parametrize("cut", [1, 100, 0.5, 0.9, 0.99])
def test_an_archive_that_was_cut_short_changes_nothing(
    data: Path, backup: Path, changed: dict[str, bytes], cut: float
) -> None:
    whole = backup.read_bytes()
    backup.write_bytes(whole[: int(cut * len(whole)) if cut < 1 else int(cut)])
    with pytest.raises(Invalid, match="nothing was changed"):
        restore(data, backup, force=True, now=NOW)
    assert everything(data) == changed


def test_no_single_wrong_byte_gets_in(
    data: Path, backup: Path, changed: dict[str, bytes], tmp_path: Path
) -> None:
    unpacked = bytearray(gzip.decompress(backup.read_bytes()))
    with tarfile.open(backup) as archive:
        places = [m.offset_data for m in archive if m.size]
    for place in places:
        spoilt = unpacked.copy()
        spoilt[place] ^= 0xFF
        (tmp_path / "spoilt").write_bytes(gzip.compress(bytes(spoilt)))
        with pytest.raises(Invalid, match="nothing was changed"):
            restore(data, tmp_path / "spoilt", force=True, now=NOW)
    assert everything(data) == changed


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"\x1f\x8b", gzip.compress(b""), gzip.compress(b"x" * 9999)],
    ids=["nothing", "a zip", "two bytes", "an empty gzip", "a gzip of letters"],
)
def test_what_is_no_backup_is_one_sentence(data: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(Invalid, match="nothing was changed"):
        restore(data, tmp_path / "file", force=True, now=NOW)


def test_a_file_that_is_not_there_makes_no_data_folder(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="can't be read"):
        restore(tmp_path / "data", tmp_path / "nowhere", force=True, now=NOW)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../away", tarfile.REGTYPE),
        ("/etc/cron.d/x", tarfile.REGTYPE),
        ("uploads/../../away", tarfile.REGTYPE),
        ("uploads//x", tarfile.REGTYPE),
        ("./uploads/x", tarfile.REGTYPE),
        ("running.lock", tarfile.REGTYPE),
        ("restore.json", tarfile.REGTYPE),
        ("backups/x", tarfile.REGTYPE),
        ("uploads", tarfile.REGTYPE),
        ("uploads/x", tarfile.SYMTYPE),
        ("uploads/x", tarfile.LNKTYPE),
        ("uploads/x", tarfile.CHRTYPE),
        ("uploads/x", tarfile.FIFOTYPE),
        ("uploads/x", tarfile.DIRTYPE),
        ("uploads/x", tarfile.GNUTYPE_SPARSE),
    ],
)
def test_nothing_leaves_its_place(
    data: Path, changed: dict[str, bytes], tmp_path: Path, name: str, kind: bytes
) -> None:
    with tarfile.open(tmp_path / "evil", "w:gz") as archive:
        add(archive, name, kind=kind)
    with pytest.raises(Invalid, match="nothing was changed"):
        restore(data, tmp_path / "evil", force=True, now=NOW)
    assert everything(data) == changed
    assert not (tmp_path / "away").exists()


def test_a_header_that_claims_gigabytes_costs_no_memory(data: Path, tmp_path: Path) -> None:
    huge = tarfile.TarInfo("x")
    huge.type, huge.size = tarfile.XHDTYPE, 20 << 30
    with gzip.open(tmp_path / "bomb", "wb") as file:
        file.write(huge.tobuf(tarfile.GNU_FORMAT) + b"\0" * 4096)
    with pytest.raises(Invalid, match="nothing was changed"):
        restore(data, tmp_path / "bomb", force=True, now=NOW)


def test_a_bomb_stops_at_the_room_there_is(
    data: Path, changed: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = archive_of(tmp_path / "bomb", {"uploads/x": b"\0" * 200_000_000})
    assert bomb.stat().st_size < 1_000_000
    monkeypatch.setattr("appliance.operations.machine.disk_free", lambda path: 150_000_000)
    with pytest.raises(Unavailable, match="no room"):
        restore(data, bomb, force=True, now=NOW)
    assert everything(data) == changed


def test_the_same_place_twice_is_refused(data: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "twice", "w:gz") as archive:
        add(archive, "uploads/x", b"one")
        add(archive, "uploads/x", b"two")
    with pytest.raises(Invalid, match="no place in a box"):
        restore(data, tmp_path / "twice", force=True, now=NOW)


@pytest.mark.parametrize(
    "said",
    [
        {"files": []},
        {"files": None},
        {"files": [{"path": "uploads/gone", "size": 1, "sha256": ""}]},
        {"tables": "x"},
    ],
)
def test_a_list_that_is_not_true_is_refused(data: Path, tmp_path: Path, said: dict[str, Any]) -> None:
    path = archive_of(tmp_path / "made", {"box.sqlite3": (data / "box.sqlite3").read_bytes()}, **said)
    with pytest.raises(Invalid, match="nothing was changed"):
        restore(data, path, force=True, now=NOW)


@pytest.mark.parametrize("said", [{"format": 2}, {"tables": 999}])
def test_a_backup_of_a_newer_version_is_refused(
    data: Path, changed: dict[str, bytes], tmp_path: Path, said: dict[str, Any]
) -> None:
    path = archive_of(tmp_path / "newer", {"box.sqlite3": (data / "box.sqlite3").read_bytes()}, **said)
    with pytest.raises(Invalid, match="newer Chalkbox"):
        restore(data, path, force=True, now=NOW)
    assert everything(data) == changed


def test_a_backup_without_a_database_of_ours_is_refused(data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as other:
        other.execute("CREATE TABLE cats (name)")
    for content in (b"", b"no database", (tmp_path / "other.sqlite3").read_bytes()):
        path = archive_of(tmp_path / "foreign", {"box.sqlite3": content})
        with pytest.raises(Invalid, match="nothing was changed"):
            restore(data, path, force=True, now=NOW)


class PowerCut(BaseException):
    """What no code can catch."""


@pytest.mark.parametrize("after", range(13))
def test_a_restore_that_the_power_cut_short_ends_at_the_next_start(
    data: Path, backup: Path, changed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    moves, move = 0, restores._move

    def cut(source: Path, target: Path) -> None:
        nonlocal moves
        if moves == after:
            raise PowerCut
        moves += 1
        move(source, target)

    monkeypatch.setattr(restores, "_move", cut)
    with pytest.raises(PowerCut):
        restore(data, backup, force=True, now=NOW)
    monkeypatch.setattr(restores, "_move", move)
    data_folder.prepare(data)
    assert finish(data) and not finish(data)
    data_folder.prepare(data)
    (aside,) = data.glob("before-restore-*")
    assert (school_of(data), school_of(aside)) == ("Elm School", "Oak School")
    assert (data / "secrets" / "device").read_text() == "secrets/device of Elm School"
    assert (aside / "uploads" / "ab" / "later").exists() and not list(data.glob(".restore-*"))
    assert changed["secrets/device"] == (aside / "secrets" / "device").read_bytes()


def test_a_restore_that_was_cut_short_before_all_was_checked_is_forgotten(data: Path) -> None:
    os.mkdir(data / ".restore-abc")
    assert not finish(data)
    assert not (data / ".restore-abc").exists()
