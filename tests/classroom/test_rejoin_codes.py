"""A teacher's one-time code: good once, for half an hour, in its own class; only its digest is kept."""

import pytest

from appliance.classroom.classes import Class
from appliance.classroom.joining import JoinRequest, JoinRules, join
from appliance.classroom.rejoin_codes import GOOD_SECONDS, create_rejoin_code
from appliance.classroom.students import Student, create_student
from appliance.errors import Invalid
from appliance.storage.database import Database
from tests.conftest import Clock


@pytest.fixture
async def ben(db: Database, b7: Class) -> Student:
    async with db.transaction() as tx:
        return await create_student(tx, b7.id, "Ben")


async def code_for(db: Database, student: Student) -> str:
    async with db.transaction() as tx:
        return await create_rejoin_code(tx, student.id)


async def enter(db: Database, classroom: Class, code: str, name: str = "") -> str:
    async with db.transaction() as tx:
        joined = await join(tx, JoinRequest(classroom.join_code, name, code), JoinRules())
    return f"{joined.student.id} by {joined.how}"


async def refused(db: Database, classroom: Class, code: str, name: str = "") -> bool:
    with pytest.raises(Invalid) as refusal:
        await enter(db, classroom, code, name)
    return refusal.value.code == "invalid_return_code"


async def test_it_opens_the_account_once(db: Database, b7: Class, ben: Student) -> None:
    code = await code_for(db, ben)
    assert await enter(db, b7, code.lower()) == f"{ben.id} by one_time_code"
    assert await refused(db, b7, code)


async def test_half_an_hour_later_it_opens_nothing(
    db: Database, b7: Class, ben: Student, clock: Clock
) -> None:
    code = await code_for(db, ben)
    clock.now += GOOD_SECONDS
    assert await refused(db, b7, code)


async def test_a_new_one_ends_the_one_before(db: Database, b7: Class, ben: Student) -> None:
    first, second = await code_for(db, ben), await code_for(db, ben)
    assert await refused(db, b7, first)
    assert await enter(db, b7, second) == f"{ben.id} by one_time_code"


async def test_a_wrong_name_beside_it_does_not_use_it_up(db: Database, b7: Class, ben: Student) -> None:
    code = await code_for(db, ben)
    assert await refused(db, b7, code, "Chi")
    assert await enter(db, b7, code, "ben") == f"{ben.id} by one_time_code"


async def test_it_is_worth_nothing_in_another_class(db: Database, b7: Class, c8: Class, ben: Student) -> None:
    code = await code_for(db, ben)
    assert await refused(db, c8, code)


async def test_the_code_itself_is_not_kept(db: Database, ben: Student) -> None:
    code = await code_for(db, ben)
    rows = await db.fetch_all("SELECT * FROM rejoin_codes")
    assert len(rows) == 1 and code not in str(tuple(rows[0]))


async def test_the_return_code_goes_on_working(db: Database, b7: Class, ben: Student) -> None:
    await enter(db, b7, await code_for(db, ben))
    assert await enter(db, b7, ben.return_code) == f"{ben.id} by return_code"


async def test_a_clock_that_was_set_back_brings_no_old_code_to_life(
    db: Database, b7: Class, ben: Student, clock: Clock
) -> None:
    code = await code_for(db, ben)
    clock.now -= 365 * 24 * 3600
    assert await refused(db, b7, code)
