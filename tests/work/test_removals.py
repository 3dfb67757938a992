"""What was removed goes for good after 30 days, with its files, and not an hour before."""

import pytest

from appliance.classroom.students import Student
from appliance.storage.database import Database
from appliance.storage.files import FileStore
from appliance.work.removals import BELIEVED_SECONDS, KEPT_SECONDS, Forgotten, forget_removed
from appliance.work.responses import save_ticks
from appliance.work.submissions import accept, create_submission
from tests.conftest import Clock
from tests.work.conftest import Room, arrived

NOTHING = Forgotten(0, 0, 0)


@pytest.fixture
async def work(db: Database, adas: Room, ben: Student, store: FileStore) -> str:
    """Ben's one file and one tick; returns the file's stored name."""
    stored = await accept(store, arrived(store, b"\x89PNG\r\n\x1a\n a picture"), "a.png", (".png",))
    async with db.transaction() as tx:
        await create_submission(tx, adas.things["upload"], ben.id, "a.png", stored, "")
        await save_ticks(tx, adas.things["checklist"], ben.id, {"one"})
    return stored.stored_name


async def remove(db: Database, table: str, row_id: int, at: int | None = None) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            f"UPDATE {table} SET removed_at = :at WHERE id = :id",  # noqa: S608 - a test names it
            at=tx.now if at is None else at,
            id=row_id,
        )


async def rows(db: Database, table: str) -> int:
    row = await db.fetch_one(f"SELECT count(*) AS n FROM {table}")  # noqa: S608 - a test names it
    assert row is not None
    return int(row["n"])


async def test_what_was_removed_waits_for_30_days(
    db: Database, clock: Clock, adas: Room, work: str, store: FileStore
) -> None:
    await remove(db, "materials", adas.things["upload"])
    clock.now += KEPT_SECONDS
    assert await forget_removed(db, store) == NOTHING
    assert await store.names() == [work]
    clock.now += 1
    assert await forget_removed(db, store) == Forgotten(0, 1, 1)
    assert (await store.names(), await rows(db, "submissions")) == ([], 0)
    assert (await rows(db, "materials"), await rows(db, "checklist_ticks")) == (2, 1)


async def test_a_module_takes_everything_in_it_along(
    db: Database, clock: Clock, adas: Room, olus: Room, work: str, store: FileStore
) -> None:
    await remove(db, "modules", 1)
    clock.now += KEPT_SECONDS + 1
    assert await forget_removed(db, store) == Forgotten(1, 3, 1)
    assert [await rows(db, table) for table in ("modules", "materials", "submissions", "checklist_ticks")] == [
        1, 3, 0, 0,
    ]  # fmt: skip
    assert await forget_removed(db, store) == NOTHING


async def test_what_came_back_stays(
    db: Database, clock: Clock, adas: Room, work: str, store: FileStore
) -> None:
    await remove(db, "materials", adas.things["upload"])
    async with db.transaction() as tx:
        await tx.execute("UPDATE materials SET removed_at = NULL")
    clock.now += KEPT_SECONDS + 1
    assert await forget_removed(db, store) == NOTHING
    assert await store.names() == [work]


async def test_what_was_reached_stays_reached_and_counts_for_nothing_new(
    db: Database, clock: Clock, adas: Room, ben: Student, work: str, store: FileStore
) -> None:
    await remove(db, "modules", 1)
    clock.now += KEPT_SECONDS + 1
    await forget_removed(db, store)
    reached = await db.fetch_all("SELECT kind, module_id, material_id FROM outcomes ORDER BY id")
    assert [row["kind"] for row in reached] == ["artifact_submitted", "session_completed"]
    assert all(min(row["module_id"], row["material_id"]) < 0 for row in reached)


@pytest.mark.parametrize("off", [-BELIEVED_SECONDS - 1, 40 * 24 * 3600])
async def test_a_moment_of_a_wrong_clock_begins_its_30_days_again(
    db: Database, clock: Clock, adas: Room, work: str, store: FileStore, off: int
) -> None:
    await remove(db, "materials", adas.things["upload"], int(clock.now) + off)
    assert await forget_removed(db, store) == NOTHING
    clock.now += KEPT_SECONDS
    assert await forget_removed(db, store) == NOTHING
    clock.now += 1
    assert (await forget_removed(db, store)).files == 1


async def test_announcements_that_were_taken_down_go_too(
    db: Database, clock: Clock, adas: Room, store: FileStore
) -> None:
    async with db.transaction() as tx:
        for _ in range(2):
            await tx.execute(
                "INSERT INTO announcements (class_id, body, created_at) VALUES (1, 'Come.', :now)", now=tx.now
            )
    await remove(db, "announcements", 1)
    clock.now += KEPT_SECONDS + 1
    await forget_removed(db, store)
    assert await rows(db, "announcements") == 1
