"""A page of a handed-in PDF as a picture: a phone shows no PDF inside a page, and a picture runs nothing."""

import asyncio
import sys
from pathlib import Path

from appliance.errors import Invalid
from appliance.storage.opened import opened

SECONDS = 30.0
MOST_PAGES = 40
PNG_BYTES = 16 * 1024 * 1024
HOME = str(Path(__file__).resolve().parents[2])
UNREADABLE = "This PDF can't be shown here. Download it to look at it."


class PagePictures:
    """Draws a few pages at a time: a page with a long PDF asks for all of them at once."""

    def __init__(self, lanes: int = 2) -> None:
        self._lanes = asyncio.Semaphore(lanes)

    async def page(self, path: Path, number: int) -> bytes:
        """A PNG of page `number`, counted from 1. Raises Invalid for a page or file that can't be drawn."""
        async with self._lanes:
            return await _drawn_by_child(path, number)

    async def pages_of(self, path: Path) -> int:
        """How many pages can be shown; 0 for a file that can't be read."""
        try:
            return min(MOST_PAGES, int(await self.page(path, 0)))
        except Invalid:
            return 0


async def _drawn_by_child(path: Path, number: int) -> bytes:
    async with opened(path) as file:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "appliance.work.page_drawing", str(number)),
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PYTHONPATH": HOME},
        )
    try:
        return await _picture_from(child)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def _picture_from(child: asyncio.subprocess.Process) -> bytes:
    assert child.stdout is not None  # noqa: S101 - it was asked for
    picture = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            while len(picture) <= PNG_BYTES and (piece := await child.stdout.read(256 * 1024)):
                picture += piece
            if len(picture) <= PNG_BYTES:
                await child.wait()
    except TimeoutError as error:
        raise Invalid(UNREADABLE, "too_slow") from error
    if child.returncode != 0 or not picture:
        raise Invalid(UNREADABLE, "damaged")
    return bytes(picture)
