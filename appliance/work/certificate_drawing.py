"""The child that draws a certificate as a PDF page: `python -m appliance.work.certificate_drawing < texts > pdf`.

A name may be in any script: each text is set in the first font of the machine that writes it as it should be.
"""

import io
import json
import sys
from dataclasses import dataclass

import segno
from PIL import Image, ImageDraw, ImageFont

from appliance.work.certificate_letters import NoFont, runs_of

# A4 across at 200 dots an inch.
SIZE, DOTS = (2339, 1654), 200
INK, SOFT, LINE, PAPER = "#22304a", "#55617a", "#e07b39", "#fefefb"
MARGIN = 110
# Of the height of a line, above its foot.
ASCENT = 0.93


@dataclass(frozen=True)
class Line:
    """`height` in dots, `top` from the upper edge of the page."""

    text: str
    top: int
    height: int
    is_bold: bool = False
    colour: str = INK


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
        Line(texts["said"], 820, 60),
        Line(texts["counts"], 930, 52, colour=SOFT),
        Line(texts["school"], 1075, 64, is_bold=True),
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
    runs, height = runs_of(line.text, line.is_bold), line.height
    room = SIZE[0] - 2 * MARGIN - 120
    while True:
        fonts = [ImageFont.truetype(str(run.font), height) for run in runs]
        widths = [
            pen.textlength(run.text, font, run.direction) for run, font in zip(runs, fonts, strict=True)
        ]
        width = sum(widths)
        if width <= room or height <= 20:
            break
        height = max(20, min(height - 2, int(height * room / width)))
    # Not as high as the font says: those whose letters are stacked would come down on the next line.
    left, base = (SIZE[0] - width) / 2, line.top + ASCENT * height
    for run, font, wide in zip(runs, fonts, widths, strict=True):
        pen.text((left, base), run.text, line.colour, font, "ls", direction=run.direction)
        left += wide


def _square(address: str) -> Image.Image:
    kept = io.BytesIO()
    segno.make(address, error="m").save(kept, kind="png", scale=7, border=2, dark=INK, light=PAPER)
    return Image.open(kept).convert("RGB")


if __name__ == "__main__":
    sys.exit(main())
