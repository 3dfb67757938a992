"""An archive sent while it is made: never whole in memory, never on the disk."""

import asyncio
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from sanic.response import ResponseStream
from typing_extensions import Buffer

PIECE = 256 * 1024
# What is packed already only gets slower by packing it again.
PACKED = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".mp3", ".mp4", ".mov", ".webm", ".zip", ".sb3"}
)


@dataclass(frozen=True)
class Member:
    """`content` is a file of the box, or the bytes themselves."""

    name: str
    content: Path | bytes


class _Sink(io.RawIOBase):
    """What a ZipFile writes to; it can't go back, so sizes follow the data."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Buffer, /) -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def send_zip(name: str, members: Iterable[Member]) -> ResponseStream:
    """A download; `name` is plain ASCII with its ending. A file that is gone is left out."""

    async def send(response: Any) -> None:
        pieces = pieces_of(members)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            if piece:
                await response.write(piece)

    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return ResponseStream(send, headers=headers, content_type="application/zip")


def pieces_of(members: Iterable[Member]) -> Iterator[bytes]:
    """Reads the disk: call it in a thread."""
    sink = _Sink()
    with zipfile.ZipFile(cast(IO[bytes], sink), "w") as archive:
        for member in members:
            yield from _packed(archive, member, sink)
    yield sink.take()


def _packed(archive: zipfile.ZipFile, member: Member, sink: _Sink) -> Iterator[bytes]:
    entry = zipfile.ZipInfo(member.name)
    is_packed = Path(member.name).suffix.lower() in PACKED
    entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    if isinstance(member.content, bytes):
        archive.writestr(entry, member.content)
        yield sink.take()
        return
    try:
        file = member.content.open("rb")
    except OSError:
        return
    with file, archive.open(entry, "w", force_zip64=True) as packed:
        while piece := file.read(PIECE):
            packed.write(piece)
            yield sink.take()
