"""A virus scanner for the tests: a real program that judges a file by a word in it and notes what it was given."""

import shlex
import sys
from pathlib import Path

PROGRAM = """
import os, subprocess, sys, time
from pathlib import Path

notes, path = Path(sys.argv[1]), Path(sys.argv[-1])
found = path.read_bytes()
(notes / f"asked-{os.getpid()}").write_text("\\n".join([*sys.argv[2:], *sorted(os.environ)]))
print("the scanner talks " * 100000, flush=True)
if b"sleepy" in found:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (notes / "child").write_text(str(child.pid))
    time.sleep(600)
sys.exit(1 if b"a virus" in found else 2 if b"unreadable" in found else 0)
"""


def made_scanner(folder: Path) -> str:
    """The command; `asked` says what it was given."""
    program = folder / "scan ner.py"
    program.write_text(PROGRAM)
    return shlex.join([sys.executable, str(program), str(folder)])


def asked(folder: Path) -> list[list[str]]:
    """For each time: the words behind the first, then the names in its environment."""
    return [path.read_text().splitlines() for path in sorted(folder.glob("asked-*"))]
