"""Copies of stored files: second names for the same bytes, each of which may go without the other."""

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from appliance.errors import Unavailable
from appliance.storage.files import DISK_FULL, FileStore, check_disk, sync_folder


class FileCopies:
    """New names by old ones. Whoever writes a row with one takes it; what nobody took goes again."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def take(self, stored_name: str) -> str | None:
        """None where there was no such file, or somebody took it; rows never share a name."""
        return self._names.pop(stored_name, None)

    @property
    def left(self) -> list[str]:
        return list(self._names.values())


@asynccontextmanager
async def copies_of(store: FileStore, stored_names: Collection[str]) -> AsyncIterator[FileCopies]:
    """For one transaction: where that fails, nothing is left of them. Raises Unavailable when the disk is full."""
    made = await _made(store, stored_names)
    copies = FileCopies(dict(made))
    try:
        yield copies
    except BaseException:
        await _remove(store, list(made.values()))
        raise
    await _remove(store, copies.left)


async def _made(store: FileStore, stored_names: Collection[str]) -> dict[str, str]:
    """A cancel waits for what the thread has begun, or its files would stay."""
    making = asyncio.ensure_future(asyncio.to_thread(_make, store, stored_names))
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        await asyncio.wait({making})
        if not making.exception():
            await _remove(store, list(making.result().values()))
        raise


async def _remove(store: FileStore, stored_names: list[str]) -> None:
    for name in stored_names:
        await store.remove(name)


def _make(store: FileStore, stored_names: Collection[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    try:
        for name in stored_names:
            copy = secrets.token_hex(16) + Path(name).suffix
            try:
                _copy(store, store.path(name), store.path(copy))
            except FileNotFoundError:
                continue
            made[name] = copy
        for folder in {store.path(copy).parent for copy in made.values()}:
            sync_folder(folder)
        if made:
            sync_folder(store.folder)
    except (OSError, Unavailable) as error:
        for copy in made.values():
            store.path(copy).unlink(missing_ok=True)
        raise Unavailable(DISK_FULL, "disk_full") from error
    return made


def _copy(store: FileStore, source: Path, to: Path) -> None:
    to.parent.mkdir(exist_ok=True)
    try:
        to.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:
        # Not every file system has second names for a file, and none has any number of them.
        _copy_bytes(store, source, to)


def _copy_bytes(store: FileStore, source: Path, to: Path) -> None:
    check_disk(store.folder, source.stat().st_size)
    half = store.folder / "arriving" / to.name
    half.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, half)
        half.chmod(0o600)
        with half.open("rb") as file:
            os.fsync(file.fileno())
        half.rename(to)
    finally:
        half.unlink(missing_ok=True)
