"""What systemd is told of the box: ready, stopping, a line of status, and that it is still well."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping

SOCKET = "NOTIFY_SOCKET"
WATCHDOG = "WATCHDOG_USEC"
WATCHDOG_PROCESS = "WATCHDOG_PID"


def ready(environment: Mapping[str, str] = os.environ) -> None:
    """Does nothing, like all of these, where the box was not started by systemd."""
    _tell("READY=1", environment)


def stopping(environment: Mapping[str, str] = os.environ) -> None:
    _tell("STOPPING=1", environment)


def status(text: str, environment: Mapping[str, str] = os.environ) -> None:
    """The one line that `systemctl status` shows."""
    _tell(f"STATUS={' '.join(text.split())}", environment)


async def watchdog(check: Callable[[], Awaitable[bool]], environment: Mapping[str, str] = os.environ) -> None:
    """Until cancelled: says at half the time systemd allows that all is well, and only while `check` says so.

    A check that hangs is as telling as one that says no: systemd then restarts the box.
    """
    pause = pause_between_pings(environment)
    while pause:
        if await check():
            _tell("WATCHDOG=1", environment)
        await asyncio.sleep(pause)


def pause_between_pings(environment: Mapping[str, str]) -> float:
    """In seconds; 0 when systemd watches nobody, or another process than this one."""
    microseconds, process = environment.get(WATCHDOG, ""), environment.get(WATCHDOG_PROCESS, "")
    if not microseconds.isdecimal() or process not in ("", str(os.getpid())):
        return 0.0
    return int(microseconds) / 2_000_000


def _tell(message: str, environment: Mapping[str, str]) -> None:
    address = environment.get(SOCKET, "")
    if not address.startswith(("/", "@")):
        return
    # A leading @ stands for the zero byte of an abstract socket.
    target = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        line.settimeout(1.0)
        try:
            line.sendto(message.encode(), target)
        except OSError:
            # A box that can't reach systemd serves its class all the same.
            return
