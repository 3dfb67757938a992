"""A server of a borrowed model on the loopback, that behaves as well or as badly as it is told to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

STREAM = "text/event-stream; charset=utf-8"
HTML = b"<!doctype html><title>Sign in</title>"
LAMP = ("The lamp is dark ", "because the loop is open. ", "Where is it open?")
BLOCK = b"a" * 65536


@dataclass
class Line:
    """One connection, after its request was read."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    path: str
    sent: int = 0
    is_over: bool = False

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            self.sent += len(part)

    async def until_gone(self) -> None:
        """Returns when the other side closed its end."""
        with suppress(OSError):
            await self.reader.read()


Behaviour = Callable[[Line], Awaitable[None]]


@dataclass
class ModelServer:
    """Without `models` it lists one. `asked`: path, headers and body; `gone`: a client left before the end."""

    url: str = ""
    models: Behaviour | None = None
    chat: Behaviour | None = None
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def chats(self) -> list[Any]:
        return [body for path, _, body in self.asked if path == "/v1/chat/completions"]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = Line(reader, writer, await self._read(reader))
            self.lines.append(line)
            behaviour = self.models if line.path == "/v1/models" else self.chat
            try:
                await (behaviour or listing("loopback"))(line)
            finally:
                line.is_over = True
        except (OSError, asyncio.IncompleteReadError):
            self.gone.set()
        finally:
            if reader.at_eof():
                self.gone.set()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader) -> str:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = [line.partition(": ") for line in head[1:] if line]
        headers = {name.lower(): value for name, _, value in fields}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        path = head[0].split()[1]
        self.asked.append((path, headers, json.loads(body) if body else None))
        return path


@asynccontextmanager
async def on_loopback(chat: Behaviour | None = None) -> AsyncIterator[ModelServer]:
    served = ModelServer(chat=chat or saying(*LAMP))
    tasks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks[asyncio.create_task(served.serve(reader, writer))] = writer

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield served
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # A task that was cancelled before its first step closed nothing.
        for writer in tasks.values():
            writer.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0)


def head(status: int = 200, kind: str = STREAM, more: tuple[str, ...] = ()) -> bytes:
    extra = "".join(f"{header}\r\n" for header in more)
    return f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nConnection: close\r\n{extra}\r\n".encode()


def chunk(text: str | None = None, finish: str | None = None, **delta: str) -> bytes:
    said = {"content": text, **delta} if text is not None else dict(delta)
    return b"data: " + json.dumps({"choices": [{"delta": said, "finish_reason": finish}]}).encode() + b"\n\n"


def listing(*names: str) -> Behaviour:
    return plain(
        head(kind="application/json"), json.dumps({"data": [{"id": name} for name in names]}).encode()
    )


def plain(*parts: bytes) -> Behaviour:
    """Sends this and closes the line."""

    async def behave(line: Line) -> None:
        await line.send(*parts)

    return behave


def refusing(status: int, *headers: str) -> Behaviour:
    return plain(head(status, "application/json", headers), b'{"error": {"message": "no"}}')


def saying(*pieces: str, finish: str = "stop") -> Behaviour:
    """As the real ones do it: the role first, a comment to keep the line open, then the text."""
    parts = (chunk(role="assistant"), b": ping\r\n\r\n", *map(chunk, pieces))
    return plain(head(), *parts, chunk(finish=finish), b"data: [DONE]\n\n")


def cut_after(*pieces: str) -> Behaviour:
    return plain(head(), *map(chunk, pieces))


def hanging(*pieces: str) -> Behaviour:
    """Says the pieces and then nothing but comments and empty chunks, for ever."""

    async def behave(line: Line) -> None:
        await line.send(head(), chunk(role="assistant"), *map(chunk, pieces))
        while not line.reader.at_eof():
            await line.send(b": ping\n\n", chunk(""))
            with suppress(TimeoutError):
                await asyncio.wait_for(line.until_gone(), 0.01)

    return behave


async def silent(line: Line) -> None:
    """Takes the question and never answers a byte."""
    await line.until_gone()


def endless(size: int, opening: bytes) -> Behaviour:
    """One line of that many bytes."""

    async def behave(line: Line) -> None:
        await line.send(head(), opening)
        while line.sent < size:
            await line.send(BLOCK)

    return behave
