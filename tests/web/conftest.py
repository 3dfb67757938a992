"""Requests that no client library would send, for the tests of what all pages share."""

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class RawAnswer:
    status: int
    head: str
    body: str


async def send_raw(url: str, request: bytes) -> RawAnswer:
    """The bytes as they are, on a connection of their own."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, body = answer.decode("utf-8", "replace").partition("\r\n\r\n")
    return RawAnswer(int(head.split()[1]), head, body)
