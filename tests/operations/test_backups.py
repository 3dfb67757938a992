"""Backups: whole, of one instant, private, and never in the way of the box or of older backups."""

import asyncio
import hashlib
import json
import os
import sqlite3
import stat
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from appliance.errors import Invalid, StartRefused, Unavailable
from appliance.operations import backups
from appliance.operations.backups import backups_in, default_folder, make_backup
from tests.conftest import Cast
from tests.operations.boxes import NOW, box_with_everything


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return box_with_everything(tmp_path / "data")


def names_in(path: Path) -> set[str]:
    with tarfile.open(path) as archive:
        return set(archive.getnames())


def test_a_backup_has_what_people_made_and_the_box_s_secrets(data: Path, tmp_path: Path) -> None:
    made = make_backup(data, tmp_path / "stick", 7, NOW)
    assert names_in(made.path) == {
        "box.sqlite3",
        "secrets/device",
        "uploads/ab/abcd",
        "courses/own/course.yaml",
        "library/own.zim",
        "models/models.json",
        "manifest.json",
    }


def test_model_files_come_only_when_asked_for(data: Path, tmp_path: Path) -> None:
    assert "models/small.gguf" in names_in(make_backup(data, tmp_path, 7, NOW, with_models=True).path)


def test_every_file_is_listed_with_its_hash(data: Path, tmp_path: Path) -> None:
    with tarfile.open(make_backup(data, tmp_path, 7, NOW).path) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))  # type: ignore[arg-type]
        for row in manifest["files"]:
            content = archive.extractfile(row["path"]).read()  # type: ignore[union-attr]
            assert (row["size"], row["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert len(manifest["files"]) == 6


def test_nobody_else_on_the_machine_can_read_it(data: Path, tmp_path: Path) -> None:
    made = make_backup(data, tmp_path / "kept", 7, NOW)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (made.path, made.path.parent)] == [0o600, 0o700]


def test_a_link_in_the_data_folder_is_not_followed(data: Path, tmp_path: Path) -> None:
    (data / "uploads" / "ab" / "link").symlink_to("/etc/passwd")
    (data / "courses" / "away").symlink_to("/etc")
    assert not [name for name in names_in(make_backup(data, tmp_path, 7, NOW).path) if "link" in name]


def test_a_file_that_is_removed_while_others_are_packed_costs_no_backup(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A teacher empties a class in the hour that a full box takes."""
    uploads = data / "uploads" / "ab"
    for name in ("one", "two"):
        (uploads / name).write_bytes(b"work")
    added = backups._add

    def add(archive: tarfile.TarFile, path: Path, name: str) -> backups.Entry:
        if name == "uploads/ab/one":
            (uploads / "two").unlink()
        return added(archive, path, name)

    monkeypatch.setattr(backups, "_add", add)
    names = names_in(make_backup(data, tmp_path / "stick", 7, NOW).path)
    assert "uploads/ab/one" in names and "uploads/ab/two" not in names


def test_the_newest_ones_stay_and_other_files_too(data: Path) -> None:
    folder = default_folder(data)
    (folder / "before-upgrade-1-to-2.sqlite3").touch()
    made = [make_backup(data, folder, 2, NOW + step).path for step in range(4)]
    assert backups_in(folder) == made[:1:-1]
    assert (folder / "before-upgrade-1-to-2.sqlite3").exists()


def test_two_in_one_second_never_overwrite_each_other(data: Path, tmp_path: Path) -> None:
    first = make_backup(data, tmp_path, 7, NOW)
    with pytest.raises(Invalid, match="There is a backup"):
        make_backup(data, tmp_path, 7, NOW)
    assert first.path.stat().st_size == first.size


def test_a_damaged_database_is_not_kept_in_place_of_a_good_one(data: Path, tmp_path: Path) -> None:
    good = make_backup(data, tmp_path, 1, NOW)
    whole = bytearray((data / "box.sqlite3").read_bytes())
    whole[4096:-1] = b"\xff" * (len(whole) - 4097)
    (data / "box.sqlite3").write_bytes(whole)
    with pytest.raises(Unavailable, match="damaged"):
        make_backup(data, tmp_path, 1, NOW + 1)
    assert [path for path in tmp_path.iterdir() if path.is_file()] == [good.path]


def test_a_full_disk_is_told_before_anything_is_written(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.operations.machine.disk_free", lambda path: 1_000_000)
    with pytest.raises(Unavailable, match="no room for a backup"):
        make_backup(data, tmp_path / "stick", 7, NOW)
    assert list((tmp_path / "stick").iterdir()) == []


def test_a_backup_inside_what_is_backed_up_is_refused(data: Path) -> None:
    with pytest.raises(Invalid, match="part of what is backed up"):
        make_backup(data, data / "uploads" / "backups", 7, NOW)


def test_a_folder_that_cannot_be_written_is_one_sentence(data: Path) -> None:
    with pytest.raises(Unavailable, match="can't be kept in /proc/stick"):
        make_backup(data, Path("/proc/stick"), 7, NOW)


def test_a_folder_without_a_box_has_nothing_to_keep(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="There is no box"):
        make_backup(tmp_path, tmp_path / "stick", 7, NOW)


def test_what_the_power_cut_short_is_swept_up_a_day_later(data: Path, tmp_path: Path) -> None:
    for name, age in ((".chalkbox-backup-old", 90_000), (".chalkbox-backup-new", 60)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (NOW - age, NOW - age))
    make_backup(data, tmp_path, 7, NOW)
    assert {path.name for path in tmp_path.glob(".*")} == {".chalkbox-backup-new"}


async def test_a_running_box_goes_on_saving_while_it_is_backed_up(cast: Cast, tmp_path: Path) -> None:
    data = cast.parts.settings.appliance_data
    backup = asyncio.create_task(asyncio.to_thread(make_backup, data, tmp_path / "stick", 7, NOW))
    written = 0
    while not backup.done() or not written:
        assert await cast.parts.db.writable()
        written += 1
    with tarfile.open((await backup).path) as archive:
        (tmp_path / "copy.sqlite3").write_bytes(archive.extractfile("box.sqlite3").read())  # type: ignore[union-attr]
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        assert copy.execute("SELECT school_name FROM box").fetchone()
