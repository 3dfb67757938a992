"""The page on the console: what one needs in front of the box, while it runs and while it doesn't."""

import asyncio
import dataclasses
from pathlib import Path

import pytest

from appliance.operations import data_folder
from appliance.operations.backups import default_folder, make_backup
from appliance.operations.status import Status, page, status_of
from appliance.settings import Settings
from appliance.storage.secrets import clear_setup_code, setup_code
from tests.conftest import Cast
from tests.operations.boxes import NOW, box_with_everything

WELL = Status("1.0", "http://10.0.0.5", True, "Elm School", "", True, True, "ready", "", 5_000_000_000)


def text(**changed: object) -> str:
    return "\n".join(page(dataclasses.replace(WELL, **changed)))  # type: ignore[arg-type]


def test_it_fits_on_the_smallest_screen() -> None:
    lines = page(dataclasses.replace(WELL, setup_code="ABCD-EFGH"))
    assert len(lines) <= 24 and max(map(len, lines)) <= 80


def test_until_the_box_is_set_up_the_code_stands_there() -> None:
    assert "ABCD-EFGH" in text(setup_code="ABCD-EFGH", school="") and "http://10.0.0.5/setup" in text(
        setup_code="A"
    )
    assert "Setup code" not in text()


def test_without_a_cable_it_asks_for_one() -> None:
    assert "plug in the cable" in text(has_network=False)


def test_what_is_wrong_is_a_sentence_with_a_way_out() -> None:
    assert "chalkbox doctor" in text(is_well=False)
    assert "not running" in text(is_running=False)
    assert "lessons answer" in text(engine="failed")


def test_the_newest_backup_has_a_date() -> None:
    assert "Last backup   2027-01-15 08:00 UTC" in text(newest_backup="chalkbox-20270115-080000.tar.gz")
    assert "Last backup   none yet" in text()


def test_looking_makes_no_code_and_no_folder(tmp_path: Path) -> None:
    status = status_of(Settings(appliance_data=tmp_path / "data"))
    assert (status.is_running, status.setup_code, status.school) == (False, "", "")
    assert not (tmp_path / "data").exists()


def test_it_is_read_from_the_box(tmp_path: Path) -> None:
    data = box_with_everything(tmp_path / "data")
    backup = make_backup(data, default_folder(data), 7, NOW).path
    (data / "secrets" / "device").unlink()
    (data / "secrets").chmod(0o700)
    code = setup_code(data / "secrets")
    status = status_of(Settings(appliance_data=data))
    assert (status.school, status.setup_code, status.newest_backup) == ("Elm School", code, backup.name)
    clear_setup_code(data / "secrets")
    assert status_of(Settings(appliance_data=data)).setup_code == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
async def test_a_running_box_is_asked_over_its_own_port(cast: Cast, host: str) -> None:
    port = int(cast.url.rsplit(":", 1)[1])
    settings = dataclasses.replace(cast.parts.settings, appliance_host=host, appliance_port=port)
    with data_folder.held(settings.appliance_data):
        status = await asyncio.to_thread(status_of, settings)
    assert (status.is_running, status.is_well, status.engine) == (True, True, cast.engine.state)


def test_a_box_that_runs_and_does_not_answer_is_not_well(tmp_path: Path) -> None:
    data = box_with_everything(tmp_path / "data")
    with data_folder.held(data):
        status = status_of(Settings(appliance_data=data, appliance_port=9))
    assert (status.is_running, status.is_well) == (True, False)
