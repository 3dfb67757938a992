"""A browser's line to the box, as light as can be: one connection that stays open, and a stopwatch."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.faults.serving import FIRST_LESSON, ServedBox

TOKEN = re.compile(rb'name="csrf-token" content="([0-9a-f]+)"')
UPLOAD = re.compile(rb'action="(/material/\d+/upload)"')
BOUNDARY = b"----chalkbox-bench"
BLOCK = 256 * 1024


@dataclass(frozen=True)
class Answer:
    """`seconds` from the first byte sent to the last byte read."""

    status: int
    body: bytes
    seconds: float


class Line:
    """Signs in with the cookies that it was given on the way."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._cookies: dict[bytes, bytes] = {}
        self._token = b""

    async def get(self, path: str) -> Answer:
        return await self._exchange(self._head("GET", path), None)

    async def post(self, path: str, **fields: str) -> Answer:
        body = (
            "&".join(f"{name}={value}" for name, value in fields.items()).encode()
            + b"&csrf_token="
            + self._token
        )
        head = self._head("POST", path, b"application/x-www-form-urlencoded", len(body))
        return await self._exchange(head + body, None)

    async def hand_in(self, path: str, size: int) -> Answer:
        """A PNG of this size, sent as it is made: nothing here holds it either."""
        field = b'--%b\r\nContent-Disposition: form-data; name="%b"'
        start = field % (BOUNDARY, b"csrf_token") + b"\r\n\r\n" + self._token + b"\r\n"
        start += field % (BOUNDARY, b"file") + b'; filename="bench.png"\r\n\r\n\x89PNG\r\n\x1a\n'
        end = b"\r\n--%b--\r\n" % BOUNDARY
        kind = b"multipart/form-data; boundary=" + BOUNDARY
        head = self._head("POST", path, kind, len(start) + size + len(end))

        async def body() -> AsyncIterator[bytes]:
            yield start
            for sent in range(0, size, BLOCK):
                yield bytes(min(BLOCK, size - sent))
            yield end

        return await self._exchange(head, body())

    async def upload(self, path: str, filename: str, content: bytes) -> Answer:
        """A small file, whole."""
        field = b'--%b\r\nContent-Disposition: form-data; name="%b"'
        body = field % (BOUNDARY, b"csrf_token") + b"\r\n\r\n" + self._token + b"\r\n"
        body += field % (BOUNDARY, b"file") + b'; filename="%b"\r\n\r\n' % filename.encode()
        body += content + b"\r\n--%b--\r\n" % BOUNDARY
        kind = b"multipart/form-data; boundary=" + BOUNDARY
        return await self._exchange(self._head("POST", path, kind, len(body)) + body, None)

    def _head(self, method: str, path: str, kind: bytes = b"", length: int = 0) -> bytes:
        lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: classroom.local"]
        if self._cookies:
            lines.append(b"Cookie: " + b"; ".join(b"%b=%b" % pair for pair in self._cookies.items()))
        if kind:
            lines += [b"Content-Type: " + kind, b"Content-Length: %d" % length]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    async def _exchange(self, head: bytes, rest: AsyncIterator[bytes] | None) -> Answer:
        began = time.perf_counter()
        self._writer.write(head)
        if rest is not None:
            async for block in rest:
                self._writer.write(block)
                await self._writer.drain()
        status, body = await self._read()
        seconds = time.perf_counter() - began
        found = TOKEN.search(body)
        self._token = found[1] if found else self._token
        return Answer(status, body, seconds)

    async def _read(self) -> tuple[int, bytes]:
        status, *lines = (await self._reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        length = 0
        for line in lines:
            name, _, value = line.partition(b": ")
            if name.lower() == b"set-cookie":
                key, _, kept = value.split(b";")[0].partition(b"=")
                self._cookies[key] = kept
            elif name.lower() == b"content-length":
                length = int(value)
        return int(status.split()[1]), await self._reader.readexactly(length)


@dataclass
class Seat:
    """A student in the demo class."""

    line: Line
    hand_in_path: str = ""


@asynccontextmanager
async def line_to(box: ServedBox) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection("127.0.0.1", box.port, limit=4 * 1024 * 1024)
    try:
        yield Line(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


async def join(line: Line, box: ServedBox, name: str) -> Answer:
    """As a browser does it: the page with the form, then the form. A name of an earlier round is somebody new."""
    await line.get("/")
    return await line.post("/join", class_code=box.class_code, display_name=name, confirm_new="1")


async def seat(line: Line, box: ServedBox, name: str) -> Seat:
    joined = await join(line, box, name)
    lesson = await line.get(FIRST_LESSON)
    found = UPLOAD.search(lesson.body)
    if joined.status != 302 or found is None:
        raise RuntimeError(f"{name} could not join: {joined.status}, then {lesson.status}")
    return Seat(line, found[1].decode())
