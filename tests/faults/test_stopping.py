"""SIGTERM in the middle of things: what was promised is kept, and the box is gone within seconds."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from appliance.operations.systemd import SOCKET
from tests.faults.conftest import NewBox
from tests.faults.power_cuts import losses
from tests.faults.serving import (
    FIRST_LESSON,
    HandedIn,
    Pupil,
    ServedBox,
    is_handed_in,
    picture,
    pupils,
    receipt,
)
from tests.made_models import MadeModel, endless_model

__all__ = ["endless_model"]

# The box gives running answers and uploads ten seconds, then it goes.
PATIENCE = 25.0
BOUNDARY = "----a-boundary"


async def ended(box: ServedBox) -> int:
    assert box.process is not None
    process, box.process = box.process, None
    return await asyncio.to_thread(process.wait, PATIENCE)


def is_folded(box: ServedBox) -> bool:
    """Whether everything stands in the database file itself: copying it alone would move the box."""
    return not (box.data / "box.sqlite3-wal").exists()


def heard(line: socket.socket) -> list[str]:
    said = []
    while True:
        try:
            said.append(line.recv(4096).decode())
        except BlockingIOError:
            return said


async def slow_upload(
    one: Pupil, content: bytes, begun: asyncio.Event, go_on: asyncio.Event
) -> httpx.Response:
    """The first half, then nothing until `go_on`, then the rest."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{one.browser.token}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="slow.png"\r\n\r\n'
    ).encode()
    body = head + content + f"\r\n--{BOUNDARY}--\r\n".encode()

    async def halves() -> AsyncIterator[bytes]:
        yield body[: len(body) // 2]
        begun.set()
        await go_on.wait()
        yield body[len(body) // 2 :]

    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return await one.browser.client.post(one.hand_in_path, content=halves(), headers={"Content-Type": kind})


async def arrived(box: ServedBox) -> None:
    """The first bytes of an upload are on the box's disk."""
    async with asyncio.timeout(PATIENCE):
        while not list((box.data / "uploads").glob("arriving/*")):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)


async def test_a_box_tells_systemd_when_it_is_ready_and_when_it_goes(new_box: NewBox, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.setblocking(False)
        box = new_box(**{SOCKET: str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"})
        box.start()
        began = time.monotonic()
        said: list[str] = []
        while said.count("WATCHDOG=1") < 3 and time.monotonic() - began < PATIENCE:
            said += heard(line)
            await asyncio.sleep(0.02)
        assert box.stop()[0] == 0
        said += heard(line)
    assert (said[0], said[-1]) == ("READY=1", "STOPPING=1")
    assert set(said[1:-1]) == {"WATCHDOG=1"} and len(said) >= 5
    assert is_folded(box)


@pytest.mark.parametrize("rest_comes", [True, False])
async def test_an_upload_under_way_is_answered_truly_or_not_at_all(new_box: NewBox, rest_comes: bool) -> None:
    box = new_box()
    box.start()
    begun, go_on = asyncio.Event(), asyncio.Event()
    content, receipts = picture(300_000), list[HandedIn]()
    async with pupils(box, "Ben") as (ben,):
        uploading = asyncio.create_task(slow_upload(ben, content, begun, go_on))
        await begun.wait()
        await arrived(box)
        assert box.process is not None
        box.process.send_signal(signal.SIGTERM)
        if rest_comes:
            go_on.set()
        assert await ended(box) == 0
        go_on.set()
        (answer,) = await asyncio.gather(uploading, return_exceptions=True)
        if isinstance(answer, httpx.Response) and is_handed_in(answer):
            receipts.append(receipt("Ben", "slow.png", content))
        else:
            assert isinstance(answer, httpx.TransportError) or answer.status_code == 503  # type: ignore[union-attr]
    assert is_folded(box)
    box.start()
    assert losses(box, receipts) == []


@asynccontextmanager
async def asking(one: Pupil) -> AsyncIterator[AsyncIterator[str]]:
    """A question to the helper; the lines of its answer as they come."""
    page = (await one.browser.get(FIRST_LESSON)).text
    found = re.search(r'name="scope_token" value="([^"]+)"', page)
    assert found
    body = {"message": "Why does the circuit need a loop?", "scope_token": found[1]}
    headers = {"X-CSRF-Token": one.browser.token, "Accept": "text/event-stream"}
    async with one.browser.client.stream("POST", "/helper/chat", json=body, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        yield answer.aiter_lines()


async def test_an_answer_under_way_ends_and_the_box_with_its_engine_too(
    new_box: NewBox, endless_model: MadeModel
) -> None:
    box = new_box(HELPER_RESPONSE_MAX_TOKENS="100000", HELPER_RESPONSE_MAX_CHARS="1000000")
    box.start()
    await asyncio.to_thread(add_model, box, endless_model.path)
    async with pupils(box, "Ben") as (ben,):
        await engine_ready(ben)
        async with asking(ben) as lines:
            async for line in lines:
                if line.startswith("event: delta"):
                    break
            assert box.process is not None
            engine = children(box.process.pid)
            box.process.send_signal(signal.SIGTERM)
            rest = [line async for line in lines if line.startswith("event:")]
        assert await ended(box) == 0
    assert rest[-1] in ("event: done", "event: error")
    assert engine and not any(is_alive(pid) for pid in engine)
    assert is_folded(box)


async def engine_ready(one: Pupil) -> None:
    async with asyncio.timeout(60):
        while (await one.browser.get("/healthz")).json()["engine"] != "ready":  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


def add_model(box: ServedBox, model: Path) -> None:
    command = [sys.executable, "-m", "appliance", "models", "add", str(model), "--data", str(box.data)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
