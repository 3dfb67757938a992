"""How often something may be tried; it counts what was let through, in memory and in the cache."""

import math
import sqlite3
import zlib
from collections import OrderedDict

import diskcache

from appliance.auth.digests import digest
from appliance.errors import RateLimited
from appliance.storage.cache import Cache
from appliance.storage.database import Clock

TOO_MANY = "Too many tries in a short time. Wait a little, then try again."
KEYS_IN_MEMORY = 2000
# Everything that a full, broken or vanished cache folder was seen to raise.
CACHE_FAILURES = (OSError, sqlite3.Error, diskcache.Timeout, zlib.error, ValueError)


class Throttle:
    """Exact sliding windows. Memory decides; the cache carries the count over a restart or a full memory.

    So a cache that fails neither opens the door nor locks anyone out.
    """

    def __init__(self, cache: Cache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock
        self._tries: OrderedDict[str, list[float]] = OrderedDict()

    async def check(self, bucket: str, key: str, limit: int, seconds: int) -> None:
        """Count one try; raises RateLimited when `limit` (at least 1) were let through in the last `seconds`.

        A refused try does not count, so that pressing again does not make the wait longer.
        """
        tries = await self._tries_left(bucket, key, limit, seconds)
        await self._keep(_name(bucket, key), [*tries, self._clock()], seconds)

    async def look(self, bucket: str, key: str, limit: int, seconds: int) -> None:
        """Like `check`, but counts nothing: for what counts only when it turns out to be wrong."""
        await self._tries_left(bucket, key, limit, seconds)

    async def reset(self, bucket: str, key: str) -> None:
        """Forget the tries, as after a right password."""
        await self._keep(_name(bucket, key), [], 1)

    async def _tries_left(self, bucket: str, key: str, limit: int, seconds: int) -> list[float]:
        name = _name(bucket, key)
        kept = [] if name in self._tries else await self._kept(name)
        now = self._clock()
        # Asked once more: somebody else may have counted meanwhile. A look alone leaves nothing in memory.
        # Tries of the future belong to a clock that has been set back: they would never grow old.
        tries = [at for at in self._tries.get(name, kept) if now - seconds < at <= now]
        if len(tries) >= limit:
            raise RateLimited(TOO_MANY, max(1, math.ceil(tries[-limit] + seconds - now)))
        return tries

    async def _kept(self, name: str) -> list[float]:
        try:
            kept = await self._cache.get(name)
        except CACHE_FAILURES:
            return []
        return [float(at) for at in kept] if isinstance(kept, list) else []

    async def _keep(self, name: str, tries: list[float], seconds: int) -> None:
        self._tries[name] = tries
        self._tries.move_to_end(name)
        if len(self._tries) > KEYS_IN_MEMORY:
            self._tries.popitem(last=False)
        try:
            await self._cache.set(name, tries, expire=seconds)
        except CACHE_FAILURES:
            return


def _name(bucket: str, key: str) -> str:
    # Digested: addresses and usernames have no business on the disk.
    return f"throttle:{bucket}:{digest(key)[:32]}"
