"""Server-sent events: written as they come, kept alive while nothing does, ended when the browser goes."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from sanic import HTTPResponse, Request
from sanic.exceptions import RequestCancelled
from sanic.response import BaseHTTPResponse

KEEP_ALIVE_SECONDS = 10.0
UNREAD_SECONDS = 30.0  # after every buffer on the way is full

Event = tuple[str, Mapping[str, Any], str]
"""Name, body, and the id under which a browser that lost the connection asks for what comes after; may be empty."""


async def send_events(request: Request, events: AsyncIterator[Event]) -> HTTPResponse | None:
    """Send every event, with its name."""
    return await send_blocks(request, _named(events))


async def send_blocks(request: Request, blocks: AsyncIterator[str]) -> HTTPResponse | None:
    """Send every block, written out. Who goes away or reads nothing gets us cancelled.

    Closing `blocks` then frees what they hold.
    """
    response = await request.respond(
        content_type="text/event-stream; charset=utf-8", headers={"X-Accel-Buffering": "no"}
    )
    # A generator closed through its type; the annotation above is what callers need to know.
    async with aclosing(blocks) as open_blocks:  # type: ignore[type-var]
        upcoming: asyncio.Task[str] | None = None
        try:
            while True:
                upcoming = upcoming or asyncio.ensure_future(_next(open_blocks))
                done, _ = await asyncio.wait({upcoming}, timeout=KEEP_ALIVE_SECONDS)
                if not done:
                    await _sent(request, response, ": still here\n\n")
                    continue
                try:
                    block = upcoming.result()
                except StopAsyncIteration:
                    break
                upcoming = None
                await _sent(request, response, block)
        finally:
            if upcoming is not None:
                upcoming.cancel()
                await asyncio.gather(upcoming, return_exceptions=True)
    await response.eof()
    return None


async def _sent(request: Request, response: BaseHTTPResponse, text: str) -> None:
    try:
        async with asyncio.timeout(UNREAD_SECONDS):
            await response.send(text)
    except TimeoutError as unread:
        # not closed, which would wait until the rest is read
        if request.transport is not None:
            request.transport.abort()  # type: ignore[attr-defined]  # every TCP transport has it
        raise RequestCancelled from unread


async def _named(events: AsyncIterator[Event]) -> AsyncGenerator[str, None]:
    async with aclosing(events) as open_events:  # type: ignore[type-var]
        async for event in open_events:
            yield _block(*event)


def _block(name: str, body: Mapping[str, Any], number: str) -> str:
    lines = [f"event: {name}", f"data: {json.dumps(body, ensure_ascii=False)}"]
    return "\n".join([*lines, *([f"id: {number}"] if number else []), "", ""])


async def _next(blocks: AsyncIterator[str]) -> str:
    return await anext(blocks)
