"""From question to answer: the line, the circuit, the deadlines, a second try before the first word."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from appliance.errors import Busy, Unavailable
from appliance.inference.circuit import Circuit
from appliance.inference.engine import Answer, Engine, EngineDied, EngineOff, Prompt, Vector
from appliance.inference.queue import FairQueue

RESTING = "The helper's engine needs a short rest after several faults."
NO_MODEL = "There is no chat model on this box that could answer."
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
    """`truncated`: it ended because it was as long as it may get."""

    attempts: int
    total_ms: int
    truncated: bool


@dataclass(frozen=True)
class Patience:
    """Seconds until the first piece, between pieces, for an answer, for a vector; and how often to try."""

    first: float = 60.0
    between: float = 20.0
    whole: float = 120.0
    vector: float = 3.0
    attempts: int = 2
    backoff: float = 0.4


DEFAULT_PATIENCE = Patience()
Event = Waiting | Started | Piece | Ended


class Router:
    """What the helper talks to; today there is one engine behind it."""

    def __init__(
        self,
        engine: Engine,
        queue: FairQueue,
        circuit: Circuit,
        patience: Patience = DEFAULT_PATIENCE,
        clock: Clock = time.monotonic,
    ) -> None:
        self.engine = engine
        self._queue = queue
        self._circuit = circuit
        self._patience = patience
        self._clock = clock

    async def answer(self, prompt: Prompt, person: str, group: str) -> AsyncGenerator[Event, None]:
        """Raises Busy, Unavailable or Invalid (`too_long`); closing it gives up the place or slot at once."""
        self._check()
        began = self._clock()
        async with self._queue.place(person, group) as ticket:
            async with aclosing(ticket.positions()) as positions:
                async for position in positions:
                    yield Waiting(position.place, position.seconds)
            self._check()
            yield Started(self.engine.model, self.engine.backend, self._since(began))
            async with aclosing(self._written(prompt, began)) as written:
                async for event in written:
                    yield event

    async def embed(self, text: str) -> Vector | None:
        """None when there is no search model or it is not there in time: full text has to do."""
        if not self.engine.can_embed:
            return None
        try:
            async with asyncio.timeout(self._patience.vector):
                return (await self.engine.embed([text]))[0]
        except (TimeoutError, Unavailable, Busy):
            return None

    def refresh(self) -> None:
        """The engine may carry more answers at the same time than a moment ago."""
        self._queue.refresh()

    def status(self) -> dict[str, Any]:
        engine = self.engine
        return {
            "ok": engine.state == "ready" and not self._circuit.is_open,
            "backend": engine.backend,
            "model": engine.model,
            "state": engine.state,
            "queue": {"running": self._queue.running, "waiting": self._queue.waiting, "slots": engine.slots},
        }

    def _check(self) -> None:
        if self.engine.state in ("off", "failed"):
            raise EngineOff(NO_MODEL)
        if self._circuit.is_open:
            raise Unavailable(RESTING)

    def _since(self, began: float) -> int:
        return round((self._clock() - began) * 1000)

    async def _written(self, prompt: Prompt, began: float) -> AsyncGenerator[Piece | Ended, None]:
        for attempt in range(1, self._patience.attempts + 1):
            answer = self.engine.generate(prompt)
            has_begun = False
            try:
                async with aclosing(answer), aclosing(self._timed(answer)) as pieces:
                    async for piece in pieces:
                        has_begun = True
                        yield Piece(piece)
            except EngineDied:
                self._circuit.failed()
                if has_begun or attempt == self._patience.attempts or self._circuit.is_open:
                    raise
            except EngineOff:
                # still loading: the next attempt may find it there
                if self.engine.state != "loading" or attempt == self._patience.attempts:
                    raise
            else:
                self._circuit.succeeded()
                if not has_begun:
                    raise Unavailable(EMPTY)
                yield Ended(attempt, self._since(began), answer.truncated)
                return
            await asyncio.sleep(self._patience.backoff * 2 ** (attempt - 1))

    async def _timed(self, answer: Answer) -> AsyncGenerator[str, None]:
        """The pieces of an answer; an engine that says nothing for too long counts as dead."""
        deadline = self._patience.first
        ends = self._clock() + self._patience.whole
        while True:
            try:
                async with asyncio.timeout(min(deadline, max(0.0, ends - self._clock()))):
                    piece = await anext(answer, None)
            except TimeoutError as silence:
                raise EngineDied(SILENT) from silence
            if piece is None:
                return
            yield piece
            deadline = self._patience.between
