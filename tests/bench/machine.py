"""What the machine says about a process: its memory, its children, its time on the processor."""

import asyncio
import os
import platform
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

MEGABYTE = 1024 * 1024
TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """The process and everything below it."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    children = listed.read_text().split() if listed.exists() else []
    return [pid, *(member for child in children for member in family(int(child)))]


def resident(pid: int) -> int:
    """Bytes of memory that are resident in this one process."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def proportional(pid: int) -> int:
    """Bytes of memory in this one process, what it shares with others counted by halves, thirds and so on."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return 1024 * int(next(line for line in told.splitlines() if line.startswith("Pss:")).split()[1])


def processor_seconds(pid: int) -> float:
    """0 for a process that has ended meanwhile."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


@asynccontextmanager
async def peak_of(pid: int) -> AsyncIterator[list[int]]:
    """The list's one number is the most resident bytes that were seen so far."""
    peak = [resident(pid)]

    async def watch() -> None:
        while True:
            await asyncio.sleep(0.02)
            peak[0] = max(peak[0], resident(pid))

    watching = asyncio.create_task(watch())
    try:
        yield peak
    finally:
        watching.cancel()


def described() -> str:
    cores = os.cpu_count() or 0
    load = os.getloadavg()[0]
    return f"{platform.machine()}, {cores} cores, load {load:.1f} at the start, Python {platform.python_version()}"
