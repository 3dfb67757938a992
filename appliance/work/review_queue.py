"""What a class handed in, one piece after the other: the newest version of each student's work in each place."""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from appliance.errors import NotFound
from appliance.storage.database import Database, Reads
from appliance.work.submissions import Submission, submission_of_row

Shown = Literal["waiting", "returned", "reviewed", "all"]
SHOWN: tuple[Shown, ...] = ("waiting", "returned", "reviewed", "all")
PAGE_LINES = 50
NO_WORK = "There is no such file in this class, or the student deleted it."
# What a filter leaves of a class's newest files.
NEWEST = """
  FROM students
    JOIN submissions ON submissions.student_id = students.id
    JOIN materials ON materials.id = submissions.material_id
    LEFT JOIN submission_reviews ON submission_reviews.submission_id = submissions.id
  WHERE students.class_id = :class_id
    AND submissions.material_id NOT IN (SELECT material_id FROM removed_materials WHERE class_id = :class_id)
    AND (:material_id = 0 OR submissions.material_id = :material_id)
    AND (:student_id = 0 OR submissions.student_id = :student_id)
    AND (:shown = 'all' OR coalesce(submission_reviews.state, 'waiting') = :shown)
    AND NOT EXISTS (
      SELECT 1 FROM submissions AS newer
      WHERE newer.student_id = submissions.student_id AND newer.material_id = submissions.material_id
        AND newer.id > submissions.id)
"""
BEFORE = f"""
  SELECT submissions.id {NEWEST} AND (submissions.uploaded_at, submissions.id) < (:at, :id)
  ORDER BY submissions.uploaded_at DESC, submissions.id DESC
  LIMIT 1
"""
AFTER = f"""
  SELECT submissions.id {NEWEST} AND (submissions.uploaded_at, submissions.id) > (:at, :id)
  ORDER BY submissions.uploaded_at, submissions.id
  LIMIT 1
"""


@dataclass(frozen=True)
class Filter:
    """`material_id` and `student_id` are 0 for all."""

    shown: Shown = "waiting"
    material_id: int = 0
    student_id: int = 0

    @property
    def query(self) -> str:
        """As it stands in an address."""
        parts = [f"show={self.shown}"]
        parts += [f"material={self.material_id}"] if self.material_id else []
        parts += [f"student={self.student_id}"] if self.student_id else []
        return "&".join(parts)


@dataclass(frozen=True)
class Piece:
    """One student's newest file in one place; `state` is waiting, returned or reviewed."""

    submission: Submission
    student_name: str
    title: str
    due_at: int | None
    state: str
    score: int | None
    versions: int

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.submission.uploaded_at > self.due_at


@dataclass(frozen=True)
class QueuePage:
    pieces: tuple[Piece, ...]
    number: int
    total: int

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_LINES + 1

    @property
    def last(self) -> int:
        return self.first + len(self.pieces) - 1

    @property
    def has_next(self) -> bool:
        return self.last < self.total


@dataclass(frozen=True)
class Neighbours:
    """The pieces before and after one in the queue; None at its ends."""

    before: int | None
    after: int | None


async def queue_of_class(db: Database, class_id: int, wanted: Filter, number: int) -> QueuePage:
    """Who waits longest comes first; `number` counts pages from 1. What is off the road waits for nobody."""
    rows = await db.fetch_all(
        f"""
        SELECT submissions.*, students.display_name, materials.title, materials.due_at,
          submission_reviews.state, submission_reviews.score,
          (SELECT count(*) FROM submissions AS each
           WHERE each.student_id = submissions.student_id AND each.material_id = submissions.material_id)
            AS versions,
          count(*) OVER () AS total
        {NEWEST}
        ORDER BY submissions.uploaded_at, submissions.id
        LIMIT :most OFFSET :skipped
        """,  # noqa: S608 - a constant
        class_id=class_id,
        material_id=wanted.material_id,
        student_id=wanted.student_id,
        shown=wanted.shown,
        most=PAGE_LINES,
        skipped=(number - 1) * PAGE_LINES,
    )
    return QueuePage(tuple(_piece(row) for row in rows), number, rows[0]["total"] if rows else 0)


async def piece_of_class(db: Database | Reads, class_id: int, submission_id: int) -> Piece:
    """Any version of a file. Raises NotFound for another class's."""
    row = await db.fetch_one(
        """
        SELECT submissions.*, students.display_name, materials.title, materials.due_at,
          submission_reviews.state, submission_reviews.score,
          (SELECT count(*) FROM submissions AS each
           WHERE each.student_id = submissions.student_id AND each.material_id = submissions.material_id)
            AS versions
        FROM submissions
          JOIN students ON students.id = submissions.student_id
          JOIN materials ON materials.id = submissions.material_id
          LEFT JOIN submission_reviews ON submission_reviews.submission_id = submissions.id
        WHERE submissions.id = :id AND students.class_id = :class_id
        """,
        id=submission_id,
        class_id=class_id,
    )
    if row is None:
        raise NotFound(NO_WORK)
    return _piece(row)


async def versions_of_piece(db: Database, piece: Piece) -> list[Submission]:
    """All files that this student handed in here, the newest first."""
    rows = await db.fetch_all(
        """
        SELECT *
        FROM submissions
        WHERE student_id = :student_id AND material_id = :material_id
        ORDER BY id DESC
        """,
        student_id=piece.submission.student_id,
        material_id=piece.submission.material_id,
    )
    return [submission_of_row(row) for row in rows]


async def neighbours_of_piece(db: Database, class_id: int, wanted: Filter, piece: Piece) -> Neighbours:
    """Where previous and next lead, in the order of the queue; the piece itself need not be in it any more."""
    found: list[int | None] = []
    for query in (BEFORE, AFTER):
        row = await db.fetch_one(
            query,
            class_id=class_id,
            material_id=wanted.material_id,
            student_id=wanted.student_id,
            shown=wanted.shown,
            at=piece.submission.uploaded_at,
            id=piece.submission.id,
        )
        found.append(row["id"] if row else None)
    return Neighbours(*found)


def _piece(row: sqlite3.Row) -> Piece:
    return Piece(
        submission_of_row(row),
        row["display_name"],
        row["title"],
        row["due_at"],
        row["state"] or "waiting",
        row["score"],
        row["versions"],
    )
