"""From question to answer: the line, the circuit, the deadlines, a second try before the first word."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from appliance.errors import Busy, Refusal, Unavailable
from appliance.inference.backends import Backend, Backends, from_first_sentence
from appliance.inference.circuit import Circuit
from appliance.inference.engine import Answer, Engine, EngineDied, EngineOff, Prompt, Vector
from appliance.inference.figures import Figures
from appliance.inference.queue import GAVE_WAY, FairQueue, Priority, Ticket

SILENT = "The engine gave no sign of life for too long."
EMPTY = "The model had nothing to say."

Clock = Callable[[], float]


@dataclass(frozen=True)
class Waiting:
    place: int
    seconds: int


@dataclass(frozen=True)
class Started:
    model: str
    backend: str
    queue_wait_ms: int


@dataclass(frozen=True)
class Piece:
    text: str


@dataclass(frozen=True)
class Ended:
    """`truncated`: it ended because it was as long as it may get. Tokens are 0 where the engine doesn't count."""

    attempts: int
    total_ms: int
    truncated: bool
    prompt_tokens: int = 0
    written_tokens: int = 0


@dataclass(frozen=True)
class Line:
    """`kinds` says who runs and waits; `seconds` until a newcomer reads a first word; `rate` in pieces a second."""

    kinds: dict[str, dict[str, int]]
    slots: int
    seconds: int
    rate: float


@dataclass(frozen=True)
class Patience:
    """Seconds until the first piece, between pieces, for an answer, a vector, scores; and how often to try."""

    first: float = 60.0
    between: float = 20.0
    whole: float = 120.0
    vector: float = 3.0
    scores: float = 2.0
    attempts: int = 2
    backoff: float = 0.4


DEFAULT_PATIENCE = Patience()
Event = Waiting | Started | Piece | Ended


class Router:
    """What the helper talks to: `engine` is this box's own, `borrowed` is asked before it while it is well."""

    def __init__(
        self,
        engine: Engine,
        queue: FairQueue,
        circuit: Circuit,
        patience: Patience = DEFAULT_PATIENCE,
        clock: Clock = time.monotonic,
        borrowed: Backend | None = None,
    ) -> None:
        self.engine = engine
        self._backends = Backends(Backend(engine, circuit), borrowed)
        self.figures = Figures()
        self._queue = queue
        self._patience = patience
        self._clock = clock

    async def start(self) -> None:
        """Every engine; each returns at once and comes up in the background."""
        await self._backends.start()

    async def stop(self) -> None:
        await self._backends.stop()

    @property
    def slots(self) -> int:
        """Answers that whoever would be asked now writes at the same time."""
        return self._backends.shown.engine.slots

    @property
    def pause(self) -> float | None:
        """Seconds in which nobody's turn comes, from when the last answer ended; None as long as turns come."""
        change = self._backends.shown.engine.change
        return change.seconds if change else None

    async def answer(
        self, prompt: Prompt, person: str, group: str, priority: Priority = Priority.QUESTION
    ) -> AsyncGenerator[Event, None]:
        """Raises Busy, Unavailable, Conflict or Invalid (`too_long`); closing it gives up the place or slot at once.

        A second Started says that another engine took over; nothing of the first one's was given out.
        """
        self._backends.first()
        began, size = self._clock(), sum(len(message.content) for message in prompt.messages)
        with self.figures.counted(priority) as counted:
            async with self._queue.place(person, group, priority, size) as ticket:
                async with aclosing(ticket.positions()) as positions:
                    async for position in positions:
                        yield Waiting(position.place, position.seconds)
                self.figures.waited(priority, self._clock() - began)
                events = self._by_whoever_can(prompt, began)
                if priority != Priority.QUESTION:
                    events = _until_called_back(events, ticket)
                async with aclosing(self._noted(events, ticket)) as written:
                    async for event in written:
                        yield event
            counted.ended()

    def hold_to_one(self, person: str) -> None:
        """Raises Conflict while a question of this person is being answered."""
        self._queue.hold_to_one(person)

    async def embed(self, text: str) -> Vector | None:
        """None when there is no search model or it is not there in time: full text has to do."""
        if not self.engine.can_embed:
            return None
        try:
            async with asyncio.timeout(self._patience.vector):
                return (await self.engine.embed([text]))[0]
        except (TimeoutError, Unavailable, Busy):
            return None

    async def rank(self, question: str, passages: Sequence[str]) -> list[float] | None:
        """How well each passage answers; None without a reranking model or when it isn't done in time."""
        if not self.engine.can_rank:
            return None
        try:
            async with asyncio.timeout(self._patience.scores):
                return await self.engine.rank(question, passages, self._patience.scores)
        except (TimeoutError, Unavailable, Busy):
            return None

    def refresh(self) -> None:
        """The engine may carry more answers at the same time than a moment ago."""
        self._queue.refresh()

    def status(self) -> dict[str, Any]:
        shown = self._backends.shown
        engine, change = shown.engine, shown.engine.change
        return {
            # Who asks while the model changes waits in the line and is answered.
            "ok": (engine.state == "ready" or change is not None) and not shown.circuit.is_open,
            "backend": engine.backend,
            "model": engine.model,
            "state": engine.state,
            "changing_to": change.name if change else "",
            "queue": {
                "running": self._queue.running,
                "waiting": self._queue.waiting,
                "slots": engine.slots,
                "seconds": self._queue.expected(),
            },
        }

    def line(self) -> Line:
        """The line in figures."""
        pace, crowd = self._queue.pace, max(1, self._queue.running)
        return Line(self._queue.counts(), self.slots, self._queue.expected(), pace.writing.at(crowd))

    @property
    def circuits(self) -> dict[str, bool]:
        """Whether the circuit before each engine is open, by the engine's kind."""
        return {each.engine.backend: each.circuit.is_open for each in self._backends.in_order}

    def _since(self, began: float) -> int:
        return round((self._clock() - began) * 1000)

    async def _noted(
        self, events: AsyncGenerator[Event, None], ticket: Ticket
    ) -> AsyncGenerator[Event, None]:
        began = self._clock()
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Piece):
                    if not ticket.pieces:
                        self.figures.first_word(ticket.priority, self._clock() - began)
                    ticket.wrote()
                    self.figures.pieces += 1
                elif isinstance(event, Ended):
                    ticket.is_whole = True
                yield event

    async def _by_whoever_can(self, prompt: Prompt, began: float) -> AsyncGenerator[Event, None]:
        backend, waited, tried = self._backends.first(), self._since(began), 0
        while True:
            yield Started(backend.engine.model, backend.engine.backend, waited)
            # Where another engine stands ready, going there is the second try.
            tries = 1 if self._backends.after(backend) else self._patience.attempts
            has_begun = False
            try:
                async with aclosing(self._written(backend, prompt, began, tried, tries)) as written:
                    async for event in written:
                        has_begun = True
                        yield event
                return
            except Refusal:
                following = self._backends.after(backend)
                if has_begun or following is None:
                    raise
            backend, tried = following, tried + tries

    async def _written(
        self, backend: Backend, prompt: Prompt, began: float, tried: int, tries: int
    ) -> AsyncGenerator[Piece | Ended, None]:
        for attempt in range(1, tries + 1):
            answer = backend.engine.generate(prompt)
            has_begun = False
            try:
                async with aclosing(answer), aclosing(self._shown(backend, answer)) as pieces:
                    async for piece in pieces:
                        has_begun = True
                        yield Piece(piece)
            except EngineDied:
                backend.circuit.failed()
                self.figures.faults += 1
                if has_begun or attempt == tries or backend.circuit.is_open:
                    raise
            except EngineOff:
                # still loading: the next attempt may find it there
                if backend.engine.state != "loading" or attempt == tries:
                    raise
            else:
                backend.circuit.succeeded()
                if not has_begun:
                    raise Unavailable(EMPTY)
                yield Ended(
                    tried + attempt,
                    self._since(began),
                    answer.truncated,
                    answer.prompt_tokens,
                    answer.written_tokens,
                )
                return
            await asyncio.sleep(self._patience.backoff * 2 ** (attempt - 1))

    def _shown(self, backend: Backend, answer: Answer) -> AsyncGenerator[str, None]:
        pieces = self._timed(answer)
        return pieces if backend is self._backends.own else from_first_sentence(pieces)

    async def _timed(self, answer: Answer) -> AsyncGenerator[str, None]:
        """The pieces of an answer; an engine that says nothing for too long counts as dead.

        One that only needs longer than an answer may take is no worse for it: what it wrote until then is the answer.
        """
        deadline, has_begun = self._patience.first, False
        ends = self._clock() + self._patience.whole
        while True:
            left = max(0.0, ends - self._clock())
            try:
                async with asyncio.timeout(min(deadline, left)):
                    piece = await anext(answer, None)
            except TimeoutError as silence:
                if has_begun and left <= deadline:
                    answer.truncated = True
                    return
                raise EngineDied(SILENT) from silence
            if piece is None:
                return
            yield piece
            deadline, has_begun = self._patience.between, True


async def _until_called_back(
    events: AsyncGenerator[Event, None], ticket: Ticket
) -> AsyncGenerator[Event, None]:
    """Raises Busy as soon as a question needs this slot, also while the engine still reads the prompt."""
    call = asyncio.ensure_future(ticket.gives_way.wait())
    async with aclosing(events):
        try:
            while True:
                upcoming = asyncio.ensure_future(_next(events))
                await asyncio.wait({upcoming, call}, return_when=asyncio.FIRST_COMPLETED)
                if not upcoming.done():
                    raise Busy(GAVE_WAY, "gave_way")
                event = upcoming.result()
                if event is None:
                    return
                yield event
        finally:
            # A generator in the middle of its work can't be closed: it hears of the end first.
            await _cancelled(upcoming, call)


async def _next(events: AsyncGenerator[Event, None]) -> Event | None:
    return await anext(events, None)


async def _cancelled(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
