"""What a teacher said about when a lesson or a module is open: a lock by hand, and a day; neither touches the other."""

import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Literal

Timing = Literal["course", "date", "open"]


@dataclass(frozen=True)
class Decision:
    """`opens_on` only where the timing is a date; `module` is what was said of the module that a lesson stands in."""

    is_locked: bool = False
    timing: Timing = "course"
    opens_on: date | None = None
    module: "Decision | None" = None


UNDECIDED = Decision()
# Of a module no course says anything: without a lock and a day it is open.
NO_GATE = Decision(timing="open")


def module_decision(row: sqlite3.Row, lock: str = "is_locked", day: str = "opens_on") -> Decision:
    """From a row with the lock and the day of a module."""
    return gate_of(bool(row[lock]), row[day] or "")


def gate_of(is_locked: bool, day: str) -> Decision:
    """Of a module; `day` is an ISO date or empty."""
    opens_on = date.fromisoformat(day) if day else None
    return Decision(is_locked, "date" if opens_on else "open", opens_on)
