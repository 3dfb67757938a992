"""Prints a lock file as another Python sees it (`lock_for.py 3.13.5 FILE …`): pip looks at the version it runs on."""

import sys
from pathlib import Path

from packaging.markers import Marker


def entries_for(text: str, version: str) -> list[str]:
    """The entries whose marker holds on that Python (Linux, x86-64), without the marker, with their hashes."""
    python = {"python_full_version": version, "python_version": ".".join(version.split(".")[:2])}
    machine = {"sys_platform": "linux", "platform_machine": "x86_64", "implementation_name": "cpython"}
    found = []
    for entry in _entries(text):
        named, _, hashes = entry.partition("--hash=")
        name, _, marker = named.partition(";")
        if not marker.strip() or Marker(marker.strip()).evaluate({**python, **machine}):
            found.append(f"{name.strip()} --hash={hashes}")
    return found


def _entries(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [" ".join(entry.split()) for entry in "\n".join(lines).replace("\\\n", " ").splitlines()]


if __name__ == "__main__":
    for path in sys.argv[2:]:
        print("\n".join(entries_for(Path(path).read_text(), sys.argv[1])))
