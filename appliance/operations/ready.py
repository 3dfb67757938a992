"""Waiting for an engine of one's own, outside a running box."""

import asyncio

from appliance.errors import Unavailable
from appliance.inference.local import LocalEngine

SECONDS = 300.0
POLL = 0.05
NOT_LOADED = "The chat model could not be loaded: 'chalkbox models verify' says whether its file is whole."


async def until_ready(engine: LocalEngine) -> None:
    """Raises Unavailable when the chat model fails or takes far too long."""
    try:
        async with asyncio.timeout(SECONDS):
            while engine.state == "loading":  # noqa: ASYNC110 - the engine tells nobody when it is ready
                await asyncio.sleep(POLL)
    except TimeoutError as late:
        raise Unavailable(NOT_LOADED) from late
    if engine.state != "ready":
        raise Unavailable(NOT_LOADED)
