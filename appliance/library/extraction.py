"""The throw-away child that opens a stranger's file: `python -m appliance.library.extraction KIND < file`.

It gets little memory and time, writes nothing, reaches no network, and says what it read line by line in JSON.
"""

import ctypes
import json
import logging
import os
import resource
import sys
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, TextIO

from appliance.library.document_text import READERS, Page, Unreadable
from appliance.library.packing import LEAST_CHARACTERS, mended, packed

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 300
NICENESS = 10
MOST_CHARACTERS = 600
MOST_PASSAGES = 6000
HEADING_CHARACTERS = 200
# So that a line stays under a megabyte.
LINE_PASSAGES = 50
NEW_USERS, NEW_NETWORK = 0x10000000, 0x40000000
REFUSED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.system",
    "os.posix_spawn",
    "ctypes.",
    "urllib.",
)


def main() -> int:
    kind, said = sys.argv[1], sys.stdout
    logging.disable()
    confine()
    try:
        read(kind, sys.stdin.buffer, said)
    except Unreadable as fault:
        _say(said, {"fault": fault.fault})
    except MemoryError:
        _say(said, {"fault": "too_big"})
    except Exception:  # whatever a parser makes of a broken file: this is the edge
        _say(said, {"fault": "damaged"})
    return 0


def confine() -> None:
    """From here on this process can only read what is open, calculate, and speak."""
    os.nice(NICENESS)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    # The signal comes at the first number; at the second it would be the same as for too much memory.
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    # A network namespace of its own has no network. Where the kernel doesn't allow one, the hook below holds alone.
    ctypes.CDLL(None).unshare(NEW_USERS | NEW_NETWORK)
    sys.addaudithook(_refuse)


def read(kind: str, file: BinaryIO, said: TextIO) -> None:
    """One line with the number of pages, one or more for each page, one at the end."""
    text = READERS[kind](file)
    _say(said, {"of": text.of})
    room, last, without_text = MOST_PASSAGES, 0, 0
    for page in text.pages:
        passages = list(_passages(page))
        for start in range(0, max(1, min(len(passages), room)), LINE_PASSAGES):
            _say(said, {"page": page.number, "passages": passages[start : min(start + LINE_PASSAGES, room)]})
        without_text += not passages
        last, room = page.number, room - len(passages)
        if room <= 0:
            break
    _say(said, {"read": last, "without_text": without_text, "is_cut": last < text.of or room < 0})


def _passages(page: Page) -> Iterator[tuple[str, str]]:
    """Under their headings. What is too short for a passage goes to the next heading's text."""
    scraps: list[str] = []
    for part in page.parts:
        # A heading with nothing under it is all the text there is.
        blocks = [*scraps, *(part.blocks or [part.heading])]
        if part.blocks and len(" ".join(blocks)) < LEAST_CHARACTERS:
            scraps = blocks
            continue
        for body in mended(packed(blocks, MOST_CHARACTERS), MOST_CHARACTERS):
            if len(body) >= LEAST_CHARACTERS:
                yield part.heading[:HEADING_CHARACTERS], body
        scraps = []


def _say(said: TextIO, line: Mapping[str, Any]) -> None:
    print(json.dumps(line), file=said, flush=True)


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(REFUSED):
        raise PermissionError(event)


if __name__ == "__main__":
    sys.exit(main())
