"""Who may answer, in which order: the borrowed machine while it is well, then this box."""

import math
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from appliance.errors import Unavailable
from appliance.inference.circuit import Circuit, Clock
from appliance.inference.engine import Engine, EngineOff
from appliance.settings import Settings

RESTING = "The helper's engine needs a short rest after several faults."
NO_MODEL = "There is no chat model on this box that could answer."

# The first sentence ends where the helper would show it; a text without any end is let go at some length.
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*[ \t\u00a0]|[。！？]|\n")
LONGEST_HELD = 700


@dataclass(frozen=True)
class Backend:
    """An engine, and the circuit that stands before it alone."""

    engine: Engine
    circuit: Circuit

    @property
    def has_model(self) -> bool:
        return self.engine.state not in ("off", "failed")

    @property
    def is_usable(self) -> bool:
        return self.has_model and not self.circuit.is_open


class Backends:
    """`own` is the box's, asked last; `borrowed` is another machine's, asked first while it is alive."""

    def __init__(self, own: Backend, borrowed: Backend | None = None) -> None:
        self.own = own
        self.in_order = (borrowed, own) if borrowed else (own,)

    async def start(self) -> None:
        for backend in self.in_order:
            await backend.engine.start()

    async def stop(self) -> None:
        for backend in self.in_order:
            await backend.engine.stop()

    @property
    def shown(self) -> Backend:
        """Who would be asked now; this box's own when nobody could be."""
        return next((backend for backend in self.in_order if backend.is_usable), self.own)

    def first(self) -> Backend:
        """Raises EngineOff, or Unavailable while every engine rests."""
        backend = self.shown
        if backend.is_usable:
            return backend
        if any(backend.has_model for backend in self.in_order):
            raise Unavailable(RESTING)
        raise EngineOff(NO_MODEL)

    def after(self, backend: Backend) -> Backend | None:
        """The next one that could answer now."""
        rest = self.in_order[self.in_order.index(backend) + 1 :]
        return next((other for other in rest if other.is_usable), None)


def borrowed(settings: Settings, clock: Clock) -> Backend | None:
    """The backend on another machine; None unless the operator chose one and agreed to it."""
    if not (settings.is_remote and settings.helper_remote_mode_acknowledged):
        return None
    # Only here: a box that borrows nothing does without the HTTP client's seven megabytes.
    from appliance.inference.remote import RemoteEngine, server_of, waits_of

    engine = RemoteEngine(server_of(settings), waits_of(settings))
    # Each hang takes longer than the circuit stays open, so what counts here is faults in a row.
    circuit = Circuit(
        settings.helper_circuit_breaker_failures,
        settings.helper_circuit_breaker_ttl_seconds,
        clock,
        window=math.inf,
    )
    return Backend(engine, circuit)


async def from_first_sentence(pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """Nothing before the first sentence is whole: until then another engine can still take over unseen."""
    held, has_begun = "", False
    async with aclosing(pieces):
        async for piece in pieces:
            held += piece
            has_begun = has_begun or len(held) >= LONGEST_HELD or bool(SENTENCE_END.search(held))
            if has_begun:
                yield held
                held = ""
    if held:
        yield held
