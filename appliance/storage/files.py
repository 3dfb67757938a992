"""Files people hand in: written under random names, whole and safe on disk before anyone is told."""

import asyncio
import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from appliance.errors import TooLarge, Unavailable
from appliance.storage.scanning import Scan, Scanner

# Kept free so that the database can still write when uploads have filled the disk.
RESERVE_BYTES = 64 * 1024 * 1024
HEAD_BYTES = 8192
READ_BYTES = 1024 * 1024
# Files that no row knows wait in this folder: a restored, older database doesn't know what was handed in since.
ORPHANS = "orphans"
THUMBNAILS = "thumbnails"
GRACE_SECONDS = 30 * 24 * 3600
DISK_FULL = "The box is full: nothing was saved. Tell your teacher; older files have to be removed first."


@dataclass(frozen=True)
class StoredFile:
    """A file that is on disk for good, under a name that tells nothing; `scan` is what a virus scanner said."""

    stored_name: str
    size_bytes: int
    sha256: str
    scan: Scan = ""


@dataclass(frozen=True)
class Swept:
    """How many files no row knew, how many of those aside a row knows again, and how many had waited long enough."""

    put_aside: int
    taken_back: int
    forgotten: int


class FileStore:
    """One folder of files, spread over 256 sub-folders by the first two letters of their names."""

    def __init__(self, folder: Path, scanner: Scanner | None = None) -> None:
        self.folder = folder
        self._scanner = scanner or Scanner()
        # When a whole class hands in at once, its blocks would fill the loop and keep everybody's pages waiting:
        # one at a time is as fast for them (measured with 30 x 20 MB) and ten times as quick for the others.
        self.turn = asyncio.Lock()

    def path(self, stored_name: str) -> Path:
        return self.folder / stored_name[:2] / stored_name

    async def write(self, incoming: "IncomingFile", chunk: bytes, limit_bytes: int, too_large: str) -> None:
        """Add to a file on its way in, when it is its turn."""
        async with self.turn:
            await asyncio.to_thread(incoming.write, chunk, limit_bytes, too_large)

    async def scan(self, incoming: "IncomingFile") -> None:
        """Before anything opens it. Raises Infected or Unavailable; whoever brought it discards it then."""
        incoming.scan = await self._scanner.scan(incoming.path)

    def thumbnail(self, stored_name: str) -> Path:
        """A small picture of it, made when somebody first looks and gone with the file."""
        return self.folder / THUMBNAILS / stored_name

    async def remove(self, stored_name: str) -> None:
        for path in (self.path(stored_name), self.thumbnail(stored_name)):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def forget_arrivals(self) -> None:
        """Remove what was on its way when the power went. Only before the first upload of a run."""
        await asyncio.to_thread(shutil.rmtree, self.folder / "arriving", ignore_errors=True)

    async def names(self) -> list[str]:
        """Every file that is kept; those put aside are not among them."""
        return await asyncio.to_thread(lambda: [path.name for path in self.folder.glob("??/*")])

    async def sweep(self, known: Set[str], now: int) -> Swept:
        """Put aside what is not `known`, take back what is, and remove what was aside for 30 days."""
        return await asyncio.to_thread(self._sweep, known, now)

    def _sweep(self, known: Set[str], now: int) -> Swept:
        aside = self.folder / ORPHANS
        back = [path for path in aside.glob("*") if path.name in known and not self.path(path.name).exists()]
        for path in back:
            self.path(path.name).parent.mkdir(exist_ok=True)
            _move(path, self.path(path.name))
        old = [path for path in aside.glob("*") if path.stat().st_mtime < now - GRACE_SECONDS]
        for path in old:
            path.unlink()
        unknown = [path for path in self.folder.glob("??/*") if path.name not in known]
        for path in unknown:
            aside.mkdir(mode=0o700, exist_ok=True)
            # Its days begin now, and before it is moved: a power cut between the two must not cost it them.
            os.utime(path, (now, now))
            _move(path, aside / path.name)
        for path in self.folder.glob(f"{THUMBNAILS}/*"):
            if path.name not in known:
                path.unlink()
        return Swept(len(unknown), len(back), len(old))


class IncomingFile:
    """A file on its way in; it has no name that anyone could find until it is kept.

    Every step may be under way in a thread while whoever waited for it was cancelled and discards the file:
    steps take turns, and none begins after the file was discarded.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / "arriving" / secrets.token_hex(16)
        self._file: BinaryIO | None = None
        self._is_discarded = False
        self._turn = threading.Lock()
        self._hash = hashlib.sha256()
        self._head = b""
        self._size = 0
        self.scan: Scan = ""

    @classmethod
    def of(cls, folder: Path, path: Path) -> "IncomingFile":
        """One that came in pieces, as if it had come at once; `path` stays until somebody removes it."""
        incoming = cls(folder)
        try:
            incoming.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                incoming.path.hardlink_to(path)
            except OSError:
                # Not every file system has second names for a file.
                shutil.copyfile(path, incoming.path)
                incoming.path.chmod(0o600)
            incoming._file = open(incoming.path, "rb+")  # noqa: SIM115 - closed by finish or discard
            while chunk := incoming._file.read(READ_BYTES):
                incoming._count(chunk)
        except OSError as error:
            incoming.discard()
            raise Unavailable(DISK_FULL, "disk_full") from error
        return incoming

    def write(self, chunk: bytes, limit_bytes: int, too_large: str) -> None:
        with self._step() as file:
            if self._size + len(chunk) > limit_bytes:
                raise TooLarge(too_large, "file_too_large", field="file")
            check_disk(self._folder, len(chunk))
            self._count(chunk)
            file.write(chunk)

    def _count(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if len(self._head) < HEAD_BYTES:
            self._head = (self._head + chunk)[:HEAD_BYTES]
        self._hash.update(chunk)

    def finish(self) -> None:
        with self._step() as file:
            file.flush()
            os.fsync(file.fileno())
            file.close()

    def keep(self, suffix: str) -> StoredFile:
        """Give it its lasting random name and make that name safe against a power cut."""
        name = secrets.token_hex(16) + suffix
        lasting = self._folder / name[:2] / name
        with self._step():
            lasting.parent.mkdir(exist_ok=True)
            self.path = self.path.rename(lasting)
            sync_folder(lasting.parent)
            sync_folder(self._folder)
        return StoredFile(name, self._size, self.sha256, self.scan)

    @property
    def head(self) -> bytes:
        """The first bytes, for a look at what it really is."""
        return self._head

    @property
    def size_bytes(self) -> int:
        return self._size

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def discard(self) -> None:
        """Also after a `keep` that nobody heard of any more."""
        with self._turn:
            self._is_discarded = True
            if self._file is not None:
                # Closing writes out what is still in memory: on a full disk that fails again.
                with suppress(OSError):
                    self._file.close()
                self.path.unlink(missing_ok=True)

    @contextmanager
    def _step(self) -> Iterator[BinaryIO]:
        """One step at a time on the open file. Raises Unavailable when the disk refuses."""
        try:
            with self._turn:
                if self._is_discarded:
                    raise FileNotFoundError(self.path)
                if self._file is None:
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                    self._file = open(self.path, "xb", opener=private)  # noqa: SIM115 - closed by finish or discard
                yield self._file
        except OSError as error:
            raise Unavailable(DISK_FULL, "disk_full") from error


def _move(path: Path, to: Path) -> None:
    path.rename(to)
    sync_folder(to.parent)
    sync_folder(path.parent)


def check_disk(folder: Path, more: int) -> None:
    """Raises Unavailable where so many bytes more would leave the database no room."""
    if shutil.disk_usage(folder).free < RESERVE_BYTES + more:
        raise Unavailable(DISK_FULL, "disk_full")


def private(path: str, flags: int) -> int:
    """An opener for files that only the box may read."""
    return os.open(path, flags, 0o600)


def sync_folder(folder: Path) -> None:
    """Make the names in it safe against a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
