"""Tables for spreadsheets: written so that no cell runs as a formula, read as schools' programs write them."""

import csv
import io
from collections.abc import Iterable, Sequence

from appliance.errors import Invalid

# A spreadsheet takes a cell that begins so for something to calculate, or splits it.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
DELIMITERS = (",", ";", "\t")
UNREADABLE = "This is no table of text. Save it as CSV and choose it again."


def csv_of(rows: Iterable[Sequence[object]]) -> bytes:
    """With the mark that tells spreadsheets to read UTF-8; a risky cell gets a quote before it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([safe_cell(str(cell)) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def safe_cell(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text


def rows_of(data: bytes) -> list[list[str]]:
    """Rows that say something, cells trimmed. Raises Invalid for what is no text."""
    text = _decoded(data)
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise Invalid(UNREADABLE, "bad_table", field="file") from error
    return [row for row in rows if any(row)]


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        # What spreadsheets of Windows write where nobody chose UTF-8.
        text = data.decode("cp1252", "replace")
    if "\x00" in text:
        raise Invalid(UNREADABLE, "bad_table", field="file")
    return text
