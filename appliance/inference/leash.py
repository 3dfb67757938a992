"""A stranger's program on a leash: so many seconds and so much memory, and then it is over."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn


class RanAway(BaseException):
    """It took too long. Not an Exception, or the program itself could catch it on the way out."""


@contextmanager
def leash(seconds: float, memory: int) -> Iterator[None]:
    """Raises RanAway, or MemoryError beyond so many bytes; only in the main thread, where signals arrive."""
    before = signal.signal(signal.SIGALRM, _ran_away)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_lower(_address_space() + memory, soft), hard))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGALRM, before)


def _ran_away(number: int, frame: FrameType | None) -> NoReturn:
    raise RanAway


def _lower(limit: int, other: int) -> int:
    return limit if other == resource.RLIM_INFINITY else min(limit, other)


def _address_space() -> int:
    """Bytes, the mapped model file among them."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
