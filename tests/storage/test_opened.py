"""A file that is opened for somebody who has gone is closed again."""

import asyncio
import threading
from pathlib import Path

import pytest

from appliance.storage import opened as module
from appliance.storage.opened import opened


async def test_it_is_read_and_closed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"words")
    async with opened(tmp_path / "a") as file:
        assert file.read() == b"words"
    assert file.closed


async def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        async with opened(tmp_path / "gone"):
            pass


async def test_who_goes_away_meanwhile_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"words")
    go_on, really_open = threading.Event(), module._open
    files = []

    def slowly(path: Path) -> object:
        go_on.wait()
        files.append(really_open(path))
        return files[0]

    async def read() -> None:
        async with opened(tmp_path / "a"):
            pass

    monkeypatch.setattr(module, "_open", slowly)
    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    go_on.set()
    async with asyncio.timeout(10):
        while not (files and files[0].closed):  # noqa: ASYNC110 - a thread opens it
            await asyncio.sleep(0.01)
