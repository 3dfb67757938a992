"""`chalkbox backup`, `restore` and `status`, as they are typed."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Chalkbox, Outcome


@pytest.mark.usefixtures("box")
def test_a_box_moves_to_another_folder_by_its_backup(chalkbox: Chalkbox, tmp_path: Path) -> None:
    made = chalkbox("backup", "--to", str(tmp_path / "stick"), "--json")
    assert made.status == 0, made.err
    back = chalkbox("restore", made.json["path"], data=tmp_path / "new")
    assert back.status == 0 and "each of them checked" in back.out
    assert [
        row["username"] for row in chalkbox("staff", "list", "--json", data=tmp_path / "new").json["staff"]
    ] == ["max"]


@pytest.mark.usefixtures("box")
def test_the_old_box_is_named_when_it_was_put_aside(chalkbox: Chalkbox, tmp_path: Path) -> None:
    path = chalkbox("backup", "--to", str(tmp_path), "--json").json["path"]
    assert chalkbox("restore", path).status == 1
    forced = chalkbox("restore", path, "--force", "--json")
    assert Path(forced.json["aside"]).is_dir()


@pytest.mark.usefixtures("box")
def test_as_many_as_the_setting_says_are_kept(
    chalkbox: Chalkbox, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPLIANCE_BACKUPS_KEPT", "1")
    (data / "backups" / "chalkbox-20200101-000000.tar.gz").touch()
    made = chalkbox("backup", "--json").json
    assert [Path(path).name for path in made["removed"]] == ["chalkbox-20200101-000000.tar.gz"]


def test_status_is_for_people_and_for_programs(chalkbox: Chalkbox, box: Outcome) -> None:
    del box
    assert "Elm School" in chalkbox("status").out
    said = chalkbox("status", "--json")
    assert said.status == 1 and json.loads(said.out)["is_running"] is False
