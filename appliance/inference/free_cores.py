"""How many processor cores other programs leave to the engine, looked at from the kernel's own counts."""

import os
import resource
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

# As this process was given them, before llama.cpp is loaded: where OpenMP is told to bind its threads (OMP_PROC_BIND),
# the main thread has one core from then on.
OURS = frozenset(os.sched_getaffinity(0))
COUNTS = Path("/proc/stat")
TICKS = os.sysconf("SC_CLK_TCK")
LOOK_SECONDS = 0.4
LONGEST_LOOK = 4.0  # after a longer pause it isn't known how things are now
# Two threads on one and a half cores still beat one: they lose less than they gain, which was measured.
NEARLY_FREE = 0.5
IDLE = (3, 4)  # columns of a row of /proc/stat: idle, and idle while waiting for the disk


@dataclass(frozen=True)
class Counted:
    """Seconds since the machine started: passed, spent by anybody on these cores, spent by this process."""

    at: float
    busy: float
    own: float


class FreeCores:
    """Threads of one step wait for each other at every layer, so that one without a core holds up all of them.

    With as many threads as cores, one other busy program slowed a step to a tenth on a machine of two cores.
    """

    def __init__(
        self,
        most: int,
        cpus: Collection[int] | None = None,
        clock: Callable[[], float] = time.monotonic,
        counts: Path = COUNTS,
        own: Callable[[], float] = lambda: _own_seconds(),
    ) -> None:
        self._most = most
        self._cpus = OURS if cpus is None else frozenset(cpus)
        self._clock = clock
        self._counts = counts
        self._own = own
        self._last = self._count()
        self._threads = most

    def threads(self) -> int:
        """At least one, at most as many as there are to be; looks again after a part of a second."""
        passed = self._clock() - self._last.at
        if passed < LOOK_SECONDS:
            return self._threads
        before, self._last = self._last, self._count()
        if passed > LONGEST_LOOK:
            self._threads = self._most
        else:
            others = (self._last.busy - before.busy) - (self._last.own - before.own)
            free = len(self._cpus) - max(0.0, others) / passed
            self._threads = max(1, min(self._most, int(free + NEARLY_FREE)))
        return self._threads

    def _count(self) -> Counted:
        return Counted(self._clock(), _busy_seconds(self._counts, self._cpus), self._own())


def _busy_seconds(counts: Path, cpus: Collection[int]) -> float:
    """Over these cores, time that the machine below took away included; 0 where the kernel doesn't say."""
    try:
        rows = [row.split() for row in counts.read_text().splitlines()]
    except OSError:
        return 0.0
    wanted = {f"cpu{cpu}" for cpu in cpus}
    # Columns from the ninth on are guests' time, which is in the first two already.
    columns = [list(map(int, row[1:9])) for row in rows if row and row[0] in wanted]
    return sum(sum(row) - sum(row[at] for at in IDLE) for row in columns) / TICKS


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
