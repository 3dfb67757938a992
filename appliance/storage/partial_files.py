"""Files that come in pieces, over several connections and over restarts: how much has come is their length."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from appliance.errors import Conflict, TooLarge, Unavailable
from appliance.storage.files import DISK_FULL, FileStore, check_disk, private, sync_folder

# Begun after somebody asked which rows there are: such a file is no leftover.
FRESH_SECONDS = 3600
WRONG_OFFSET = "The box has another part of this file than you think. It says how much."
TAKEN_OVER = "Another page goes on with this file."
TOO_MUCH = "More came than this file is long. Choose it again and hand it in once more."


class WrongOffset(Conflict):
    """A piece that doesn't begin where the file ends; `received` is how many bytes there are."""

    def __init__(self, received: int) -> None:
        super().__init__(WRONG_OFFSET, "wrong_offset")
        self.received = received


class PartialFiles:
    """One folder of unfinished files, each under the random name that its row knows."""

    def __init__(self, store: FileStore) -> None:
        self.folder = store.folder / "partial"
        # Shared with all other uploads: see there.
        self._turn = store.turn
        self._steps = threading.Lock()
        self._writers: dict[str, Writer] = {}

    def path(self, name: str) -> Path:
        return self.folder / name

    async def received(self, name: str) -> int:
        return await asyncio.to_thread(self._received, name)

    @asynccontextmanager
    async def writing(self, name: str, offset: int, limit_bytes: int) -> AsyncIterator["Writer"]:
        """Add to a file from `offset` on; safe against a power cut at the end. Raises WrongOffset.

        Whoever wrote to it before writes no more: a connection that died hasn't always said so.
        """
        writer = await asyncio.to_thread(self._begin, name, offset, limit_bytes)
        try:
            yield writer
            await asyncio.to_thread(self._step, writer, None)
        finally:
            await asyncio.to_thread(self._end, writer)

    async def write(self, writer: "Writer", chunk: bytes) -> None:
        """Raises TooLarge, Conflict once somebody else writes to this file, Unavailable when the disk refuses."""
        async with self._turn:
            await asyncio.to_thread(self._step, writer, chunk)

    async def remove(self, *names: str) -> None:
        await asyncio.to_thread(self._remove, names)

    async def sweep(self, known: set[str], now: int) -> int:
        """Remove what no row knows; returns how many files went."""
        return await asyncio.to_thread(self._sweep, known, now - FRESH_SECONDS)

    def _received(self, name: str) -> int:
        try:
            return self.path(name).stat().st_size
        except FileNotFoundError:
            return 0

    def _begin(self, name: str, offset: int, limit_bytes: int) -> "Writer":
        with self._steps, _disk():
            received = self._received(name)
            if received != offset:
                raise WrongOffset(received)
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = open(self.path(name), "ab", buffering=0, opener=private)  # noqa: SIM115 - closed by _end
            writer = self._writers[name] = Writer(name, file, limit_bytes - received)
        return writer

    def _step(self, writer: "Writer", chunk: bytes | None) -> None:
        """Write a block, or with None make what was written lasting."""
        with self._steps, _disk():
            if self._writers.get(writer.name) is not writer:
                raise Conflict(TAKEN_OVER, "taken_over")
            if chunk is None:
                os.fsync(writer.file.fileno())
                sync_folder(self.folder)
                return
            if len(chunk) > writer.room:
                raise TooLarge(TOO_MUCH, "file_too_large", field="file")
            check_disk(self.folder, len(chunk))
            written = writer.file.write(chunk)
            writer.room -= written
            if written != len(chunk):
                raise Unavailable(DISK_FULL, "disk_full")

    def _end(self, writer: "Writer") -> None:
        with self._steps:
            if self._writers.get(writer.name) is writer:
                del self._writers[writer.name]
            with suppress(OSError):
                writer.file.close()

    def _remove(self, names: tuple[str, ...]) -> None:
        with self._steps:
            for name in names:
                self._writers.pop(name, None)
                self.path(name).unlink(missing_ok=True)

    def _sweep(self, known: set[str], before: int) -> int:
        unknown = [
            path.name
            for path in self.folder.glob("*")
            if path.name not in known and path.stat().st_mtime < before
        ]
        self._remove(tuple(unknown))
        return len(unknown)


class Writer:
    """Whoever adds to a file just now; `room` is how many bytes are still to come."""

    def __init__(self, name: str, file: BinaryIO, room: int) -> None:
        self.name = name
        self.file = file
        self.room = room


class _disk:
    """What the disk refuses, in a sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise Unavailable(DISK_FULL, "disk_full") from error
