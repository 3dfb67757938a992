"""The throw-away child that opens a stranger's file: `python -m appliance.library.extraction KIND < file`.

It gets little memory and time, writes nothing, reaches no network, and says what it read line by line in JSON.
"""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, TextIO

from appliance.library.document_text import READERS, Page, Unreadable
from appliance.library.packing import is_scrap, mended, packed
from appliance.storage.confinement import confine

MOST_CHARACTERS = 600
MOST_PASSAGES = 6000
HEADING_CHARACTERS = 200
# So that a line stays under a megabyte.
LINE_PASSAGES = 50


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
        if part.blocks and is_scrap(" ".join(blocks)):
            scraps = blocks
            continue
        for body in mended(packed(blocks, MOST_CHARACTERS), MOST_CHARACTERS):
            if not is_scrap(body):
                yield part.heading[:HEADING_CHARACTERS], body
        scraps = []


def _say(said: TextIO, line: Mapping[str, Any]) -> None:
    print(json.dumps(line), file=said, flush=True)


if __name__ == "__main__":
    sys.exit(main())
