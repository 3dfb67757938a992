"""The throw-away child that draws a page of a stranger's PDF: `python -m appliance.work.page_drawing N < file`."""

import io
import os
import sys
from typing import BinaryIO

import pypdfium2

from appliance.storage.confinement import confine

CPU_SECONDS = 20
WIDTH = 1000
# A page may say that it is a kilometre high.
MOST_PIXELS = 4_000_000


def main() -> int:
    confine(CPU_SECONDS, may_call_libraries=True)
    try:
        sys.stdout.buffer.write(drawn(sys.stdin.buffer, int(sys.argv[1])))
        sys.stdout.buffer.flush()
    except Exception:  # whatever a broken file makes of it: this is the edge
        return 1
    return 0


def drawn(file: BinaryIO, number: int) -> bytes:
    """A PNG of the page, or for page 0 the number of pages in digits."""
    document = pypdfium2.PdfDocument(file.read())
    if number == 0:
        return str(len(document)).encode("ascii")
    page = document[number - 1]
    width, height = page.get_size()
    scale = min(WIDTH / max(width, 1), (MOST_PIXELS / max(width * height, 1)) ** 0.5)
    picture = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(picture, "PNG")
    return picture.getvalue()


if __name__ == "__main__":
    code = main()
    # PDFium's own farewell runs after ours and may fall over a broken file: what was said is said.
    os._exit(code)
