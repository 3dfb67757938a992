"""Who is in a class right now, where they are and whether they are stuck: in memory alone, gone within minutes."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Literal

State = Literal["working", "able", "stuck", "done"]
STATES: tuple[State, ...] = ("working", "able", "stuck", "done")

# Without a page or a press for this long, somebody has left.
IDLE_SECONDS = 600
# A box has at most a thousand students; more than this at once is a mistake or mischief.
MOST_SEATS = 3000
# Everything that happens within this time is told at once.
BATCH_SECONDS = 0.8
# "4 minutes" must become 5 though nothing else happens.
AGEING_SECONDS = 20.0


@dataclass(frozen=True)
class Place:
    """A lesson or another page of the class by its title; no title is the class page. `language` of the title."""

    title: str = ""
    language: str = ""
    path: str = "/student"


CLASS_PAGE = Place()


@dataclass(frozen=True)
class Seat:
    """One student who is here. `about` is the page that `state` was said of."""

    student_id: int
    name: str
    place: Place
    seen_at: int
    state: State = "working"
    about: str = ""
    hand_up_at: int | None = None


@dataclass(frozen=True)
class Room:
    """A class at one instant: `hands` has the longest wait first, `seats` whoever is stuck first, then by name."""

    seats: tuple[Seat, ...]

    @property
    def hands(self) -> list[Seat]:
        return sorted(
            (seat for seat in self.seats if seat.hand_up_at is not None),
            key=lambda seat: (seat.hand_up_at or 0, seat.student_id),
        )

    @property
    def working(self) -> int:
        return sum(seat.state in ("working", "able") for seat in self.seats)

    @property
    def stuck(self) -> int:
        return sum(seat.state == "stuck" for seat in self.seats)

    @property
    def done(self) -> int:
        return sum(seat.state == "done" for seat in self.seats)


class Presence:
    """The one list of who is here, kept by the running box; every time is UTC seconds and comes from the caller."""

    def __init__(self) -> None:
        self._rooms: dict[int, dict[int, Seat]] = {}
        self._watchers: defaultdict[int, set[asyncio.Event]] = defaultdict(set)
        self._is_closed = False

    def seat_of(self, class_id: int, student_id: int) -> Seat | None:
        return self._rooms.get(class_id, {}).get(student_id)

    def room_of(self, class_id: int) -> Room:
        order = ("stuck", "working", "able", "done")
        seats = self._rooms.get(class_id, {}).values()
        return Room(
            tuple(
                sorted(
                    seats, key=lambda seat: (order.index(seat.state), seat.name.casefold(), seat.student_id)
                )
            )
        )

    def note(self, class_id: int, student_id: int, name: str, place: Place, now: int) -> Seat:
        """A page was opened. What was said of one page says nothing about the next; a hand stays up."""
        known = self.seat_of(class_id, student_id)
        if known is None:
            return self._put(class_id, Seat(student_id, name, place, now))
        if place.title and known.about not in ("", place.path):
            known = replace(known, state="working", about="")
        return self._put(class_id, replace(known, name=name, place=place, seen_at=now))

    def still_here(self, class_id: int, student_id: int, name: str, now: int) -> Seat:
        """Somebody who only reads is here all the same."""
        known = self.seat_of(class_id, student_id)
        return self.note(class_id, student_id, name, known.place if known else CLASS_PAGE, now)

    def say(self, class_id: int, student_id: int, name: str, state: State, now: int) -> Seat:
        seat = self.still_here(class_id, student_id, name, now)
        return self._put(class_id, replace(seat, state=state, about=seat.place.path))

    def raise_hand(self, class_id: int, student_id: int, name: str, now: int) -> Seat:
        """Twice is once: the wait counts from the first time."""
        seat = self.still_here(class_id, student_id, name, now)
        return self._put(
            class_id, replace(seat, hand_up_at=now if seat.hand_up_at is None else seat.hand_up_at)
        )

    def lower_hand(self, class_id: int, student_id: int) -> None:
        seat = self.seat_of(class_id, student_id)
        if seat is not None:
            self._put(class_id, replace(seat, hand_up_at=None))

    def lower_hands(self, class_id: int) -> None:
        for seat in self.room_of(class_id).hands:
            self.lower_hand(class_id, seat.student_id)

    def leave(self, class_id: int, student_id: int) -> None:
        if self._rooms.get(class_id, {}).pop(student_id, None) is not None:
            self._tell(class_id)

    def empty(self, class_id: int) -> None:
        if self._rooms.pop(class_id, None) is not None:
            self._tell(class_id)

    def sweep(self, now: int) -> None:
        """Whoever has been idle is gone, with everything they said. Cheap enough for every few seconds."""
        for class_id, seats in list(self._rooms.items()):
            left = [seat.student_id for seat in seats.values() if seat.seen_at <= now - IDLE_SECONDS]
            for student_id in left:
                self.leave(class_id, student_id)
            if not seats:
                del self._rooms[class_id]

    async def changes(self, class_id: int) -> AsyncIterator[None]:
        """At once, then once for everything that happens within a moment, until the box stops."""
        changed = asyncio.Event()
        self._watchers[class_id].add(changed)
        try:
            while not self._is_closed:
                yield
                await _wait(changed, AGEING_SECONDS)
                if changed.is_set() and not self._is_closed:
                    await asyncio.sleep(BATCH_SECONDS)
                changed.clear()
        finally:
            self._watchers[class_id].discard(changed)
            if not self._watchers[class_id]:
                del self._watchers[class_id]

    @property
    def watchers(self) -> int:
        return sum(len(each) for each in self._watchers.values())

    def close(self) -> None:
        """The box stops: whoever watches is let go."""
        self._is_closed = True
        for class_id in list(self._watchers):
            self._tell(class_id)

    def _put(self, class_id: int, seat: Seat) -> Seat:
        seats = self._rooms.setdefault(class_id, {})
        before = seats.get(seat.student_id)
        if before is None and sum(map(len, self._rooms.values())) >= MOST_SEATS:
            return seat
        seats[seat.student_id] = seat
        if before is None or replace(before, seen_at=seat.seen_at) != seat:
            self._tell(class_id)
        return seat

    def _tell(self, class_id: int) -> None:
        for changed in self._watchers.get(class_id, ()):
            changed.set()


async def _wait(changed: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return
