"""What students notice while a long paper is read and indexed beside them."""

import asyncio
import re
import sqlite3
import time
from contextlib import closing

from tests.bench.keep_alive import line_to
from tests.bench.school_day import PAGES, class_of, lasting, walk
from tests.bench.table import line, spread, title
from tests.faults.serving import ServedBox
from tests.made_documents import pdf

# A page of a school book.
SENTENCE = (
    "On day {day} the plant in window {page} drinks {day} spoons of water and grows towards the light.\n"
)
SENTENCES = 24
LOOK_SECONDS = 0.25
LAST_SECONDS = 600.0


async def paper_meanwhile(
    box: ServedBox, students: int, seconds: float, each_seconds: float, paper_pages: int
) -> None:
    """The same walk twice, in turn: with nothing else to do, and from the upload of the paper on."""
    title(f"A paper of {paper_pages} pages, while {students} students open a page every {each_seconds:g} s")
    paper = _paper(paper_pages)
    async with class_of(box, students, "Neighbour") as seats:
        alone, alone_inside = await walk(box, seats, lasting(seconds), each_seconds)
        began = time.perf_counter()
        await _hand_over(box, paper)
        reading = asyncio.create_task(_until_read(box, began))
        beside, beside_inside = await walk(box, seats, lasting(seconds), each_seconds)
        share, took = _progress(box), await reading
    for name in PAGES:
        spread(f"{name}, in the server, alone", alone_inside[name])
        spread(f"{name}, in the server, beside it", beside_inside[name], "p99 100 ms", alone_inside[name])
        spread(f"{name}, as the browser sees it, beside it", beside[name], against=alone[name])
    line("the paper was read in", f"{took:.0f} s", f"{share:.0%} meanwhile")


async def _hand_over(box: ServedBox, paper: bytes) -> None:
    """By the teacher, on a line of their own: one that was idle for long is closed."""
    link = re.findall(r"(/sign-in/link/\S+)", box.log.read_text())[-1]
    async with line_to(box) as teacher:
        await teacher.get(link)
        await teacher.post(link)
        await teacher.get("/teach/class/1/library")
        sent = await teacher.upload("/teach/class/1/library", "long.pdf", paper)
    if sent.status != 302:
        raise RuntimeError(f"the paper was answered {sent.status}")


def _paper(pages: int) -> bytes:
    return pdf(
        *(
            "".join(SENTENCE.format(page=page, day=day) for day in range(1, SENTENCES + 1))
            for page in range(1, pages + 1)
        )
    )


async def _until_read(box: ServedBox, began: float) -> float:
    async with asyncio.timeout(LAST_SECONDS):
        while _progress(box) < 1:  # noqa: ASYNC110 - another process reads it
            await asyncio.sleep(LOOK_SECONDS)
    return time.perf_counter() - began


def _progress(box: ServedBox) -> float:
    with closing(sqlite3.connect(box.data / "box.sqlite3")) as connection:
        row = connection.execute("SELECT state, progress FROM documents ORDER BY id DESC LIMIT 1").fetchone()
    if row[0] == "failed":
        raise RuntimeError("the paper could not be read")
    # Without a search model it is ready when its words are there.
    return 1.0 if row[0] == "ready" else float(row[1])
