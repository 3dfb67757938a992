"""Sessions of staff and of students."""

import hashlib
from collections.abc import Callable

import pytest

from appliance.auth.accounts import Staff
from appliance.auth.sessions import (
    STAFF_SECONDS,
    STUDENT_SECONDS,
    UNVERIFIED_SECONDS,
    Session,
    begin_staff,
    begin_student,
    end,
    end_all_of_staff,
    session_of,
)
from appliance.storage.database import Clock, Database

Move = Callable[[float], None]


async def staff_token(db: Database, staff: Staff, verified: bool = True) -> str:
    async with db.transaction() as tx:
        return await begin_staff(tx, staff.id, verified)


async def student_token(db: Database, student_id: int, epoch: int = 1) -> str:
    async with db.transaction() as tx:
        return await begin_student(tx, student_id, epoch)


async def test_a_staff_session_is_found_by_its_token(db: Database, clock: Clock, ada: Staff) -> None:
    token = await staff_token(db, ada)
    assert await session_of(db, token, clock()) == Session(
        ada.id, None, True, ada.display_name, 0, ada.is_operator, False
    )


async def test_a_session_before_the_second_factor_says_so_and_is_short(
    db: Database, clock: Clock, forward: Move, ada: Staff
) -> None:
    token = await staff_token(db, ada, verified=False)
    session = await session_of(db, token, clock())
    assert session is not None and not session.verified
    forward(UNVERIFIED_SECONDS)
    assert await session_of(db, token, clock()) is None


async def test_a_student_session_knows_the_student(db: Database, clock: Clock, ben: int) -> None:
    session = await session_of(db, await student_token(db, ben), clock())
    assert session is not None
    assert (session.student_id, session.staff_id) == (ben, None)
    assert not session.verified


async def test_staff_are_signed_out_after_twelve_hours(
    db: Database, clock: Clock, forward: Move, ada: Staff
) -> None:
    token = await staff_token(db, ada)
    forward(STAFF_SECONDS - 1)
    assert await session_of(db, token, clock()) is not None
    forward(1)
    assert await session_of(db, token, clock()) is None


async def test_students_stay_for_thirty_days(db: Database, clock: Clock, forward: Move, ben: int) -> None:
    token = await student_token(db, ben)
    forward(STUDENT_SECONDS - 1)
    assert await session_of(db, token, clock()) is not None
    forward(1)
    assert await session_of(db, token, clock()) is None


async def test_a_clock_put_back_by_an_hour_ends_nothing(
    db: Database, clock: Clock, forward: Move, ada: Staff
) -> None:
    token = await staff_token(db, ada)
    forward(-3600)
    assert await session_of(db, token, clock()) is not None


async def test_a_session_made_by_a_clock_years_ahead_ends_when_the_clock_is_put_right(
    db: Database, clock: Clock, forward: Move, ada: Staff
) -> None:
    token = await staff_token(db, ada)
    forward(-3 * 365 * 24 * 3600)
    assert await session_of(db, token, clock()) is None


@pytest.mark.parametrize("token", ["", "x", "x" * 1_000_000, "\udc80\ud800", "' OR 1=1 --"])
async def test_a_made_up_token_is_nobody(db: Database, clock: Clock, ada: Staff, token: str) -> None:
    await staff_token(db, ada)
    assert await session_of(db, token, clock()) is None


async def test_what_the_database_holds_is_not_the_token(db: Database, clock: Clock, ada: Staff) -> None:
    held = hashlib.sha256((await staff_token(db, ada)).encode()).hexdigest()
    assert len(await db.fetch_all("SELECT 1 FROM sessions WHERE token_hash = :held", held=held)) == 1
    assert await session_of(db, held, clock()) is None


async def test_switching_an_account_off_ends_its_sessions_at_once(
    db: Database, clock: Clock, ada: Staff
) -> None:
    token = await staff_token(db, ada)
    async with db.transaction() as tx:
        await tx.execute("UPDATE staff SET is_active = 0 WHERE id = :id", id=ada.id)
    assert await session_of(db, token, clock()) is None


async def test_a_class_that_moved_on_ends_the_sessions_of_its_students(
    db: Database, clock: Clock, ben: int
) -> None:
    before = await student_token(db, ben)
    async with db.transaction() as tx:
        await tx.execute("UPDATE classes SET session_epoch = session_epoch + 1")
    assert await session_of(db, before, clock()) is None
    assert await session_of(db, await student_token(db, ben, epoch=2), clock()) is not None


async def test_a_student_who_is_removed_has_no_session(db: Database, clock: Clock, ben: int) -> None:
    token = await student_token(db, ben)
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM students WHERE id = :id", id=ben)
    assert await session_of(db, token, clock()) is None


async def test_ending_one_session_leaves_the_others_and_may_be_done_twice(
    db: Database, clock: Clock, ada: Staff
) -> None:
    laptop, phone = await staff_token(db, ada), await staff_token(db, ada)
    for _ in range(2):
        async with db.transaction() as tx:
            await end(tx, laptop)
    assert await session_of(db, laptop, clock()) is None
    assert await session_of(db, phone, clock()) is not None


async def test_a_person_can_sign_out_everywhere_else(
    db: Database, clock: Clock, ada: Staff, olu: Staff
) -> None:
    here, there, other = await staff_token(db, ada), await staff_token(db, ada), await staff_token(db, olu)
    async with db.transaction() as tx:
        await end_all_of_staff(tx, ada.id, except_token=here)
    assert [await session_of(db, token, clock()) is not None for token in (here, there, other)] == [
        True,
        False,
        True,
    ]
    async with db.transaction() as tx:
        await end_all_of_staff(tx, ada.id)
    assert await session_of(db, here, clock()) is None


async def test_sessions_that_are_over_do_not_pile_up(
    db: Database, forward: Move, ada: Staff, ben: int
) -> None:
    for _ in range(3):
        await staff_token(db, ada)
        await student_token(db, ben)
        forward(STUDENT_SECONDS)
    assert len(await db.fetch_all("SELECT token_hash FROM sessions")) == 2
