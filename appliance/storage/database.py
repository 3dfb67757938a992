"""One SQLite file: a writer connection behind a lock, and a few read-only connections."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiosqlite

from appliance.errors import Unavailable
from appliance.storage.migrate import migrate
from appliance.storage.search_words import indexed

READERS = 2
BUSY_SECONDS = 5.0
WAIT_SECONDS = 15.0
CANNOT_WRITE = "The box can't save right now. Ask the person who looks after the box to check its disk."
CLOSED = "The box is stopping. Try again in a minute."
UNWRITABLE = "database_unwritable"
IN_LINE = "The box is busy saving. Wait a few seconds, then try again."
# What a full, locked or failing disk looks like; any other error is a mistake of ours and no Unavailable.
DISK_ERRORS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)

Clock = Callable[[], float]
Value = str | int | float | bytes | None

log = logging.getLogger("chalkbox.database")


class Reads:
    """What can be asked of a connection; every query takes named parameters.

    One trip to the connection's thread a query: the trips are what a page waits for.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch_one(self, sql: str, **values: Value) -> sqlite3.Row | None:
        rows = await self.fetch_all(sql, **values)
        return rows[0] if rows else None

    async def fetch_all(self, sql: str, **values: Value) -> list[sqlite3.Row]:
        return list(await self._connection.execute_fetchall(sql, values))


class Transaction(Reads):
    """Part of one write; `now` (UTC, whole seconds since 1970) is the one instant of that change."""

    def __init__(self, connection: aiosqlite.Connection, now: int) -> None:
        super().__init__(connection)
        self.now = now

    async def execute(self, sql: str, **values: Value) -> int:
        """Run one statement; returns how many rows it touched."""
        return (await self._connection.execute(sql, values)).rowcount

    async def insert(self, sql: str, **values: Value) -> int:
        """Run one INSERT; returns the new row's id."""
        return (await self._connection.execute(sql, values)).lastrowid or 0

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
        try:
            self._writer = await self._connect("rw")
            await self._writer.create_function("search_words", 1, indexed, deterministic=True)
            await self._writer.execute("PRAGMA journal_mode = WAL")
            await self._writer.execute("PRAGMA synchronous = FULL")
            # What somebody deletes is overwritten in the file, not only forgotten.
            await self._writer.execute("PRAGMA secure_delete = ON")
            for _ in range(READERS):
                self._readers.put_nowait(await self._connect("ro"))
        except BaseException:
            # Each connection is a thread that would keep the process from ending.
            await self.close()
            raise

    async def close(self) -> None:
        """Let the write that is under way end; whoever comes later is refused."""
        async with self._write_lock:
            writer, self._writer = self._writer, None
            if writer is not None:
                # A full disk must not keep the box from stopping: what was committed is in the log file.
                with suppress(sqlite3.Error):
                    await writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            # The writer last: a reader can't fold the log into the file and remove it.
            for connection in reversed(self._opened):
                await connection.close()
            self._opened.clear()
            self._readers = asyncio.Queue()

    async def fetch_one(self, sql: str, **values: Value) -> sqlite3.Row | None:
        async with self._reader() as reads:
            return await reads.fetch_one(sql, **values)

    async def fetch_all(self, sql: str, **values: Value) -> list[sqlite3.Row]:
        async with self._reader() as reads:
            return await reads.fetch_all(sql, **values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """One write, whole or not at all, also when whoever writes is cancelled half-way.

        Raises Unavailable when the disk refuses or the line does not move.
        """
        # Two coroutines on one aiosqlite connection would share its transaction: hence the lock.
        async with self._turn() as writer:
            try:
                await writer.execute("BEGIN IMMEDIATE")
                yield Transaction(writer, self.now())
                await _commit(writer)
            except BaseException as error:
                # Always: a cancelled statement may still wait in the connection's thread, a BEGIN too.
                with suppress(sqlite3.Error):
                    await writer.rollback()
                if isinstance(error, sqlite3.Error) and _is_disk_error(error):
                    log.error("database_unwritable error=%s", error)
                    raise Unavailable(CANNOT_WRITE, UNWRITABLE) from error
                raise

    async def forget_deleted(self) -> None:
        """Fold the log into the file and empty it: until then the log still holds what was deleted."""
        async with self._turn() as writer:
            with suppress(sqlite3.Error):
                await writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def writable(self) -> bool:
        """Whether a write would be kept right now: what /healthz asks."""
        try:
            await self._beat()
        except Unavailable:
            return False
        return True

    async def moves(self) -> bool:
        """Whether writes are kept, or refused at once, as on a full disk: what the watchdog asks.

        Starting the box again makes no room, and until there is some its pages can still be read.
        """
        try:
            await self._beat()
        except Unavailable as refusal:
            return refusal.code == UNWRITABLE
        return True

    async def _beat(self) -> None:
        async with self.transaction() as tx:
            await tx.execute("UPDATE heartbeat SET beat_at = :now WHERE id = 1", now=tx.now)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[aiosqlite.Connection]:
        """The writer, for one at a time."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._write_lock.acquire()
        except TimeoutError as error:
            raise Unavailable(IN_LINE, "database_busy") from error
        try:
            if self._writer is None:
                raise Unavailable(CLOSED, "database_closed")
            yield self._writer
        finally:
            self._write_lock.release()

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[Reads]:
        readers = self._readers
        connection = await readers.get() if self._writer else None
        try:
            if connection is None or self._writer is None:
                raise Unavailable(CLOSED, "database_closed")
            self.queries += 1
            yield Reads(connection)
        finally:
            if connection is not None:
                readers.put_nowait(connection)

    async def _connect(self, mode: str) -> aiosqlite.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        connection = await aiosqlite.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
        self._opened.append(connection)
        connection.row_factory = sqlite3.Row
        await connection.execute("PRAGMA foreign_keys = ON")
        return connection


async def _commit(writer: aiosqlite.Connection) -> None:
    """Commit and know the outcome: a cancel meanwhile waits for it, and then hits the writer's next await.

    Told "cancelled" of a write that was kept, a caller would remove the file that the row speaks of.
    """
    committing, task, cancelled = asyncio.ensure_future(writer.commit()), asyncio.current_task(), False
    while not committing.done():
        try:
            await asyncio.wait({committing})
        except asyncio.CancelledError:
            cancelled = True
    if cancelled and task is not None:
        # Handed on, not asked for a second time: the count of cancels stays what it was.
        task.uncancel()
        task.cancel()
    committing.result()


def _is_disk_error(error: sqlite3.Error) -> bool:
    # The low byte is the kind; the rest says where in SQLite it happened.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DISK_ERRORS
