"""A file of the box sent piece by piece, whole or the part that a player asks for (RFC 9110, section 14)."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.response import ResponseStream

PIECE = 64 * 1024
# One range of bytes; of several, players want only the first.
ASKED = re.compile(r"bytes=(\d{0,18})-(\d{0,18})(?:,.*)?")


def part_asked(header: str, size: int) -> tuple[int, int] | None:
    """First byte and length of what a Range header asks for, None for the whole. Raises ValueError."""
    asked = ASKED.fullmatch(header.replace(" ", ""))
    if not header or (asked is None and not header.startswith("bytes")):
        return None
    if asked is None or asked[1] == asked[2] == "":
        raise ValueError(header)
    first = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
    last = int(asked[2]) if asked[1] and asked[2] else size - 1
    if first >= size or last < first or (not asked[1] and int(asked[2]) == 0):
        raise ValueError(header)
    return first, min(last, size - 1) - first + 1


def send_file(
    request: Request, path: Path, size: int, content_type: str, headers: Mapping[str, str]
) -> HTTPResponse | ResponseStream:
    """The file, or the part of it that was asked for, or 416 where there is no such part."""
    try:
        part = part_asked(str(request.headers.get("range") or ""), size)
    except ValueError:
        return HTTPResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, length = part or (0, size)

    async def send(response: Any) -> None:
        # Opened and closed in one place: a download that breaks off at its end leaves no file open.
        with path.open("rb") as file:
            file.seek(first)
            left = length
            while left and (piece := await asyncio.to_thread(file.read, min(PIECE, left))):
                left -= len(piece)
                await response.write(piece)

    said = {**headers, "Accept-Ranges": "bytes", "Content-Length": str(length)}
    if part:
        said["Content-Range"] = f"bytes {first}-{first + length - 1}/{size}"
    return ResponseStream(send, status=206 if part else 200, headers=said, content_type=content_type)


def disposition(filename: str, how: str = "attachment") -> str:
    """What a browser calls the file. RFC 6266: a plain name for old ones, the real one encoded beside it."""
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._- ") else "_" for letter in filename
    )
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
