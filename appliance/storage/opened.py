"""Files for reading, opened in a thread: a slow stick must not hold up everybody's pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[BinaryIO]:
    """Closed in any case, also where whoever asked goes away while it is being opened. Raises OSError."""
    opening = asyncio.ensure_future(asyncio.to_thread(_open, path))
    try:
        file = await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close)
        raise
    with file:
        yield file


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _close(opening: asyncio.Future[BinaryIO]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
