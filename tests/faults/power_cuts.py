"""Rounds of work that end with kill -9, and what has to be true of the data folder after each."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from random import Random

import httpx

from tests.faults.serving import HandedIn, Pupil, ServedBox, is_handed_in, picture, pupils, receipt

PUPILS = 4
LARGEST_BYTES = 400_000
# From before the first hand-in is through to a few dozen later.
EARLIEST, LATEST = 0.02, 0.5
PATIENCE = 60.0


async def work_until_killed(box: ServedBox, random: Random, round_number: int) -> list[HandedIn]:
    """Pupils hand in and write as fast as they can until the box is gone; returns what it said it has."""
    receipts: list[HandedIn] = []
    names = [f"Round {round_number}, pupil {number}" for number in range(PUPILS)]
    async with pupils(box, *names) as working:
        tasks = [asyncio.create_task(_work(one, Random(random.random()), receipts)) for one in working]
        await asyncio.sleep(random.uniform(EARLIEST, LATEST))
        # On a busy machine nothing may have come in by then, and there would be nothing to lose.
        async with asyncio.timeout(PATIENCE):
            while not receipts:  # noqa: ASYNC110 - they come from another process
                await asyncio.sleep(0.01)
        await asyncio.to_thread(box.kill)
        await asyncio.gather(*tasks)
    return receipts


async def _work(one: Pupil, random: Random, receipts: list[HandedIn]) -> None:
    number = 0
    while True:
        content, name = picture(random.randint(1, LARGEST_BYTES)), f"{one.name} {number}.png"
        try:
            if is_handed_in(await one.hand_in(content, name)):
                receipts.append(receipt(one.name, name, content))
            await one.reflect("What I saw. " * random.randint(1, 300))
        except httpx.TransportError:
            return
        number += 1


def losses(box: ServedBox, receipts: list[HandedIn]) -> list[str]:
    """What is wrong with the data of a box that has started again, one line each; empty when all is well."""
    return [*_damage(box), *_missing(box, receipts), *_strays(box)]


def _damage(box: ServedBox) -> Iterator[str]:
    with _reading(box) as connection:
        for check in ("integrity_check", "foreign_key_check"):
            found = [row[0] for row in connection.execute(f"PRAGMA {check}")]
            if found not in (["ok"], []):
                yield f"{check}: {found[:3]}"


def _missing(box: ServedBox, receipts: list[HandedIn]) -> Iterator[str]:
    with _reading(box) as connection:
        rows = connection.execute(
            """
            SELECT students.display_name, original_filename, sha256, stored_name, size_bytes
            FROM submissions JOIN students ON students.id = submissions.student_id
            """
        ).fetchall()
    listed = {HandedIn(student, name, digest) for student, name, digest, _, _ in rows}
    yield from (f"answered and not listed: {lost.name}" for lost in receipts if lost not in listed)
    for _, name, digest, stored_name, size in rows:
        path = box.data / "uploads" / stored_name[:2] / stored_name
        content = path.read_bytes() if path.is_file() else b""
        if len(content) != size or sha256(content).hexdigest() != digest:
            yield f"listed and not whole: {name}"


def _strays(box: ServedBox) -> Iterator[str]:
    uploads = box.data / "uploads"
    with _reading(box) as connection:
        rows = connection.execute(
            "SELECT stored_name FROM submissions UNION ALL SELECT stored_name FROM documents"
        ).fetchall()
    known = {row[0] for row in rows}
    # What no row knows was put aside when the box started: it is listed nowhere and goes by itself.
    aside = uploads / "orphans"
    for path in uploads.rglob("*"):
        if path.is_file() and path.parent != aside and path.name not in known:
            yield f"left over: {path.relative_to(uploads)}"


@contextmanager
def _reading(box: ServedBox) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{(box.data / 'box.sqlite3').as_uri()}?mode=ro", uri=True)) as connection:
        yield connection
