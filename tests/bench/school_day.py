"""What a class does to a running box: pages at a walking pace, everybody joins, everybody hands in."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from tests.bench.keep_alive import Answer, Line, Seat, join, line_to, seat
from tests.bench.machine import MEGABYTE, peak_of, processor_seconds
from tests.bench.table import line, megabytes, spread, title
from tests.faults.serving import FIRST_LESSON, ServedBox

PAGES = {"privacy": "/privacy", "class home": "/student", "lesson": FIRST_LESSON}
ROUTES = {
    "privacy": "/privacy",
    "class home": "/student",
    "lesson": '"/course/<course:str>/<lesson:str>"',
}

GoesOn = Callable[[], bool]
Taken = dict[str, list[float]]
"""Seconds that each kind of page took."""


@asynccontextmanager
async def class_of(box: ServedBox, students: int, prefix: str) -> AsyncIterator[list[Seat]]:
    async with AsyncExitStack() as lines:
        seats = []
        for number in range(students):
            opened = await lines.enter_async_context(line_to(box))
            seats.append(await seat(opened, box, f"{prefix}%20{number}"))
        yield seats


async def pages(box: ServedBox, students: int, seconds: float, each_seconds: float) -> None:
    """Everybody opens a page every `each_seconds`, the three kinds in turn."""
    title(f"Pages: {students} students, each a page every {each_seconds:g} s, for {seconds:g} s")
    async with class_of(box, students, "Reader") as seats:
        used = processor_seconds(pid_of(box))
        taken, inside = await walk(box, seats, lasting(seconds), each_seconds)
        used = processor_seconds(pid_of(box)) - used
    for name, within in inside.items():
        budget = "" if name == "privacy" else "8 / 40 ms"
        spread(f"{name}, in the server", within, budget)
        spread(f"{name}, as the browser sees it", taken[name], against=taken["privacy"])
    line("processor time a page", f"{used / sum(map(len, taken.values())) * 1000:.1f} ms")


def lasting(seconds: float) -> GoesOn:
    until = time.perf_counter() + seconds
    return lambda: time.perf_counter() < until


async def walk(
    box: ServedBox, seats: list[Seat], goes_on: GoesOn, each_seconds: float
) -> tuple[Taken, Taken]:
    """As the browsers see it, and in the server by its own log."""
    already = len(box.log.read_bytes())
    taken: Taken = {name: [] for name in PAGES}
    await asyncio.gather(
        *(
            _read(one.line, number, number * each_seconds / len(seats), each_seconds, goes_on, taken)
            for number, one in enumerate(seats)
        )
    )
    return taken, _inside(box.log.read_bytes()[already:].decode())


def _inside(log: str) -> Taken:
    return {
        name: [
            float(found) / 1000
            for found in re.findall(rf"route={re.escape(route)} status=200 ms=([\d.]+)", log)
        ]
        for name, route in ROUTES.items()
    }


async def _read(one: Line, turn: int, delay: float, pause: float, goes_on: GoesOn, taken: Taken) -> None:
    """The first page is the one whose `turn` it is: at every moment all kinds are asked for."""
    await asyncio.sleep(delay)
    names = list(PAGES)
    while goes_on():
        name = names[turn % len(names)]
        answer = await one.get(PAGES[name])
        if answer.status != 200:
            raise RuntimeError(f"{PAGES[name]} answered {answer.status}")
        taken[name].append(answer.seconds)
        turn += 1
        await asyncio.sleep(max(0.0, pause - answer.seconds))


async def join_rush(box: ServedBox, students: int, within: float) -> None:
    title(f"Join rush: {students} students within {within:g} s from one address")

    async def come(number: int) -> Answer:
        await asyncio.sleep(number * within / students)
        async with line_to(box) as newcomer:
            return await join(newcomer, box, f"Rush%20{number}")

    answers = await asyncio.gather(*(come(number) for number in range(students)))
    line("in", f"{sum(answer.status == 302 for answer in answers)} of {students}")
    spread("joining", [answer.seconds for answer in answers], "p99 500 ms")


async def hand_in_rush(box: ServedBox, students: int, size: int) -> None:
    title(f"Hand-in: {students} x {megabytes(size)} at once")
    async with class_of(box, students, "Maker") as seats, class_of(box, 1, "Bystander") as (bystander,):
        meanwhile: list[float] = []
        looking = asyncio.create_task(_look_on(bystander.line, meanwhile))
        used = processor_seconds(pid_of(box))
        async with peak_of(pid_of(box)) as peak:
            resting = peak[0]
            began = time.perf_counter()
            answers = await asyncio.gather(*(one.line.hand_in(one.hand_in_path, size) for one in seats))
            whole = time.perf_counter() - began
        used = processor_seconds(pid_of(box)) - used
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    line("handed in", f"{sum(answer.status == 302 for answer in answers)} of {students}")
    line("all of it", f"{whole:.1f} s", f"{students * size / MEGABYTE / whole:.0f} MB/s")
    line("processor time a megabyte", f"{used / (students * size / MEGABYTE) * 1000:.1f} ms")
    line("memory grew by", megabytes(peak[0] - resting), "", "", "", "64 MB")
    spread("class home meanwhile", meanwhile, "p99 40 ms")


async def _look_on(one: Line, taken: list[float]) -> None:
    while True:
        taken.append((await one.get("/student")).seconds)
        await asyncio.sleep(0.1)


def pid_of(box: ServedBox) -> int:
    if box.process is None:
        raise RuntimeError("the box is not running")
    return box.process.pid
