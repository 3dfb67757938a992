"""The line before the engine: bounded, fair by person and then by class, honest about how long it takes."""

import asyncio
import math
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from itertools import count
from types import TracebackType
from typing import Self

from appliance.errors import Busy

FULL = "Many people are asking right now: try again in a moment."
ONE_AT_A_TIME = "Your last question is still being answered: wait for it or cancel it first."
WAITED_LONG = "It took too long until it was your turn: try again in a moment."
FIRST_GUESS = 15.0
LEARNING = 0.2
MOST_DEBT = 60.0
DEBT_STEP = 15.0

Clock = Callable[[], float]


@dataclass(frozen=True)
class Position:
    """`place` counts from 1; `seconds` is what the wait should take by the answers measured so far."""

    place: int
    seconds: int


class FairQueue:
    """One live question per person; long answers lately put a person further back; classes take turns."""

    def __init__(self, slots: Callable[[], int], max_waiting: int, max_wait: float, clock: Clock) -> None:
        self._slots = slots
        self._max_waiting = max_waiting
        self._max_wait = max_wait
        self._clock = clock
        self._arrivals = count()
        self._waiting: list[Ticket] = []
        self._running: list[Ticket] = []
        self._debts: dict[str, float] = {}
        self._turns: dict[str, int] = {}
        self._typical = FIRST_GUESS

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def typical_seconds(self) -> float:
        """How long an answer holds its slot, as measured lately."""
        return self._typical

    def place(self, person: str, group: str) -> "Ticket":
        """A ticket to enter with `async with`; raises Busy at once when there is no room for this person."""
        ticket = Ticket(self, person, group, next(self._arrivals))
        self._check(ticket)
        return ticket

    def refresh(self) -> None:
        """Lets the next ones in, for instance after the engine grew more slots."""
        while self._waiting and len(self._running) < max(1, self._slots()):
            self._start(next(self._in_order()))
        line = zip(self._in_order(), self._starts(), strict=False)
        for place, (ticket, seconds) in enumerate(line, start=1):
            ticket._move(Position(place, math.ceil(seconds)))

    def _check(self, ticket: "Ticket") -> None:
        if any(other.person == ticket.person for other in [*self._running, *self._waiting]):
            raise Busy(ONE_AT_A_TIME)
        has_slot = len(self._running) < max(1, self._slots()) and not self._waiting
        if not has_slot and len(self._waiting) >= self._max_waiting:
            raise Busy(FULL)

    def _enter(self, ticket: "Ticket") -> None:
        self._check(ticket)
        ticket.expires = self._clock() + self._max_wait
        # a class that comes back does not collect turns for the time it was away
        self._turns[ticket.group] = max(self._turns.get(ticket.group, 0), self._least_turns())
        self._waiting.append(ticket)
        self.refresh()

    def _leave(self, ticket: "Ticket") -> None:
        if ticket in self._running:
            self._running.remove(ticket)
            self._settle(ticket, self._clock() - ticket.began)
        if ticket in self._waiting:
            self._waiting.remove(ticket)
        self._forget_strangers()
        self.refresh()

    def _start(self, ticket: "Ticket") -> None:
        self._waiting.remove(ticket)
        self._running.append(ticket)
        self._turns[ticket.group] += 1
        ticket.began = self._clock()
        ticket._move(None)

    def _settle(self, ticket: "Ticket", held: float) -> None:
        self._typical += LEARNING * (held - self._typical)
        self._debts[ticket.person] = self._clock() + min(MOST_DEBT, self._debt(ticket.person) + held)

    def _debt(self, person: str) -> float:
        """Seconds of answers this person had lately; it melts with time, so nobody waits forever."""
        return max(0.0, self._debts.get(person, 0.0) - self._clock())

    def _least_turns(self) -> int:
        return min((self._turns[ticket.group] for ticket in [*self._waiting, *self._running]), default=0)

    def _forget_strangers(self) -> None:
        now = self._clock()
        self._debts = {person: until for person, until in self._debts.items() if until > now}
        present = {ticket.group for ticket in [*self._waiting, *self._running]}
        self._turns = {group: turns for group, turns in self._turns.items() if group in present}

    def _in_order(self) -> Iterator["Ticket"]:
        """Everybody who waits, in the order in which they will be let in if nobody else comes."""
        by_group: dict[str, list[tuple[int, int, Ticket]]] = {}
        for ticket in self._waiting:
            level = int(self._debt(ticket.person) // DEBT_STEP)
            by_group.setdefault(ticket.group, []).append((level, ticket.arrival, ticket))
        heads = []
        for group, tickets in by_group.items():
            tickets.sort(reverse=True, key=lambda entry: entry[:2])
            heads.append((tickets[-1][0], self._turns[group], tickets[-1][1], group))
        heapify(heads)
        while heads:
            _, turns, _, group = heads[0]
            _, _, ticket = by_group[group].pop()
            if by_group[group]:
                level, arrival, _ = by_group[group][-1]
                heapreplace(heads, (level, turns + 1, arrival, group))
            else:
                heappop(heads)
            yield ticket

    def _starts(self) -> Iterator[float]:
        """Seconds until the next slot is free, and the one after that, without end."""
        now = self._clock()
        # an answer that runs over its time is expected to take a quarter more
        ends = [max(self._typical - (now - ticket.began), self._typical / 4) for ticket in self._running]
        ends += [0.0] * (max(1, self._slots()) - len(ends))
        heapify(ends)
        while True:
            soonest = ends[0]
            yield soonest
            heapreplace(ends, soonest + self._typical)


class Ticket:
    """A place in the line and then a slot; leaving the `async with` gives up whichever it is."""

    def __init__(self, queue: FairQueue, person: str, group: str, arrival: int) -> None:
        self._queue = queue
        self.person = person
        self.group = group
        self.arrival = arrival
        self.began = 0.0
        self.expires = math.inf
        self._position: Position | None = None
        self._moved = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._queue._enter(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._queue._leave(self)

    async def positions(self) -> AsyncGenerator[Position, None]:
        """Where this ticket stands, at once and on every change, until the slot is its own; raises Busy."""
        while (position := self._position) is not None:
            self._moved.clear()
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

    def _move(self, position: Position | None) -> None:
        is_news = position is None or self._position is None or position.place != self._position.place
        self._position = position
        if is_news:
            self._moved.set()
