"""Between a command and the person who typed it: what is asked, what is reported, how far something is."""

import getpass
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

from appliance.errors import Invalid

NOTHING_TYPED = (
    "A password is needed: type it when asked, or send it on the standard input with --password-stdin."
)


def report(as_json: bool, value: Any, lines: Iterable[str]) -> None:
    """`value` for programs, `lines` for people, on the standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=False) if as_json else "\n".join(lines))


def columns(rows: Iterable[Iterable[str]]) -> list[str]:
    """Lines in which every column starts at the same place; the last one is as long as it is."""
    cells = [list(row) for row in rows]
    widths = [max(len(text) for text in column) for column in zip(*cells, strict=True)]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def read_password(from_stdin: bool) -> str:
    """From the first line of the standard input, or asked twice; an argument could be seen by others."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("The same again: "):
            raise Invalid("The two passwords differ: nothing was changed.", "password_differs")
    else:
        password = ""
    if not password:
        raise Invalid(NOTHING_TYPED, "missing_password")
    return password


def progress(what: str) -> Callable[[int, int], None]:
    """Says how far `what` is, on the standard error: one moving line for a person, ten lines for a log."""
    moves, said = sys.stderr.isatty(), -1

    def tell(done: int, total: int) -> None:
        nonlocal said
        percent = 100 * done // total if total else 100
        if percent // (1 if moves else 10) == said:
            return
        said = percent // (1 if moves else 10)
        of = f"{what}: {percent} % of {megabytes(total)}"
        print(
            f"\r{of}" if moves else of,
            end="\n" if percent == 100 or not moves else "",
            file=sys.stderr,
            flush=True,
        )

    return tell


def megabytes(size: int) -> str:
    return f"{-(-size // 1_000_000):,} MB"
