"""Real papers, made by the tests: PDF by hand, DOCX and PPTX with the libraries that read them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from docx import Document
from pptx import Presentation
from pptx.util import Inches

LEAVES = "Leaves hold a green dye called chlorophyll that catches the light of the sun."
ROOTS = "Roots drink water from the soil and hold the plant where it stands."
SEEDS = "A seed sleeps until warmth and water wake the tiny plant inside it."


def pdf(*pages: str, extra: Sequence[bytes] = (), trailer: bytes = b"") -> bytes:
    """One line of text a line; an empty page has no text, as a scan. `extra` objects follow the pages' own."""
    count = len(pages)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, text in enumerate(pages):
        drawn = _drawn(text)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    return _numbered([*objects, *extra], trailer)


def docx(fill: Any) -> bytes:
    """`fill` gets the empty document."""
    document = Document()
    fill(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def plants_docx() -> bytes:
    """Two sections; a title, a running header and a table."""

    def fill(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "Hill School, biology for class seven"
        document.add_paragraph("All about plants", style="Title")
        document.add_heading("Leaves", 1)
        document.add_paragraph(LEAVES)
        document.add_heading("Roots", 1)
        document.add_heading("What they do", 2)
        document.add_paragraph(ROOTS)
        table = document.add_table(2, 2)
        for cell, text in zip(
            [cell for row in table.rows for cell in row.cells],
            ("Part", "Task", "Root hair", "drinks water"),
            strict=True,
        ):
            cell.text = text

    return docx(fill)


def plants_pptx() -> bytes:
    """Eleven slides, the last one with a table and notes; moved so that the parts' names are out of order."""
    show = Presentation()
    for number in range(1, 12):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = f"Step {number}"
        slide.placeholders[
            1
        ].text = f"This is what happens in step number {number} of the long way of a seed."
    table = slide.shapes.add_table(1, 2, Inches(1), Inches(4), Inches(4), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "Germination", "the seed opens"
    slide.notes_slide.notes_text_frame.text = "Remember to show the jar with the beans."
    order = show.slides._sldIdLst
    order.insert(0, order[-1])
    file = io.BytesIO()
    show.save(file)
    return file.getvalue()


def with_parts(archive: bytes, changed: Mapping[str, bytes]) -> bytes:
    """The same archive with some of its parts replaced or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, content in changed.items():
            new.writestr(name, content)
    return made.getvalue()


def part(archive: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return file.read(name)


def saved(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _drawn(text: str) -> bytes:
    lines = (
        text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", rb"\(").replace(b")", rb"\)").split(b"\n")
    )
    shown = b" ".join(b"(%s) Tj T*" % line for line in lines)
    return b"BT /F1 12 Tf 14 TL 60 780 Td %s ET" % shown if text else b"0 0 100 100 re f"


def _numbered(objects: Sequence[bytes], trailer: bytes) -> bytes:
    made, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table) + end
