"""Several files in one form, each of which may be refused by itself."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from sanic import Request

from appliance.errors import Invalid, Refusal, TooLarge
from appliance.storage.files import FileStore, IncomingFile
from appliance.web.uploads import EMPTY, FORM_BYTES, NO_FILE, Check, Parts, check_token, drain, parsed

MOST_FILES = 20
# Those too many are named beside the others; whoever sends more than this chose no files.
MOST_NAMES = 10 * MOST_FILES
TOO_MANY = "Only twenty files go at once. Upload this one with the next."


@dataclass
class Arrived:
    """One of several files: here, or refused while the others came."""

    filename: str
    file: IncomingFile | None = None
    refusal: Refusal | None = None


@dataclass
class Uploads:
    """The files and the fields around them; whoever gets them keeps or discards each file."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[Arrived] = field(default_factory=list)

    async def discard(self) -> None:
        for arrived in self.files:
            if arrived.file is not None:
                await asyncio.to_thread(arrived.file.discard)


async def receive_many(
    request: Request, store: FileStore, limit_bytes: int, too_large: str, uploads: Uploads, check: Check
) -> None:
    """Read the body as it comes, up to twenty parts named `file`; the token field has to stand before them.

    Raises Invalid, TooLarge, Forbidden, Unavailable or what `check` raises where nothing at all can be kept; then
    nothing is left.
    """
    most_bytes, is_begun = MOST_FILES * limit_bytes + FORM_BYTES, False
    try:
        async for arrived, chunk in _pieces(request, uploads):
            if int(request.headers.get("content-length") or 0) > most_bytes:
                raise TooLarge(too_large, "file_too_large", field="file")
            check_token(request, uploads.fields)
            if not is_begun:
                await check()
                is_begun = True
            await _write(store, arrived, chunk, limit_bytes, too_large)
        check_token(request, uploads.fields)
        if not uploads.files:
            raise Invalid(NO_FILE, "missing_file", field="file")
        for arrived in uploads.files:
            await _finish(arrived)
    except Refusal:
        await uploads.discard()
        await drain(request)
        raise
    except BaseException:
        await uploads.discard()
        raise


async def _pieces(request: Request, uploads: Uploads) -> AsyncIterator[tuple[Arrived, bytes]]:
    parts = _ManyFiles(uploads)
    async for _ in parsed(request, parts):
        for piece in parts.pieces:
            yield piece
        parts.pieces.clear()


async def _write(store: FileStore, arrived: Arrived, chunk: bytes, limit_bytes: int, too_large: str) -> None:
    if arrived.refusal is not None:
        return
    if arrived.file is None:
        arrived.file = IncomingFile(store.folder)
    try:
        await store.write(arrived.file, chunk, limit_bytes, too_large)
    except TooLarge as refusal:
        await asyncio.to_thread(arrived.file.discard)
        arrived.file, arrived.refusal = None, refusal


async def _finish(arrived: Arrived) -> None:
    """A file without a single byte has a name all the same."""
    if arrived.file is not None:
        await asyncio.to_thread(arrived.file.finish)
    elif arrived.refusal is None:
        arrived.refusal = Invalid(EMPTY, "empty_file", field="file")


class _ManyFiles(Parts):
    """Every file of the form, each piece with the file that it belongs to."""

    def __init__(self, uploads: Uploads) -> None:
        super().__init__(uploads.fields)
        self.pieces: list[tuple[Arrived, bytes]] = []
        self._files = uploads.files

    def takes(self, filename: str) -> bool:
        if len(self._files) >= MOST_NAMES:
            raise Invalid(TOO_MANY, "too_many", field="file")
        is_too_many = len(self._files) >= MOST_FILES
        self._files.append(
            Arrived(filename, refusal=Invalid(TOO_MANY, "too_many", field="file") if is_too_many else None)
        )
        return True

    def on_file_bytes(self, block: bytes) -> None:
        self.pieces.append((self._files[-1], block))
