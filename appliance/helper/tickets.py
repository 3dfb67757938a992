"""Answers on their way: written apart from whoever listens, so that a broken connection loses nothing."""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing

from appliance.errors import NotFound, Refusal
from appliance.helper.answers import Event

# Seconds that an answer is written on for nobody, and that one is kept for whoever comes back.
GRACE = 30.0
KEPT = 60.0
GONE = "This answer is no longer here: ask once more."

log = logging.getLogger("chalkbox.helper")


class Ticket:
    """One answer. `is_resumable`: whoever asked says so when they leave, and a lost connection is only that."""

    def __init__(self, person: str, events: AsyncGenerator[Event, None], is_resumable: bool) -> None:
        self.id = secrets.token_urlsafe(18)
        self.person = person
        self.is_resumable = is_resumable
        self.listeners = 0
        self.departures = 0
        self.is_over = False
        self._source = events
        self._heard: list[Event] = []
        self._failure: BaseException | None = None
        self._writing: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    @property
    def can_be_found(self) -> bool:
        """Whoever asked knows its number, which comes with its first event."""
        return self.is_resumable and bool(self._heard)

    @property
    def is_forsaken(self) -> bool:
        return not self.listeners and not self.is_over

    async def events(self, after: int) -> AsyncGenerator[tuple[int, Event], None]:
        """Each with its number, from the one behind `after` on; raises what the answer ended with."""
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
            self._writing.add_done_callback(self._ended)
        while True:
            news = self._news
            for number, event in enumerate(self._heard[after:], start=after + 1):
                after = number
                yield number, event
            if not news.is_set():
                if self.is_over:
                    break
                await news.wait()
        if self._failure is not None:
            raise self._failure

    def cancel(self) -> None:
        if self._writing is not None:
            self._writing.cancel()

    async def stop(self) -> None:
        """Its place or slot is free when this returns."""
        self.cancel()
        if self._writing is not None:
            await asyncio.wait({self._writing})

    async def _write(self) -> None:
        async with aclosing(self._source) as events:
            async for event in events:
                self._heard.append(event)
                self._tell()

    def _ended(self, writing: asyncio.Task[None]) -> None:
        """Whoever listens gets what it ended with, as if they had run it themselves."""
        self.is_over = True
        self._failure = NotFound(GONE, "ticket_gone") if writing.cancelled() else writing.exception()
        if not self.listeners and not isinstance(self._failure, Refusal | None):
            log.error("answer_failed", exc_info=self._failure)
        self._tell()

    def _tell(self) -> None:
        # One event for all who listen: each of them looks for itself what is new.
        self._news.set()
        self._news = asyncio.Event()


class Tickets:
    """The tickets of the last minute, one for each person who isn't listened to any more."""

    def __init__(self, grace: float = GRACE, kept: float = KEPT) -> None:
        self._grace = grace
        self._kept = kept
        self._tickets: dict[str, Ticket] = {}

    @property
    def count(self) -> int:
        return len(self._tickets)

    def begin(self, person: str, events: AsyncGenerator[Event, None], is_resumable: bool) -> Ticket:
        """Nothing is written before somebody listens."""
        ticket = Ticket(person, events, is_resumable)
        for old in [old for old in self._tickets.values() if old.person == person and old.is_over]:
            del self._tickets[old.id]
        self._tickets[ticket.id] = ticket
        return ticket

    def of(self, person: str, number: str) -> Ticket:
        """Raises NotFound for somebody else's and for one that is gone."""
        ticket = self._tickets.get(number)
        if ticket is None or ticket.person != person:
            raise NotFound(GONE, "ticket_gone")
        return ticket

    async def listen(self, ticket: Ticket, after: int = 0) -> AsyncGenerator[tuple[int, Event], None]:
        """The events behind `after`, as they come; the last one to leave decides what becomes of the rest."""
        ticket.listeners += 1
        try:
            async with aclosing(ticket.events(after)) as events:
                async for numbered in events:
                    yield numbered
        finally:
            ticket.listeners -= 1
            await self._left(ticket)

    async def stop(self, person: str, number: str) -> None:
        ticket = self.of(person, number)
        del self._tickets[number]
        await ticket.stop()

    async def make_room(self, person: str) -> None:
        """Whoever asks anew no longer waits for an answer that nobody listens to."""
        for ticket in [old for old in self._tickets.values() if old.person == person and old.is_forsaken]:
            await self._drop(ticket)

    def forget_heard(self, people: str) -> None:
        """Answers that are over, of a person or of a class (`student:<class>`): nobody comes back for one."""
        whose = (old for old in self._tickets.values() if f"{old.person}:".startswith(f"{people}:"))
        for ticket in [old for old in whose if old.is_over]:
            del self._tickets[ticket.id]

    async def close(self) -> None:
        await asyncio.gather(*(self._drop(ticket) for ticket in list(self._tickets.values())))

    async def _left(self, ticket: Ticket) -> None:
        if ticket.listeners:
            return
        if not ticket.can_be_found:
            return await self._drop(ticket)
        ticket.departures += 1
        loop = asyncio.get_running_loop()
        loop.call_later(self._grace, self._give_up, ticket, ticket.departures)
        loop.call_later(self._kept, self._forget, ticket, ticket.departures)

    def _give_up(self, ticket: Ticket, departures: int) -> None:
        """Nobody came back in time: the slot goes to those who are there."""
        if ticket.is_forsaken and ticket.departures == departures:
            self._tickets.pop(ticket.id, None)
            ticket.cancel()

    def _forget(self, ticket: Ticket, departures: int) -> None:
        if not ticket.listeners and ticket.departures == departures:
            self._tickets.pop(ticket.id, None)

    async def _drop(self, ticket: Ticket) -> None:
        self._tickets.pop(ticket.id, None)
        await ticket.stop()
