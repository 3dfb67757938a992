"""The data folder: made whole, refused with a sentence, and held by one server at a time."""

import os
import stat
from pathlib import Path

import pytest

from appliance.errors import StartRefused
from appliance.operations import data_folder


def test_preparing_makes_every_part_and_may_be_done_again(tmp_path: Path) -> None:
    data = tmp_path / "a" / "data"
    data_folder.prepare(data)
    data_folder.prepare(data)
    assert {path.name for path in data.iterdir()} == set(data_folder.FOLDERS)
    assert {stat.S_IMODE(path.stat().st_mode) for path in [data, *data.iterdir()]} == {0o700}


def test_a_folder_that_cannot_be_written_is_one_sentence_with_the_way_out(tmp_path: Path) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("a file, not a folder")
    with pytest.raises(StartRefused, match=r"can't be written .*--data\.$"):
        data_folder.prepare(in_the_way)


def test_a_read_only_file_system_is_refused() -> None:
    with pytest.raises(StartRefused, match="can't be written"):
        data_folder.prepare(Path("/proc/chalkbox"))


def test_a_folder_of_another_user_is_refused_with_the_command_that_works(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, 1, 1)
    foreign = tmp_path if os.geteuid() == 0 else Path("/")
    with pytest.raises(StartRefused, match="sudo -u"):
        data_folder.insist_used(foreign)


def test_a_folder_without_a_box_is_not_taken_for_one(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="There is no box"):
        data_folder.insist_used(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_servers_never_share_one_folder(tmp_path: Path) -> None:
    assert not data_folder.is_running(tmp_path)
    with data_folder.held(tmp_path):
        assert data_folder.is_running(tmp_path)
        with pytest.raises(StartRefused, match="Another Chalkbox"), data_folder.held(tmp_path):
            raise AssertionError
    assert not data_folder.is_running(tmp_path)
