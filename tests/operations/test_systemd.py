"""What systemd hears from the box, over a real datagram socket."""

import asyncio
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.operations import systemd


@pytest.fixture(params=["path", "abstract"])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, dict[str, str]]]:
    """The socket that systemd would listen on, and the environment it would give."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@chalkbox-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        listener.setblocking(False)
        yield listener, {"NOTIFY_SOCKET": name}


def heard(listener: socket.socket) -> list[str]:
    said = []
    while True:
        try:
            said.append(listener.recv(4096).decode())
        except BlockingIOError:
            return said


def test_ready_status_and_stopping_arrive(line: tuple[socket.socket, dict[str, str]]) -> None:
    listener, environment = line
    systemd.ready(environment)
    systemd.status("30 students\nREADY=0", environment)
    systemd.stopping(environment)
    assert heard(listener) == ["READY=1", "STATUS=30 students READY=0", "STOPPING=1"]


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_without_systemd_nothing_happens(environment: dict[str, str]) -> None:
    systemd.ready(environment)


async def test_the_watchdog_pings_only_while_the_box_is_well(
    line: tuple[socket.socket, dict[str, str]],
) -> None:
    listener, environment = line
    answers, asked_enough = iter([True, False, True]), asyncio.Event()

    async def is_well() -> bool:
        well = next(answers, None)
        if well is None:
            asked_enough.set()
        return bool(well)

    watched = asyncio.create_task(systemd.watchdog(is_well, environment | {"WATCHDOG_USEC": "2000"}))
    await asyncio.wait_for(asked_enough.wait(), 10)
    watched.cancel()
    assert heard(listener) == ["WATCHDOG=1", "WATCHDOG=1"]


async def test_a_check_that_hangs_sends_nothing(line: tuple[socket.socket, dict[str, str]]) -> None:
    listener, environment = line
    asked = asyncio.Event()

    async def hangs() -> bool:
        asked.set()
        await asyncio.Event().wait()
        return True

    watched = asyncio.create_task(systemd.watchdog(hangs, environment | {"WATCHDOG_USEC": "2000"}))
    await asyncio.wait_for(asked.wait(), 10)
    watched.cancel()
    assert heard(listener) == []


async def test_without_a_watchdog_the_task_ends_by_itself() -> None:
    async def never_asked() -> bool:
        raise AssertionError

    await systemd.watchdog(never_asked, {})


@pytest.mark.parametrize(
    ("process", "seconds"),
    [("", 15.0), (str(os.getpid()), 15.0), (str(os.getpid() + 1), 0.0)],
    ids=["not said", "this one", "another"],
)
def test_pings_come_twice_as_often_as_needed_and_from_the_watched_process(
    process: str, seconds: float
) -> None:
    environment = {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": process}
    assert systemd.pause_between_pings(environment) == seconds
