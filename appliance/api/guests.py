"""Guests: a program may ask for somebody who has no token, in a sandbox with small limits of its own."""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from sanic import Request

from appliance.errors import Forbidden, Invalid, RateLimited, Sentence, Unavailable, UpstreamFailed
from appliance.parts import parts_of
from appliance.settings import Settings
from appliance.storage.cache import FAULTS
from appliance.web.identity import person_of

Feature = Literal["chat", "quiz", "flashcards", "blueprint", "embedding"]

# A sandbox counts from its first use; the same id begins anew after this.
LIFE_SECONDS = 32 * 3600
LONGEST_WAIT = 60.0
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

WHICH = "Say in sandbox_id which sandbox the guest is in, or send the token of a person."
NO_SANDBOX = "This sandbox_id is none: it has to be a UUID."
SPENT = "Guest %(feature)s limit reached."
CROWDED = "Too many guests are asking right now: try again in a moment."
NOT_COUNTED = "The box can't count what guests use right now: try again later."

GUEST_REFUSES: dict[str, int] = {
    "guest_sandbox_required": Invalid.status,
    "guest_sandbox_forbidden": Forbidden.status,
    "guest_rate_limit": RateLimited.status,
    "guest_rate_limit_unavailable": UpstreamFailed.status,
    "guest_concurrent_limit": Unavailable.status,
}
"""For `refuses` of a route that calls the guard."""

log = logging.getLogger("chalkbox.api")


@dataclass
class Guests:
    """What guests have under way on a running box; what they had is counted in the cache."""

    slots: asyncio.Semaphore
    under_way: Counter[str] = field(default_factory=Counter)


@asynccontextmanager
async def guest_guard(request: Request, sandbox_id: str | None, feature: Feature) -> AsyncIterator[None]:
    """Held around the work of a route that takes a `sandbox_id`. Does nothing for a person with a token.

    Counts one use once the block ended well. Raises, in this order: Invalid (`guest_sandbox_required`), Forbidden
    (`guest_sandbox_forbidden`), UpstreamFailed (`guest_rate_limit_unavailable`), RateLimited (`guest_rate_limit`),
    Unavailable (`guest_concurrent_limit`).
    """
    if sandbox_id is None or person_of(request).kind != "visitor":
        yield
        return
    guests = _guests(request)
    key = f"guest:{_checked(sandbox_id)}:{feature}"
    had = await _had(request, key)
    if had + guests.under_way[key] >= limit_of(parts_of(request).settings, feature):
        raise RateLimited(Sentence(SPENT, feature=feature), LIFE_SECONDS, "guest_rate_limit")
    # What is under way counts until it has ended, so that many at once can't pass the limit together.
    guests.under_way[key] += 1
    try:
        async with _slot(guests.slots):
            yield
            await _count(request, key)
    finally:
        guests.under_way[key] -= 1
        guests.under_way += Counter()  # forgets those at nought


def limit_of(settings: Settings, feature: Feature) -> int:
    """How often one sandbox may use `feature` in its life."""
    limit: int = getattr(settings, f"guest_{feature}_limit")
    return limit


def _guests(request: Request) -> Guests:
    guests: Guests | None = getattr(request.app.ctx, "guests", None)
    if guests is None:
        slots = parts_of(request).settings.guest_max_concurrent_ai_requests
        guests = request.app.ctx.guests = Guests(asyncio.Semaphore(slots))
    return guests


def _checked(sandbox_id: str) -> str:
    if not sandbox_id.strip():
        raise Invalid(WHICH, "guest_sandbox_required", "sandbox_id")
    if not UUID.fullmatch(sandbox_id.strip()):
        raise Forbidden(NO_SANDBOX, "guest_sandbox_forbidden", "sandbox_id")
    return sandbox_id.strip().lower()


async def _had(request: Request, key: str) -> int:
    try:
        return int(await parts_of(request).cache.get(key) or 0)
    except FAULTS as fault:
        raise UpstreamFailed(NOT_COUNTED, "guest_rate_limit_unavailable") from fault


@asynccontextmanager
async def _slot(slots: asyncio.Semaphore) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            await slots.acquire()
    except TimeoutError as late:
        raise Unavailable(CROWDED, "guest_concurrent_limit") from late
    try:
        yield
    finally:
        slots.release()


async def _count(request: Request, key: str) -> None:
    try:
        await parts_of(request).cache.incr(key, LIFE_SECONDS)
    except FAULTS:
        # The work is done: throwing it away would give the guest nothing and cost it again.
        log.exception("guest_not_counted request=%s", request.ctx.request_id)
