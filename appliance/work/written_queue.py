"""What a class wrote, ticked and marked, one piece after the other: each student's reflection, list or self-check."""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from appliance.errors import NotFound
from appliance.storage.database import Database, Reads
from appliance.work.review_queue import PAGE_LINES, SHOWN, Shown

Pile = Literal["words", "lists"]
PILES: tuple[Pile, ...] = ("words", "lists")
WRITTEN_KINDS = ("reflection", "checklist", "rubric")
NO_WORK = "There is nothing of this student here, or the student took it back."


@dataclass(frozen=True)
class WrittenFilter:
    """Words are reflections; lists are checklists and self-checks. The ids are 0 for all."""

    pile: Pile = "words"
    shown: Shown = "waiting"
    material_id: int = 0
    student_id: int = 0

    @property
    def query(self) -> str:
        """As it stands in an address."""
        return f"{self.rest}&show={self.shown}"

    @property
    def rest(self) -> str:
        """All of it but which of them are shown."""
        parts = [f"pile={self.pile}"]
        parts += [f"material={self.material_id}"] if self.material_id else []
        parts += [f"student={self.student_id}"] if self.student_id else []
        return "&".join(parts)


@dataclass(frozen=True)
class WrittenPiece:
    """One student's work in one material; `state` is waiting, returned or reviewed."""

    material_id: int
    student_id: int
    student_name: str
    kind: str
    title: str
    due_at: int | None
    changed_at: int
    state: str
    score: int | None

    @property
    def path(self) -> str:
        """Below the queue's own address."""
        return f"{self.material_id}/{self.student_id}"

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.changed_at > self.due_at


@dataclass(frozen=True)
class WrittenPage:
    pieces: tuple[WrittenPiece, ...]
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
class WrittenNeighbours:
    """Paths of the pieces before and after one; empty at the ends of the queue."""

    before: str
    after: str


# From the class's students on: left to itself, SQLite walks through everything that the school wrote.
WRITTEN = """
  WITH written AS (
    SELECT reflections.student_id, reflections.material_id, reflections.updated_at AS changed_at
    FROM students CROSS JOIN reflections ON reflections.student_id = students.id
    WHERE students.class_id = :class_id AND trim(reflections.body) <> ''
    UNION ALL
    SELECT checklist_ticks.student_id, checklist_ticks.material_id, max(checklist_ticks.ticked_at)
    FROM students CROSS JOIN checklist_ticks ON checklist_ticks.student_id = students.id
    WHERE students.class_id = :class_id
    GROUP BY checklist_ticks.student_id, checklist_ticks.material_id
    UNION ALL
    SELECT rubric_notes.student_id, rubric_notes.material_id, rubric_notes.updated_at
    FROM students CROSS JOIN rubric_notes ON rubric_notes.student_id = students.id
    WHERE students.class_id = :class_id
      AND (trim(rubric_notes.body) <> '' OR EXISTS (
        SELECT 1 FROM rubric_scores
        WHERE rubric_scores.material_id = rubric_notes.material_id
          AND rubric_scores.student_id = rubric_notes.student_id))),
  pieces AS (
    SELECT written.material_id, written.student_id, students.display_name, materials.kind, materials.title,
      materials.due_at, written.changed_at, response_reviews.score,
      CASE WHEN response_reviews.seen_at >= written.changed_at THEN response_reviews.state
        ELSE 'waiting' END AS state
    FROM written
      JOIN students ON students.id = written.student_id
      JOIN materials ON materials.id = written.material_id
      JOIN modules ON modules.id = materials.module_id
      LEFT JOIN response_reviews
        ON response_reviews.material_id = written.material_id
        AND response_reviews.student_id = written.student_id
    WHERE materials.removed_at IS NULL AND modules.removed_at IS NULL)
"""
WANTED = """
  (kind = 'reflection') = (:pile = 'words')
  AND (:material_id = 0 OR material_id = :material_id)
  AND (:student_id = 0 OR student_id = :student_id)
  AND (:shown = 'all' OR state = :shown)
"""


async def written_queue(db: Database, class_id: int, wanted: WrittenFilter, number: int) -> WrittenPage:
    """Who waits longest comes first; `number` counts pages from 1."""
    rows = await db.fetch_all(
        f"""
        {WRITTEN}
        SELECT pieces.*, count(*) OVER () AS total
        FROM pieces
        WHERE {WANTED}
        ORDER BY changed_at, material_id, student_id
        LIMIT :most OFFSET :skipped
        """,  # noqa: S608 - constants
        class_id=class_id,
        pile=wanted.pile,
        material_id=wanted.material_id,
        student_id=wanted.student_id,
        shown=wanted.shown,
        most=PAGE_LINES,
        skipped=(number - 1) * PAGE_LINES,
    )
    return WrittenPage(tuple(_piece(row) for row in rows), number, rows[0]["total"] if rows else 0)


async def waiting_in_piles(db: Database, class_id: int) -> dict[Pile, int]:
    """How many pieces nobody has looked at since they were last changed."""
    rows = await db.fetch_all(
        f"""
        {WRITTEN}
        SELECT CASE kind WHEN 'reflection' THEN 'words' ELSE 'lists' END AS pile, count(*) AS waiting
        FROM pieces
        WHERE state = 'waiting'
        GROUP BY pile
        """,  # noqa: S608 - constants
        class_id=class_id,
    )
    found = {row["pile"]: row["waiting"] for row in rows}
    return {pile: found.get(pile, 0) for pile in PILES}


async def written_piece(
    db: Database | Reads, class_id: int, material_id: int, student_id: int
) -> WrittenPiece:
    """Raises NotFound for another class's."""
    row = await db.fetch_one(
        f"""
        {WRITTEN}
        SELECT *
        FROM pieces
        WHERE material_id = :material_id AND student_id = :student_id
        """,  # noqa: S608 - constants
        class_id=class_id,
        material_id=material_id,
        student_id=student_id,
    )
    if row is None:
        raise NotFound(NO_WORK)
    return _piece(row)


async def written_neighbours(
    db: Database, class_id: int, wanted: WrittenFilter, piece: WrittenPiece
) -> WrittenNeighbours:
    """In the order of the queue; the piece itself need not be in it any more."""
    row = await db.fetch_one(
        f"""
        {WRITTEN}
        SELECT
          (SELECT material_id || '/' || student_id
           FROM pieces
           WHERE {WANTED} AND (changed_at, material_id, student_id) < (:at, :material, :student)
           ORDER BY changed_at DESC, material_id DESC, student_id DESC
           LIMIT 1) AS before,
          (SELECT material_id || '/' || student_id
           FROM pieces
           WHERE {WANTED} AND (changed_at, material_id, student_id) > (:at, :material, :student)
           ORDER BY changed_at, material_id, student_id
           LIMIT 1) AS after
        """,  # noqa: S608 - constants
        class_id=class_id,
        pile=wanted.pile,
        material_id=wanted.material_id,
        student_id=wanted.student_id,
        shown=wanted.shown,
        at=piece.changed_at,
        material=piece.material_id,
        student=piece.student_id,
    )
    return WrittenNeighbours(row["before"] or "", row["after"] or "") if row else WrittenNeighbours("", "")


def filter_of(pile: str, shown: str, material_id: int, student_id: int) -> WrittenFilter:
    """Whatever can't be is as if it were not asked for."""
    return WrittenFilter(
        next((each for each in PILES if each == pile), PILES[0]),
        next((each for each in SHOWN if each == shown), SHOWN[0]),
        material_id,
        student_id,
    )


def _piece(row: sqlite3.Row) -> WrittenPiece:
    return WrittenPiece(
        row["material_id"],
        row["student_id"],
        row["display_name"],
        row["kind"],
        row["title"],
        row["due_at"],
        row["changed_at"],
        row["state"],
        row["score"],
    )
