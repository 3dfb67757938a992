"""An operator's virus scanner, asked about every file that people send before it is kept."""

import asyncio
import logging
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL, Process
from contextlib import suppress
from pathlib import Path
from typing import Literal

from appliance.errors import Infected, Unavailable
from appliance.settings import Settings

# What is kept beside a file: nobody asked, found clean, or asked in vain.
Scan = Literal["", "clean", "error"]

CLEAN, FOUND = 0, 1
# A scanner that reads its signatures anew for each file takes a gigabyte: a whole class may hand in at once.
AT_ONCE = 2
# Browsers wait two minutes for what is said of a file that has arrived.
WAIT_SECONDS = 60.0
NICENESS = 10
INFECTED = (
    "The virus scanner found something in this file, so it was not kept. Don't open it elsewhere either."
)
NO_SCANNER = (
    "The virus scanner of this box could not look at the file, so it was not kept. "
    "Try again in a minute; if it stays so, somebody has to look after the box."
)

log = logging.getLogger("chalkbox.scanner")


class Scanner:
    """`command` is run without a shell, with the file's path as its last word; without one every file passes."""

    def __init__(self, command: str = "", seconds: float = 20.0, is_fail_closed: bool = False) -> None:
        self._command = tuple(shlex.split(command))
        self._seconds = seconds
        self._is_fail_closed = is_fail_closed
        self._lanes = asyncio.Semaphore(AT_ONCE)

    async def scan(self, path: Path) -> Scan:
        """Raises Infected, and Unavailable where nothing may be kept that the scanner has not seen."""
        if not self._command:
            return ""
        code = await self._verdict(path)
        if code == CLEAN:
            return "clean"
        if code == FOUND:
            log.warning("upload_infected")
            raise Infected(INFECTED, field="file")
        log.error("scanner_failed exit=%s", "none" if code is None else code)
        if self._is_fail_closed:
            raise Unavailable(NO_SCANNER, "scan_failed", field="file")
        return "error"

    async def _verdict(self, path: Path) -> int | None:
        """The scanner's exit status, or None where it could not be run or took too long."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._lanes.acquire()
        except TimeoutError:
            return None
        try:
            return await self._run(path)
        finally:
            self._lanes.release()

    def _words(self, path: Path) -> list[str]:
        return [*self._command, str(path.absolute())]

    async def _run(self, path: Path) -> int | None:
        try:
            child = await asyncio.create_subprocess_exec(
                *self._words(path),
                # It knows nothing of the box: the keys stand in the environment.
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=DEVNULL,
                start_new_session=True,
            )
        except OSError:
            return None
        try:
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PGRP, child.pid, NICENESS)
            async with asyncio.timeout(self._seconds):
                return await child.wait()
        except TimeoutError:
            return None
        finally:
            await _end(child)


def scanner_of(settings: Settings) -> Scanner:
    return Scanner(
        settings.classhub_upload_scan_command if settings.classhub_upload_scan_enabled else "",
        settings.classhub_upload_scan_timeout_seconds,
        settings.classhub_upload_scan_fail_closed,
    )


async def _end(child: Process) -> None:
    """With all that it started: it leads a session of its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    await child.wait()
