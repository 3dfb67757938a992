"""A certificate as a PDF, made by a child process so that the box need not keep what draws it in memory."""

import asyncio
import json
import sys
from pathlib import Path

from appliance.errors import Unavailable

SECONDS = 60.0
HOME = str(Path(__file__).resolve().parents[2])
NO_FONT = (
    "This box lacks the letters for a PDF of this certificate. This page is the certificate as well: print it, or "
    "save it as a PDF as you print, from a device that shows the name as it is written."
)
NOT_DRAWN = "The PDF could not be made. Print this page from the browser instead."


class CertificatePages:
    """Draws a few at a time: a whole class prints on its last day, and each takes a process of its own."""

    def __init__(self, lanes: int = 2) -> None:
        self._lanes = asyncio.Semaphore(lanes)

    async def page(self, texts: dict[str, str]) -> bytes:
        """`texts` as certificate_drawing.drawn takes them. Raises Unavailable with a sentence."""
        async with self._lanes:
            return await _drawn_by_child(texts)


async def _drawn_by_child(texts: dict[str, str]) -> bytes:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "appliance.work.certificate_drawing"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": HOME},
    )
    try:
        async with asyncio.timeout(SECONDS):
            page, _ = await child.communicate(json.dumps(texts).encode())
    except TimeoutError as error:
        raise Unavailable(NOT_DRAWN) from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode == 2:  # what certificate_drawing says where no font has the letters
        raise Unavailable(NO_FONT)
    if child.returncode != 0 or not page.startswith(b"%PDF"):
        raise Unavailable(NOT_DRAWN)
    return page
