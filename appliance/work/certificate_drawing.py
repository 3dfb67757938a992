"""The child that draws a certificate as a PDF page: `python -m appliance.work.certificate_drawing < texts > pdf`.

A name may be in any script: each text is set in the first font of the machine that has all of its letters.
"""

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

# A4 across at 200 dots an inch.
SIZE, DOTS = (2339, 1654), 200
INK, SOFT, LINE, PAPER = "#22304a", "#55617a", "#e07b39", "#fefefb"
MARGIN = 110
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
# Preferred where they have the letters: whole families before fonts of last resort.
FAMILIES = ("DejaVuSans", "NotoSans", "FreeSans", "LiberationSans", "NotoSansCJK", "wqy", "unifont")
SKIPPED = ("Mono", "Italic", "Oblique", "Condensed", "Narrow", "Light")
# No font draws it; what it looks like is what a missing letter looks like.
NOTHING = "\U0010fffe"


@dataclass(frozen=True)
class Line:
    """`height` in dots, `top` from the upper edge of the page."""

    text: str
    top: int
    height: int
    is_bold: bool = False
    colour: str = INK


class NoFont(Exception):
    """No font of this machine has the letters of a text."""


def main() -> int:
    texts = json.load(sys.stdin)
    try:
        sys.stdout.buffer.write(drawn(texts))
    except NoFont:
        return 2
    return 0


def drawn(texts: dict[str, str]) -> bytes:
    """A PDF of one page. Keys: title, name, said, counts, school, code, address."""
    page = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(page)
    pen.rectangle((MARGIN, MARGIN, SIZE[0] - MARGIN, SIZE[1] - MARGIN), outline=INK, width=6)
    pen.line((MARGIN + 60, 420, SIZE[0] - MARGIN - 60, 420), LINE, 10)
    for line in (
        Line(texts["title"], 230, 110, is_bold=True),
        Line(texts["name"], 520, 150, is_bold=True),
        Line(texts["said"], 780, 60),
        Line(texts["counts"], 890, 52, colour=SOFT),
        Line(texts["school"], 1040, 64, is_bold=True),
        Line(texts["code"], 1400, 40, colour=SOFT),
    ):
        _write(pen, line)
    square = _square(texts["address"])
    page.paste(square, (SIZE[0] - MARGIN - 60 - square.width, SIZE[1] - MARGIN - 60 - square.height))
    kept = io.BytesIO()
    page.save(kept, "PDF", resolution=DOTS, title=texts["title"], author=texts["school"])
    return kept.getvalue()


def _write(pen: ImageDraw.ImageDraw, line: Line) -> None:
    """In the middle, smaller where it would be too wide."""
    path, height = _font_for(line.text, line.is_bold), line.height
    room = SIZE[0] - 2 * MARGIN - 120
    while True:
        font = ImageFont.truetype(str(path), height)
        width = pen.textlength(line.text, font)
        if width <= room or height <= 20:
            break
        height = max(20, min(height - 2, int(height * room / width)))
    pen.text((SIZE[0] / 2, line.top), line.text, line.colour, font, anchor="ma")


def _square(address: str) -> Image.Image:
    kept = io.BytesIO()
    segno.make(address, error="m").save(kept, kind="png", scale=7, border=2, dark=INK, light=PAPER)
    return Image.open(kept).convert("RGB")


def _font_for(text: str, is_bold: bool) -> Path:
    letters = {letter for letter in text if not letter.isspace() and letter.isprintable()}
    for path in _fonts(is_bold):
        try:
            font = ImageFont.truetype(str(path), 24)
        except OSError:
            continue
        if all(_has(font, letter) for letter in letters):
            return path
    raise NoFont(text)


def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    missing = font.getmask(NOTHING)
    drawn_letter = font.getmask(letter)
    return (drawn_letter.size, bytes(drawn_letter)) != (missing.size, bytes(missing))


def _fonts(is_bold: bool) -> Iterator[Path]:
    """Every upright font of the machine, the best first."""
    found = [
        path
        for folder in FOLDERS
        for path in folder.rglob("*")
        if path.suffix.lower() in (".ttf", ".otf", ".ttc") and not any(part in path.stem for part in SKIPPED)
    ]
    yield from sorted(found, key=lambda path: (*_rank(path, is_bold), path.name))


def _rank(path: Path, is_bold: bool) -> tuple[int, bool]:
    stem = path.stem.lower()
    family = next((at for at, name in enumerate(FAMILIES) if stem.startswith(name.lower())), len(FAMILIES))
    return family, ("bold" in stem) != is_bold


if __name__ == "__main__":
    sys.exit(main())
