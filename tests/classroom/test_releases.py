"""Which lessons are open today: the teacher's word first, then the date in the course."""

from datetime import date

import pytest

from appliance.classroom.classes import Class
from appliance.classroom.releases import (
    Decision,
    Release,
    decisions_of_class,
    open_now,
    release_of,
    set_lock,
    set_timing,
)
from appliance.storage.database import Database

TODAY = date(2027, 1, 15)
LATER = date(2027, 1, 16)


@pytest.mark.parametrize(
    ("decided", "opens", "release"),
    [
        (None, None, Release(True)),
        (None, LATER, Release(False, LATER)),
        (None, TODAY, Release(True)),
        (None, date(2020, 1, 1), Release(True)),
        (Decision(timing="open"), LATER, Release(True)),
        (Decision(timing="date", opens_on=LATER), None, Release(False, LATER)),
        (Decision(timing="date", opens_on=TODAY), LATER, Release(True)),
        (Decision(is_locked=True), None, Release(False)),
        (Decision(is_locked=True, timing="open"), date(2020, 1, 1), Release(False)),
    ],
)
def test_the_teachers_word_then_the_date_then_open(
    decided: Decision | None, opens: date | None, release: Release
) -> None:
    decisions = {("light", "prisms"): decided} if decided else {}
    assert release_of(decisions, "light", "prisms", opens, TODAY) == release


def test_a_word_about_one_lesson_is_about_no_other() -> None:
    decisions = {("light", "prisms"): Decision(is_locked=True)}
    assert release_of(decisions, "light", "shadows", None, TODAY).is_open
    assert release_of(decisions, "heat", "prisms", None, TODAY).is_open


async def test_the_last_word_counts_and_holds_for_one_class(db: Database, b7: Class, c8: Class) -> None:
    async with db.transaction() as tx:
        await set_lock(tx, b7.id, "light", "prisms", True)
        await open_now(tx, b7.id, "light", "prisms")
        await set_lock(tx, b7.id, "light", "prisms", True)
    assert await decisions_of_class(db, b7.id) == {("light", "prisms"): Decision(True, "open")}
    assert await decisions_of_class(db, c8.id) == {}


async def test_unlocking_opens_no_dated_lesson(db: Database, b7: Class) -> None:
    async with db.transaction() as tx:
        await set_timing(tx, b7.id, "light", "prisms", "date", LATER)
        await set_lock(tx, b7.id, "light", "prisms", True)
        await set_lock(tx, b7.id, "light", "prisms", False)
    decisions = await decisions_of_class(db, b7.id)
    assert release_of(decisions, "light", "prisms", None, TODAY) == Release(False, LATER)
