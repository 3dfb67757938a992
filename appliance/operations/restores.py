"""Bringing a backup back: everything is unpacked beside the box and checked, and only then put in its place."""

import errno
import gzip
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from appliance.errors import Conflict, Invalid, Refusal, StartRefused, Unavailable
from appliance.operations import data_folder, machine
from appliance.operations.backups import (
    FOLDERS,
    FORMAT,
    MANIFEST,
    MODELS,
    PIECE,
    SPARE_BYTES,
    Entry,
    Manifest,
    sync_all,
)
from appliance.operations.data_folder import DATABASE
from appliance.storage.migrate import migrations
from appliance.storage.numbers import highest_number, start_above

STAGED = ".restore-"
ASIDE = "before-restore-"
# While this file is there, the box in the folder is neither the old one nor the new one.
UNDER_WAY = "restore.json"
# All of these leave their place, also when the backup has none of them. Without a database no command takes
# the folder for a box, so it leaves first and arrives last.
REPLACED = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", *FOLDERS, "cache")
LARGEST_MANIFEST = 256 * 1024 * 1024
LARGEST_HEADER = PIECE
MOST_FILES = 1_000_000
DAMAGED = "The backup is damaged (%s): nothing was changed. Take another one."
FOREIGN = "This file is no Chalkbox backup (%s): nothing was changed."


@dataclass(frozen=True)
class Restored:
    """`aside` holds what was there before; None when there was no box."""

    made_at: str
    software: str
    files: int
    aside: Path | None


def restore(data: Path, archive: Path, force: bool, now: float) -> Restored:
    """Raises Conflict when a box is there or running, Invalid for a file that can't be trusted."""
    insist_not_running(data)
    with _tar_faults(archive), archive.open("rb"):
        # Before the first folder is made: a mistyped name changes nothing.
        data_folder.prepare(data)
    # A server that is started meanwhile is refused by this hold.
    with data_folder.held(data):
        finish(data)
        has_box = (data / DATABASE).is_file()
        if has_box and not force:
            raise Conflict(
                f"There is a box in {data} already. To put the backup in its place, with the old one kept "
                "beside it, add --force.",
                "data_in_use",
            )
        staged = data / f"{STAGED}{secrets.token_hex(8)}"
        try:
            manifest = _unpack(archive, staged)
            _insist_usable(staged, manifest)
            _start_above(staged / DATABASE, data / DATABASE, _seconds_since(manifest.made_at, now))
            aside = _aside(data, now)
            _begin(data, staged, aside)
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise
        finish(data)
        # The folders that the backup had nothing for.
        data_folder.prepare(data)
    return Restored(manifest.made_at, manifest.software, len(manifest.files), aside if has_box else None)


def finish(data: Path) -> bool:
    """Ends a restore that was cut short after everything had been checked; whether there was one.

    Every step may be repeated: what is still staged goes to its place, and what is there goes aside first.
    """
    mark = data / UNDER_WAY
    if not mark.is_file():
        _forget_staged(data)
        return False
    said = json.loads(mark.read_text())
    staged, aside = data / said["staged"], data / said["aside"]
    aside.mkdir(mode=0o700, exist_ok=True)
    if (staged / DATABASE).exists():
        for name in said["leave"]:
            _move(data / name, aside / name)
    for name in said["arrive"]:
        # Second time round the place holds what arrived: it is staged no more, and stays.
        if (staged / name).exists():
            if name != DATABASE:
                _move(data / name, aside / name)
            sync_all([data])
            _move(staged / name, data / name)
    sync_all([aside, data, data / MODELS])
    with suppress(OSError):
        # Where there was no box there is nothing to keep.
        aside.rmdir()
    mark.unlink()
    sync_all([data])
    _forget_staged(data)
    return True


def _aside(data: Path, now: float) -> Path:
    return data / f"{ASIDE}{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _begin(data: Path, staged: Path, aside: Path) -> None:
    """From here on the restore is finished, if need be by the next start of the box."""
    # Models stay where they are, file by file: a backup seldom has their weights.
    models = [path.relative_to(staged).as_posix() for path in (staged / MODELS).glob("*")]
    folders = [name for name in FOLDERS if (staged / name).exists()]
    arrive = [*sorted(models), *folders, DATABASE]
    leave = [name for name in REPLACED if name not in folders]
    half = staged / UNDER_WAY
    text = json.dumps({"staged": staged.name, "aside": aside.name, "arrive": arrive, "leave": leave})
    with half.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.rename(data / UNDER_WAY)
    sync_all([data])


def _move(source: Path, target: Path) -> None:
    """What the target holds already is kept under a name of its own, unless it is an empty folder."""
    if not source.exists():
        return
    if source.is_dir() and not any(source.iterdir()) and target.parent.name.startswith(ASIDE):
        source.rmdir()
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        target = target.with_name(f"{target.name}-{secrets.token_hex(4)}")
    source.rename(target)


def _forget_staged(data: Path) -> None:
    for path in data.glob(f"{STAGED}*"):
        shutil.rmtree(path, ignore_errors=True)


def _unpack(archive: Path, staged: Path) -> Manifest:
    """Into `staged`, private and safe on disk; raises Invalid unless every file is what the manifest says."""
    staged.mkdir(mode=0o700)
    found: dict[str, Entry] = {}
    manifest: Manifest | None = None
    with _tar_faults(archive), gzip.open(archive) as unpacked, _tar(unpacked) as tar:
        for member in tar:
            content = _content(tar, member, found)
            if manifest is not None:
                raise _bad(FOREIGN, "it goes on after its end")
            if member.name == MANIFEST:
                manifest = _manifest(content, member.size)
            else:
                found[member.name] = _keep(content, member, staged)
    if manifest is None:
        raise _bad(DAMAGED, "it has no end")
    _compare(found, {entry.path: entry for entry in manifest.files})
    sync_all([path for path in staged.rglob("*") if path.is_dir()])
    return manifest


def _tar(unpacked: gzip.GzipFile) -> tarfile.TarFile:
    bounded: Any = _Bounded(unpacked)
    return tarfile.open(fileobj=bounded, mode="r:")


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo, found: dict[str, Entry]) -> Any:
    """Only plain files, each once, in places that a backup has: no links, devices or ways out of the folder."""
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.issparse():
        raise _bad(FOREIGN, f"{member.name[:80]!r} is not a plain file")
    parts = PurePosixPath(member.name).parts
    is_ours = member.name in (DATABASE, MANIFEST) or (len(parts) > 1 and parts[0] in (*FOLDERS, MODELS))
    is_plain = "/".join(parts) == member.name and ".." not in parts and "\0" not in member.name
    if not is_ours or not is_plain or member.name in found or len(found) > MOST_FILES:
        raise _bad(FOREIGN, f"{member.name[:80]!r} has no place in a box")
    return tar.extractfile(member)


def _keep(content: Any, member: tarfile.TarInfo, staged: Path) -> Entry:
    path = staged / member.name
    if member.size + SPARE_BYTES > machine.disk_free(staged):
        raise _full()
    for folder in reversed([folder for folder in path.parents if folder.is_relative_to(staged)]):
        folder.mkdir(mode=0o700, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while piece := content.read(PIECE):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return Entry(member.name, size, digest.hexdigest())


def _manifest(content: Any, size: int) -> Manifest:
    if size > LARGEST_MANIFEST:
        raise _bad(FOREIGN, "its list is too long")
    try:
        said = json.loads(b"".join(iter(lambda: content.read(PIECE), b"")))
        if said["format"] != FORMAT:
            raise Invalid(
                "This backup was made by a newer Chalkbox: nothing was changed. Install that one first.",
                "newer_backup",
                "file",
            )
        files = tuple(Entry(str(row["path"]), int(row["size"]), str(row["sha256"])) for row in said["files"])
        return Manifest(str(said["software"]), int(said["tables"]), str(said["made_at"]), files)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _bad(FOREIGN, "its list can't be read") from error


def _compare(found: dict[str, Entry], listed: dict[str, Entry]) -> None:
    for path in [*listed, *found]:
        if found.get(path) != listed.get(path):
            raise _bad(DAMAGED, f"{path} is not what it was")
    if DATABASE not in found:
        raise _bad(FOREIGN, "it has no database")


def _insist_usable(staged: Path, manifest: Manifest) -> None:
    """An older database is brought up to date at the next start; a newer one could only be guessed at."""
    newest = migrations()[-1][0]
    if manifest.tables > newest:
        raise Invalid(
            f"This backup was made by a newer Chalkbox ({manifest.software}, version {manifest.tables} of the "
            f"tables; this one knows {newest}): nothing was changed. Install the newer one first.",
            "newer_backup",
            "file",
        )
    path = staged / DATABASE
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            whole = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            tables = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise _bad(DAMAGED, "its database can't be read") from error
    if whole != "ok" or tables != manifest.tables or tables < 1:
        raise _bad(DAMAGED, "its database is not whole")


def _start_above(database: Path, replaced: Path, seconds: int) -> None:
    """Cookies and tokens of those who came after the backup was made fit nobody who comes now."""
    try:
        start_above(database, highest_number(replaced) if replaced.is_file() else 0, seconds)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise _full() from error
        raise _bad(DAMAGED, "its database can't be read") from error


def _seconds_since(made_at: str, now: float) -> int:
    try:
        return max(0, int(now - datetime.fromisoformat(made_at).timestamp()))
    except (ValueError, OverflowError):
        return 0


@contextmanager
def _tar_faults(archive: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError) as error:
        reason = "it was cut short" if isinstance(error, EOFError) else "it can't be unpacked"
        raise _bad(DAMAGED, reason) from error
    except FileExistsError as error:
        raise _bad(FOREIGN, "two of its files have one place") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _full() from error
        if error.filename is not None and str(error.filename) == str(archive):
            raise Invalid(f"{archive} can't be read ({error.strerror}).", "unreadable", "file") from error
        raise _bad(FOREIGN, error.strerror or "it can't be unpacked") from error


class _Bounded:
    """The unpacked archive; a header that claims to be huge is refused before memory is given to it."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= LARGEST_HEADER:
            raise tarfile.ReadError("a header claims to be huge")
        return self._file.read(size)

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, position: int) -> int:
        return self._file.seek(position)


def _bad(template: str, why: str) -> Refusal:
    return Invalid(template % why, "bad_backup", "file")


def _full() -> Unavailable:
    return Unavailable(
        "There is no room to unpack the backup: nothing was changed. Remove old files first.", "disk_full"
    )


def insist_not_running(data: Path) -> None:
    """Raises StartRefused with what to type."""
    if data_folder.is_running(data):
        raise StartRefused(
            f"A box runs on {data}: stop it first (sudo systemctl stop chalkbox), then restore, then start it."
        )
