"""A paper read from its first page to its last by a child process that can fail without harm."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGXCPU
from typing import BinaryIO

from appliance.errors import Invalid, Unavailable
from appliance.library.document_kinds import DAMAGED, Kind
from appliance.storage.opened import opened

SECONDS = 600.0
LINE_BYTES = 1024 * 1024

ENCRYPTED = "This PDF is protected. Save a copy without a password and upload that."
UNSAFE = "This file has parts that no paper needs and that could do harm. Save it again from its own app."
TOO_BIG = "There is more in this file than the box can open. Split it into smaller ones."
TOO_SLOW = "Reading this file took too long. Split it into smaller ones."
MISSING = "The part that reads papers is missing or broken: ask the person who looks after the box."
ENDS = {-SIGXCPU: (TOO_SLOW, "too_slow"), -SIGKILL: (TOO_BIG, "too_big")}
FAULTS = {"encrypted": ENCRYPTED, "unsafe": UNSAFE, "too_big": TOO_BIG}


@dataclass(frozen=True)
class Opened:
    """How many pages the file has."""

    pages: int


@dataclass(frozen=True)
class Leaf:
    """Some passages of one page, as (heading, body); none for a page that is a picture."""

    page: int
    passages: list[tuple[str, str]]


@dataclass(frozen=True)
class Closed:
    """`pages` were read; `is_cut`: there was more; `without_text` of them hold none."""

    pages: int
    without_text: int
    is_cut: bool


Line = Opened | Leaf | Closed


async def read(path: Path, kind: Kind, seconds: float = SECONDS) -> AsyncGenerator[Line, None]:
    """Opened comes first and Closed last, else it raises Invalid with a sentence for the teacher.

    Raises Unavailable when the box is to blame. Closing it ends the child.
    """
    async with _opened(path) as file:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "appliance.library.extraction", kind),
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            limit=LINE_BYTES,
        )
    try:
        async with aclosing(_lines(child, seconds)) as lines:
            async for line in lines:
                yield line
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


@asynccontextmanager
async def _opened(path: Path) -> AsyncIterator[BinaryIO]:
    async with AsyncExitStack() as stack:
        try:
            file = await stack.enter_async_context(opened(path))
        except FileNotFoundError as error:
            raise Invalid(DAMAGED, "missing") from error
        yield file


async def _lines(child: asyncio.subprocess.Process, seconds: float) -> AsyncGenerator[Line, None]:
    assert child.stdout is not None  # noqa: S101 - it was asked for
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while True:
        try:
            async with asyncio.timeout_at(ends):
                said = await child.stdout.readline()
        except TimeoutError as error:
            raise Invalid(TOO_SLOW, "too_slow") from error
        line = _line(said) if said.endswith(b"\n") else await _last_word(child)
        yield line
        if isinstance(line, Closed):
            return


def _line(said: bytes) -> Line:
    line = json.loads(said)
    if "fault" in line:
        raise Invalid(FAULTS.get(line["fault"], DAMAGED), line["fault"])
    if "of" in line:
        return Opened(line["of"])
    if "read" in line:
        return Closed(line["read"], line["without_text"], line["is_cut"])
    return Leaf(line["page"], [(heading, body) for heading, body in line["passages"]])


async def _last_word(child: asyncio.subprocess.Process) -> Line:
    """It ended without saying why: out of time, ended by the kernel for its memory, or fallen over."""
    code = await child.wait()
    if code > 0:
        raise Unavailable(MISSING, "reader_missing")
    sentence, fault = ENDS.get(code, (DAMAGED, "damaged"))
    raise Invalid(sentence, fault)


def _environment() -> dict[str, str]:
    """Nothing of ours but the way to the code: no keys, no addresses."""
    here = str(Path(__file__).resolve().parents[2])
    return {"PYTHONPATH": os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", ""))))}
