"""Which lessons are open today: the teacher's word first, then the date in the course."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from appliance.classroom.box import set_up_box, today
from appliance.classroom.classes import Class
from appliance.classroom.decisions import Decision
from appliance.classroom.releases import (
    Release,
    decisions_of_class,
    open_now,
    release_of,
    set_lock,
    set_timing,
)
from appliance.storage.database import Database, Transaction
from tests.conftest import Clock

TODAY = date(2027, 1, 15)
LATER = date(2027, 1, 16)
DAY_AFTER = date(2027, 1, 17)


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


# What a teacher may press, and what a lesson then is: before its day, and on its day. The course says LATER.
PRESSED: dict[str, Callable[[Transaction, int], Awaitable[None]]] = {
    "lock": lambda tx, class_id: set_lock(tx, class_id, "light", "prisms", True),
    "unlock": lambda tx, class_id: set_lock(tx, class_id, "light", "prisms", False),
    "open now": lambda tx, class_id: open_now(tx, class_id, "light", "prisms"),
    "a day": lambda tx, class_id: set_timing(tx, class_id, "light", "prisms", "date", DAY_AFTER),
    "as the course says": lambda tx, class_id: set_timing(tx, class_id, "light", "prisms", "course"),
}
AT_FIRST = Decision()
LOCKED, OPEN, DATED = Decision(True), Decision(False, "open"), Decision(False, "date", DAY_AFTER)
LOCKED_OPEN, LOCKED_DATED = Decision(True, "open"), Decision(True, "date", DAY_AFTER)
MACHINE = {
    AT_FIRST: (LOCKED, AT_FIRST, OPEN, DATED, AT_FIRST),
    LOCKED: (LOCKED, AT_FIRST, OPEN, LOCKED_DATED, LOCKED),
    OPEN: (LOCKED_OPEN, OPEN, OPEN, DATED, AT_FIRST),
    DATED: (LOCKED_DATED, DATED, OPEN, DATED, AT_FIRST),
    LOCKED_OPEN: (LOCKED_OPEN, OPEN, OPEN, LOCKED_DATED, LOCKED),
    LOCKED_DATED: (LOCKED_DATED, DATED, OPEN, LOCKED_DATED, LOCKED),
}
# On the day before, on the course's day, on the teacher's day.
SHOWN = {
    AT_FIRST: (Release(False, LATER), Release(True), Release(True)),
    LOCKED: (Release(False), Release(False), Release(False)),
    OPEN: (Release(True), Release(True), Release(True)),
    DATED: (Release(False, DAY_AFTER), Release(False, DAY_AFTER), Release(True)),
    LOCKED_OPEN: (Release(False), Release(False), Release(False)),
    LOCKED_DATED: (Release(False), Release(False), Release(False)),
}


async def put(db: Database, class_id: int, decision: Decision) -> None:
    async with db.transaction() as tx:
        await set_timing(tx, class_id, "light", "prisms", decision.timing, decision.opens_on)
        await set_lock(tx, class_id, "light", "prisms", decision.is_locked)


@pytest.mark.parametrize("before", MACHINE)
@pytest.mark.parametrize("number", range(5), ids=list(PRESSED))
async def test_every_press_in_every_state_leads_where_the_table_says(
    db: Database, b7: Class, before: Decision, number: int
) -> None:
    await put(db, b7.id, before)
    async with db.transaction() as tx:
        await list(PRESSED.values())[number](tx, b7.id)
    after = (await decisions_of_class(db, b7.id))["light", "prisms"]
    assert after == MACHINE[before][number]


@pytest.mark.parametrize("decision", SHOWN)
def test_every_state_is_shown_as_the_table_says_on_every_day(decision: Decision) -> None:
    days = (TODAY, LATER, DAY_AFTER)
    found = tuple(release_of({("light", "prisms"): decision}, "light", "prisms", LATER, day) for day in days)
    assert found == SHOWN[decision]


def moment(zone: str, *when: int) -> float:
    return datetime(*when, tzinfo=ZoneInfo(zone)).timestamp()  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("zone", "when", "is_open"),
    [
        ("Europe/Madrid", (2027, 1, 15, 23, 59, 59), False),
        ("Europe/Madrid", (2027, 1, 16, 0, 0, 0), True),
        # It is the 15th in London still.
        ("Pacific/Auckland", (2027, 1, 16, 0, 0, 0), True),
        ("America/Los_Angeles", (2027, 1, 15, 23, 59, 59), False),
        # A clock that lost its battery, and one that ran ahead.
        ("Europe/Madrid", (1970, 1, 2, 8, 0, 0), False),
        ("Europe/Madrid", (2099, 1, 1, 8, 0, 0), True),
    ],
)
async def test_a_lesson_opens_at_midnight_where_the_school_is(
    db: Database, clock: Clock, b7: Class, zone: str, when: tuple[int, ...], is_open: bool
) -> None:
    async with db.transaction() as tx:
        await set_up_box(tx, "Hill School", "en", zone)
        await set_timing(tx, b7.id, "light", "prisms", "date", LATER)
    clock.now = moment(zone, *when)
    decisions = await decisions_of_class(db, b7.id)
    assert release_of(decisions, "light", "prisms", None, await today(db)).is_open is is_open


@pytest.mark.parametrize(("day", "zone"), [((2027, 3, 28), "Europe/Madrid"), ((2027, 10, 31), "Europe/Madrid"),
                                           ((2027, 9, 5), "America/Santiago")])  # fmt: skip
async def test_a_day_on_which_the_clocks_change_begins_at_its_midnight_too(
    db: Database, clock: Clock, b7: Class, day: tuple[int, int, int], zone: str
) -> None:
    opens = date(*day)
    async with db.transaction() as tx:
        await set_up_box(tx, "Hill School", "en", zone)
        await set_timing(tx, b7.id, "light", "prisms", "date", opens)
    decisions = await decisions_of_class(db, b7.id)
    eve, evening = opens - timedelta(days=1), (23, 59)
    for when, is_open in (((eve.year, eve.month, eve.day, *evening), False), ((*day, *evening), True)):
        clock.now = moment(zone, *when)
        assert release_of(decisions, "light", "prisms", None, await today(db)).is_open is is_open
