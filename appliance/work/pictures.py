"""Pictures that are handed in: upright, readable everywhere, and without what the camera wrote beside them."""

import asyncio
import importlib.util
import os
import secrets
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from appliance.errors import Invalid, NotFound
from appliance.storage.files import FileStore, IncomingFile
from appliance.storage.opened import opened
from appliance.work.file_kinds import extension_of
from appliance.work.picture_bytes import WALKS, Look, NotWellFormed, bytes_of, look_at, upright_mark

# What was done to it; empty for what is no picture.
State = Literal["", "clean", "stripped", "turned", "converted", "as_it_came"]
HEIC = (".heic", ".heif")
JPEGS = (".jpg", ".jpeg")
SECONDS = 30.0
MOST_BYTES = 96 * 1024 * 1024
BLOCK = 256 * 1024
HOME = str(Path(__file__).resolve().parents[2])
NO_HEIC = (
    "This box can't read HEIC photos. On an iPhone choose Settings, Camera, Formats, Most Compatible; "
    "or send a screenshot of the photo."
)
BAD_HEIC = (
    "The box could not turn this HEIC photo into a JPEG. Send it as a JPEG, or send a screenshot of it."
)
TOO_LARGE = "This picture is too large for the box. Make it smaller and hand it in once more."
NO_THUMBNAIL = "There is no small picture of this file."


@dataclass(frozen=True)
class Prepared:
    """A picture as it will be kept; any other file just as it came."""

    file: IncomingFile
    filename: str
    state: State


class Pictures:
    """Opens a few at a time, each in a process that is thrown away: a whole class comes back from a walk at once."""

    def __init__(self, lanes: int = 2, reads_heic: bool | None = None) -> None:
        self._lanes = asyncio.Semaphore(lanes)
        self.reads_heic = _has_heif() if reads_heic is None else reads_heic

    def kinds(self, accepted: tuple[str, ...]) -> tuple[str, ...]:
        """What may come where `accepted` is asked for: a HEIC photo becomes a JPEG."""
        takes = self.reads_heic and any(kind in accepted for kind in JPEGS)
        return (*accepted, *HEIC) if takes else accepted

    async def prepared(
        self, store: FileStore, incoming: IncomingFile, filename: str, accepted: tuple[str, ...]
    ) -> Prepared:
        """Either `incoming` itself, or another file in its place; then `incoming` is gone.

        A picture that holds to no format, or is larger than can be opened, is kept all the same; `state` says so.
        Raises Invalid for a HEIC photo where only what it could become was asked for.
        """
        extension = extension_of(filename)
        if extension in HEIC:
            return await self._from_heic(store, incoming, filename, accepted)
        if extension not in WALKS:
            return Prepared(incoming, filename, "")
        try:
            look = await asyncio.to_thread(_look, incoming.path, extension)
        except NotWellFormed:
            return Prepared(incoming, filename, "as_it_came")
        if look.orientation != 1:
            turned = await self._by_child(store, incoming, "turn")
            if turned:
                return Prepared(turned, filename, "turned")
            look = upright_mark(look) if extension in JPEGS else look
        if not look.has_more:
            return Prepared(incoming, filename, "clean")
        return Prepared(await _without_more(store, incoming, look), filename, "stripped")

    async def _from_heic(
        self, store: FileStore, incoming: IncomingFile, filename: str, accepted: tuple[str, ...]
    ) -> Prepared:
        photo = await self._by_child(store, incoming, "jpeg") if self.reads_heic else None
        if photo:
            return Prepared(photo, str(PurePosixPath(filename).with_suffix(".jpg")), "converted")
        if extension_of(filename) not in accepted:
            raise Invalid(BAD_HEIC if self.reads_heic else NO_HEIC, "no_heic", field="file")
        return Prepared(incoming, filename, "as_it_came")

    async def _by_child(self, store: FileStore, incoming: IncomingFile, what: str) -> IncomingFile | None:
        """None for a picture that could not be opened; otherwise `incoming` is gone."""
        async with self._lanes:
            made = IncomingFile(store.folder)
            try:
                async for block in _drawn(incoming.path, what):
                    await store.write(made, block, MOST_BYTES, TOO_LARGE)
                await asyncio.to_thread(made.finish)
            except _Undrawable:
                await asyncio.to_thread(made.discard)
                return None
            except BaseException:
                await asyncio.to_thread(made.discard)
                raise
        await asyncio.to_thread(incoming.discard)
        return made

    async def thumbnail(self, store: FileStore, stored_name: str) -> Path:
        """A small JPEG or PNG, made once. Raises NotFound for what can't be opened, and for what is gone."""
        path = store.thumbnail(stored_name)
        if await asyncio.to_thread(path.is_file):
            return path
        async with self._lanes:
            try:
                small = b"".join([block async for block in _drawn(store.path(stored_name), "thumbnail")])
            except (_Undrawable, OSError) as error:
                raise NotFound(NO_THUMBNAIL) from error
        await asyncio.to_thread(_keep_thumbnail, store, stored_name, small)
        return path


class _Undrawable(Exception):
    """The child could not make anything of it."""


def _has_heif() -> bool:
    return importlib.util.find_spec("pillow_heif") is not None


def _look(path: Path, extension: str) -> Look:
    with path.open("rb") as file:
        return look_at(file, extension)


async def _without_more(store: FileStore, incoming: IncomingFile, look: Look) -> IncomingFile:
    made = IncomingFile(store.folder)
    try:
        async with opened(incoming.path) as file:
            blocks = bytes_of(file, look)
            while block := await asyncio.to_thread(next, blocks, b""):
                await store.write(made, block, MOST_BYTES * 16, TOO_LARGE)
        await asyncio.to_thread(made.finish)
    except BaseException:
        await asyncio.to_thread(made.discard)
        raise
    await asyncio.to_thread(incoming.discard)
    return made


async def _drawn(path: Path, what: str) -> AsyncIterator[bytes]:
    """What the child says, block by block. Raises _Undrawable, at the end too."""
    async with opened(path) as file:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "appliance.work.picture_drawing", what),
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # One pool of memory: each thread's own would count against the child's limit.
            env={"PYTHONPATH": HOME, "MALLOC_ARENA_MAX": "1"},
        )
    assert child.stdout is not None  # noqa: S101 - it was asked for
    said = 0
    try:
        async with asyncio.timeout(SECONDS):
            while block := await child.stdout.read(BLOCK):
                said += len(block)
                if said > MOST_BYTES:
                    raise _Undrawable
                yield block
            if await child.wait() != 0 or not said:
                raise _Undrawable
    except TimeoutError as error:
        raise _Undrawable from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def _keep_thumbnail(store: FileStore, stored_name: str, small: bytes) -> None:
    """Whole or not at all; and not for a file that was deleted meanwhile."""
    path = store.thumbnail(stored_name)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    half = path.with_name(secrets.token_hex(8))
    half.write_bytes(small)
    os.replace(half, path)
    if not store.path(stored_name).exists():
        path.unlink(missing_ok=True)
        raise NotFound(NO_THUMBNAIL)
