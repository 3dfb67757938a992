"""One SQLite file: a writer connection behind a lock, and a few read-only connections."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from appliance.errors import Unavailable
from appliance.storage.migrate import migrate

READERS = 2
BUSY_SECONDS = 5.0
CANNOT_WRITE = "The box can't save right now. Ask the person who looks after the box to check its disk."

Clock = Callable[[], float]
Value = str | int | float | bytes | None


class Reads:
    """What can be asked of a connection; every query takes named parameters."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch_one(self, sql: str, **values: Value) -> sqlite3.Row | None:
        async with self._connection.execute(sql, values) as cursor:
            return await cursor.fetchone()

    async def fetch_all(self, sql: str, **values: Value) -> list[sqlite3.Row]:
        async with self._connection.execute(sql, values) as cursor:
            return list(await cursor.fetchall())


class Transaction(Reads):
    """Part of one write; `now` (UTC, whole seconds since 1970) is the one instant of that change."""

    def __init__(self, connection: aiosqlite.Connection, now: int) -> None:
        super().__init__(connection)
        self.now = now

    async def execute(self, sql: str, **values: Value) -> int:
        """Run one statement; returns how many rows it touched."""
        async with self._connection.execute(sql, values) as cursor:
            return cursor.rowcount

    async def insert(self, sql: str, **values: Value) -> int:
        """Run one INSERT; returns the new row's id."""
        async with self._connection.execute(sql, values) as cursor:
            return cursor.lastrowid or 0

    async def execute_many(self, sql: str, rows: Sequence[Mapping[str, Value]]) -> None:
        await self._connection.executemany(sql, rows)


class Database:
    """The box's one database. `queries` counts reads, so that tests can hold a page to a number."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.queries = 0
        self._clock = clock
        self._write_lock = asyncio.Lock()
        self._writer: aiosqlite.Connection | None = None
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        self._opened: list[aiosqlite.Connection] = []

    def now(self) -> int:
        """UTC, whole seconds since 1970, from the box's one clock."""
        return int(self._clock())

    async def open(self, backups: Path) -> None:
        """Upgrade the file if it is older (a copy goes to `backups` first), then connect."""
        await asyncio.to_thread(migrate, self.path, backups)
        self._writer = await self._connect(f"file:{self.path}?mode=rw")
        await self._writer.execute("PRAGMA journal_mode = WAL")
        await self._writer.execute("PRAGMA synchronous = FULL")
        for _ in range(READERS):
            self._readers.put_nowait(await self._connect(f"file:{self.path}?mode=ro"))

    async def close(self) -> None:
        if self._writer is not None:
            async with self._write_lock:
                await self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for connection in self._opened:
            await connection.close()
        self._opened.clear()
        self._writer = None

    async def fetch_one(self, sql: str, **values: Value) -> sqlite3.Row | None:
        async with self._reader() as reads:
            return await reads.fetch_one(sql, **values)

    async def fetch_all(self, sql: str, **values: Value) -> list[sqlite3.Row]:
        async with self._reader() as reads:
            return await reads.fetch_all(sql, **values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """One write, whole or not at all. Raises Unavailable when the disk refuses."""
        if self._writer is None:
            raise Unavailable(CANNOT_WRITE, "database_closed")
        # Two coroutines on one aiosqlite connection would share its transaction: hence the lock.
        async with self._write_lock:
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                yield Transaction(self._writer, self.now())
                await self._writer.commit()
            except sqlite3.OperationalError as error:
                raise Unavailable(CANNOT_WRITE, "database_unwritable") from error
            finally:
                if self._writer.in_transaction:
                    await self._writer.rollback()

    async def writable(self) -> bool:
        """Whether a write would be kept right now: what /healthz and the watchdog ask."""
        try:
            async with self.transaction() as tx:
                await tx.execute("UPDATE heartbeat SET beat_at = :now WHERE id = 1", now=tx.now)
        except Unavailable:
            return False
        return True

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[Reads]:
        self.queries += 1
        connection = await self._readers.get()
        try:
            yield Reads(connection)
        finally:
            self._readers.put_nowait(connection)

    async def _connect(self, uri: str) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
        connection.row_factory = sqlite3.Row
        await connection.execute("PRAGMA foreign_keys = ON")
        self._opened.append(connection)
        return connection
