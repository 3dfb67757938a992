"""A disk without room: a sentence for whoever writes, pages for whoever reads, and nothing corrupted."""

import asyncio
import os
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from appliance.operations.systemd import SOCKET
from appliance.storage.files import RESERVE_BYTES
from tests.conftest import Cast
from tests.faults.conftest import NewBox
from tests.faults.power_cuts import losses
from tests.faults.serving import (
    FIRST_LESSON,
    HandedIn,
    Pupil,
    ServedBox,
    is_handed_in,
    picture,
    pupil,
    pupils,
    receipt,
)
from tests.faults.test_stopping import PATIENCE, heard

MEGABYTE = 1024 * 1024
LARGEST_FILE = 3 * MEGABYTE
DISK_BYTES = 110 * MEGABYTE
MOST_WRITES = 2000


def is_a_sentence(answer: httpx.Response, words: str) -> bool:
    return answer.status_code == 503 and words in answer.text and "Traceback" not in answer.text


async def write_until_full(one: Pupil) -> httpx.Response:
    """Reflections until one is refused: what the box answers then."""
    for number in range(MOST_WRITES):
        answer = await one.reflect(f"{number} " + "It glows. " * 390)
        if answer.status_code != 302:
            return answer
    raise AssertionError("the disk did not fill up")


async def insist_on_reading(one: Pupil) -> None:
    file = await one.newest_download()
    for path in ("/student", FIRST_LESSON, "/student/my-data", file, "/privacy"):
        assert (await one.browser.get(path)).status_code == 200, path


def limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


async def test_no_file_may_grow_any_more_and_the_box_goes_on(new_box: NewBox) -> None:
    """Every write beyond 3 MB fails, in uploads and in the database alike."""
    box = new_box()
    box.start(before=limit_files)
    small, large = picture(1000), picture(LARGEST_FILE + MEGABYTE)
    async with pupils(box, "Ben") as (ben,):
        assert is_handed_in(await ben.hand_in(small, "small.png"))
        assert is_a_sentence(await ben.hand_in(large, "large.png"), "nothing was saved")
        assert is_a_sentence(await write_until_full(ben), "check its disk")
        await insist_on_reading(ben)
        assert (await ben.browser.get("/healthz")).status_code == 503
    assert box.stop()[0] == 0
    box.start()
    assert losses(box, [receipt("Ben", "small.png", small)]) == []
    assert await can_write(box)


async def test_a_full_disk_is_no_reason_for_systemd_to_start_the_box_again(
    new_box: NewBox, tmp_path: Path
) -> None:
    """Pages can be read all the while: without its pings they would be gone every half minute."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.setblocking(False)
        box = new_box(**{SOCKET: str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"})
        box.start()
        async with pupils(box, "Ben") as (ben,):
            assert box.process is not None
            resource.prlimit(box.process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
            assert is_a_sentence(await write_until_full(ben), "check its disk")
            assert (await ben.browser.get("/healthz")).status_code == 503
            heard(line)
            pings, began = 0, time.monotonic()
            while pings < 3 and time.monotonic() - began < PATIENCE:
                pings += heard(line).count("WATCHDOG=1")
                await asyncio.sleep(0.05)
            assert pings >= 3
            assert (await ben.browser.get("/student")).status_code == 200


async def can_write(box: ServedBox) -> bool:
    async with pupils(box, "Later") as (newcomer,):
        return is_handed_in(await newcomer.hand_in(picture(1000), "later.png"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 110 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0700", "tmpfs", folder], check=True
    )
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def leave_free(disk: Path, free: int) -> None:
    """Fill it up with something that is not the box's, to the page."""
    ballast = disk / "ballast"
    ballast.touch()
    size = max(0, ballast.stat().st_size + shutil.disk_usage(disk).free - free)
    os.truncate(ballast, 0)
    with ballast.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, size))


# Only root may mount: without it the test above stands for both.
if os.geteuid() == 0:

    async def test_a_disk_that_fills_up_and_empties_again(small_disk: Path, new_box: NewBox) -> None:
        box = new_box(small_disk / "data")
        box.start()
        async with pupils(box, "Ben", "Chi") as (ben, chi):
            kept: list[HandedIn] = []
            first = picture(100_000)
            assert is_handed_in(await ben.hand_in(first, "first.png"))
            kept.append(receipt(ben.name, "first.png", first))

            leave_free(small_disk, RESERVE_BYTES + 2 * MEGABYTE)
            assert is_a_sentence(await ben.hand_in(picture(4 * MEGABYTE), "big.png"), "The box is full")
            assert shutil.disk_usage(small_disk).free > RESERVE_BYTES
            assert is_handed_in(await chi.hand_in(first, "chi.png"))

            leave_free(small_disk, RESERVE_BYTES // 2)
            assert is_a_sentence(await ben.hand_in(picture(10), "tiny.png"), "The box is full")
            assert (await ben.reflect("The reserve is for this.")).status_code == 302

            leave_free(small_disk, 0)
            assert is_a_sentence(await write_until_full(ben), "check its disk")
            assert "save right now" in (await try_to_join(box)).text
            await insist_on_reading(ben)

            leave_free(small_disk, DISK_BYTES)
            assert (await ben.reflect("There is room again.")).status_code == 302
            assert await can_write(box)
            assert losses(box, kept) == []


async def try_to_join(box: ServedBox) -> httpx.Response:
    late = pupil(box.url, "Late")
    async with late.browser.client:
        return await late.browser.post("/join", {"class_code": box.class_code, "display_name": "Late"})


async def test_a_page_does_not_fail_because_a_visit_could_not_be_noted(cast: Cast) -> None:
    """With a database that no longer takes writes, a minute after somebody was last seen."""
    ben = await cast.student(cast.ben)
    writer = cast.parts.db._writer
    assert writer is not None
    await writer.execute_fetchall("PRAGMA query_only = ON")
    cast.clock.now += 3600
    assert (await ben.get("/student")).status_code == 200
    assert (await ben.get(FIRST_LESSON)).status_code == 200
    assert (await ben.get("/healthz")).status_code == 503
