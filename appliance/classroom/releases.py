"""Releases: which lessons of a class are open today, made of a lock by hand and of when the lesson opens."""

import sqlite3
from dataclasses import dataclass, replace
from datetime import date

from appliance.classroom.decisions import NO_GATE, UNDECIDED, Decision, Timing, module_decision
from appliance.classroom.materials import Material
from appliance.classroom.road_lessons import RoadLessons
from appliance.errors import NotFound, Unavailable
from appliance.library.courses import Shelf
from appliance.storage.database import Database, Reads, Transaction

Decisions = dict[tuple[str, str], Decision]
# Every lesson that was decided on, and every lesson in a module that is locked or waits for a day.
DECIDED = """
  SELECT releases.class_id, course_slug, lesson_slug, 0 AS is_of_module, is_locked, timing, opens_on
  FROM releases
  UNION ALL
  SELECT modules.class_id, materials.course_slug, materials.lesson_slug, 1, modules.is_locked, 'date', modules.opens_on
  FROM modules JOIN materials ON materials.module_id = modules.id
  WHERE materials.kind = 'lesson' AND materials.removed_at IS NULL AND modules.removed_at IS NULL
    AND (modules.is_locked = 1 OR modules.opens_on IS NOT NULL)
"""


@dataclass(frozen=True)
class Release:
    """`opens_on` is the day a dated lesson opens by itself; None when it is open, or locked by hand."""

    is_open: bool
    opens_on: date | None = None


async def decisions_of_class(db: Database | Reads, class_id: int) -> Decisions:
    """What the teacher decided, by course and lesson, about the lesson and about its module."""
    rows = await db.fetch_all(
        f"SELECT * FROM ({DECIDED}) WHERE class_id = :class_id",  # noqa: S608 - a constant
        class_id=class_id,
    )
    return _by_class(rows).get(class_id, {})


async def decisions_of_staff(db: Database, staff_id: int) -> dict[int, Decisions]:
    """Of all classes of this person, by class."""
    rows = await db.fetch_all(
        f"""
        SELECT decided.*
        FROM ({DECIDED}) AS decided JOIN class_staff ON class_staff.class_id = decided.class_id
        WHERE class_staff.staff_id = :staff_id
        """,  # noqa: S608 - a constant
        staff_id=staff_id,
    )
    return _by_class(rows)


def release_of(
    decisions: Decisions, course_slug: str, lesson_slug: str, opens: date | None, today: date
) -> Release:
    """A lock first, then the teacher's timing, then the date in the course file; with none of them it is open.

    In a module that is closed it is closed, whatever was said about the lesson.
    """
    decided = decisions.get((course_slug, lesson_slug), UNDECIDED)
    own = _release(decided.is_locked, opening_day(decisions, course_slug, lesson_slug, opens), today)
    return _both(own, release_of_module(decided.module or NO_GATE, today))


def release_of_module(decided: Decision, today: date) -> Release:
    """By the same rule as a lesson: a lock first, then the day."""
    return _release(decided.is_locked, decided.opens_on, today)


def opening_day(decisions: Decisions, course_slug: str, lesson_slug: str, opens: date | None) -> date | None:
    """The day it opens or opened, whatever lock there is; None for a lesson without a day."""
    decided = decisions.get((course_slug, lesson_slug), UNDECIDED)
    return opens if decided.timing == "course" else decided.opens_on


def release_of_material(decisions: Decisions, shelf: Shelf, material: Material, today: date) -> Release:
    """The lock of its module, and of its lesson where it belongs to one."""
    module = release_of_module(material.module_decision, today)
    if material.locked_by is None:
        return module
    day = course_day(shelf, *material.locked_by)
    return _both(release_of(decisions, *material.locked_by, day, today), module)


def course_day(shelf: Shelf, course_slug: str, lesson_slug: str) -> date | None:
    """When the course file opens this lesson. None too for one that is gone: the teacher's own word still holds."""
    try:
        return shelf.lesson(course_slug, lesson_slug).available_on
    except (NotFound, Unavailable):
        return None


def release_on_road(decisions: Decisions, lessons: RoadLessons, material: Material, today: date) -> Release:
    """The same, for whoever goes through a whole road."""
    module = release_of_module(material.module_decision, today)
    if material.locked_by is None:
        return module
    lesson = lessons.get(material.locked_by)
    day = lesson.available_on if lesson else None
    return _both(release_of(decisions, *material.locked_by, day, today), module)


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


def _release(is_locked: bool, opens_on: date | None, today: date) -> Release:
    if is_locked:
        return Release(False)
    if opens_on is not None and opens_on > today:
        return Release(False, opens_on)
    return Release(True)


def _both(first: Release, second: Release) -> Release:
    """Open where both are; the later day where days are all that is missing."""
    shut = [each for each in (first, second) if not each.is_open]
    days = [each.opens_on for each in shut if each.opens_on]
    if not shut:
        return Release(True)
    return Release(False, max(days) if len(days) == len(shut) else None)


def _by_class(rows: list[sqlite3.Row]) -> dict[int, Decisions]:
    found: dict[int, Decisions] = {}
    for row in rows:
        decisions = found.setdefault(row["class_id"], {})
        key = (row["course_slug"], row["lesson_slug"])
        said = decisions.get(key, UNDECIDED)
        if row["is_of_module"]:
            decisions[key] = replace(said, module=module_decision(row))
        else:
            decisions[key] = replace(_decision(row), module=said.module)
    return found


def _decision(row: sqlite3.Row) -> Decision:
    opens_on = date.fromisoformat(row["opens_on"]) if row["opens_on"] else None
    return Decision(bool(row["is_locked"]), row["timing"], opens_on)
