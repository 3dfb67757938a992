"""Backups: one compressed file with the database, what people handed in, courses and secrets, each with its hash."""

import gzip
import hashlib
import io
import json
import os
import re
import secrets
import sqlite3
import stat
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance import VERSION
from appliance.errors import Invalid, Unavailable
from appliance.inference.model_list import INDEX
from appliance.operations import machine
from appliance.operations.data_folder import DATABASE, SECRETS, insist_used

FORMAT = 1
MANIFEST = "manifest.json"
MODELS = "models"
# What is kept as whole folders; models go in by their index alone, since their weights can be fetched again.
FOLDERS = (SECRETS, "uploads", "courses", "library")
# Files that are still on their way in, and small pictures that are made again when somebody looks.
PASSING = tuple(Path("uploads", folder) for folder in ("arriving", "partial", "thumbnails"))
NAME = re.compile(r"chalkbox-\d{8}-\d{6}\.tar\.gz")
HALF = ".chalkbox-backup-"
HALF_IS_OLD = 24 * 3600
SPARE_BYTES = 64 * 1024 * 1024
PIECE = 1024 * 1024
# Handed-in photographs don't get smaller: little effort, and a small box stays quick.
COMPRESSION = 2


@dataclass(frozen=True)
class Entry:
    """One file of a backup; `path` is its place in the data folder, `size` in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `tables` is the number of the last migration its database has seen."""

    software: str
    tables: int
    made_at: str
    files: tuple[Entry, ...]


@dataclass(frozen=True)
class Backup:
    """A backup that is on disk for good; `size` in bytes, `removed` are the older ones that made room."""

    path: Path
    size: int
    files: int
    removed: tuple[Path, ...]


def default_folder(data: Path) -> Path:
    return data / "backups"


def backups_in(folder: Path) -> list[Path]:
    """Newest first, by the moment in their names."""
    found = folder.iterdir() if folder.is_dir() else iter(())
    return sorted((path for path in found if NAME.fullmatch(path.name)), reverse=True)


def make_backup(data: Path, folder: Path, kept: int, now: float, with_models: bool = False) -> Backup:
    """From a running box too. Raises Unavailable or Invalid, and then leaves no half of a file behind."""
    insist_used(data)
    _insist_elsewhere(data, folder)
    with _disk_faults(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget_halves(folder, now)
        _insist_room(data, folder, with_models)
        target = folder / f"chalkbox-{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}.tar.gz"
        if target.exists():
            raise Invalid(f"There is a backup {target} already: try again in a second.", "backup_exists")
        half = folder / f"{HALF}{secrets.token_hex(8)}"
        copy = half.with_name(half.name + ".sqlite3")
        try:
            tables = _copy_database(data / DATABASE, copy)
            count = _write(half, copy, data, with_models, tables, now)
            half.rename(target)
            _sync(folder)
        finally:
            half.unlink(missing_ok=True)
            copy.unlink(missing_ok=True)
        return Backup(target, target.stat().st_size, count, _prune(folder, kept))


@contextmanager
def _disk_faults(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The backup can't be kept in {folder} ({error.strerror}): make room or choose another folder with "
            "--to. Older backups stay.",
            "backup_unwritable",
        ) from error


def manifest_text(manifest: Manifest) -> bytes:
    return json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1).encode()


def _insist_elsewhere(data: Path, folder: Path) -> None:
    """A backup inside of what is backed up would hold all backups before it."""
    if any(folder.resolve().is_relative_to((data / part).resolve()) for part in (*FOLDERS, MODELS)):
        raise Invalid(
            f"{folder} is part of what is backed up: choose another folder with --to.", "backup_inside"
        )


def _insist_room(data: Path, folder: Path, with_models: bool) -> None:
    database = (data / DATABASE).stat().st_size
    files = sum(size for *_, size in _files(data, with_models))
    # The copy of the database lies beside the archive until that is whole.
    needed = 2 * database + files + SPARE_BYTES
    free = machine.disk_free(folder)
    if needed > free:
        raise Unavailable(
            f"There is no room for a backup in {folder}: it may take {needed // 1_000_000:,} MB and "
            f"{free // 1_000_000:,} MB are free. Remove old files, or choose another folder with --to.",
            "disk_full",
        )


def _copy_database(source: Path, copy: Path) -> int:
    """The number of its tables' last migration; the copy is of one instant, whatever is written meanwhile."""
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(_reading(source)) as box, closing(sqlite3.connect(copy)) as kept:
            box.backup(kept)
            kept.execute("PRAGMA journal_mode = DELETE")
            found = str(kept.execute("PRAGMA quick_check(1)").fetchone()[0])
            tables = int(kept.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise _damaged(str(error)) from error
    if found != "ok":
        raise _damaged(found)
    return tables


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _damaged(found: str) -> Unavailable:
    return Unavailable(
        f"The database is damaged ({found}), so it was not backed up and older backups stay: run 'chalkbox doctor'.",
        "database_damaged",
    )


def _write(half: Path, copy: Path, data: Path, with_models: bool, tables: int, now: float) -> int:
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        open(handle, "wb") as file,
        gzip.GzipFile(fileobj=file, mode="wb", compresslevel=COMPRESSION, filename="", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        # The database goes first: a file that comes meanwhile is one too many, never one too few.
        entries = [_add(archive, copy, DATABASE)]
        for path, name, _ in _files(data, with_models):
            with suppress(FileNotFoundError):  # removed by a teacher since it was looked at
                entries.append(_add(archive, path, name))
        made_at = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
        text = manifest_text(Manifest(VERSION, tables, made_at, tuple(entries)))
        # Last, so that an archive that was cut short has none.
        archive.addfile(_described(MANIFEST, len(text), now), io.BytesIO(text))
        archive.close()
        packed.close()
        file.flush()
        os.fsync(file.fileno())
    return len(entries)


def _files(data: Path, with_models: bool) -> Iterator[tuple[Path, str, int]]:
    """Every file but the database, with its name in the archive and its size; links and the like are left out."""
    for folder in (*FOLDERS, *([MODELS] if with_models else [])):
        for path in sorted((data / folder).rglob("*")):
            inside = path.relative_to(data)
            if any(inside.is_relative_to(folder) for folder in PASSING):
                continue
            try:
                seen = path.lstat()
            except FileNotFoundError:
                # removed since the folder was listed: on a full box that is long ago
                continue
            if stat.S_ISREG(seen.st_mode):
                yield path, inside.as_posix(), seen.st_size
    index = data / MODELS / INDEX
    if not with_models and index.is_file():
        yield index, f"{MODELS}/{INDEX}", index.stat().st_size


def _add(archive: tarfile.TarFile, path: Path, name: str) -> Entry:
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        reader = _Hashed(file, status.st_size)
        archive.addfile(_described(name, status.st_size, status.st_mtime), reader)
    return Entry(name, status.st_size, reader.sha256.hexdigest())


def _described(name: str, size: int, moment: float) -> tarfile.TarInfo:
    described = tarfile.TarInfo(name)
    described.size, described.mtime, described.mode = size, int(moment), 0o600
    return described


class _Hashed(io.RawIOBase):
    """Reads a file for the archive and hashes what it gives; a file that shrinks meanwhile ends the backup."""

    def __init__(self, file: io.BufferedReader, size: int) -> None:
        self._file = file
        self._left = size
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        piece = self._file.read(wanted)
        self._left -= len(piece)
        self.sha256.update(piece)
        return piece


def _prune(folder: Path, kept: int) -> tuple[Path, ...]:
    old = backups_in(folder)[kept:]
    for path in old:
        path.unlink(missing_ok=True)
    return tuple(old)


def _forget_halves(folder: Path, now: float) -> None:
    """What a backup left that the power cut short; a younger one may still be under way."""
    for path in folder.glob(f"{HALF}*"):
        if path.stat().st_mtime < now - HALF_IS_OLD:
            path.unlink(missing_ok=True)


def sync_all(paths: Iterable[Path]) -> None:
    """Folders too: a rename is on disk once its folder is."""
    for path in paths:
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
