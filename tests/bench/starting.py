"""How soon the first page comes, and how much memory the whole box takes."""

import asyncio
import statistics
import subprocess
import sys
import time

from tests.bench.keep_alive import line_to, seat
from tests.bench.machine import family, processor_seconds, proportional, resident
from tests.bench.school_day import PAGES, pid_of
from tests.bench.table import line, megabytes, ms, spread, title
from tests.faults.serving import ServedBox

SETTLE_SECONDS = 30.0


def starts(box: ServedBox, times: int) -> None:
    """In turn with the start of a bare interpreter, so that a busy machine is seen as one."""
    title(f"Start to first page, seeded and warm: {times} times")
    box.start()
    box.stop()
    bare, whole, stops = [], [], []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import sanic, numpy, jinja2"], check=True)
        bare.append(time.perf_counter() - began)
        whole.append(box.start())
        stops.append(box.stop()[1])
    spread("first page", whole, "1500 ms", against=bare)
    line("an interpreter that imports Sanic alone", ms(statistics.median(bare)))
    spread("stop, with nobody on it", stops)


async def indexed(box: ServedBox) -> None:
    """Wait until the search model has done its first work: the engine's child is there by then."""
    deadline = time.perf_counter() + SETTLE_SECONDS
    busy = -1.0
    while time.perf_counter() < deadline:
        members = family(pid_of(box))
        used = sum(processor_seconds(pid) for pid in members)
        if used == busy:
            return
        busy = used
        await asyncio.sleep(1)


async def memory(box: ServedBox) -> None:
    """Of a box that has its search model and no chat model, as set-up leaves it."""
    title("Resident memory without a chat model")
    await indexed(box)
    _tell(box, "after the start, lessons indexed")
    async with line_to(box) as one:
        await seat(one, box, "Weigher")
        for _ in range(30):
            for path in PAGES.values():
                await one.get(path)
    _tell(box, "after 90 pages")


def _tell(box: ServedBox, when: str) -> None:
    server, *children = family(pid_of(box))
    for counted, how, budget in ((resident, "resident", "140 MB"), (proportional, "shared once", "180 MB")):
        child = sum(counted(pid) for pid in children)
        whole = counted(server) + child
        figures = [f"server {megabytes(counted(server))}", f"child {megabytes(child)}", megabytes(whole)]
        line(f"{when}, {how}", *figures, "", budget)
