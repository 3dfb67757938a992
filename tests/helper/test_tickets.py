"""Answers that outlive a connection, and end with the person."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest

from appliance.errors import Conflict, NotFound
from appliance.helper.answers import Delta, Event
from appliance.helper.tickets import Ticket, Tickets

BEN, CHI = "student:1:1", "student:1:2"


class Writing:
    """An answer whose words come when a test says so."""

    def __init__(self, *words: str, failure: Exception | None = None) -> None:
        self.is_closed = False
        self._words = words
        self._failure = failure
        self._next = asyncio.Semaphore(0)

    def go_on(self, words: int = 1) -> None:
        for _ in range(words):
            self._next.release()

    async def events(self) -> AsyncGenerator[Event, None]:
        try:
            for word in self._words:
                await self._next.acquire()
                yield Delta(word)
            if self._failure:
                raise self._failure
        finally:
            self.is_closed = True


async def heard(tickets: Tickets, ticket: Ticket, after: int = 0, most: int = 99) -> list[str]:
    words: list[str] = []
    async with aclosing(tickets.listen(ticket, after)) as events:
        async for number, event in events:
            assert isinstance(event, Delta)
            words.append(f"{number} {event.text}")
            if len(words) == most:
                break
    return words


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.001)


async def test_an_answer_whose_number_nobody_heard_ends_with_its_connection() -> None:
    tickets, writing = Tickets(), Writing("The")
    ticket = tickets.begin(BEN, writing.events(), True)
    listening = asyncio.create_task(heard(tickets, ticket))
    await asyncio.sleep(0)
    await until(lambda: ticket._writing is not None)
    await asyncio.sleep(0)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert writing.is_closed and tickets.count == 0


async def test_whoever_comes_back_hears_the_rest_that_was_written_meanwhile() -> None:
    tickets, writing = Tickets(), Writing("The", "lamp", "glows")
    ticket = tickets.begin(BEN, writing.events(), True)
    writing.go_on()
    assert await heard(tickets, ticket, most=1) == ["1 The"]
    writing.go_on(2)
    await until(lambda: ticket.is_over)
    assert await heard(tickets, tickets.of(BEN, ticket.id), after=1) == ["2 lamp", "3 glows"]
    assert await heard(tickets, ticket) == ["1 The", "2 lamp", "3 glows"]


async def test_without_the_promise_a_lost_connection_is_the_end_at_once() -> None:
    tickets, writing = Tickets(), Writing("The", "lamp")
    ticket = tickets.begin(BEN, writing.events(), False)
    writing.go_on()
    await heard(tickets, ticket, most=1)
    assert writing.is_closed
    with pytest.raises(NotFound):
        tickets.of(BEN, ticket.id)


async def test_nobody_waits_for_whoever_never_comes_back() -> None:
    tickets, writing = Tickets(grace=0.01), Writing("The", "lamp")
    ticket = tickets.begin(BEN, writing.events(), True)
    writing.go_on()
    await heard(tickets, ticket, most=1)
    assert not writing.is_closed
    await until(lambda: writing.is_closed)
    with pytest.raises(NotFound):
        tickets.of(BEN, ticket.id)


async def test_whoever_is_back_in_time_is_not_given_up() -> None:
    tickets, writing = Tickets(grace=0.02, kept=0.02), Writing("The", "lamp")
    ticket = tickets.begin(BEN, writing.events(), True)
    writing.go_on()
    await heard(tickets, ticket, most=1)
    rest = asyncio.create_task(heard(tickets, ticket, after=1))
    await asyncio.sleep(0.05)
    writing.go_on()
    assert await rest == ["2 lamp"]


async def test_what_is_written_is_forgotten_after_its_time() -> None:
    tickets, writing = Tickets(kept=0.01), Writing("The")
    ticket = tickets.begin(BEN, writing.events(), True)
    writing.go_on()
    await heard(tickets, ticket)
    assert tickets.of(BEN, ticket.id) is ticket
    await asyncio.sleep(0.05)
    with pytest.raises(NotFound) as gone:
        tickets.of(BEN, ticket.id)
    assert gone.value.code == "ticket_gone"


async def test_stopping_frees_at_once_and_only_ones_own() -> None:
    tickets, writing = Tickets(), Writing("The", "lamp")
    ticket = tickets.begin(BEN, writing.events(), True)
    listening = asyncio.create_task(heard(tickets, ticket))
    writing.go_on()
    await until(lambda: ticket.listeners == 1)
    with pytest.raises(NotFound):
        await tickets.stop(CHI, ticket.id)
    assert not writing.is_closed
    await tickets.stop(BEN, ticket.id)
    assert writing.is_closed
    with pytest.raises(NotFound):
        await listening


async def test_whoever_asks_anew_takes_the_room_of_their_own_forsaken_answer() -> None:
    tickets, mine, others = Tickets(), Writing("The", "lamp"), Writing("A", "loop")
    for person, writing in ((BEN, mine), (CHI, others)):
        writing.go_on()
        await heard(tickets, tickets.begin(person, writing.events(), True), most=1)
    await tickets.make_room(BEN)
    assert (mine.is_closed, others.is_closed) == (True, False)
    await tickets.close()
    assert others.is_closed


async def test_an_answer_that_somebody_listens_to_is_not_room() -> None:
    tickets, writing = Tickets(), Writing("The")
    listening = asyncio.create_task(heard(tickets, tickets.begin(BEN, writing.events(), True)))
    await asyncio.sleep(0)
    await tickets.make_room(BEN)
    writing.go_on()
    assert await listening == ["1 The"]


async def test_a_refusal_reaches_everybody_who_listens() -> None:
    tickets, writing = Tickets(), Writing("The", failure=Conflict("Not now.", "replaced"))
    ticket = tickets.begin(BEN, writing.events(), True)
    listening = [asyncio.create_task(heard(tickets, ticket)) for _ in range(2)]
    await asyncio.sleep(0)
    writing.go_on()
    for task in listening:
        with pytest.raises(Conflict):
            await task
    with pytest.raises(Conflict):
        await heard(tickets, ticket, after=1)


async def test_many_come_and_go_and_nothing_is_left() -> None:
    tickets = Tickets(grace=0.0, kept=0.0)
    writings = [Writing("The", "lamp") for _ in range(50)]
    for number, writing in enumerate(writings):
        writing.go_on()
        await heard(tickets, tickets.begin(f"student:1:{number}", writing.events(), True), most=1)
    await until(lambda: all(writing.is_closed for writing in writings))
    assert tickets.count == 0
