"""`make bench`: figures of the box on this machine; it fails when something is lost, never for being slow."""

import argparse
import asyncio
import sys
from dataclasses import dataclass
from random import Random

from tests.bench.machine import MEGABYTE, described
from tests.bench.new_box import SEARCH_MODEL, new_box
from tests.bench.paper import paper_meanwhile
from tests.bench.query_counts import query_counts
from tests.bench.school_day import hand_in_rush, join_rush, pages
from tests.bench.starting import memory, starts
from tests.bench.table import line, title
from tests.faults.power_cuts import losses, work_until_killed
from tests.faults.serving import HandedIn, ServedBox


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    starts: int
    students: int
    seconds: float
    each_seconds: float
    joining: int
    joining_within: float
    makers: int
    file_bytes: int
    power_cuts: int
    paper_pages: int


SHORT = Size(3, 30, 6, 1, 20, 2, 10, 2 * MEGABYTE, 3, 20)
WHOLE = Size(10, 200, 60, 5, 60, 5, 30, 20 * MEGABYTE, 200, 300)


async def measure(size: Size) -> int:
    """Returns how much was lost, which has to be nothing."""
    print(f"Chalkbox on {described()}")
    with new_box(APPLIANCE_MODELS=str(SEARCH_MODEL)) as box:
        starts(box, size.starts)
        box.start()
        await memory(box)
    with new_box(APPLIANCE_MODELS=str(SEARCH_MODEL)) as box:
        box.start()
        await paper_meanwhile(box, size.students, size.seconds, size.each_seconds, size.paper_pages)
    with new_box() as box:
        box.start()
        await pages(box, size.students, size.seconds, size.each_seconds)
        await join_rush(box, size.joining, size.joining_within)
        await hand_in_rush(box, size.makers, size.file_bytes)
    await query_counts()
    with new_box() as box:
        return await power_cuts(box, size.power_cuts)


async def power_cuts(box: ServedBox, rounds: int) -> int:
    title(f"Power cuts: {rounds} rounds of kill -9 under a write load")
    receipts: list[HandedIn] = []
    lost: list[str] = []
    box.start()
    for number in range(rounds):
        receipts += await work_until_killed(box, Random(number), number)
        box.start()
        lost = losses(box, receipts)
        if lost:
            break
    line("hand-ins that were answered", str(len(receipts)))
    line("lost, changed or half there", str(len(lost)))
    for problem in lost:
        print(f"    {problem}")
    return len(lost)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--short", action="store_true", help="small numbers, under a minute: does it complete?"
    )
    size = SHORT if parser.parse_args().short else WHOLE
    return 1 if asyncio.run(measure(size)) else 0


if __name__ == "__main__":
    sys.exit(main())
