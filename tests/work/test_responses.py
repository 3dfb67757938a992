"""Ticks and reflections: exactly what was said last, and when each thing was first ticked."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.classroom.students import Student
from appliance.errors import Invalid
from appliance.storage.database import Database
from appliance.work.responses import (
    REFLECTION_CHARACTERS,
    Responses,
    responses_of_student,
    save_reflection,
    save_rubric,
    save_ticks,
)
from tests.conftest import Clock
from tests.work.conftest import Room


async def tick(db: Database, room: Room, student: Student, *keys: str) -> None:
    async with db.transaction() as tx:
        await save_ticks(tx, room.things["checklist"], student.id, keys)


async def ticked_at(db: Database, student: Student) -> dict[str, int]:
    rows = await db.fetch_all(
        "SELECT item_key, ticked_at FROM checklist_ticks WHERE student_id = :id", id=student.id
    )
    return {row["item_key"]: row["ticked_at"] for row in rows}


async def reflect(db: Database, room: Room, student: Student, body: str) -> None:
    async with db.transaction() as tx:
        await save_reflection(tx, room.things["reflection"], student.id, body)


async def test_nothing_said_is_nothing_and_no_error(db: Database, ben: Student) -> None:
    said = await responses_of_student(db, ben.id)
    assert said == Responses({}, {})
    assert (said.ticked(1), said.reflection(1)) == (frozenset(), "")


async def test_a_tick_keeps_its_first_time_however_often_the_list_is_sent(
    db: Database, adas: Room, ben: Student, clock: Clock
) -> None:
    await tick(db, adas, ben, "a", "b")
    first = db.now()
    clock.now += 60
    await tick(db, adas, ben, "a", "b", "c", "c")
    assert await ticked_at(db, ben) == {"a": first, "b": first, "c": first + 60}


async def test_a_tick_taken_off_and_put_back_has_a_new_time(
    db: Database, adas: Room, ben: Student, clock: Clock
) -> None:
    await tick(db, adas, ben, "a")
    await tick(db, adas, ben)
    assert await ticked_at(db, ben) == {}
    clock.now += 60
    await tick(db, adas, ben, "a")
    assert await ticked_at(db, ben) == {"a": db.now()}


async def test_nobody_ticks_for_somebody_else(
    db: Database, adas: Room, olus: Room, ben: Student, chi: Student, dee: Student
) -> None:
    await tick(db, adas, ben, "a")
    await tick(db, adas, chi, "b")
    await tick(db, olus, dee, "c")
    await tick(db, adas, ben, "d")
    assert set(await ticked_at(db, chi)) == {"b"}
    said = await responses_of_student(db, ben.id)
    assert said.ticked(adas.things["checklist"]) == {"d"}
    assert said.ticked(olus.things["checklist"]) == frozenset()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.lists(st.sets(st.sampled_from("abcdef")), max_size=5))
async def test_whatever_came_before_the_last_list_is_what_holds(
    db: Database, adas: Room, ben: Student, lists: list[set[str]]
) -> None:
    for keys in [set(), *lists]:
        await tick(db, adas, ben, *keys)
        assert set(await ticked_at(db, ben)) == keys


async def test_a_reflection_is_what_was_written_last(
    db: Database, adas: Room, ben: Student, chi: Student
) -> None:
    await reflect(db, adas, ben, "first")
    await reflect(db, adas, chi, "another's")
    text = "<b>Zwei</b> \U0001f4a1 \u202eline\n" * 50
    await reflect(db, adas, ben, text)
    said = await responses_of_student(db, ben.id)
    assert said.reflection(adas.things["reflection"]) == text
    await reflect(db, adas, ben, "")
    assert (await responses_of_student(db, ben.id)).reflection(adas.things["reflection"]) == ""


async def test_a_reflection_that_is_too_long_is_refused_and_the_last_one_stays(
    db: Database, adas: Room, ben: Student
) -> None:
    await reflect(db, adas, ben, "x" * REFLECTION_CHARACTERS)
    with pytest.raises(Invalid) as refused:
        await reflect(db, adas, ben, "y" * (REFLECTION_CHARACTERS + 1))
    assert refused.value.field == "body"
    said = await responses_of_student(db, ben.id)
    assert said.reflection(adas.things["reflection"]).startswith("x")


async def test_what_a_student_said_takes_one_query_whatever_it_is(
    db: Database, adas: Room, ben: Student
) -> None:
    await tick(db, adas, ben, *"abcdefgh")
    await reflect(db, adas, ben, "words")
    before = db.queries
    await responses_of_student(db, ben.id)
    assert db.queries - before == 1


async def test_a_self_check_saved_again_as_it_was_does_not_wait_again(
    db: Database, adas: Room, ben: Student, clock: Clock
) -> None:
    async def changed_at(scores: dict[str, int], note: str) -> int:
        clock.now += 60
        async with db.transaction() as tx:
            await save_rubric(tx, adas.things["checklist"], ben.id, scores, note)
        row = await db.fetch_one("SELECT updated_at FROM rubric_notes")
        assert row is not None
        return int(row["updated_at"])

    first = await changed_at({"a": 2, "b": 0}, "Neat.")
    assert await changed_at({"a": 2, "b": 0}, "Neat.") == first
    second = await changed_at({"a": 3, "b": 0}, "Neat.")
    third = await changed_at({"a": 3, "b": 0}, "Neater.")
    assert first < second < third < await changed_at({"a": 0, "b": 0}, "Neater.")
