"""Who is here: noted, said, raised, lowered, left, and told to whoever watches."""

import asyncio
from contextlib import aclosing

import pytest

from appliance.classroom import presence as room_rules
from appliance.classroom.presence import CLASS_PAGE, IDLE_SECONDS, Place, Presence

CIRCLES = Place("Circles of light", "en", "/course/lamps/circles")
PATHS = Place("One path or two", "en", "/course/lamps/paths")
CLASS, OTHER, BEN, CHI = 1, 2, 10, 11


@pytest.fixture
def here() -> Presence:
    presence = Presence()
    presence.note(CLASS, BEN, "Ben", CIRCLES, 1000)
    return presence


def test_a_page_view_seats_somebody_in_their_own_class_alone(here: Presence) -> None:
    (seat,) = here.room_of(CLASS).seats
    assert (seat.name, seat.place, seat.state, seat.hand_up_at) == ("Ben", CIRCLES, "working", None)
    assert here.room_of(OTHER).seats == ()


def test_what_was_said_of_one_lesson_says_nothing_about_the_next(here: Presence) -> None:
    here.say(CLASS, BEN, "Ben", "stuck", 1010)
    assert here.note(CLASS, BEN, "Ben", CLASS_PAGE, 1020).state == "stuck"
    assert here.note(CLASS, BEN, "Ben", CIRCLES, 1030).state == "stuck"
    assert here.note(CLASS, BEN, "Ben", PATHS, 1040).state == "working"


def test_a_hand_stays_up_on_the_next_page_and_its_wait_counts_from_the_first_press(here: Presence) -> None:
    here.raise_hand(CLASS, BEN, "Ben", 1010)
    here.raise_hand(CLASS, BEN, "Ben", 1090)
    assert here.note(CLASS, BEN, "Ben", PATHS, 1100).hand_up_at == 1010


def test_the_longest_wait_stands_first_and_the_stuck_before_the_rest(here: Presence) -> None:
    here.raise_hand(CLASS, CHI, "Chi", 1010)
    here.raise_hand(CLASS, BEN, "Ben", 1020)
    here.say(CLASS, CHI, "Chi", "stuck", 1030)
    room = here.room_of(CLASS)
    assert [seat.name for seat in room.hands] == ["Chi", "Ben"]
    assert [seat.name for seat in room.seats] == ["Chi", "Ben"]
    assert (room.stuck, room.working, room.done) == (1, 1, 0)


def test_one_hand_or_all_of_a_class_are_lowered(here: Presence) -> None:
    here.raise_hand(CLASS, BEN, "Ben", 1010)
    here.raise_hand(CLASS, CHI, "Chi", 1010)
    here.raise_hand(OTHER, 20, "Dee", 1010)
    here.lower_hand(CLASS, BEN)
    assert [seat.name for seat in here.room_of(CLASS).hands] == ["Chi"]
    here.lower_hands(CLASS)
    assert here.room_of(CLASS).hands == [] and len(here.room_of(OTHER).hands) == 1


def test_lowering_the_hand_of_somebody_who_is_not_there_seats_nobody(here: Presence) -> None:
    here.lower_hand(OTHER, BEN)
    assert here.room_of(OTHER).seats == ()


def test_ten_idle_minutes_clear_everything_and_reading_on_does_not(here: Presence) -> None:
    here.raise_hand(CLASS, BEN, "Ben", 1010)
    here.sweep(1010 + IDLE_SECONDS - 1)
    here.still_here(CLASS, BEN, "Ben", 1010 + IDLE_SECONDS - 1)
    here.sweep(1010 + IDLE_SECONDS)
    assert len(here.room_of(CLASS).hands) == 1
    here.sweep(1010 + 2 * IDLE_SECONDS)
    assert here.room_of(CLASS).seats == ()


def test_leaving_and_an_emptied_roster_clear_at_once(here: Presence) -> None:
    here.note(CLASS, CHI, "Chi", CLASS_PAGE, 1000)
    here.leave(CLASS, BEN)
    assert [seat.name for seat in here.room_of(CLASS).seats] == ["Chi"]
    here.empty(CLASS)
    assert here.room_of(CLASS).seats == ()


def test_there_is_a_bound(here: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_rules, "MOST_SEATS", 3)
    for student_id in range(100, 110):
        here.note(OTHER, student_id, "Somebody", CLASS_PAGE, 1000)
    assert len(here.room_of(OTHER).seats) == 2
    assert here.note(CLASS, BEN, "Ben", PATHS, 1001).place == PATHS


async def test_many_changes_are_one_telling_and_another_class_is_not_told(
    here: Presence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_rules, "BATCH_SECONDS", 0.05)
    told = 0

    async def watch() -> None:
        nonlocal told
        async for _ in here.changes(CLASS):
            told += 1

    async def until(times: int) -> None:
        while True:
            if told >= times:
                return
            await asyncio.sleep(0.01)

    async with asyncio.timeout(20):
        watching = asyncio.create_task(watch())
        await until(1)
        for second in range(50):
            here.note(CLASS, 100 + second, "Somebody", CIRCLES, 1000 + second)
        here.note(OTHER, 1, "Dee", CIRCLES, 1000)
        await until(2)
        here.close()
        await watching
    assert told == 2 and here.watchers == 0


async def test_a_page_opened_again_is_no_change(here: Presence) -> None:
    async with aclosing(here.changes(CLASS)) as changes:  # type: ignore[type-var]
        await anext(changes)
        upcoming = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)
        here.note(CLASS, BEN, "Ben", CIRCLES, 1060)
        await asyncio.sleep(0)
        assert not here._watchers[CLASS] or not any(event.is_set() for event in here._watchers[CLASS])
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)


async def test_who_stops_watching_is_forgotten_at_once(here: Presence) -> None:
    changes = here.changes(CLASS)
    await anext(changes)
    assert here.watchers == 1
    await changes.aclose()  # type: ignore[attr-defined]
    assert here.watchers == 0
