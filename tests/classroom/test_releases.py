"""Which lessons are open today: the teacher's word first, then the date in the course."""

from datetime import date

import pytest

from appliance.classroom.classes import Class
from appliance.classroom.releases import Release, decide, decisions_of_class, release_of
from appliance.storage.database import Database

TODAY = date(2027, 1, 15)
LATER = date(2027, 1, 16)


@pytest.mark.parametrize(
    ("decided", "opens", "release"),
    [
        ("", None, Release(True)),
        ("", LATER, Release(False, LATER)),
        ("", TODAY, Release(True)),
        ("", date(2020, 1, 1), Release(True)),
        ("open", LATER, Release(True)),
        ("locked", None, Release(False)),
        ("locked", date(2020, 1, 1), Release(False)),
    ],
)
def test_the_teachers_word_then_the_date_then_open(
    decided: str, opens: date | None, release: Release
) -> None:
    decisions = {("light", "prisms"): decided} if decided else {}
    assert release_of(decisions, "light", "prisms", opens, TODAY) == release


def test_a_word_about_one_lesson_is_about_no_other() -> None:
    decisions = {("light", "prisms"): "locked"}
    assert release_of(decisions, "light", "shadows", None, TODAY).is_open
    assert release_of(decisions, "heat", "prisms", None, TODAY).is_open


async def test_the_last_word_counts_and_holds_for_one_class(db: Database, b7: Class, c8: Class) -> None:
    for state in ("locked", "open", "locked"):
        async with db.transaction() as tx:
            await decide(tx, b7.id, "light", "prisms", state)
    assert await decisions_of_class(db, b7.id) == {("light", "prisms"): "locked"}
    assert await decisions_of_class(db, c8.id) == {}
