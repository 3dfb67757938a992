"""The text of a PDF, DOCX or PPTX, page by page: pages of a PDF, slides, sections by the largest heading."""

import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from docx import Document
from docx.oxml.ns import qn
from pptx import Presentation
from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

MOST_PAGES = 500
# A page of a book has 3,000 characters.
MOST_PAGE_CHARACTERS = 100_000
# A line of a PDF that is shorter than this share of the longest one ends early.
FULL_LINE = 0.67
HEADING_CHARACTERS = 80
XML_PARTS = (".xml", ".rels")
# Parsed it takes twenty times as much memory. The text of a long book has 2 MB.
MOST_XML_BYTES = 32 * 1024 * 1024

AROUND_BLOCKS = tuple(map(qn, ("w:sdt", "w:sdtContent", "w:ins", "w:moveTo", "w:smartTag", "w:customXml")))

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]\s*\n\s*(?=[^\W\d_])")


class Unreadable(Exception):
    """A file that gives no text; `fault` says why: `encrypted`, `unsafe` or `too_big`."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass
class Part:
    """What stands under one heading; a block is a paragraph, a table row or a line of a slide."""

    heading: str = ""
    blocks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    number: int
    parts: list[Part]


@dataclass(frozen=True)
class Text:
    """`of` counts all the pages that the file has; `pages` gives the first 500 of them."""

    of: int
    pages: Iterator[Page]


def text_of_pdf(file: BinaryIO) -> Text:
    reader = PdfReader(file)
    try:
        # Many PDFs are locked against printing only: the empty password opens those.
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("encrypted")
    except DependencyError as error:
        raise Unreadable("encrypted") from error
    return Text(len(reader.pages), _pdf_pages(reader, _bookmarks(reader)))


def text_of_docx(file: BinaryIO) -> Text:
    sections = list(_sections(_opened(file, Document)))
    return Text(len(sections), iter(sections[:MOST_PAGES]))


def text_of_pptx(file: BinaryIO) -> Text:
    slides = list(_opened(file, Presentation).slides)
    return Text(len(slides), (_slide(slide, number) for number, slide in enumerate(slides[:MOST_PAGES], 1)))


READERS: dict[str, Callable[[BinaryIO], Text]] = {
    "pdf": text_of_pdf,
    "docx": text_of_docx,
    "pptx": text_of_pptx,
}


def cleaned(text: str) -> str:
    """One line as a reader sees it: words that a line end cut are whole again, signs that nobody sees are gone."""
    whole = _UNSEEN.sub("", _BROKEN_WORD.sub(_rejoined, text)).translate(_LIGATURES)
    seen = (sign if unicodedata.category(sign) not in ("Cc", "Cs", "Co", "Cn") else " " for sign in whole)
    return " ".join("".join(seen).split())


def _rejoined(found: re.Match[str]) -> str:
    """`photo-/synthesis` is one word; `Anglo-/Saxon` keeps its hyphen."""
    following = found.string[found.end()]
    return "-" if following.isupper() and not found[0].startswith("\u00ad") else ""


# ---- PDF


def _pdf_pages(reader: PdfReader, bookmarks: dict[int, str]) -> Iterator[Page]:
    heading = ""
    for index in range(min(len(reader.pages), MOST_PAGES)):
        heading = bookmarks.get(index, heading)
        try:
            text = reader.pages[index].extract_text()
        except MemoryError:
            raise
        except Exception:  # whatever the parser makes of it: one broken page must not hide the others
            text = ""
        yield Page(index + 1, _parts(text[:MOST_PAGE_CHARACTERS], heading))


def _parts(text: str, heading: str) -> list[Part]:
    """A PDF knows lines alone: one that ends early ends its paragraph, or heads the next."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        return []
    full = FULL_LINE * max(map(len, lines))
    parts, paragraph = [Part(heading)], ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        paragraph = f"{paragraph}\n{line}"
        if len(line) >= full or not _begins(following) or line.endswith(("-", "\u00ad", ",")):
            continue
        if paragraph.count("\n") == 1 and _is_heading(line) and len(following) >= full:
            parts.append(Part(cleaned(line)))
        else:
            parts[-1].blocks.append(cleaned(paragraph))
        paragraph = ""
    parts[-1].blocks.append(cleaned(paragraph))
    return parts


def _begins(line: str) -> bool:
    """Whether it looks like the beginning of something: a capital, a number, a bullet."""
    return bool(line) and not line[0].islower()


def _is_heading(line: str) -> bool:
    return len(line) <= HEADING_CHARACTERS and line[0].isalnum() and line[-1].isalnum() and not line.isdigit()


def _bookmarks(reader: PdfReader) -> dict[int, str]:
    """The title that begins on each page, by index; the first of several."""
    found: dict[int, str] = {}
    try:
        waiting: list[Any] = list(reader.outline)
        while waiting:
            entry = waiting.pop(0)
            if isinstance(entry, list):
                waiting[:0] = entry
            elif (page := reader.get_destination_page_number(entry)) is not None:
                found.setdefault(page, cleaned(str(entry.title or ""))[:200])
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return found
    return found


# ---- DOCX


def _sections(document: Any) -> Iterator[Page]:
    """A section ends where the next heading of the largest kind begins; running headers belong to the first."""
    levels = _heading_levels(document)
    number, parts = 1, [Part(), Part()]
    parts[0].blocks = _running_headers(document)
    has_text, chapter = False, ""
    for element in _blocks_in(document.element.body):
        text = cleaned(_text_in(element)) if element.tag == qn("w:p") else ""
        level = levels.get(_style_id(element), 0) if text else 0
        if level == 1 and has_text:
            yield Page(number, parts)
            number, parts, has_text = number + 1, [Part()], False
        if level:
            chapter = text if level == 1 else chapter
            parts.append(Part(text if level == 1 or not chapter else f"{chapter} · {text}"))
            continue
        lines = [text] if element.tag == qn("w:p") else list(_rows_of(element))
        parts[-1].blocks += [line for line in lines if line]
        has_text = has_text or bool(parts[-1].blocks)
    yield Page(number, parts)


def _heading_levels(document: Any) -> dict[str, int]:
    """Level by style id. A title counts as 9: it heads what follows and opens no section."""
    levels: dict[str, int] = {}
    for style in document.styles:
        ancestor, depth = style, 0
        while ancestor is not None and depth < 10:
            name = str(ancestor.name or "")
            found = re.fullmatch(r"Heading ([1-9])", name)
            if found or name in ("Title", "Subtitle"):
                levels[style.style_id] = int(found[1]) if found else 9
                break
            ancestor, depth = getattr(ancestor, "base_style", None), depth + 1
    return levels


def _style_id(paragraph: Any) -> str:
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "" if style is None else str(style.get(qn("w:val")))


def _running_headers(document: Any) -> list[str]:
    headers = (
        header for section in document.sections for header in (section.first_page_header, section.header)
    )
    texts = (
        cleaned(_text_in(paragraph._p))
        for header in headers
        if not header.is_linked_to_previous
        for paragraph in header.paragraphs
    )
    return list(dict.fromkeys(text for text in texts if text))


def _blocks_in(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in reading order, those inside content controls too."""
    for element in parent:
        if element.tag in (qn("w:p"), qn("w:tbl")):
            yield element
        elif element.tag in AROUND_BLOCKS:
            yield from _blocks_in(element)


def _rows_of(table: Any) -> Iterator[str]:
    for row in table.iter(qn("w:tr")):
        # A table inside a cell has rows of its own, which come by themselves.
        cells = (
            " ".join(_text_in(block) for block in _blocks_in(cell) if block.tag == qn("w:p"))
            for cell in row.iter(qn("w:tc"))
        )
        if next(row.iterancestors(qn("w:tbl"))) is table:
            yield ", ".join(filter(None, map(cleaned, cells)))


def _text_in(paragraph: Any) -> str:
    """All that is printed: links, formulas and text boxes too, what was deleted, hidden or is said twice not."""
    said = {qn("w:t"), "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"}
    signs = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-", qn("w:p"): " "}
    fallback = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
    words: list[str] = []
    waiting = [paragraph]
    while waiting:
        element = waiting.pop()
        unsaid = (fallback, qn("w:pPr"), qn("w:rPr"), qn("w:moveFrom"))
        if element.tag in unsaid or _is_hidden(element):
            continue
        words.append(element.text or "" if element.tag in said else signs.get(element.tag, ""))
        waiting += reversed(element)
    return "".join(words)


def _is_hidden(run: Any) -> bool:
    """Teachers hide answers this way."""
    mark = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return mark is not None and mark.get(qn("w:val"), "1") not in ("0", "false", "off")


# ---- PPTX


def _slide(slide: Any, number: int) -> Page:
    title = slide.shapes.title
    heading = cleaned(title.text_frame.text) if title is not None else ""
    part = Part(heading)
    for shape in slide.shapes:
        if title is None or shape.shape_id != title.shape_id:
            part.blocks += _lines_of(shape)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        part.blocks += _paragraphs(slide.notes_slide.notes_text_frame)
    return Page(number, [part])


def _lines_of(shape: Any) -> list[str]:
    if hasattr(shape, "shapes"):
        return [line for inner in shape.shapes for line in _lines_of(inner)]
    if getattr(shape, "has_table", False):
        rows = (
            ", ".join(filter(None, (cleaned(cell.text) for cell in row.cells))) for row in shape.table.rows
        )
        return [row for row in rows if row]
    return _paragraphs(shape.text_frame) if shape.has_text_frame else []


def _paragraphs(frame: Any) -> list[str]:
    return [text for paragraph in frame.paragraphs if (text := cleaned(paragraph.text))]


# ---- both


def _opened(file: BinaryIO, reader: Callable[[BinaryIO], Any]) -> Any:
    try:
        _check_parts(file)
        file.seek(0)
        return reader(file)
    except DefusedXmlException as error:
        raise Unreadable("unsafe") from error


def _check_parts(file: BinaryIO) -> None:
    """Entities are declared before the first element, so that is as far as this looks. Office declares none."""
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith(XML_PARTS):
                if entry.file_size > MOST_XML_BYTES:
                    raise Unreadable("too_big")
                with archive.open(entry) as part:
                    next(iter(iterparse(part, events=("start",), forbid_dtd=True)))
