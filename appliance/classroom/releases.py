"""Releases: which lessons of a class are open today."""

from dataclasses import dataclass
from datetime import date

from appliance.storage.database import Database, Transaction

Decisions = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Release:
    """`opens_on` is the day a dated lesson opens by itself; None when it is open, or locked by hand."""

    is_open: bool
    opens_on: date | None = None


async def decisions_of_class(db: Database, class_id: int) -> Decisions:
    """What the teacher decided, by course and lesson: open or locked."""
    rows = await db.fetch_all(
        "SELECT course_slug, lesson_slug, state FROM releases WHERE class_id = :class_id", class_id=class_id
    )
    return {(row["course_slug"], row["lesson_slug"]): row["state"] for row in rows}


def release_of(
    decisions: Decisions, course_slug: str, lesson_slug: str, opens: date | None, today: date
) -> Release:
    """The teacher's word first, then the date in the course file; a lesson with neither is open."""
    decided = decisions.get((course_slug, lesson_slug))
    if decided is not None:
        return Release(decided == "open")
    if opens is not None and opens > today:
        return Release(False, opens)
    return Release(True)


async def decide(tx: Transaction, class_id: int, course_slug: str, lesson_slug: str, state: str) -> None:
    """`state` is open or locked, for this class alone."""
    await tx.execute(
        """
        INSERT INTO releases (class_id, course_slug, lesson_slug, state)
        VALUES (:class_id, :course_slug, :lesson_slug, :state)
        ON CONFLICT (class_id, course_slug, lesson_slug) DO UPDATE SET state = excluded.state
        """,
        class_id=class_id,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
        state=state,
    )
