"""One life of the engine child, seen from the box: started, spoken to, watched and ended."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from appliance.inference.engine import EngineDied
from appliance.inference.protocol import (
    LARGEST_FRAME,
    LENGTH,
    Ask,
    Beat,
    Cancel,
    Embed,
    Embedded,
    Finished,
    Frame,
    ModelFault,
    Rank,
    Reader,
    Reading,
    Ready,
    Refused,
    Scored,
    Setup,
    Text,
    Warm,
    framed,
    unframed,
)

Reply = Text | Finished | Refused | Embedded | Scored
DIED = "The engine stopped in the middle of its work."
LAST_WORDS = 5
LEAVE_SECONDS = 2.0
SPINS = "10000"  # of libgomp: well under a millisecond


@dataclass(frozen=True)
class Limits:
    """Seconds after which a child counts as stuck: before its first sign of life, between two, in one step, loading."""

    # Python and the libraries may come from a slow stick, while the box itself starts.
    start: float = 60.0
    silence: float = 8.0
    step: float = 30.0
    load: float = 300.0
    beat: float = 1.0


@dataclass(frozen=True)
class Ended:
    """How a life ended: `code` from the kernel, `reason` for the log, `fault` when the model is to blame.

    `inside`: which reading model it ended in, if any. `never_began`: the box had nothing left to start it with.
    """

    code: int
    reason: str
    fault: str = ""
    inside: Reader | None = None
    never_began: bool = False


class Child:
    """Requests go out under a number of their own; each number has a queue for what comes back."""

    def __init__(self, setup: Setup, limits: Limits, on_ready: Callable[[Ready], None]) -> None:
        self._setup = setup
        self._limits = limits
        self._on_ready = on_ready
        self._numbers = count(1)
        self._replies: dict[int, asyncio.Queue[Reply | None]] = {}
        self._words: deque[str] = deque(maxlen=LAST_WORDS)
        self._heard = asyncio.Event()
        self._is_ready = self._has_spoken = False
        self.is_over = False
        self._stuck = ""
        self._fault = ""
        self._inside: Reader | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._ears: list[asyncio.Task[None]] = []

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def is_idle(self) -> bool:
        return not self._replies

    async def live(self) -> Ended:
        """Starts the process and returns when it is gone, by itself or because it was stuck or cancelled."""
        try:
            await unbroken(self._start())
            await self._watch()
        except OSError as lack:
            # of memory, processes or open files: no model is to blame, and there may be more of it soon
            return Ended(0, f"can't be started: {lack.strerror}", never_began=True)
        finally:
            await unbroken(self._end())
        code = self._process.returncode if self._process else None
        return Ended(
            code or 0, self._stuck or " ".join(self._words)[-300:] or "ended", self._fault, self._inside
        )

    async def converse(self, make: Callable[[int], Ask | Embed | Rank]) -> AsyncGenerator[Reply, None]:
        """All replies to one request; closing it early makes the child drop the work. Raises EngineDied."""
        if self._writer is None or self.is_over:
            raise EngineDied(DIED)
        number = next(self._numbers)
        replies = self._replies[number] = asyncio.Queue()
        is_done = False
        try:
            self._send(make(number))
            while (reply := await replies.get()) is not None:
                is_done = isinstance(reply, Finished | Refused)
                yield reply
                if is_done:
                    return
            raise EngineDied(DIED)
        finally:
            del self._replies[number]
            if not is_done and not self.is_over:
                self._send(Cancel(number))

    def tell(self, frame: Warm) -> None:
        """Something that is not answered."""
        if self._writer and not self.is_over:
            self._send(frame)

    async def leave(self) -> None:
        """Asks it to go by closing the line, which it takes as its end."""
        if self._writer:
            self._writer.close()

    def kill(self, why: str) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        self._stuck = self._stuck or why
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-m", "appliance.inference.worker", "--fd", str(theirs.fileno())),
                    pass_fds=(theirs.fileno(),),
                    env=child_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                )
            reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        except OSError:
            ours.close()
            raise
        self._send(self._setup)
        self._ears = [
            asyncio.create_task(self._listen(reader)),
            asyncio.create_task(self._overhear(process.stderr)),
        ]

    def _send(self, frame: Frame) -> None:
        if self._writer and not self._writer.is_closing():
            self._writer.write(framed(frame))

    async def _watch(self) -> None:
        listening, silent = self._ears[0], 0.0
        while not listening.done():
            self._heard.clear()
            await asyncio.wait({listening}, timeout=self._limits.silence)
            silent = 0.0 if self._heard.is_set() else silent + self._limits.silence
            patience = self._limits.silence if self._has_spoken else self._limits.start
            if not listening.done() and silent >= patience:
                self.kill(f"silent for {silent:g} s")
                await asyncio.wait({listening})

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                (size,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                if size > LARGEST_FRAME:
                    self.kill("spoke nonsense")
                    return
                self._take(unframed(await reader.readexactly(size)))

    def _take(self, frame: Frame) -> None:
        self._heard.set()
        self._has_spoken = True
        match frame:
            case Beat(working=working):
                if working > (self._limits.step if self._is_ready else self._limits.load):
                    self.kill(f"stuck for {working:.0f} s in one step")
            case Ready():
                self._is_ready, self._inside = True, None
                self._on_ready(frame)
            case Reading(reader=reader):
                self._inside = reader
            case ModelFault(message=message):
                self._fault = message
            case Text() | Finished() | Refused() | Embedded() | Scored():
                if isinstance(frame, Scored | Embedded | Refused):
                    self._inside = None
                if replies := self._replies.get(frame.id):
                    replies.put_nowait(frame)

    async def _overhear(self, stderr: asyncio.StreamReader | None) -> None:
        """Its last words are the only trace of an abort in the C library."""
        while stderr and (chunk := await stderr.read(4096)):
            self._words.extend(chunk.decode("utf-8", "replace").splitlines()[-LAST_WORDS:])

    async def _end(self) -> None:
        self.is_over = True
        for replies in self._replies.values():
            replies.put_nowait(None)
        if self._writer:
            self._writer.close()
        if self._process:
            await self._reap(self._process)
        await asyncio.gather(*self._ears, return_exceptions=True)
        if self._writer:
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    async def _reap(self, process: asyncio.subprocess.Process) -> None:
        """A closed line is its end; one that is stuck needs more than that."""
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await process.wait()
        except TimeoutError:
            self.kill("did not leave")
            await process.wait()


async def unbroken(steps: Coroutine[Any, Any, None]) -> None:
    """Sees the steps through even when cancelled: a process started or ended half-way is nobody's child."""
    task = asyncio.create_task(steps)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def child_environment() -> dict[str, str]:
    """Threads that wait awake for a moment, then asleep.

    A step has hundreds of places where its threads meet: asleep at each, a single answer took twice as long. Awake for
    as long as they like, they starve the web process, and each other when a core is taken (inference/free_cores.py).
    """
    here = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(part for part in (here, os.environ.get("PYTHONPATH", "")) if part)
    return {"GOMP_SPINCOUNT": SPINS, "MALLOC_ARENA_MAX": "2", **os.environ, "PYTHONPATH": path}
