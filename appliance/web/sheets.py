"""Tables as CSV files that a spreadsheet opens without running anything in them."""

import csv
import io
from collections.abc import Iterable, Sequence

from sanic import HTTPResponse

# What makes a spreadsheet take a cell for a formula: OWASP, CSV injection.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# Told by this mark, spreadsheets read the file as UTF-8.
MARK = "\ufeff"

Cell = str | int | float


def sheet(name: str, rows: Iterable[Sequence[Cell]]) -> HTTPResponse:
    """A download; `name` is plain ASCII without the ending."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HTTPResponse(csv_of(rows), headers=headers, content_type="text/csv; charset=utf-8")


def csv_of(rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return MARK + text.getvalue()


def safe(cell: Cell) -> Cell:
    """Numbers stay numbers; a text that looks like a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA) else cell
