"""Uploads: a multipart body streamed to disk part by part, whatever its size."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import cast

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from sanic import Request
from sanic.exceptions import SanicException
from sanic.http import Http

from appliance.errors import Invalid, Refusal, TooLarge
from appliance.storage.files import FileStore, IncomingFile
from appliance.web import csrf

FIELD_BYTES = 64 * 1024
MOST_FIELDS = 20
NAME_CHARACTERS = 120
# Room for the form around the file.
FORM_BYTES = 256 * 1024
DRAIN_SECONDS = 300.0
NO_FILE = "Choose a file first, then hand it in."
EMPTY = "This file is empty. Save it again and hand it in once more."
BROKEN = "The file did not arrive whole. Check the Wi-Fi and hand it in again."
STALLED_SECONDS = 60.0


# Asked before a file's first byte is kept. What was typed stands before the file, and is read by then.
Check = Callable[[], Awaitable[None]]


@dataclass
class Upload:
    """One file and the fields around it; whoever gets it keeps or discards the file."""

    fields: dict[str, str] = field(default_factory=dict)
    filename: str = ""
    file: IncomingFile | None = None

    async def discard(self) -> None:
        if self.file is not None:
            await asyncio.to_thread(self.file.discard)


async def receive(
    request: Request,
    store: FileStore,
    limit_bytes: int,
    too_large: str,
    upload: Upload | None = None,
    check: Check | None = None,
) -> Upload:
    """Read the body as it comes. The token field has to stand before the file, as in our own forms.

    Raises Invalid, TooLarge, Forbidden, Unavailable or what `check` raises; then nothing of the file is left. Whoever
    wants to show again what was typed beside it brings the `upload` that is filled.
    """
    upload = upload or Upload()
    try:
        is_too_large = int(request.headers.get("content-length") or 0) > limit_bytes + FORM_BYTES
        async for chunk in _file_chunks(request, upload):
            if is_too_large:
                raise TooLarge(too_large, "file_too_large", field="file")
            if upload.file is None:
                check_token(request, upload.fields)
                if check is not None:
                    await check()
                upload.file = IncomingFile(store.folder)
            await store.write(upload.file, chunk, limit_bytes, too_large)
        check_token(request, upload.fields)
        if upload.file is None:
            # A file without a single byte has a name all the same.
            missing = (EMPTY, "empty_file") if upload.filename else (NO_FILE, "missing_file")
            raise Invalid(*missing, field="file")
        await asyncio.to_thread(upload.file.finish)
    except Refusal:
        await upload.discard()
        await drain(request)
        raise
    except BaseException:
        await upload.discard()
        raise
    return upload


def check_token(request: Request, fields: dict[str, str]) -> None:
    csrf.check_token(request, fields.get(csrf.FIELD) or str(request.headers.get(csrf.HEADER) or ""))


async def _file_chunks(request: Request, upload: Upload) -> AsyncIterator[bytes]:
    """The bytes of the part named `file`; the other parts land in `upload.fields` on the way."""
    parts = _OneFile(upload)
    async for _ in parsed(request, parts):
        if parts.file_bytes:
            yield b"".join(parts.file_bytes)
            parts.file_bytes.clear()


async def parsed(request: Request, parts: "Parts") -> AsyncIterator[None]:
    """One turn for each block of the body, which `parts` has seen then."""
    parser = _parser(request, parts)
    while (block := await _read(request)) is not None:
        try:
            parser.write(block)
        except MultipartParseError as error:
            raise Invalid(BROKEN, "bad_multipart", field="file") from error
        yield
    if not parts.is_complete:
        raise Invalid(BROKEN, "bad_multipart", field="file")


async def blocks_of(request: Request) -> AsyncIterator[bytes]:
    """A body that is nothing but a part of a file, as it comes. Raises Invalid once nothing comes any more."""
    while (block := await _read(request)) is not None:
        yield block


async def _read(request: Request) -> bytes | None:
    try:
        async with asyncio.timeout(STALLED_SECONDS):
            block: bytes | None = await _body(request).read()
    except TimeoutError as error:
        raise Invalid(BROKEN, "upload_stalled", field="file") from error
    return block


def _body(request: Request) -> Http:
    """Routes with `stream=True` always have one."""
    return cast(Http, request.stream)


async def drain(request: Request) -> None:
    """Let the browser finish sending: it shows our sentence only once it has sent everything."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while await _body(request).read() is not None:
                pass
    except (TimeoutError, SanicException):
        return


def _parser(request: Request, parts: "Parts") -> MultipartParser:
    kind, options = parse_options_header(request.headers.get("content-type") or "")
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Invalid(NO_FILE, "missing_file", field="file")
    return MultipartParser(
        boundary,
        {
            "on_part_begin": parts.begin,
            "on_header_field": parts.on_header_name,
            "on_header_value": parts.on_header_value,
            "on_header_end": parts.on_header_end,
            "on_headers_finished": parts.on_headers,
            "on_part_data": parts.on_bytes,
            "on_end": parts.end,
        },
    )


class Parts:
    """What the parser calls back into: small fields are kept, a file's bytes are handed on."""

    def __init__(self, fields: dict[str, str]) -> None:
        self.is_complete = False
        self._fields = fields
        self.begin()

    def takes(self, filename: str) -> bool:
        """Whether the bytes of this file are wanted."""
        raise NotImplementedError

    def on_file_bytes(self, block: bytes) -> None:
        raise NotImplementedError

    def begin(self) -> None:
        self._name, self._is_file, self._value = "", False, b""
        self._header_name, self._header_value = b"", b""
        self._headers: dict[bytes, bytes] = {}

    def on_header_name(self, block: bytes, start: int, end: int) -> None:
        self._header_name += block[start:end]

    def on_header_value(self, block: bytes, start: int, end: int) -> None:
        self._header_value += block[start:end]

    def on_header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name, self._header_value = b"", b""

    def on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename", b"").decode("utf-8", "replace")
        # An empty file input is sent too, with an empty name: that is no file.
        self._is_file = self._name == "file" and bool(filename) and self.takes(plain_filename(filename))

    def on_bytes(self, block: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.on_file_bytes(block[start:end])
        elif b"filename" not in self._headers.get(b"content-disposition", b""):
            self._keep_field(block[start:end])

    def end(self) -> None:
        self.is_complete = True

    def _keep_field(self, block: bytes) -> None:
        # Read as a whole each time: a letter may lie in two blocks.
        self._value += block
        if len(self._value) > FIELD_BYTES or len(self._fields) > MOST_FIELDS:
            raise Invalid("This is longer than fits here. Make it shorter.", "too_long", field=self._name)
        self._fields[self._name] = self._value.decode("utf-8", "replace")


class _OneFile(Parts):
    """The first file of a form."""

    def __init__(self, upload: Upload) -> None:
        super().__init__(upload.fields)
        self.file_bytes: list[bytes] = []
        self._upload = upload

    def takes(self, filename: str) -> bool:
        is_first = not self._upload.filename
        self._upload.filename = self._upload.filename or filename
        return is_first

    def on_file_bytes(self, block: bytes) -> None:
        self.file_bytes.append(block)


def plain_filename(given: str) -> str:
    """The last part of whatever path a browser sent, printable, 120 characters at most."""
    last = PurePosixPath(given.replace("\\", "/")).name
    shown = "".join(character for character in last if character.isprintable()).strip(". ")
    if len(shown) > NAME_CHARACTERS:
        stem, dot, suffix = shown.rpartition(".")
        shown = (
            f"{stem[: NAME_CHARACTERS - len(suffix) - 1]}{dot}{suffix}"
            if len(suffix) < 12
            else shown[:NAME_CHARACTERS]
        )
    return shown or "file"
