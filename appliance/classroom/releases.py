"""Releases: which lessons of a class are open today, made of a lock by hand and of when the lesson opens."""

import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Literal

from appliance.classroom.materials import Material
from appliance.classroom.road_lessons import RoadLessons
from appliance.errors import NotFound, Unavailable
from appliance.library.courses import Shelf
from appliance.storage.database import Database, Reads, Transaction

Timing = Literal["course", "date", "open"]


@dataclass(frozen=True)
class Decision:
    """What the teacher said about a lesson: `opens_on` only where the timing is a date."""

    is_locked: bool = False
    timing: Timing = "course"
    opens_on: date | None = None


Decisions = dict[tuple[str, str], Decision]
UNDECIDED = Decision()


@dataclass(frozen=True)
class Release:
    """`opens_on` is the day a dated lesson opens by itself; None when it is open, or locked by hand."""

    is_open: bool
    opens_on: date | None = None


async def decisions_of_class(db: Database | Reads, class_id: int) -> Decisions:
    """What the teacher decided, by course and lesson."""
    rows = await db.fetch_all("SELECT * FROM releases WHERE class_id = :class_id", class_id=class_id)
    return {(row["course_slug"], row["lesson_slug"]): _decision(row) for row in rows}


async def decisions_of_staff(db: Database, staff_id: int) -> dict[int, Decisions]:
    """Of all classes of this person, by class."""
    rows = await db.fetch_all(
        """
        SELECT releases.*
        FROM releases JOIN class_staff ON class_staff.class_id = releases.class_id
        WHERE class_staff.staff_id = :staff_id
        """,
        staff_id=staff_id,
    )
    found: dict[int, Decisions] = {}
    for row in rows:
        key = (row["course_slug"], row["lesson_slug"])
        found.setdefault(row["class_id"], {})[key] = _decision(row)
    return found


def release_of(
    decisions: Decisions, course_slug: str, lesson_slug: str, opens: date | None, today: date
) -> Release:
    """A lock first, then the teacher's timing, then the date in the course file; with none of them it is open."""
    if decisions.get((course_slug, lesson_slug), UNDECIDED).is_locked:
        return Release(False)
    opens_on = opening_day(decisions, course_slug, lesson_slug, opens)
    if opens_on is not None and opens_on > today:
        return Release(False, opens_on)
    return Release(True)


def opening_day(decisions: Decisions, course_slug: str, lesson_slug: str, opens: date | None) -> date | None:
    """The day it opens or opened, whatever lock there is; None for a lesson without a day."""
    decided = decisions.get((course_slug, lesson_slug), UNDECIDED)
    return opens if decided.timing == "course" else decided.opens_on


def release_of_material(decisions: Decisions, shelf: Shelf, material: Material, today: date) -> Release:
    """The lock of its lesson; what belongs to no lesson is always open."""
    if material.locked_by is None:
        return Release(True)
    return release_of(decisions, *material.locked_by, course_day(shelf, *material.locked_by), today)


def course_day(shelf: Shelf, course_slug: str, lesson_slug: str) -> date | None:
    """When the course file opens this lesson. None too for one that is gone: the teacher's own word still holds."""
    try:
        return shelf.lesson(course_slug, lesson_slug).available_on
    except (NotFound, Unavailable):
        return None


def release_on_road(decisions: Decisions, lessons: RoadLessons, material: Material, today: date) -> Release:
    """The same, for whoever goes through a whole road."""
    if material.locked_by is None:
        return Release(True)
    lesson = lessons.get(material.locked_by)
    return release_of(decisions, *material.locked_by, lesson.available_on if lesson else None, today)


async def set_lock(tx: Transaction, class_id: int, course_slug: str, lesson_slug: str, locked: bool) -> None:
    """A lock comes and goes without touching when the lesson opens: unlocking opens no dated lesson."""
    await tx.execute(
        """
        INSERT INTO releases (class_id, course_slug, lesson_slug, is_locked)
        VALUES (:class_id, :course_slug, :lesson_slug, :locked)
        ON CONFLICT (class_id, course_slug, lesson_slug) DO UPDATE SET is_locked = excluded.is_locked
        """,
        class_id=class_id,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
        locked=locked,
    )


async def set_timing(
    tx: Transaction,
    class_id: int,
    course_slug: str,
    lesson_slug: str,
    timing: Timing,
    opens_on: date | None = None,
) -> None:
    """`opens_on` with the timing `date` alone. A lock by hand stays."""
    await tx.execute(
        """
        INSERT INTO releases (class_id, course_slug, lesson_slug, timing, opens_on)
        VALUES (:class_id, :course_slug, :lesson_slug, :timing, :opens_on)
        ON CONFLICT (class_id, course_slug, lesson_slug) DO UPDATE
        SET timing = excluded.timing, opens_on = excluded.opens_on
        """,
        class_id=class_id,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
        timing=timing,
        opens_on=opens_on.isoformat() if opens_on else None,
    )


async def open_now(tx: Transaction, class_id: int, course_slug: str, lesson_slug: str) -> None:
    """Open from this moment on, whatever lock or date there was."""
    await set_timing(tx, class_id, course_slug, lesson_slug, "open")
    await set_lock(tx, class_id, course_slug, lesson_slug, False)


def _decision(row: sqlite3.Row) -> Decision:
    opens_on = date.fromisoformat(row["opens_on"]) if row["opens_on"] else None
    return Decision(bool(row["is_locked"]), row["timing"], opens_on)
