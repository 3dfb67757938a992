"""What was handed in: kept in every version, shown to the right people, and removed with its files."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from appliance.classroom.students import Student
from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database
from appliance.storage.files import GRACE_SECONDS, ORPHANS, FileStore, StoredFile, Swept
from appliance.work.erasure import remove_work
from appliance.work.gallery import shown_to_student
from appliance.work.responses import responses_of_student, save_reflection, save_ticks
from appliance.work.submissions import (
    NOTE_CHARACTERS,
    accept,
    bytes_of_class,
    create_submission,
    handed_in_to_class,
    submission_of_staff,
    submissions_of_student,
    sweep_files,
)
from appliance.work.versions import newest_states_of_student, versions_of_student
from tests.conftest import Clock
from tests.work.conftest import Room, arrived

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


async def hand_in(
    db: Database, store: FileStore, room: Room, student: Student, name: str = "photo.png", note: str = ""
) -> int:
    stored = await accept(store, arrived(store, PNG), name, (".png",))
    async with db.transaction() as tx:
        return await create_submission(tx, room.things["upload"], student.id, name, stored, note)


async def test_a_file_handed_in_is_there_byte_for_byte(
    db: Database, store: FileStore, adas: Room, ben: Student
) -> None:
    submission_id = await hand_in(db, store, adas, ben, "Mon dessin \U0001f4a1.png", "Look!")
    found = await shown_to_student(db, submission_id, ben.id)
    assert (found.original_filename, found.note, found.size_bytes) == (
        "Mon dessin \U0001f4a1.png",
        "Look!",
        48,
    )
    assert store.path(found.stored_name).read_bytes() == PNG
    assert found.stored_name.endswith(".png") and "dessin" not in found.stored_name


@pytest.mark.parametrize(
    ("name", "content"), [("game.exe", PNG), ("photo.png", b"MZ\x00"), ("photo.png", b"words")]
)
async def test_what_is_refused_leaves_nothing_on_disk(store: FileStore, name: str, content: bytes) -> None:
    with pytest.raises(Invalid):
        await accept(store, arrived(store, content), name, (".png",))
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


async def test_whoever_goes_away_while_it_is_checked_leaves_nothing_half_done(store: FileStore) -> None:
    accepting = asyncio.create_task(accept(store, arrived(store, PNG), "photo.png", (".png",)))
    await asyncio.sleep(0)
    accepting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await accepting
    assert list((store.folder / "arriving").iterdir()) == []


async def test_a_note_that_is_too_long_is_refused(
    db: Database, store: FileStore, adas: Room, ben: Student
) -> None:
    await hand_in(db, store, adas, ben, note="x" * NOTE_CHARACTERS)
    with pytest.raises(Invalid, match="2000"):
        await hand_in(db, store, adas, ben, note="x" * (NOTE_CHARACTERS + 1))
    assert len(await submissions_of_student(db, ben.id)) == 1


async def test_every_version_stays_and_the_newest_comes_first(
    db: Database, store: FileStore, adas: Room, ben: Student, clock: Clock
) -> None:
    first = await hand_in(db, store, adas, ben, "one.png")
    second = await hand_in(db, store, adas, ben, "two.png")
    clock.now += 5
    third = await hand_in(db, store, adas, ben, "three.png")
    assert [work.id for work in await submissions_of_student(db, ben.id)] == [third, second, first]


async def test_the_class_list_shows_the_newest_of_each_student_and_no_other_class(
    db: Database,
    store: FileStore,
    adas: Room,
    olus: Room,
    ben: Student,
    chi: Student,
    dee: Student,
    clock: Clock,
) -> None:
    await hand_in(db, store, adas, ben, "old.png")
    await hand_in(db, store, olus, dee)
    clock.now += 5
    await hand_in(db, store, adas, chi, "chi.png")
    await hand_in(db, store, adas, ben, "new.png")
    lines = await handed_in_to_class(db, adas.classroom.id, 10)
    assert [(line.student_name, line.submission.original_filename) for line in lines] == [
        ("Ben", "new.png"),
        ("Chi", "chi.png"),
    ]
    assert len(await handed_in_to_class(db, adas.classroom.id, 1)) == 1


async def test_the_newest_counts_even_when_the_clock_was_set_back(
    db: Database, store: FileStore, adas: Room, ben: Student, clock: Clock
) -> None:
    await hand_in(db, store, adas, ben, "before.png")
    clock.now -= 10 * 365 * 24 * 3600
    await hand_in(db, store, adas, ben, "after.png")
    lines = await handed_in_to_class(db, adas.classroom.id, 10)
    assert [line.submission.original_filename for line in lines] == ["after.png"]


async def test_only_its_student_and_the_teachers_of_the_class_find_it(
    db: Database, store: FileStore, adas: Room, olus: Room, ben: Student, chi: Student, dee: Student
) -> None:
    work = await hand_in(db, store, adas, ben)
    assert (await submission_of_staff(db, work, adas.staff_id)).id == work
    for nobody in (chi, dee):
        with pytest.raises(NotFound, match="isn't yours"):
            await shown_to_student(db, work, nobody.id)
    with pytest.raises(NotFound, match="isn't from your class"):
        await submission_of_staff(db, work, olus.staff_id)
    with pytest.raises(NotFound):
        await submission_of_staff(db, work + 1, adas.staff_id)


async def test_the_bytes_of_a_class_are_its_own_in_every_version(
    db: Database, store: FileStore, adas: Room, olus: Room, ben: Student, dee: Student
) -> None:
    assert await bytes_of_class(db, adas.classroom.id) == 0
    for _ in range(2):
        await hand_in(db, store, adas, ben)
    await hand_in(db, store, olus, dee)
    assert await bytes_of_class(db, adas.classroom.id) == 2 * len(PNG)


async def test_deleting_ones_work_deletes_all_of_it_and_nobody_elses(
    db: Database, store: FileStore, adas: Room, ben: Student, chi: Student
) -> None:
    for student in (ben, chi):
        await hand_in(db, store, adas, student)
        async with db.transaction() as tx:
            await save_ticks(tx, adas.things["checklist"], student.id, ["a"])
            await save_reflection(tx, adas.things["reflection"], student.id, "words")
    async with db.transaction() as tx:
        removed = await remove_work(tx, ben.id)
    assert (len(removed.left.whole), removed.entries) == (1, 2)
    assert await submissions_of_student(db, ben.id) == []
    said = await responses_of_student(db, ben.id)
    assert (said.ticks, said.reflections) == ({}, {})
    assert len(await submissions_of_student(db, chi.id)) == 1
    assert (await responses_of_student(db, chi.id)).reflections != {}


async def test_only_files_that_no_row_knows_are_put_aside(
    db: Database, store: FileStore, adas: Room, ben: Student
) -> None:
    work = await shown_to_student(db, await hand_in(db, store, adas, ben), ben.id)
    orphans = {(await accept(store, arrived(store, PNG), "a.png", (".png",))).stored_name for _ in range(3)}
    half = arrived(store, PNG)
    assert await sweep_files(db, store) == Swept(3, 0, 0)
    assert await store.names() == [work.stored_name]
    assert not any(store.path(name).exists() for name in orphans)
    assert half.path.exists()
    assert {path.name for path in (store.folder / ORPHANS).iterdir()} == orphans
    assert await sweep_files(db, store) == Swept(0, 0, 0)


async def test_what_was_handed_in_after_a_backup_outlives_its_restore(
    db: Database, store: FileStore, adas: Room, ben: Student, tmp_path: Path, clock: Clock
) -> None:
    """An older database is put in its place, the box starts, and then somebody finds the newer one."""
    before = await hand_in(db, store, adas, ben)
    older = await copy_of(db, tmp_path / "older.sqlite3", clock)
    after = await shown_to_student(db, await hand_in(db, store, adas, ben), ben.id)
    content = store.path(after.stored_name).read_bytes()
    assert await sweep_files(older, store) == Swept(1, 0, 0)
    await older.close()
    clock.now += GRACE_SECONDS - 10
    assert await sweep_files(db, store) == Swept(0, 1, 0)
    assert store.path(after.stored_name).read_bytes() == content
    assert (await shown_to_student(db, before, ben.id)).stored_name in await store.names()


async def test_a_file_that_nobody_missed_for_thirty_days_goes(
    db: Database, store: FileStore, adas: Room, ben: Student, clock: Clock
) -> None:
    work = await shown_to_student(db, await hand_in(db, store, adas, ben), ben.id)
    os.utime(store.path(work.stored_name), (1, 1))
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM submissions")
    assert await sweep_files(db, store) == Swept(1, 0, 0)
    clock.now += GRACE_SECONDS
    assert await sweep_files(db, store) == Swept(0, 0, 0)
    clock.now += 2
    assert await sweep_files(db, store) == Swept(0, 0, 1)
    assert list((store.folder / ORPHANS).iterdir()) == []


async def copy_of(db: Database, path: Path, clock: Clock) -> Database:
    async with db.transaction() as tx:
        await tx.execute("UPDATE heartbeat SET beat_at = :now", now=tx.now)
    with closing(sqlite3.connect(db.path)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    copy = Database(path, clock)
    await copy.open(path.parent / "backups")
    return copy


async def test_the_class_list_takes_one_query_however_much_was_handed_in(
    db: Database, store: FileStore, adas: Room, ben: Student, chi: Student
) -> None:
    for student in (ben, chi, ben, chi):
        await hand_in(db, store, adas, student)
    before = db.queries
    await handed_in_to_class(db, adas.classroom.id, 10)
    assert db.queries - before == 1


async def test_the_newest_is_what_came_last_whatever_the_clock_said(
    db: Database, adas: Room, ben: Student, clock: Clock
) -> None:
    upload = adas.things["upload"]
    async with db.transaction() as tx:
        first = await create_submission(tx, upload, ben.id, "1.png", StoredFile("1.png", 9, "hash"), "")
        await tx.insert(
            "INSERT INTO submission_reviews (submission_id, state, reviewed_at) VALUES (:id, 'returned', 1)",
            id=first,
        )
    clock.now -= 30 * 24 * 3600
    async with db.transaction() as tx:
        await create_submission(tx, upload, ben.id, "2.png", StoredFile("2.png", 9, "hash"), "")
    assert await newest_states_of_student(db, ben.id) == {upload: ""}
    versions = (await versions_of_student(db, ben.id))[upload]
    assert [each.submission.original_filename for each in versions] == ["2.png", "1.png"]
