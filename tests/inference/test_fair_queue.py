"""The line before the engine."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.errors import Busy, Conflict
from appliance.inference.pace import Pace
from appliance.inference.queue import PATIENCE, FairQueue, Position, Priority, Ticket


class Hands:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Room:
    """People who take a ticket, hold their slot until they are let go, and write down when they got in."""

    def __init__(self, slots: int = 1, max_waiting: int = 50, max_wait: float = 60) -> None:
        self.clock = Hands()
        self.pause: float | None = None
        self.queue = FairQueue(lambda: slots, max_waiting, max_wait, self.clock, lambda: self.pause)
        self.order: list[str] = []
        self.inside: list[str] = []
        self.heard: dict[str, list[Position]] = {}
        self._doors: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.tickets: dict[str, Ticket] = {}

    async def ask(
        self, person: str, group: str = "8a", priority: Priority = Priority.QUESTION, size: int = 0
    ) -> None:
        self._doors[person] = asyncio.Event()
        self.heard[person] = []
        self.tasks[person] = asyncio.create_task(self._visit(person, group, priority, size))
        await settled()

    async def _visit(self, person: str, group: str, priority: Priority, size: int) -> None:
        async with self.queue.place(person, group, priority, size) as ticket:
            async for position in ticket.positions():
                self.heard[person].append(position)
            self.order.append(person)
            self.inside.append(person)
            self.tickets[person] = ticket
            try:
                await self._doors[person].wait()
            finally:
                self.inside.remove(person)

    def writes(self, person: str, pieces: int, each: float) -> None:
        """The first piece after the time that passed already, then one every `each` seconds."""
        for number in range(pieces):
            self.clock.now += each if number else 0
            self.tickets[person].wrote()

    def is_called_back(self, person: str) -> bool:
        return self.tickets[person].gives_way.is_set()

    async def let_go(self, person: str, after: float = 0) -> None:
        self.clock.now += after
        self.tickets[person].is_whole = True
        self._doors[person].set()
        await self.tasks[person]
        await settled()

    async def cancel(self, person: str) -> None:
        self.tasks[person].cancel()
        await asyncio.gather(self.tasks[person], return_exceptions=True)
        await settled()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def room() -> AsyncIterator[Callable[..., Room]]:
    rooms: list[Room] = []

    def make(**more: int) -> Room:
        rooms.append(Room(**more))
        return rooms[-1]

    yield make
    for made in rooms:
        for person in made.tasks:
            await made.cancel(person)
        assert (made.queue.running, made.queue.waiting) == (0, 0)


async def test_who_comes_first_goes_first_within_a_class(room: Callable[..., Room]) -> None:
    here = room(slots=1)
    for person in ("ada", "ben", "cem"):
        await here.ask(person)
    for person in ("ada", "ben", "cem"):
        await here.let_go(person)
    assert here.order == ["ada", "ben", "cem"]
    assert [position.place for position in here.heard["cem"]] == [2, 1]
    assert here.heard["ada"] == []


async def test_no_more_run_than_there_are_slots(room: Callable[..., Room]) -> None:
    here = room(slots=3)
    for number in range(8):
        await here.ask(f"p{number}")
    assert (here.queue.running, here.queue.waiting) == (3, 5)


async def test_a_person_has_one_live_question(room: Callable[..., Room]) -> None:
    here = room(slots=2)
    await here.ask("ada")
    for refused in (here.queue.place, lambda person, _: here.queue.hold_to_one(person)):
        with pytest.raises(Conflict) as refusal:
            refused("ada", "8a")
        assert refusal.value.code == "one_at_a_time"
    await here.let_go("ada")
    here.queue.hold_to_one("ada")
    here.queue.place("ada", "8a")


async def test_a_question_that_still_waits_is_replaced_by_the_next_one_in_the_same_place(
    room: Callable[..., Room],
) -> None:
    here = room(slots=1, max_waiting=2)
    for person in ("ada", "ben", "cem"):
        await here.ask(person)
    first = here.tasks["ben"]
    await here.ask("ben")
    taken_back = first.exception()
    assert isinstance(taken_back, Conflict) and taken_back.code == "replaced"
    assert here.queue.waiting == 2 and here.heard["ben"][-1].place == 1
    for person in ("ada", "ben", "cem"):
        await here.let_go(person)
    assert here.order == ["ada", "ben", "cem"]


async def test_a_full_line_says_so_at_once(room: Callable[..., Room]) -> None:
    here = room(slots=1, max_waiting=2)
    for person in ("ada", "ben", "cem"):
        await here.ask(person)
    with pytest.raises(Busy):
        here.queue.place("dua", "8a")
    await here.cancel("ben")
    here.queue.place("dua", "8a")


async def test_classes_of_one_size_take_turns(room: Callable[..., Room]) -> None:
    here = room(slots=1)
    for number in range(6):
        await here.ask(f"a{number}", "8a")
    for number in range(6):
        await here.ask(f"b{number}", "8b")
    while here.inside:
        await here.let_go(here.inside[0])
    for count in range(2, 12, 2):
        served = [person[0] for person in here.order[:count]]
        assert abs(served.count("a") - served.count("b")) <= 2


@pytest.mark.parametrize("slots", [1, 4])
async def test_a_class_of_thirty_does_not_starve_a_class_of_three_nor_the_other_way(
    room: Callable[..., Room], slots: int
) -> None:
    here = room(slots=slots)
    for number in range(30):
        await here.ask(f"a{number}", "8a")
    for number in range(3):
        await here.ask(f"b{number}", "8b")
    while here.inside:
        await here.let_go(here.inside[0])
    came = [here.order.index(f"b{number}") for number in range(3)]
    assert max(came) < 20, "half of the big class would have been before them"
    assert min(came) >= slots and came[2] - came[0] >= 6, "the small class must not take every turn"


async def test_work_in_the_background_takes_part_of_the_slots_and_leaves_one_free(
    room: Callable[..., Room],
) -> None:
    here = room(slots=8)
    for number in range(4):
        await here.ask(f"work{number}", f"study{number}", Priority.GENERATION)
    assert (here.queue.running, here.queue.waiting) == (2, 2)
    for number in range(6):
        await here.ask(f"p{number}")
    assert len(here.inside) == 8 and not here.is_called_back("work0")
    assert here.queue.counts()["generation"] == {"running": 2, "waiting": 2}


@pytest.mark.parametrize("slots", [1, 2])
async def test_a_question_without_a_slot_calls_the_youngest_background_work_back(
    room: Callable[..., Room], slots: int
) -> None:
    here = room(slots=slots)
    await here.ask("work", "study", Priority.GENERATION)
    for number in range(slots - 1):
        await here.ask(f"p{number}")
    assert not here.is_called_back("work")
    await here.ask("ada")
    assert here.is_called_back("work") and here.heard["ada"][0].place == 1
    await here.cancel("work")
    assert "ada" in here.inside


async def test_warming_stands_behind_generation_and_both_behind_questions(room: Callable[..., Room]) -> None:
    here = room(slots=1)
    await here.ask("ada")
    await here.ask("warm", "lesson", Priority.WARMING)
    await here.ask("work", "study", Priority.GENERATION)
    await here.ask("ben")
    for person in ("ada", "ben", "work", "warm"):
        await here.let_go(person)
    assert here.order == ["ada", "ben", "work", "warm"]


async def test_work_that_is_called_back_again_and_again_gets_its_turn_in_the_end(
    room: Callable[..., Room],
) -> None:
    here = room(slots=1)
    await here.ask("work", "study", Priority.GENERATION)
    await here.ask("p0")
    await here.cancel("work")
    here.clock.now += PATIENCE / 2
    await here.let_go("p0")
    await here.ask("work", "study", Priority.GENERATION)
    await here.ask("p1")
    assert here.is_called_back("work")
    await here.cancel("work")
    here.clock.now += PATIENCE / 2
    await here.let_go("p1")
    await here.ask("work", "study", Priority.GENERATION)
    await here.ask("p2")
    assert here.inside == ["work"] and not here.is_called_back("work")


async def test_long_answers_lately_go_behind_none(room: Callable[..., Room]) -> None:
    here = room(slots=1)
    await here.ask("ada")
    await here.let_go("ada", after=40)
    await here.ask("ben")
    await here.ask("ada")
    await here.ask("cem")
    await here.let_go("ben")
    await here.let_go("cem")
    assert here.order == ["ada", "ben", "cem", "ada"]


async def test_a_debt_melts_away(room: Callable[..., Room]) -> None:
    here = room(slots=1)
    await here.ask("ada")
    await here.let_go("ada", after=40)
    here.clock.now += 60
    await here.ask("ben")
    await here.ask("ada")
    await here.ask("cem")
    await here.let_go("ben")
    assert here.order == ["ada", "ben", "ada"]


async def test_expected_seconds_come_from_what_was_measured(room: Callable[..., Room]) -> None:
    """Prompts of 1,000 characters take 2 s to read, answers have 21 pieces, one each tenth of a second."""
    here = room(slots=1)
    for number in range(30):
        await here.ask(f"warm{number}", size=1000)
        here.clock.now += 2
        here.writes(f"warm{number}", 21, 0.1)
        await here.let_go(f"warm{number}")
    for person in ("ada", "ben", "cem"):
        await here.ask(person, size=1000)
    # 4.1 s for ada's and two more to read his own prompt
    assert [here.heard[person][0].seconds for person in ("ben", "cem")] == [7, 11]
    here.clock.now += 2
    here.writes("ada", 11, 0.1)
    await here.ask("dua", size=1000)
    await here.cancel("ben")
    assert here.heard["cem"][-1].seconds == 3, "half of ada's answer is written"
    assert here.queue.expected(1000) == 12


async def test_while_a_model_changes_nobody_is_let_in_and_the_promise_counts_the_change(
    room: Callable[..., Room],
) -> None:
    """Prompts of 1,000 characters take 2 s to read, answers have 21 pieces, one each tenth of a second."""
    here = room(slots=1)
    for number in range(30):
        await here.ask(f"warm{number}", size=1000)
        here.clock.now += 2
        here.writes(f"warm{number}", 21, 0.1)
        await here.let_go(f"warm{number}")
    for person in ("ada", "ben"):
        await here.ask(person, size=1000)
    here.pause = 20.0
    here.queue.refresh()
    await settled()
    # The place is the same, and the promise is too far off to stand.
    assert [(told.place, told.seconds) for told in here.heard["ben"]] == [(1, 7), (1, 27)]
    await here.let_go("ada")
    assert here.inside == [] and here.queue.expected(1000) == 27
    await here.ask("cem", size=1000)
    assert here.heard["cem"] == [Position(2, 27)]
    here.pause = None
    here.queue.refresh()
    await settled()
    assert here.inside == ["ben"]


async def test_a_wait_for_a_new_model_ends_with_the_longest_wait_of_the_line(
    room: Callable[..., Room],
) -> None:
    here = room(slots=1, max_wait=0.05)
    here.pause = 300.0
    await here.ask("ada")
    with pytest.raises(Busy):
        async with asyncio.timeout(5):
            await here.tasks["ada"]
    assert here.queue.waiting == 0


async def test_an_answer_that_was_stopped_says_nothing_about_length(room: Callable[..., Room]) -> None:
    here = room(slots=1)
    before = here.queue.pace.length
    await here.ask("ada", size=1000)
    here.writes("ada", 3, 0.1)
    await here.cancel("ada")
    assert here.queue.pace.length == before


def test_more_answers_at_once_are_each_slower_where_it_was_not_measured() -> None:
    pace = Pace()
    pace.note_written(1, 21, 1.0)
    assert pace.writing.at(1) == pytest.approx(20)
    assert 20 > pace.writing.at(4) > pace.writing.at(16) > 20 / 16
    pace.note_written(16, 21, 10.0)
    assert pace.writing.at(20) == pytest.approx(2)


async def test_a_wait_has_an_end() -> None:
    here = Room(slots=1, max_wait=0)
    await here.ask("ada")
    await here.ask("ben")
    with pytest.raises(Busy):
        await here.tasks["ben"]
    assert (here.queue.running, here.queue.waiting) == (1, 0)
    await here.let_go("ada")


async def test_leaving_the_line_moves_the_others_up(room: Callable[..., Room]) -> None:
    here = room(slots=1)
    for person in ("ada", "ben", "cem"):
        await here.ask(person)
    await here.cancel("ben")
    assert here.heard["cem"][-1].place == 1
    await here.cancel("ada")
    assert here.order == ["ada", "cem"]


async def test_ten_thousand_at_once_are_told_at_once(room: Callable[..., Room]) -> None:
    here = room(slots=4, max_waiting=60)
    for number in range(64):
        await here.ask(f"p{number}")
    refused = 0
    for number in range(10_000):
        with pytest.raises(Busy):
            here.queue.place(f"q{number}", "8a")
        refused += 1
    assert (refused, here.queue.waiting) == (10_000, 60)


WHAT = st.sampled_from(["ask", "ask", "work", "warm", "let_go", "cancel", "wait"])
STEPS = st.lists(st.tuples(WHAT, st.integers(0, 9), st.integers(0, 400)), max_size=40)
KINDS = {"ask": Priority.QUESTION, "work": Priority.GENERATION, "warm": Priority.WARMING}


@settings(max_examples=80, deadline=None)
@given(STEPS, st.integers(1, 5))
def test_whatever_happens_no_slot_is_lost_and_everybody_gets_in(
    steps: list[tuple[str, int, int]], slots: int
) -> None:
    asyncio.run(_play(steps, slots))


async def _play(steps: list[tuple[str, int, int]], slots: int) -> None:
    here = Room(slots=slots, max_waiting=4, max_wait=10_000)
    for what, who, seconds in steps:
        await _one_step(here, what, who, seconds / 4)
        _insist_sound(here, slots)
    while here.inside:
        await here.let_go(here.inside[0])
        _insist_sound(here, slots)
    assert (here.queue.running, here.queue.waiting) == (0, 0)
    assert all(task.done() for task in here.tasks.values())


def _insist_sound(here: Room, slots: int) -> None:
    counts = here.queue.counts()
    behind = counts["generation"]["running"] + counts["warming"]["running"]
    assert here.queue.running == len(here.inside) <= slots
    assert behind <= slots
    assert here.queue.running == slots or counts["question"]["waiting"] == 0, (
        "a slot is free and somebody waits"
    )
    assert here.queue.running or here.queue.waiting == 0
    for person, heard in here.heard.items():
        is_waiting = not here.tasks[person].done() and person not in here.inside
        assert not is_waiting or (heard[-1].place >= 1 and heard[-1].seconds >= 0)


async def _one_step(here: Room, what: str, who: int, seconds: float) -> None:
    here.clock.now += seconds
    person = f"p{who}"
    task = here.tasks.get(person)
    is_live = task is not None and not task.done()
    if what in KINDS and not is_live:
        await here.ask(person, f"class{who % 3}", KINDS[what], size=who * 500)
        if here.tasks[person].done():
            assert isinstance(here.tasks[person].exception(), Busy)
    elif what == "let_go" and person in here.inside:
        here.writes(person, who, 0.1)
        await here.let_go(person)
    elif what == "cancel" and is_live:
        await here.cancel(person)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=2, max_size=5), st.integers(1, 8))
def test_no_class_waits_longer_than_its_share_allows(sizes: list[int], slots: int) -> None:
    asyncio.run(_rush(sizes, slots))


async def _rush(sizes: list[int], slots: int) -> None:
    """All classes ask at once: the first of each is in before any other class has had far more than its share."""
    here = Room(slots=slots, max_waiting=200, max_wait=10_000)
    for number, size in enumerate(sizes):
        for who in range(size):
            await here.ask(f"{number}-{who}", f"class{number}")
    while here.inside:
        await here.let_go(here.inside[0])
    assert len(here.order) == sum(sizes)
    for number, size in enumerate(sizes):
        before = here.order.index(f"{number}-0")
        shares = sum((other / size) ** 0.5 + 1 for other in sizes)
        assert before <= shares + slots + len(sizes)
