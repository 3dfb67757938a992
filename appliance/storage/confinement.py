"""What a throw-away child that opens a stranger's file gives up before it looks at the first byte."""

import ctypes
import os
import resource
import sys
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 300
NICENESS = 10
NEW_USERS, NEW_NETWORK = 0x10000000, 0x40000000
REFUSED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.system",
    "os.posix_spawn",
    "urllib.",
)
FOREIGN_CODE = ("ctypes.",)


def confine(cpu_seconds: int = CPU_SECONDS, may_call_libraries: bool = False) -> None:
    """From here on this process can only read what is open, calculate, and speak.

    `may_call_libraries` is for a reader that is itself a library called through ctypes; it loads before this.
    """
    os.nice(NICENESS)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    # The signal comes at the first number; at the second it would be the same as for too much memory.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    # A network namespace of its own has no network. Where the kernel doesn't allow one, the hook below holds alone.
    ctypes.CDLL(None).unshare(NEW_USERS | NEW_NETWORK)
    refused = REFUSED if may_call_libraries else REFUSED + FOREIGN_CODE

    def refuse(event: str, _: tuple[Any, ...]) -> None:
        if event.startswith(refused):
            raise PermissionError(event)

    sys.addaudithook(refuse)
