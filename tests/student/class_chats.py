"""What the tests of the class chat share: a chat begun, a message sent, its events read, and all of it kept."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from typing import Any

import httpx

from tests.conftest import Browser, Cast

ASKED = "Why does the lamp glow only in a closed circuit?"
STREAM = {"Accept": "text/event-stream"}


async def opened(browser: Browser) -> str:
    """The address of a new chat."""
    await browser.get("/student/chats")
    made = await browser.post("/student/chats")
    assert made.status_code == 302
    return str(made.headers["location"])


async def told(browser: Browser, chat: str, message: str, client_id: str = "") -> list[tuple[str, Any]]:
    body = {"message": message, "client_id": client_id}
    return events_of(await browser.post_json(f"{chat}/messages", body, **STREAM))


def events_of(response: httpx.Response) -> list[tuple[str, Any]]:
    assert response.status_code == 200, response.text
    found = re.findall(r"event: (\w+)\ndata: (.+)", response.text)
    return [(name, json.loads(data)) for name, data in found]


async def events_in(response: httpx.Response) -> AsyncGenerator[tuple[str, Any], None]:
    """The events of an answer as they come."""
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def all_kept(cast: Cast) -> None:
    """Until every answer that was stopped is in its chat."""
    async with asyncio.timeout(10):
        while cast.parts.helper.unkept.count:  # noqa: ASYNC110 - it has an event for each answer alone
            await asyncio.sleep(0.01)
