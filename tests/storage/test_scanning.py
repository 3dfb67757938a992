"""A virus scanner is a program like any other: asked without a shell, for a while, a few at a time."""

import asyncio
import logging
import os
from pathlib import Path

import pytest

from appliance.errors import Infected, StartRefused, Unavailable
from appliance.settings import settings_from
from appliance.storage import scanning
from appliance.storage.scanning import AT_ONCE, Scanner
from tests.made_scanner import asked, made_scanner


@pytest.fixture
def command(tmp_path: Path) -> str:
    return made_scanner(tmp_path)


def file(folder: Path, content: str) -> Path:
    path = folder / "; touch broken"
    path.write_text(content)
    return path


async def test_a_clean_file_passes(tmp_path: Path, command: str) -> None:
    assert await Scanner(command).scan(file(tmp_path, "fine")) == "clean"


async def test_without_a_scanner_nobody_is_asked(tmp_path: Path) -> None:
    assert await Scanner().scan(tmp_path / "missing") == ""


async def test_the_path_is_its_last_word_whatever_stands_in_it(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_API_KEY", "a secret")
    path = file(tmp_path, "fine")
    await Scanner(f"{command} --no-summary").scan(path)
    ((option, last, *environment),) = asked(tmp_path)
    assert (option, last) == ("--no-summary", str(path)) and not (tmp_path / "broken").exists()
    assert "LLM_API_KEY" not in environment and "PATH" in environment


@pytest.mark.parametrize("is_fail_closed", [True, False])
async def test_an_infected_file_is_refused(tmp_path: Path, command: str, is_fail_closed: bool) -> None:
    with pytest.raises(Infected) as refusal:
        await Scanner(command, is_fail_closed=is_fail_closed).scan(file(tmp_path, "a virus"))
    assert (refusal.value.status, refusal.value.code) == (400, "infected")


@pytest.mark.parametrize("content", ["unreadable", "sleepy"])
async def test_a_scanner_that_fails_or_takes_too_long_is_an_error(
    tmp_path: Path, command: str, content: str
) -> None:
    path = file(tmp_path, content)
    assert await Scanner(command, seconds=2).scan(path) == "error"
    with pytest.raises(Unavailable) as refusal:
        await Scanner(command, seconds=2, is_fail_closed=True).scan(path)
    assert (refusal.value.status, refusal.value.code) == (503, "scan_failed")


@pytest.mark.parametrize("command", ["/no/such/scanner", "/etc"])
async def test_a_scanner_that_is_not_there_is_an_error(tmp_path: Path, command: str) -> None:
    assert await Scanner(command).scan(file(tmp_path, "fine")) == "error"


async def test_what_takes_too_long_ends_with_all_that_it_started(tmp_path: Path, command: str) -> None:
    await Scanner(command, seconds=2).scan(file(tmp_path, "sleepy"))
    await gone(int((tmp_path / "child").read_text()))


async def test_whoever_goes_away_takes_the_scanner_along(tmp_path: Path, command: str) -> None:
    scan = asyncio.create_task(Scanner(command, seconds=60).scan(file(tmp_path, "sleepy")))
    async with asyncio.timeout(30):
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.02)
    scan.cancel()
    with pytest.raises(asyncio.CancelledError):
        await scan
    await gone(int((tmp_path / "child").read_text()))


async def gone(pid: int) -> None:
    """Killed at once, and taken off the list by whoever inherited it."""
    async with asyncio.timeout(30):
        while runs(pid):  # noqa: ASYNC110 - it is another process that changes
            await asyncio.sleep(0.02)


def runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


async def test_only_a_few_are_asked_at_once_and_nobody_waits_for_ever(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "WAIT_SECONDS", 0.2)
    scanner, path = Scanner(command, seconds=3), file(tmp_path, "sleepy")
    states = await asyncio.gather(*(scanner.scan(path) for _ in range(AT_ONCE + 2)))
    assert states == ["error"] * (AT_ONCE + 2) and len(asked(tmp_path)) == AT_ONCE
    path.write_text("fine")
    assert await scanner.scan(path) == "clean"


async def test_what_a_scanner_says_is_in_no_log(
    tmp_path: Path, command: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, logger="chalkbox")
    await Scanner(command).scan(file(tmp_path, "unreadable"))
    with pytest.raises(Infected):
        await Scanner(command).scan(file(tmp_path, "a virus"))
    said = capfd.readouterr()
    assert caplog.messages == ["scanner_failed exit=2", "upload_infected"]
    assert "talks" not in said.out + said.err and os.fspath(tmp_path) not in caplog.text


@pytest.mark.parametrize("command", ["", "  ", "clamscan 'open"])
def test_a_command_that_is_none_stops_the_start_in_a_sentence(command: str) -> None:
    given = {"CLASSHUB_UPLOAD_SCAN_COMMAND": command}
    assert not settings_from(given).classhub_upload_scan_enabled
    with pytest.raises(StartRefused, match="CLASSHUB_UPLOAD_SCAN_COMMAND has to be a program"):
        settings_from({**given, "CLASSHUB_UPLOAD_SCAN_ENABLED": "1"})


def test_a_setting_that_does_not_exist_stops_the_start() -> None:
    with pytest.raises(StartRefused, match="CLASSHUB_UPLOAD_SCAN_COMAND"):
        settings_from({"CLASSHUB_UPLOAD_SCAN_COMAND": "clamscan"})
