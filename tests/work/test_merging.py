"""Two students who were one: everything of both is there afterwards, and the other tables are named."""

import inspect
import re
from collections.abc import Awaitable, Callable

import pytest

from appliance.auth import sessions
from appliance.auth.device import ApiToken, Device, sign_api_token
from appliance.auth.tokens import bearer_of_token
from appliance.classroom.classes import Class
from appliance.classroom.joining import JoinRequest, JoinRules, join
from appliance.classroom.students import (
    Student,
    create_student,
    remove_student,
    student_by_return_code,
    student_of_device,
)
from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database, Transaction, Value
from appliance.storage.files import StoredFile
from appliance.work import merging
from appliance.work.attempts import answers_of_attempt, attempts_of_student
from appliance.work.merging import belongings_of, merge_students
from appliance.work.submissions import create_submission
from appliance.work.written_queue import written_piece
from tests.conftest import Clock
from tests.work.conftest import Room

Rows = Callable[[str], Awaitable[list[tuple[object, ...]]]]


@pytest.fixture
def rows(db: Database) -> Rows:
    async def fetch(sql: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in await db.fetch_all(sql)]

    return fetch


async def put(tx: Transaction, table: str, **values: Value) -> int:
    names = ", ".join(values)
    slots = ", ".join(f":{name}" for name in values)
    return await tx.insert(f"INSERT INTO {table} ({names}) VALUES ({slots})", **values)  # noqa: S608 - a test names it


async def merged(db: Database, classroom: Class, gone: Student, kept: Student) -> Student:
    async with db.transaction() as tx:
        return await merge_students(tx, classroom.id, gone.id, kept.id)


async def test_files_chats_and_events_change_their_owner(
    db: Database, adas: Room, ben: Student, chi: Student, rows: Rows
) -> None:
    upload, of_class = adas.things["upload"], adas.classroom.id
    async with db.transaction() as tx:
        for student in (ben, chi):
            stored = StoredFile(f"{student.id}.png", 9, "hash")
            work = await create_submission(tx, upload, student.id, "a.png", stored, "")
            await put(tx, "submission_reviews", submission_id=work, state="reviewed", score=7, reviewed_at=1)
        await put(
            tx, "chat_sessions", class_id=of_class, student_id=ben.id, title="x", created_at=1, last_at=1
        )
        await put(tx, "student_events", class_id=of_class, student_id=ben.id, kind="k", happened_at=1)
        await put(
            tx, "partial_uploads", id="u", material_id=upload, student_id=ben.id,
            filename="b.png", size_bytes=5, stored_name="s", created_at=1,
        )  # fmt: skip
    await merged(db, adas.classroom, ben, chi)
    assert await rows("SELECT DISTINCT student_id, count(*) FROM submissions") == [(chi.id, 2)]
    assert await rows("SELECT count(*) FROM submission_reviews") == [(2,)]
    assert await rows("SELECT student_id FROM chat_sessions") == [(chi.id,)]
    assert await rows("SELECT student_id FROM student_events") == [(chi.id,)]
    assert await rows("SELECT student_id FROM partial_uploads") == [(chi.id,)]


async def test_ticks_and_scores_are_put_together(
    db: Database, adas: Room, ben: Student, chi: Student, rows: Rows
) -> None:
    checklist = adas.things["checklist"]
    async with db.transaction() as tx:
        for student, key, value in ((ben, "a", 1), (ben, "b", 2), (chi, "b", 3), (chi, "c", 4)):
            mine: dict[str, Value] = {"material_id": checklist, "student_id": student.id, "item_key": key}
            await put(tx, "checklist_ticks", **mine, ticked_at=value)
            await put(tx, "rubric_scores", **mine, score=value)
    await merged(db, adas.classroom, ben, chi)
    both = [(chi.id, "a", 1), (chi.id, "b", 3), (chi.id, "c", 4)]
    assert await rows("SELECT student_id, item_key, ticked_at FROM checklist_ticks ORDER BY item_key") == both
    assert await rows("SELECT student_id, item_key, score FROM rubric_scores ORDER BY item_key") == both


async def test_groups_and_what_was_read_are_put_together(
    db: Database, adas: Room, ben: Student, chi: Student, rows: Rows
) -> None:
    async with db.transaction() as tx:
        for number in (1, 2):
            await put(tx, "groups", id=number, class_id=ben.class_id, name=str(number), colour="red")
            await put(tx, "announcements", id=number, class_id=ben.class_id, body="x", created_at=1)
        for number, student in ((1, ben), (1, chi), (2, ben)):
            await put(tx, "group_students", group_id=number, student_id=student.id)
            await put(
                tx, "announcement_reads", announcement_id=number, student_id=student.id, read_at=student.id
            )
    await merged(db, adas.classroom, ben, chi)
    assert await rows("SELECT group_id, student_id FROM group_students") == [(1, chi.id), (2, chi.id)]
    assert await rows("SELECT announcement_id, student_id, read_at FROM announcement_reads") == [
        (1, chi.id, chi.id), (2, chi.id, ben.id),
    ]  # fmt: skip


@pytest.mark.parametrize("table", ["reflections", "rubric_notes"])
async def test_words_of_both_stand_one_under_the_other(
    db: Database, adas: Room, ben: Student, chi: Student, rows: Rows, table: str
) -> None:
    one, two, three = adas.things.values()
    texts = [
        (one, ben, "Newer", 20), (one, chi, "Older", 10),
        (two, ben, "Only mine", 5), (two, chi, " ", 50),
        (three, ben, "The same", 5), (three, chi, "The same", 6),
    ]  # fmt: skip
    async with db.transaction() as tx:
        for material, student, body, at in texts:
            await put(tx, table, material_id=material, student_id=student.id, body=body, updated_at=at)
    await merged(db, adas.classroom, ben, chi)
    found = await rows(f"SELECT student_id, body, updated_at FROM {table} ORDER BY material_id")  # noqa: S608 - as above
    assert found == [
        (chi.id, "Older\n\nNewer", 20),
        (chi.id, "Only mine", 50),
        (chi.id, "The same", 6),
    ]


async def an_assignment(tx: Transaction, class_id: int) -> int:
    activity = await put(tx, "activities", class_id=class_id, kind="quiz", title="Q", created_at=1)
    return await put(tx, "assignments", activity_id=activity, created_at=1)


async def attempt(
    tx: Transaction, assignment: int, student: Student, number: int, started: int, score: int | None
) -> None:
    finished = None if score is None else started + 1
    made = await put(
        tx, "attempts", assignment_id=assignment, student_id=student.id, number=number,
        started_at=started, finished_at=finished, score=score,
    )  # fmt: skip
    await put(tx, "answers", attempt_id=made, item_id=1, given=number, answered_at=1)


async def test_attempts_are_numbered_anew_with_all_their_answers_and_the_best_still_counts(
    db: Database, adas: Room, ben: Student, chi: Student, rows: Rows
) -> None:
    async with db.transaction() as tx:
        quiz, other = [await an_assignment(tx, ben.class_id) for _ in range(2)]
        await attempt(tx, quiz, chi, 1, 100, 40)
        await attempt(tx, quiz, chi, 2, 300, None)
        await attempt(tx, quiz, ben, 1, 50, 90)
        await attempt(tx, quiz, ben, 2, 200, 60)
        await attempt(tx, other, chi, 1, 10, 70)
    await merged(db, adas.classroom, ben, chi)
    attempts = await attempts_of_student(db, quiz, chi.id)
    assert [(one.number, one.score) for one in attempts] == [(1, 90), (2, 40), (3, 60), (4, None)]
    assert [await answers_of_attempt(db, one.id) for one in attempts] == [{1: 1}, {1: 1}, {1: 2}, {1: 2}]
    assert [one.number for one in await attempts_of_student(db, other, chi.id)] == [1]
    assert await rows("SELECT count(*) FROM answers") == [(5,)]


async def test_a_teachers_words_on_both_stay_and_the_later_score_stands(
    db: Database, adas: Room, ben: Student, chi: Student, rows: Rows
) -> None:
    async with db.transaction() as tx:
        quiz, other = [await an_assignment(tx, ben.class_id) for _ in range(2)]
        for assignment, student, staff, score, comment, at in (
            (quiz, ben, adas.staff_id, 80, "Good", 20), (quiz, chi, None, 50, "Hm", 10),
            (other, ben, adas.staff_id, None, "Nice", 30),
        ):  # fmt: skip
            await put(
                tx, "reviews", assignment_id=assignment, student_id=student.id, staff_id=staff,
                score_override=score, comment=comment, reviewed_at=at,
            )  # fmt: skip
    await merged(db, adas.classroom, ben, chi)
    assert await rows("SELECT * FROM reviews ORDER BY assignment_id") == [
        (quiz, chi.id, 80, "Hm\n\nGood", 20, None, adas.staff_id),
        (other, chi.id, None, "Nice", 30, None, adas.staff_id),
    ]


async def test_words_on_what_both_wrote_are_put_together_and_what_is_new_waits_again(
    db: Database, adas: Room, ben: Student, chi: Student, rows: Rows
) -> None:
    one, two, _ = adas.things.values()
    async with db.transaction() as tx:
        for material, student, staff, score, comment, at in (
            (one, ben, adas.staff_id, 80, "Good", 20), (one, chi, None, 50, "Hm", 10),
            (two, ben, adas.staff_id, None, "Nice", 30),
        ):  # fmt: skip
            await put(
                tx, "response_reviews", material_id=material, student_id=student.id, state="reviewed",
                staff_id=staff, score=score, comment=comment, seen_at=at, reviewed_at=at, read_at=at,
            )  # fmt: skip
    await merged(db, adas.classroom, ben, chi)
    columns = "material_id, student_id, staff_id, score, comment, seen_at, reviewed_at, read_at"
    assert await rows(f"SELECT {columns} FROM response_reviews ORDER BY material_id") == [  # noqa: S608 - as above
        (one, chi.id, adas.staff_id, 80, "Hm\n\nGood", 10, 20, 20),
        (two, chi.id, adas.staff_id, None, "Nice", 30, 30, 30),
    ]


async def test_what_was_reached_is_counted_once_since_the_first_time(
    db: Database, adas: Room, ben: Student, chi: Student, rows: Rows
) -> None:
    async with db.transaction() as tx:
        for student, module, at in ((ben, 1, 10), (chi, 1, 20), (ben, 2, 30)):
            await put(
                tx, "outcomes", class_id=ben.class_id, student_id=student.id,
                kind="session_completed", module_id=module, happened_at=at,
            )  # fmt: skip
    await merged(db, adas.classroom, ben, chi)
    assert await rows("SELECT student_id, module_id, happened_at FROM outcomes ORDER BY module_id") == [
        (chi.id, 1, 10), (chi.id, 2, 30),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("of_ben", "of_chi", "left"), [(9, 3, "BEN"), (3, 9, "CHI"), (9, 0, "BEN"), (0, 9, "CHI")]
)
async def test_of_two_certificates_the_fuller_one_stays(
    db: Database, adas: Room, ben: Student, chi: Student, rows: Rows, of_ben: int, of_chi: int, left: str
) -> None:
    async with db.transaction() as tx:
        for student, code, done in ((ben, "BEN", of_ben), (chi, "CHI", of_chi)):
            if done:
                await put(
                    tx, "certificates", class_id=ben.class_id, student_id=student.id, code=code,
                    student_name="n", class_name="c", school_name="s",
                    sessions=done, artifacts=0, milestones=0, issued_at=1,
                )  # fmt: skip
    await merged(db, adas.classroom, ben, chi)
    assert await rows("SELECT student_id, code FROM certificates") == [(chi.id, left)]


async def test_both_return_codes_open_the_one_account_and_nobody_is_signed_out(
    db: Database, adas: Room, ben: Student, chi: Student, clock: Clock
) -> None:
    async with db.transaction() as tx:
        token = await sessions.begin_student(tx, ben.id, 1)
        await tx.execute(
            "UPDATE students SET last_seen_at = last_seen_at + 500, created_at = 5 WHERE id = :id", id=ben.id
        )
    kept = await merged(db, adas.classroom, ben, chi)
    assert (kept.display_name, kept.return_code) == ("Chi", chi.return_code)
    assert (kept.created_at, kept.last_seen_at) == (5, chi.last_seen_at + 500)
    for code in (ben.return_code, chi.return_code):
        async with db.transaction() as tx:
            joined = await join(tx, JoinRequest(adas.classroom.join_code, "", code), JoinRules())
        assert joined.student.id == chi.id
    session = await sessions.session_of(db, token, clock())
    assert session is not None and session.student_id == chi.id


async def test_a_chain_of_merges_keeps_every_code(
    db: Database, adas: Room, ben: Student, chi: Student
) -> None:
    async with db.transaction() as tx:
        eva = await create_student(tx, ben.class_id, "Eva")
    await merged(db, adas.classroom, ben, chi)
    await merged(db, adas.classroom, chi, eva)
    for code in (ben.return_code, chi.return_code, eva.return_code):
        found = await student_by_return_code(db, ben.class_id, code)
        assert found is not None and found.id == eva.id


async def test_one_and_the_same_or_somebody_elses_student_is_refused_and_changes_nothing(
    db: Database, adas: Room, ben: Student, dee: Student, rows: Rows
) -> None:
    before = await rows("SELECT * FROM students")
    with pytest.raises(Invalid):
        await merged(db, adas.classroom, ben, ben)
    for gone, kept in ((ben, dee), (dee, ben)):
        with pytest.raises(NotFound):
            await merged(db, adas.classroom, gone, kept)
    assert await rows("SELECT * FROM students") == before


async def test_what_each_has_is_counted(db: Database, adas: Room, ben: Student) -> None:
    tick: dict[str, Value] = {
        "material_id": adas.things["checklist"],
        "student_id": ben.id,
        "item_key": "a",
        "ticked_at": 1,
    }
    async with db.transaction() as tx:
        await put(tx, "checklist_ticks", **tick)
    counted = await belongings_of(db, ben)
    assert (counted.files, counted.ticks, counted.reflections, counted.attempts) == (0, 1, 0, 0)


async def test_every_table_that_knows_a_student_is_named_in_the_merge(db: Database) -> None:
    named = set(re.findall(r"UPDATE(?: OR IGNORE)? (\w+)\s+SET student_id", inspect.getsource(merging)))
    # A one-time code of the entry that goes is not worth keeping.
    named.add("rejoin_codes")
    # Words go with the entry that goes: two that become one are one.
    named.add("question_words")
    for row in await db.fetch_all("SELECT name FROM sqlite_schema WHERE type = 'table'"):
        columns = {column["name"] for column in await db.fetch_all(f"PRAGMA table_info({row['name']})")}
        assert "student_id" not in columns or row["name"] in named, row["name"]


async def test_of_two_attempts_under_way_one_goes_on_with_the_answers_of_both(
    db: Database, adas: Room, ben: Student, chi: Student
) -> None:
    async with db.transaction() as tx:
        quiz = await an_assignment(tx, ben.class_id)
        await attempt(tx, quiz, chi, 1, 50, 40)
        await attempt(tx, quiz, chi, 2, 300, None)
        await attempt(tx, quiz, ben, 3, 100, None)
        await tx.execute(
            """
            INSERT INTO answers (attempt_id, item_id, given, answered_at)
            SELECT id, 2, 3, 1 FROM attempts WHERE student_id = :ben
            """,
            ben=ben.id,
        )
    await merged(db, adas.classroom, ben, chi)
    attempts = await attempts_of_student(db, quiz, chi.id)
    assert [(one.number, one.score) for one in attempts] == [(1, 40), (2, None)]
    assert await answers_of_attempt(db, attempts[1].id) == {1: 2, 2: 3}


@pytest.mark.parametrize("seen_of", ["Ben", "Chi"])
async def test_words_that_no_teacher_has_read_wait_for_one_after_a_merge(
    db: Database, adas: Room, ben: Student, chi: Student, seen_of: str
) -> None:
    reflection = adas.things["reflection"]
    async with db.transaction() as tx:
        for student, body, at in ((ben, "Unread", 10), (chi, "Read", 20)):
            own: dict[str, Value] = {"material_id": reflection, "student_id": student.id}
            await put(tx, "reflections", **own, body=body, updated_at=at)
            if student.display_name == seen_of:
                await put(tx, "response_reviews", **own, state="reviewed", seen_at=at, reviewed_at=at)
    await merged(db, adas.classroom, ben, chi)
    assert (await written_piece(db, adas.classroom.id, reflection, chi.id)).state == "waiting"


async def test_what_somebody_removed_carries_never_fits_a_newcomer_whom_a_merge_made_older(
    db: Database, adas: Room, ben: Student, chi: Student, clock: Clock
) -> None:
    of_class, since = adas.classroom, int(clock.now)
    token = sign_api_token(b"secret", ApiToken(chi.id, of_class.id, of_class.session_epoch, since))
    assert await bearer_of_token(db, b"secret", token)
    async with db.transaction() as tx:
        await remove_student(tx, chi.id)
    clock.now += 60
    async with db.transaction() as tx:
        newcomer = await create_student(tx, of_class.id, "Eve")
    kept = await merged(db, of_class, ben, newcomer)
    assert kept.created_at <= since
    assert await bearer_of_token(db, b"secret", token) is None
    assert await student_of_device(db, Device(of_class.id, chi.id, since)) is None
