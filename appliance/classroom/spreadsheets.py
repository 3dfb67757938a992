"""Tables of spreadsheets, read as schools' programs write them."""

import csv
import io

from appliance.errors import Invalid

DELIMITERS = (",", ";", "\t")
UNREADABLE = "This is no table of text. Save it as CSV and choose it again."


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
