"""What programs get from the models: through a door of their own, so that students always find room, and in time."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from msgspec import Struct
from sanic import Request

from appliance.errors import Unavailable, UpstreamFailed
from appliance.helper.redaction import redacted
from appliance.inference.engine import EngineOff, Prompt, Vector
from appliance.inference.queue import FairQueue
from appliance.inference.router import Ended, Event, Piece, Started
from appliance.parts import Parts, parts_of

TOOK_LONG = "The model took too long: ask for less, or allow more time."
NO_EMBEDDER = "There is no search model on this box that could make vectors."
MOST_WAITING = 30
# Before the router cuts the answer itself: a program hears that its time was over.
SHARE_OF_SLOT = 0.9


class Usage(Struct):
    """Tokens; all 0 where the engine counts none."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


@dataclass(frozen=True)
class Written:
    """One whole answer; `truncated`: it ended because it was as long as it may get."""

    text: str
    backend: str
    model: str
    truncated: bool
    usage: Usage


class TookLong(UpstreamFailed):
    """The time that was given is over; what was written until then stands."""


async def written(request: Request, prompt: Prompt, seconds: float | None = None) -> Written:
    """Raises as `events_of` does."""
    return await gathered(events_of(request, prompt, seconds))


async def gathered(events: AsyncGenerator[Event, None]) -> Written:
    text, started, ended = "", Started("", "", 0), Ended(0, 0, False)
    async with aclosing(events):
        async for event in events:
            match event:
                case Started():
                    text, started = "", event
                case Piece():
                    text += event.text
                case Ended():
                    ended = event
    return Written(text, started.backend, started.model, ended.truncated, usage_of(ended))


def usage_of(ended: Ended) -> Usage:
    total = ended.prompt_tokens + ended.written_tokens
    return Usage(ended.prompt_tokens, ended.written_tokens, total)


async def events_of(
    request: Request, prompt: Prompt, seconds: float | None = None
) -> AsyncGenerator[Event, None]:
    """The router's events; `seconds` is all the time there is, the wait in line included.

    Raises UpstreamFailed (`provider_error`), TookLong, Busy, or Invalid (`too_long`, `bad_grammar`, `bad_bias`,
    `not_taken`).
    """
    now = asyncio.get_running_loop().time
    latest = None if seconds is None else now() + seconds
    parts = parts_of(request)
    async with aclosing(_through_the_door(request, parts, _as_sent(parts, prompt))) as events:
        while True:
            try:
                async with asyncio.timeout_at(latest):
                    event = await anext(events, None)
            except TimeoutError as late:
                raise TookLong(TOOK_LONG) from late
            except Unavailable as fault:
                raise UpstreamFailed(fault.message) from fault
            if event is None:
                return
            if isinstance(event, Started):
                at_most = now() + parts.settings.helper_queue_slot_ttl_seconds * SHARE_OF_SLOT
                latest = at_most if latest is None else min(latest, at_most)
            yield event


async def vectors_of(request: Request, texts: Sequence[str], seconds: float | None = None) -> list[Vector]:
    """Raises UpstreamFailed (`provider_error`) where there is no search model, and TookLong."""
    parts = parts_of(request)
    if not parts.router.engine.can_embed:
        raise UpstreamFailed(NO_EMBEDDER)
    try:
        async with asyncio.timeout(seconds or parts.settings.ai_embedding_timeout_ms / 1000):
            return await parts.router.engine.embed(texts)
    except TimeoutError as late:
        raise TookLong(TOOK_LONG) from late
    except EngineOff as off:
        raise UpstreamFailed(NO_EMBEDDER) from off
    except Unavailable as fault:
        raise UpstreamFailed(fault.message) from fault


async def _through_the_door(request: Request, parts: Parts, prompt: Prompt) -> AsyncGenerator[Event, None]:
    """Two lines: programs wait for each other here, and the one in front stands in the students' line as one person."""
    person = f"service:{request.ctx.request_id}:{secrets.token_hex(4)}"
    async with _door(request, parts).place(person, "service") as ticket:
        async with aclosing(ticket.positions()) as positions:
            async for _ in positions:
                pass
        async with aclosing(parts.router.answer(prompt, person, "service")) as events:
            async for event in events:
                yield event


def _door(request: Request, parts: Parts) -> FairQueue:
    """One slot of the engine, where it has more than one, is never a program's."""
    door: FairQueue | None = getattr(request.app.ctx, "door_for_programs", None)
    if door is None:
        wait = parts.settings.helper_queue_max_wait_seconds
        door = FairQueue(lambda: max(1, parts.router.slots - 1), MOST_WAITING, wait, time.monotonic)
        request.app.ctx.door_for_programs = door
    return door


def _as_sent(parts: Parts, prompt: Prompt) -> Prompt:
    """What HELPER_REMOTE_MODE_ACKNOWLEDGED promises holds for programs too."""
    if not parts.settings.is_remote:
        return prompt
    clean = tuple(replace(message, content=redacted(message.content)) for message in prompt.messages)
    return replace(prompt, messages=clean)
