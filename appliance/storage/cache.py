"""A cache on disk (JSON, never pickle): losing it loses nothing that anyone handed in."""

import asyncio
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

import diskcache

LIMIT_BYTES = 64 * 1024 * 1024
FAULTS = (sqlite3.Error, OSError, diskcache.Timeout)
"""What a call may raise while the disk is full, damaged or far too slow."""


class Cache:
    """Values are what JSON can hold. Every call leaves the loop: the disk may be slow."""

    def __init__(self, folder: Path) -> None:
        try:
            self._store = _opened(folder)
        except sqlite3.DatabaseError:
            # Damaged by a power cut: a box that starts without it is worth more than what was in it.
            shutil.rmtree(folder, ignore_errors=True)
            self._store = _opened(folder)

    async def get(self, key: str) -> Any:
        """The value, or None when it was never there or its time is over."""
        return await asyncio.to_thread(self._store.get, key)

    async def set(self, key: str, value: Any, expire: float) -> None:
        await asyncio.to_thread(self._store.set, key, value, expire)

    async def add(self, key: str, value: Any, expire: float) -> bool:
        """Set it where nothing is; False when somebody else was quicker."""
        return bool(await asyncio.to_thread(self._store.add, key, value, expire))

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._store.delete, key)

    async def under(self, prefix: str) -> dict[str, Any]:
        """Every key that begins so, with its value; it walks through the whole cache."""
        return await asyncio.to_thread(self._under, prefix)

    async def delete_under(self, prefix: str) -> None:
        """Every key that begins so, also those whose time is over; when something goes wrong, none."""
        await asyncio.to_thread(self._delete_under, prefix)

    async def incr(self, key: str, expire: float) -> int:
        """Count one more; the first count starts the window of `expire` seconds."""
        return await asyncio.to_thread(self._count, key, expire)

    async def close(self) -> None:
        await asyncio.to_thread(self._store.close)

    def _under(self, prefix: str) -> dict[str, Any]:
        found = ((key, self._store.get(key)) for key in self._keys_under(prefix))
        return {key: value for key, value in found if value is not None}

    def _delete_under(self, prefix: str) -> None:
        with self._store.transact():
            for key in self._keys_under(prefix):
                self._store.delete(key)

    def _keys_under(self, prefix: str) -> list[str]:
        return [key for key in self._store if isinstance(key, str) and key.startswith(prefix)]

    def _count(self, key: str, expire: float) -> int:
        with self._store.transact():
            counted, ends_at = self._store.get(key, expire_time=True)
            if not isinstance(counted, int) or ends_at is None:
                self._store.set(key, 1, expire)
                return 1
            # Without the time that is left the window would begin anew with every count.
            self._store.set(key, counted + 1, max(0.001, ends_at - time.time()))
            return counted + 1


def _opened(folder: Path) -> diskcache.Cache:
    return diskcache.Cache(str(folder), disk=diskcache.JSONDisk, size_limit=LIMIT_BYTES)
