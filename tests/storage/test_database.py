"""Transactions: whole or not at all, one at a time, seen by readers when they are committed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from appliance.errors import Invalid, Unavailable
from appliance.storage import database
from appliance.storage.database import Clock, Database, Transaction

# Takes SQLite a good while, so that there is time to cancel whoever waits for it.
SLOW = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) SELECT max(i) AS i FROM n"


async def write(db: Database, body: str) -> None:
    async with db.transaction() as tx:
        await note(tx, body)


async def note(tx: Transaction, body: str) -> int:
    return await tx.insert("INSERT INTO notes (body) VALUES (:body)", body=body)


async def notes(db: Database) -> list[str]:
    return [row["body"] for row in await db.fetch_all("SELECT body FROM notes ORDER BY id")]


async def test_a_write_is_kept_and_says_what_it_did(db: Database) -> None:
    async with db.transaction() as tx:
        assert [await note(tx, "one"), await note(tx, "two")] == [1, 2]
        assert await tx.execute("UPDATE notes SET body = 'both'") == 2
        assert await tx.execute("DELETE FROM notes WHERE id = :id", id=9) == 0
    assert await notes(db) == ["both", "both"]


async def test_many_rows_go_in_at_once_and_none_is_fine(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute_many("INSERT INTO notes (body) VALUES (:body)", [{"body": "a"}, {"body": "b"}])
        await tx.execute_many("INSERT INTO notes (body) VALUES (:body)", [])
    assert await notes(db) == ["a", "b"]


async def test_one_transaction_has_one_instant(db: Database, clock: Clock) -> None:
    async with db.transaction() as tx:
        assert tx.now == int(clock()) == db.now()


async def test_an_error_takes_everything_back(db: Database) -> None:
    with pytest.raises(Invalid):
        async with db.transaction() as tx:
            await note(tx, "half")
            raise Invalid("No.")
    await write(db, "whole")
    assert await notes(db) == ["whole"]


async def test_a_broken_rule_takes_everything_back_and_is_not_blamed_on_the_disk(db: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        async with db.transaction() as tx:
            await note(tx, "half")
            await tx.execute("INSERT INTO class_staff (class_id, staff_id) VALUES (1, 1)")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        async with db.transaction() as tx:
            await tx.execute("DELETE FROM nowhere")
    assert await notes(db) == []


async def test_two_writers_never_share_a_transaction(db: Database) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with db.transaction() as tx:
            await note(tx, "first")
            inside.set()
            await go_on.wait()
            raise Invalid("The first changes its mind.")

    writing = asyncio.create_task(first())
    await inside.wait()
    second = asyncio.create_task(write(db, "second"))
    assert await notes(db) == []
    assert not second.done()
    go_on.set()
    await second
    with pytest.raises(Invalid):
        await writing
    assert await notes(db) == ["second"]


async def test_many_writers_at_once_lose_nothing(db: Database) -> None:
    async def count() -> None:
        async with db.transaction() as tx:
            row = await tx.fetch_one("SELECT count(*) AS so_far FROM notes")
            assert row is not None
            await note(tx, str(row["so_far"]))

    await asyncio.gather(*(count() for _ in range(40)))
    assert await notes(db) == [str(number) for number in range(40)]


async def test_a_reader_sees_only_what_is_committed(db: Database) -> None:
    async with db.transaction() as tx:
        await note(tx, "not yet")
        assert await notes(db) == []
        assert len(await tx.fetch_all("SELECT body FROM notes")) == 1
    assert await notes(db) == ["not yet"]


async def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await db.fetch_all("DELETE FROM notes RETURNING id")


async def test_reads_are_counted_one_by_one(db: Database) -> None:
    before = db.queries
    await db.fetch_one("SELECT 1")
    await db.fetch_all("SELECT 1")
    assert db.queries - before == 2


async def test_more_readers_than_connections_wait_their_turn(db: Database) -> None:
    rows = await asyncio.gather(*(db.fetch_one("SELECT :n AS n", n=number) for number in range(50)))
    assert [row["n"] for row in rows if row] == list(range(50))


async def in_the_body(db: Database, reached: asyncio.Event) -> None:
    async with db.transaction() as tx:
        await note(tx, "half")
        reached.set()
        await tx.fetch_all(SLOW)


async def waiting_elsewhere(db: Database, reached: asyncio.Event) -> None:
    async with db.transaction() as tx:
        await note(tx, "half")
        reached.set()
        await asyncio.Event().wait()


async def twice_half(db: Database, reached: asyncio.Event) -> None:
    async with db.transaction() as tx:
        await note(tx, "half")
        reached.set()
        await asyncio.gather(*(note(tx, "more") for _ in range(200)))


@pytest.mark.parametrize("write_half", [in_the_body, waiting_elsewhere, twice_half])
async def test_a_write_cancelled_half_way_leaves_nothing_and_the_next_one_works(
    db: Database, write_half: Callable[[Database, asyncio.Event], Awaitable[None]]
) -> None:
    reached = asyncio.Event()
    writing = asyncio.ensure_future(write_half(db, reached))
    await reached.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await write(db, "whole")
    assert await notes(db) == ["whole"]


async def test_a_write_may_be_cancelled_at_any_moment(db: Database) -> None:
    """Stops a writer after 0, 1, 2 … steps of the loop: wherever it stands then, it is whole or gone."""
    kept = []
    for steps in range(60):
        writing = asyncio.create_task(write(db, str(steps)))
        for _ in range(steps):
            await asyncio.sleep(0)
        was_done = writing.done()
        writing.cancel()
        outcome = (await asyncio.gather(writing, return_exceptions=True))[0]
        if outcome is None:
            kept.append(str(steps))
        else:
            assert isinstance(outcome, asyncio.CancelledError)
        assert not (was_done and outcome)
        await write(db, "next")
    found = [body for body in await notes(db) if body != "next"]
    # A cancel that met the commit is handed on afterwards: such a write may be kept though its task was cancelled.
    assert set(kept) <= set(found)
    assert await db.fetch_one("PRAGMA integrity_check")


async def test_a_cancel_that_meets_the_commit_comes_after_it(db: Database) -> None:
    """Whoever removes a file when its row failed must not be told "cancelled" of a row that is there."""
    told: list[str] = []
    committed = asyncio.Event()

    async def hand_in() -> None:
        try:
            async with db.transaction() as tx:
                await note(tx, "row")
                asyncio.get_running_loop().call_soon(writing.cancel)
        except asyncio.CancelledError:
            told.append("no row")
            raise
        committed.set()
        await asyncio.sleep(0)
        told.append("not cancelled at all")

    writing = asyncio.create_task(hand_in())
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert committed.is_set()
    assert told == []
    assert await notes(db) == ["row"]


async def test_a_cancelled_begin_does_not_hold_the_box_up(db: Database, tmp_path: Path) -> None:
    """Another process writes; whoever waits for it goes away; the next write is none the worse."""
    with closing(sqlite3.connect(tmp_path / "box.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(write(db, "gone"))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.sleep(0.05)
        other.execute("COMMIT")
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await write(db, "next")
    assert await notes(db) == ["next"]


async def test_a_cancelled_reader_gives_its_connection_back(db: Database) -> None:
    for _ in range(6):
        reading = asyncio.create_task(db.fetch_all(SLOW))
        await asyncio.sleep(0.001)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    await write(db, "seen")
    assert await notes(db) == ["seen"]


async def test_a_full_disk_is_unavailable_and_reading_goes_on(db: Database) -> None:
    await write(db, "before")
    async with db.transaction() as tx:
        row = await tx.fetch_one("PRAGMA page_count")
    assert row is not None
    await write_pragma(db, f"PRAGMA max_page_count = {row[0]}")
    with pytest.raises(Unavailable, match="check its disk") as refused:
        await write(db, "x" * 1_000_000)
    assert refused.value.code == "database_unwritable"
    assert await notes(db) == ["before"]
    await write_pragma(db, "PRAGMA max_page_count = 1000000")
    await write(db, "after")
    assert await notes(db) == ["before", "after"]


async def write_pragma(db: Database, pragma: str) -> None:
    async with db.transaction() as tx:
        await tx.fetch_all(pragma)


async def test_a_database_that_turned_read_only_is_unavailable(db: Database) -> None:
    await write_pragma(db, "PRAGMA query_only = ON")
    assert not await db.writable()
    with pytest.raises(Unavailable):
        await write(db, "lost")
    assert await notes(db) == []


async def test_a_healthy_box_says_that_it_can_write(db: Database) -> None:
    assert await db.writable()


async def test_a_line_that_does_not_move_is_busy_and_not_silence(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.01)
    async with db.transaction():
        with pytest.raises(Unavailable, match="Wait a few seconds"):
            await write(db, "late")
    await write(db, "in time")
    assert await notes(db) == ["in time"]


async def test_closing_lets_the_write_under_way_end_and_refuses_what_comes_later(
    db: Database, tmp_path: Path
) -> None:
    inside = asyncio.Event()

    async def slow_write() -> None:
        async with db.transaction() as tx:
            inside.set()
            await tx.fetch_all(SLOW)
            await note(tx, "in time")

    assert await notes(db) == []
    writing = asyncio.create_task(slow_write())
    await inside.wait()
    closing_down = asyncio.create_task(db.close())
    late = asyncio.create_task(write(db, "late"))
    await asyncio.gather(writing, closing_down)
    with pytest.raises(Unavailable, match="stopping"):
        await late
    with pytest.raises(Unavailable, match="stopping"):
        await db.fetch_all("SELECT 1")
    assert not (tmp_path / "box.sqlite3-wal").exists()
    with closing(sqlite3.connect(tmp_path / "box.sqlite3")) as connection:
        assert connection.execute("SELECT body FROM notes").fetchall() == [("in time",)]


async def test_closing_twice_is_fine(db: Database) -> None:
    await db.close()
    await db.close()


@pytest.fixture(params=["with blanks", "50%25 off?", "Ñandú#1"])
async def oddly_named(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> AsyncIterator[Database]:
    folder = tmp_path / request.param
    folder.mkdir()
    db = Database(folder / "box.sqlite3", clock)
    await db.open(folder / "backups")
    yield db
    await db.close()


async def test_the_data_folder_may_have_any_name(oddly_named: Database) -> None:
    assert await oddly_named.writable()
    assert {path.name for path in oddly_named.path.parent.iterdir()} <= {
        "box.sqlite3",
        "box.sqlite3-wal",
        "box.sqlite3-shm",
    }
