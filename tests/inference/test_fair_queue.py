"""The line before the engine."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.errors import Busy
from appliance.inference.queue import FairQueue, Position


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
        self.queue = FairQueue(lambda: slots, max_waiting, max_wait, self.clock)
        self.order: list[str] = []
        self.inside: list[str] = []
        self.heard: dict[str, list[Position]] = {}
        self._doors: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, person: str, group: str = "8a") -> None:
        self._doors[person] = asyncio.Event()
        self.heard[person] = []
        self.tasks[person] = asyncio.create_task(self._visit(person, group))
        await settled()

    async def _visit(self, person: str, group: str) -> None:
        async with self.queue.place(person, group) as ticket:
            async for position in ticket.positions():
                self.heard[person].append(position)
            self.order.append(person)
            self.inside.append(person)
            try:
                await self._doors[person].wait()
            finally:
                self.inside.remove(person)

    async def let_go(self, person: str, after: float = 0) -> None:
        self.clock.now += after
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
    with pytest.raises(Busy):
        here.queue.place("ada", "8a")
    await here.let_go("ada")
    here.queue.place("ada", "8a")


async def test_a_full_line_says_so_at_once(room: Callable[..., Room]) -> None:
    here = room(slots=1, max_waiting=2)
    for person in ("ada", "ben", "cem"):
        await here.ask(person)
    with pytest.raises(Busy):
        here.queue.place("dua", "8a")
    await here.cancel("ben")
    here.queue.place("dua", "8a")


async def test_classes_take_turns(room: Callable[..., Room]) -> None:
    here = room(slots=1)
    for number in range(5):
        await here.ask(f"a{number}", "8a")
    for number in range(2):
        await here.ask(f"b{number}", "8b")
    for person in ("a0", "a1", "b0", "a2", "b1"):
        await here.let_go(person)
    assert here.order[:5] == ["a0", "a1", "b0", "a2", "b1"]


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


async def test_expected_seconds_come_from_measured_answers(room: Callable[..., Room]) -> None:
    here = room(slots=2)
    for number in range(60):
        await here.ask(f"warm{number}")
        await here.let_go(f"warm{number}", after=4)
    for person in ("ada", "ben", "cem", "dua", "eli"):
        await here.ask(person)
    seconds = [here.heard[person][0].seconds for person in ("cem", "dua", "eli")]
    assert seconds == [4, 4, 8] or seconds == [5, 5, 9]


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


STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "let_go", "cancel", "wait"]), st.integers(0, 7), st.integers(0, 20)),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(1, 3))
def test_whatever_happens_no_slot_is_lost(steps: list[tuple[str, int, int]], slots: int) -> None:
    asyncio.run(_play(steps, slots))


async def _play(steps: list[tuple[str, int, int]], slots: int) -> None:
    here = Room(slots=slots, max_waiting=4)
    for what, who, seconds in steps:
        await _one_step(here, what, f"p{who}", f"class{who % 2}", seconds)
        assert here.queue.running <= slots
        assert here.queue.running == slots or here.queue.waiting == 0
    for _ in range(20):
        for person in list(here.inside):
            await here.let_go(person)
    assert (here.queue.running, here.queue.waiting) == (0, 0)
    assert all(task.done() for task in here.tasks.values())


async def _one_step(here: Room, what: str, person: str, group: str, seconds: int) -> None:
    here.clock.now += seconds / 4
    task = here.tasks.get(person)
    is_live = task is not None and not task.done()
    if what == "ask" and not is_live:
        await here.ask(person, group)
        if here.tasks[person].done():
            assert isinstance(here.tasks[person].exception(), Busy)
    elif what == "let_go" and person in here.inside:
        await here.let_go(person)
    elif what == "cancel" and is_live:
        await here.cancel(person)
