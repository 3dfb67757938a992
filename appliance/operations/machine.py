"""What the machine under the box is like: disk, memory, processor, clock."""

import os
import platform
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

MEMORY = Path("/proc/meminfo")
PROCESSOR = Path("/proc/cpuinfo")
# What llama.cpp's fast kernels stand on, by family of processors.
FAST = {"x86_64": "avx2", "aarch64": "asimd"}


@dataclass(frozen=True)
class Memory:
    """In bytes; `free` is what programs can still have."""

    total: int
    free: int


def disk_free(path: Path) -> int:
    """In bytes, on the disk that holds `path` or would hold it."""
    there = next(folder for folder in [path.absolute(), *path.absolute().parents] if folder.exists())
    return shutil.disk_usage(there).free


def memory(path: Path = MEMORY) -> Memory | None:
    try:
        rows = dict(line.split(":", 1) for line in path.read_text().splitlines())
        return Memory(*(int(rows[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable")))
    except (OSError, KeyError, ValueError):
        return None


def missing_speed(path: Path = PROCESSOR) -> str:
    """What a quick chat model needs and this processor lacks; empty when all is well or unknown."""
    wanted = FAST.get(platform.machine(), "")
    try:
        rows = [line for line in path.read_text().splitlines() if line.startswith(("flags", "Features"))]
    except OSError:
        return ""
    flags = rows[0].split(":", 1)[1].split() if rows else [wanted]
    return "" if wanted in flags or not wanted else wanted.upper()


def cores() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0))


def size(path: Path) -> str:
    return f"{-(-path.stat().st_size // 1_000_000):,} MB"


def day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M")
