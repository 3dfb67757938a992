"""Files people hand in: written under random names, whole and safe on disk before anyone is told."""

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import TooLarge, Unavailable

# Kept free so that the database can still write when uploads have filled the disk.
RESERVE_BYTES = 64 * 1024 * 1024
HEAD_BYTES = 8192
DISK_FULL = "The box is full: nothing was saved. Tell your teacher; older files have to be removed first."


@dataclass(frozen=True)
class StoredFile:
    """A file that is on disk for good, under a name that tells nothing."""

    stored_name: str
    size_bytes: int
    sha256: str


class FileStore:
    """One folder of files, spread over 256 sub-folders by the first two letters of their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, stored_name: str) -> Path:
        return self.folder / stored_name[:2] / stored_name

    async def remove(self, stored_name: str) -> None:
        await asyncio.to_thread(self.path(stored_name).unlink, missing_ok=True)

    async def forget_arrivals(self) -> None:
        """Remove what was on its way when the power went. Only before the first upload of a run."""
        await asyncio.to_thread(shutil.rmtree, self.folder / "arriving", ignore_errors=True)

    async def names(self) -> list[str]:
        """Every file that is kept, for the sweep of those that no row knows."""
        return await asyncio.to_thread(lambda: [path.name for path in self.folder.glob("??/*")])


class IncomingFile:
    """A file on its way in; it has no name that anyone could find until it is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / "arriving" / secrets.token_hex(16)
        with _disk_full():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(self.path, "xb", opener=_private)  # noqa: SIM115 - closed by finish or discard
        self._hash = hashlib.sha256()
        self._head = b""
        self._size = 0

    def write(self, chunk: bytes, limit_bytes: int, too_large: str) -> None:
        self._size += len(chunk)
        if self._size > limit_bytes:
            raise TooLarge(too_large, "file_too_large", field="file")
        if shutil.disk_usage(self._folder).free < RESERVE_BYTES + len(chunk):
            raise Unavailable(DISK_FULL, "disk_full")
        if len(self._head) < HEAD_BYTES:
            self._head = (self._head + chunk)[:HEAD_BYTES]
        self._hash.update(chunk)
        with _disk_full():
            self._file.write(chunk)

    def finish(self) -> None:
        with _disk_full():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def keep(self, suffix: str) -> StoredFile:
        """Give it its lasting random name and make that name safe against a power cut."""
        name = secrets.token_hex(16) + suffix
        lasting = self._folder / name[:2] / name
        with _disk_full():
            lasting.parent.mkdir(exist_ok=True)
            self.path.rename(lasting)
            sync_folder(lasting.parent)
            sync_folder(self._folder)
        return StoredFile(name, self._size, self._hash.hexdigest())

    @property
    def head(self) -> bytes:
        """The first bytes, for a look at what it really is."""
        return self._head

    @property
    def size_bytes(self) -> int:
        return self._size

    def discard(self) -> None:
        # Closing writes out what is still in memory: on a full disk that fails again, and nobody wants it.
        with suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


@contextmanager
def _disk_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(DISK_FULL, "disk_full") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def sync_folder(folder: Path) -> None:
    """Make the names in it safe against a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
