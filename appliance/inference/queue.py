"""The line before the engine: bounded, fair by person and then by class, honest about how long it takes."""

import asyncio
import math
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from heapq import heapify, heappop, heapreplace
from itertools import count
from types import TracebackType
from typing import Self

from appliance.errors import Busy, Conflict, Refusal
from appliance.inference.pace import Pace

FULL = "Many people are asking right now: try again in a moment."
ONE_AT_A_TIME = "Your last question is still being answered: wait for it or stop it first."
REPLACED = "You asked something else meanwhile, so this question was taken back."
WAITED_LONG = "It took too long until it was your turn: try again in a moment."
GAVE_WAY = "Students are asking right now, so this work goes on a little later."
MOST_DEBT = 60.0
DEBT_STEP = 15.0
# Work in the background stands in line like everybody once it has waited this long.
PATIENCE = 300.0
BACKGROUND_SHARE = 4
LATER = 5  # seconds by which a promise may slip before it is told anew

Clock = Callable[[], float]


class Priority(IntEnum):
    """What goes first; everything but a question gives its slot back when a question needs it."""

    QUESTION = 0
    GENERATION = 1
    WARMING = 2


@dataclass(frozen=True)
class Position:
    """`place` counts from 1; `seconds` is when the first word should come, by the answers measured so far."""

    place: int
    seconds: int


class FairQueue:
    """One live question per person; long answers lately put a person further back; classes share by their size.

    A class weighs the square root of how many of it ask: thirty don't starve three, nor three hold up thirty.
    `pause` is None while there are slots to give, else how many seconds there are none once the last answer ended.
    """

    def __init__(
        self,
        slots: Callable[[], int],
        max_waiting: int,
        max_wait: float,
        clock: Clock,
        pause: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._slots = slots
        self._pause = pause
        self._max_waiting = max_waiting
        self._max_wait = max_wait
        self._clock = clock
        self._arrivals = count()
        self._waiting: list[Ticket] = []
        self._running: list[Ticket] = []
        self._debts: dict[str, float] = {}
        self._served: dict[str, float] = {}
        self._called_back: dict[str, float] = {}
        self.pace = Pace()

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many run and wait, by kind."""
        return {
            priority.name.lower(): {
                "running": sum(ticket.priority == priority for ticket in self._running),
                "waiting": sum(ticket.priority == priority for ticket in self._waiting),
            }
            for priority in Priority
        }

    def place(
        self, person: str, group: str, priority: Priority = Priority.QUESTION, size: int = 0
    ) -> "Ticket":
        """A ticket to enter with `async with`; `size` is the prompt's, in characters.

        Raises at once: Busy when the line is full, Conflict while this person's last question is being answered.
        """
        ticket = Ticket(self, person, group, next(self._arrivals), priority, size)
        self._check(ticket)
        return ticket

    def hold_to_one(self, person: str) -> None:
        """Raises Conflict while a question of this person is being answered; one that waits is replaced later."""
        if any(other.person == person for other in self._running):
            raise Conflict(ONE_AT_A_TIME, "one_at_a_time")

    def expected(self, size: int = 0) -> int:
        """Seconds until somebody who came now would read a first word."""
        starts = self._starts()
        for ticket in self._in_order():
            if self._rank(ticket) == Priority.QUESTION:
                next(starts)
        return math.ceil(next(starts) + self.pace.first(self._crowd, size))

    def refresh(self) -> None:
        """Lets the next ones in, for instance after the engine grew more slots."""
        while (ticket := next(self._in_order(), None)) is not None and self._has_slot(ticket):
            self._start(ticket)
        self._call_back()
        line = zip(self._in_order(), self._starts(), strict=False)
        for place, (ticket, seconds) in enumerate(line, start=1):
            ticket._move(Position(place, math.ceil(seconds + self.pace.first(self._crowd, ticket.size))))

    @property
    def _most(self) -> int:
        return max(1, self._slots())

    @property
    def _crowd(self) -> int:
        """How many will be written at once, when it is the turn of those who wait."""
        return min(self._most, max(1, self.running + self.waiting))

    def _check(self, ticket: "Ticket") -> None:
        self.hold_to_one(ticket.person)
        alike = [other for other in self._waiting if other.priority == ticket.priority]
        has_slot = not alike and self._has_slot(ticket)
        is_new = all(other.person != ticket.person for other in alike)
        if is_new and not has_slot and len(alike) >= self._max_waiting:
            raise Busy(FULL)

    def _has_slot(self, ticket: "Ticket") -> bool:
        """Background work has a part of the slots, and leaves one free where there is more than one."""
        if self._pause() is not None:
            return False
        free = self._most - self.running
        if self._rank(ticket) == Priority.QUESTION:
            return free > 0
        behind = sum(other.priority != Priority.QUESTION for other in self._running)
        return free > (self._most > 1) and behind < max(1, self._most // BACKGROUND_SHARE)

    def _rank(self, ticket: "Ticket") -> Priority:
        is_patient = self._clock() - ticket.came < PATIENCE
        return ticket.priority if is_patient else Priority.QUESTION

    def _call_back(self) -> None:
        """As many slots as questions wait for are asked back from the work that began last."""
        wanted = sum(self._rank(ticket) == Priority.QUESTION for ticket in self._waiting)
        wanted -= sum(ticket.gives_way.is_set() for ticket in self._running)
        young = [t for t in self._running if self._rank(t) != Priority.QUESTION and not t.gives_way.is_set()]
        for ticket in sorted(young, key=lambda other: other.began, reverse=True)[: max(0, wanted)]:
            ticket.gives_way.set()

    def _enter(self, ticket: "Ticket") -> None:
        self._check(ticket)
        now = self._clock()
        # Work that was called back goes on waiting from when it first came, or it might never get its turn.
        ticket.came = self._called_back.pop(ticket.person, now)
        ticket.expires = now + self._max_wait + (PATIENCE if ticket.priority else 0.0)
        # a class that comes back does not collect turns for the time it was away
        self._served[ticket.group] = max(self._served.get(ticket.group, 0.0), self._least_served())
        for other in [other for other in self._waiting if other.person == ticket.person]:
            ticket.arrival = other.arrival
            self._waiting.remove(other)
            other._refuse(Conflict(REPLACED, "replaced"))
        self._waiting.append(ticket)
        self.refresh()

    def _leave(self, ticket: "Ticket") -> None:
        if ticket in self._running:
            self._running.remove(ticket)
            self._settle(ticket, self._clock() - ticket.began)
            if ticket.gives_way.is_set() and not ticket.is_whole:
                self._called_back[ticket.person] = ticket.came
        if ticket in self._waiting:
            self._waiting.remove(ticket)
        self._forget_strangers()
        self.refresh()

    def _start(self, ticket: "Ticket") -> None:
        self._served[ticket.group] += self._cost(ticket.group)
        self._waiting.remove(ticket)
        self._running.append(ticket)
        ticket.began = self._clock()
        ticket._move(None)

    def _settle(self, ticket: "Ticket", held: float) -> None:
        self._debts[ticket.person] = self._clock() + min(MOST_DEBT, self._debt(ticket.person) + held)
        if ticket.pieces and ticket.priority == Priority.QUESTION:
            self.pace.note_written(ticket.crowd, ticket.pieces, ticket.last - ticket.first)
            if ticket.is_whole:
                self.pace.note_whole(ticket.pieces)

    def _debt(self, person: str) -> float:
        """Seconds of answers this person had lately; it melts with time, so nobody waits forever."""
        return max(0.0, self._debts.get(person, 0.0) - self._clock())

    def _cost(self, group: str) -> float:
        present = sum(ticket.group == group for ticket in [*self._waiting, *self._running])
        return 1 / math.sqrt(present)

    def _least_served(self) -> float:
        return min((self._served[ticket.group] for ticket in [*self._waiting, *self._running]), default=0.0)

    def _forget_strangers(self) -> None:
        now = self._clock()
        self._debts = {person: until for person, until in self._debts.items() if until > now}
        self._called_back = {who: at for who, at in self._called_back.items() if at > now - 2 * PATIENCE}
        present = {ticket.group for ticket in [*self._waiting, *self._running]}
        self._served = {group: served for group, served in self._served.items() if group in present}

    def _in_order(self) -> Iterator["Ticket"]:
        """Everybody who waits, in the order in which they will be let in if nobody else comes."""
        by_group: dict[str, list[tuple[int, int, int, Ticket]]] = {}
        for ticket in self._waiting:
            debt = int(self._debt(ticket.person) // DEBT_STEP)
            entry = (int(self._rank(ticket)), debt, ticket.arrival, ticket)
            by_group.setdefault(ticket.group, []).append(entry)
        costs = {group: self._cost(group) for group in by_group}
        heads = []
        for group, tickets in by_group.items():
            tickets.sort(reverse=True, key=lambda entry: entry[:3])
            heads.append((*tickets[-1][:2], self._served[group], tickets[-1][2], group))
        heapify(heads)
        while heads:
            *_, served, _, group = heads[0]
            *_, ticket = by_group[group].pop()
            if by_group[group]:
                rank, debt, arrival, _ = by_group[group][-1]
                heapreplace(heads, (rank, debt, served + costs[group], arrival, group))
            else:
                heappop(heads)
            yield ticket

    def _starts(self) -> Iterator[float]:
        """Seconds until the next slot is free, and the one after that, without end."""
        now, crowd = self._clock(), self._crowd
        asked = [*self._running, *self._waiting]
        size = sum(ticket.size for ticket in asked) // max(1, len(asked))
        ends = [self._rest(ticket, now, crowd) for ticket in self._running]
        ends += [0.0] * (self._most - len(ends))
        if (pause := self._pause()) is not None:
            ends = [max(ends) + pause] * len(ends)
        heapify(ends)
        while True:
            soonest = ends[0]
            yield soonest
            heapreplace(ends, soonest + self.pace.whole(crowd, size))

    def _rest(self, ticket: "Ticket", now: float, crowd: int) -> float:
        """Seconds that this slot is still held; what gives way is as good as gone."""
        if ticket.gives_way.is_set():
            return 0.0
        reading = 0.0 if ticket.pieces else self.pace.first(crowd, ticket.size) - (now - ticket.began)
        return max(0.0, reading) + self.pace.rest(crowd, ticket.pieces)


class Ticket:
    """A place in the line and then a slot; leaving the `async with` gives up whichever it is."""

    def __init__(
        self, queue: FairQueue, person: str, group: str, arrival: int, priority: Priority, size: int
    ) -> None:
        self._queue = queue
        self.person = person
        self.group = group
        self.arrival = arrival
        self.priority = priority
        self.size = size
        self.came = queue._clock()
        self.began = self.first = self.last = 0.0
        self.pieces = self.crowd = 0
        self.is_whole = False
        self.gives_way = asyncio.Event()
        self.expires = math.inf
        self._promised = math.inf
        self._position: Position | None = None
        self._refusal: Refusal | None = None
        self._moved = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._queue._enter(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._queue._leave(self)

    def wrote(self) -> None:
        """Whoever writes the answer says so at each piece: that is where promises of seconds come from."""
        self.last = self._queue._clock()
        if not self.pieces:
            self.first, self.crowd = self.last, self._queue.running
            if self.priority == Priority.QUESTION:
                self._queue.pace.note_first(self.crowd, self.size, self.first - self.began)
        self.pieces += 1

    async def positions(self) -> AsyncGenerator[Position, None]:
        """Where this ticket stands, at once and on every change, until the slot is its own.

        Raises Busy after too long a wait, Conflict when the same person asked something else.
        """
        while (position := self._position) is not None:
            self._moved.clear()
            self._promised = self._queue._clock() + position.seconds
            yield position
            await self._until_moved()

    async def _until_moved(self) -> None:
        left = self.expires - self._queue._clock()
        try:
            async with asyncio.timeout(max(0.0, left)):
                await self._moved.wait()
        except TimeoutError as late:
            if self._position is not None:
                raise Busy(WAITED_LONG) from late
        if self._refusal is not None:
            raise self._refusal

    def _refuse(self, refusal: Refusal) -> None:
        self._refusal = refusal
        self._moved.set()

    def _move(self, position: Position | None) -> None:
        is_news = position is None or self._position is None or position.place != self._position.place
        if position is not None:
            is_news = is_news or self._queue._clock() + position.seconds > self._promised + LATER
        self._position = position
        if is_news:
            self._moved.set()
