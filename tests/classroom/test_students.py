"""Students: what a roster shows, who is found, and that removing one removes everything."""

import pytest

from appliance.classroom.audit import record_staff, record_student
from appliance.classroom.classes import Class
from appliance.classroom.students import (
    SEEN_SECONDS,
    Student,
    create_student,
    mark_seen,
    remove_student,
    roster,
    student_by_id,
    student_of_class,
)
from appliance.errors import NotFound
from appliance.storage.database import Database
from appliance.storage.files import StoredFile
from appliance.work.submissions import create_submission
from tests.conftest import Clock


async def seat(db: Database, classroom: Class, *names: str) -> list[Student]:
    async with db.transaction() as tx:
        return [await create_student(tx, classroom.id, name) for name in names]


async def material(db: Database, classroom: Class) -> int:
    async with db.transaction() as tx:
        module_id = await tx.insert(
            "INSERT INTO modules (class_id, title, position) VALUES (:id, 'Light', 1)", id=classroom.id
        )
        return await tx.insert(
            "INSERT INTO materials (module_id, kind, title, position) VALUES (:id, 'upload', 'Photo', 1)",
            id=module_id,
        )


async def test_a_student_has_a_name_and_a_code_that_is_theirs_in_the_class(db: Database, b7: Class) -> None:
    students = await seat(db, b7, *(f"Student {number}" for number in range(40)))
    codes = {student.return_code for student in students}
    assert len(codes) == 40 and {len(code) for code in codes} == {6}
    assert {student.created_at for student in students} == {db.now()}


async def test_the_roster_is_in_the_order_of_names_and_shows_no_return_code(db: Database, b7: Class) -> None:
    await seat(db, b7, "chi", "Ben", "álex")
    lines = await roster(db, b7.id)
    assert [line.display_name for line in lines][:2] == ["Ben", "chi"]
    assert not any(hasattr(line, "return_code") for line in lines)


async def test_a_student_of_another_class_is_not_found(db: Database, b7: Class, c8: Class) -> None:
    ben = (await seat(db, b7, "Ben"))[0]
    assert await student_of_class(db, b7.id, ben.id) == ben
    with pytest.raises(NotFound):
        await student_of_class(db, c8.id, ben.id)


async def test_seen_is_written_once_a_minute_so_that_reading_stays_reading(
    db: Database, b7: Class, clock: Clock
) -> None:
    ben = (await seat(db, b7, "Ben"))[0]
    clock.now += SEEN_SECONDS - 1
    await mark_seen(db, ben)
    assert await student_by_id(db, ben.id) == ben
    clock.now += 1
    await mark_seen(db, ben)
    assert (await student_by_id(db, ben.id)).last_seen_at == db.now()


async def test_removing_a_student_removes_all_that_is_held_about_them(
    db: Database, b7: Class, ada_id: int
) -> None:
    ben, chi = await seat(db, b7, "Ben", "Chi")
    photo = await material(db, b7)
    async with db.transaction() as tx:
        for student in (ben, chi):
            stored = StoredFile(f"{student.id}.png", 9, "hash")
            await create_submission(tx, photo, student.id, "photo.png", stored, "")
            await record_student(tx, "class_join", b7.id, student.id, {"rejoined": 0}, "192.168.4.7")
        await record_staff(tx, "class_create", ada_id, b7.id, "", "192.168.4.7")
    async with db.transaction() as tx:
        assert (await remove_student(tx, ben.id)).whole == (f"{ben.id}.png",)
    with pytest.raises(NotFound, match="Join it again"):
        await student_by_id(db, ben.id)
    left = await db.fetch_all("SELECT student_id FROM submissions")
    assert [row["student_id"] for row in left] == [chi.id]
    events = await db.fetch_all("SELECT student_id FROM student_events ORDER BY id")
    assert [row["student_id"] for row in events] == [None, chi.id]


async def test_events_hold_a_network_and_never_an_address(db: Database, b7: Class, ada_id: int) -> None:
    ben = (await seat(db, b7, "Ben"))[0]
    async with db.transaction() as tx:
        await record_student(tx, "class_join", b7.id, ben.id, {"rejoined": 0}, "192.168.4.77")
        await record_staff(tx, "class_lock", ada_id, b7.id, "", "2001:db8:1:2ff::9")
    networks = await db.fetch_all(
        "SELECT network FROM student_events UNION ALL SELECT network FROM audit_events"
    )
    assert [row["network"] for row in networks] == ["192.168.4.0", "2001:db8:1:200::"]
