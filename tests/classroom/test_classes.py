"""Classes: whose they are, the code that opens them, the lock."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.auth.join_codes import ALPHABET
from appliance.classroom.classes import (
    NAME_CHARACTERS,
    Class,
    class_by_id,
    class_by_join_code,
    class_of_staff,
    classes_of_staff,
    create_class,
    rotate_join_code,
    set_locked,
)
from appliance.classroom.students import create_student
from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database


async def create(db: Database, staff_id: int, name: str) -> Class:
    async with db.transaction() as tx:
        return await create_class(tx, staff_id, name)


async def test_a_new_class_is_open_and_has_a_code_of_its_own(db: Database, ada_id: int) -> None:
    first, second = await create(db, ada_id, " 7B\n Science "), await create(db, ada_id, "7B Science")
    assert first.name == second.name == "7B Science"
    assert first.join_code != second.join_code
    assert len(first.join_code) == 8 and set(first.join_code) <= set(ALPHABET)
    assert first.spaced_join_code.replace(" ", "") == first.join_code
    assert (first.is_locked, first.enrollment_mode) == (False, "open")


@pytest.mark.parametrize("name", ["", "  ", "\n", "x" * (NAME_CHARACTERS + 1)])
async def test_a_class_needs_a_name_that_fits(db: Database, ada_id: int, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        await create(db, ada_id, name)
    assert refused.value.field == "name"
    assert await classes_of_staff(db, ada_id) == []


async def test_a_class_of_another_teacher_is_not_found(db: Database, ada_id: int, c8: Class) -> None:
    with pytest.raises(NotFound, match="isn't yours"):
        await class_of_staff(db, c8.id, ada_id)
    with pytest.raises(NotFound):
        await class_of_staff(db, 999, ada_id)
    with pytest.raises(NotFound):
        await class_by_id(db, 999)


async def test_a_teacher_sees_their_own_classes_by_name_with_counts(
    db: Database, ada_id: int, b7: Class, c8: Class
) -> None:
    first = await create(db, ada_id, "6a")
    async with db.transaction() as tx:
        await create_student(tx, b7.id, "Ben")
        await create_student(tx, b7.id, "Chi")
        await create_student(tx, c8.id, "Dee")
    found = await classes_of_staff(db, ada_id)
    assert [(one.id, one.students, one.handed_in) for one in found] == [(first.id, 0, 0), (b7.id, 2, 0)]


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}-", "\u200b{}"])
async def test_a_code_is_found_however_it_is_typed(db: Database, b7: Class, typed: str) -> None:
    for code in (b7.join_code, b7.join_code.lower(), b7.spaced_join_code):
        found = await class_by_join_code(db, typed.format(code))
        assert found == b7


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.text(max_size=300))
async def test_no_other_text_opens_a_class(db: Database, b7: Class, text: str) -> None:
    assert await class_by_join_code(db, text) is None


async def test_a_new_code_makes_the_old_one_worthless(db: Database, b7: Class) -> None:
    async with db.transaction() as tx:
        code = await rotate_join_code(tx, b7.id)
    assert code != b7.join_code
    assert await class_by_join_code(db, b7.join_code) is None
    found = await class_by_join_code(db, code)
    assert found is not None and found.id == b7.id
    assert found.session_epoch == b7.session_epoch


async def test_a_lock_is_for_one_class_and_can_be_taken_off(db: Database, b7: Class, c8: Class) -> None:
    for locked in (True, True, False):
        async with db.transaction() as tx:
            await set_locked(tx, b7.id, locked)
        assert (await class_by_id(db, b7.id)).is_locked is locked
        assert not (await class_by_id(db, c8.id)).is_locked
