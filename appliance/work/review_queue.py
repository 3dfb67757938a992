"""What a class did, one piece after the other, whatever kind of work it is: who waits longest comes first."""

import sqlite3
from dataclasses import dataclass, replace
from typing import Literal

from appliance.storage.database import Database

Pile = Literal["files", "words", "lists"]
PILES: tuple[Pile, ...] = ("files", "words", "lists")
Shown = Literal["waiting", "returned", "reviewed", "all"]
SHOWN: tuple[Shown, ...] = ("waiting", "returned", "reviewed", "all")
PAGE_LINES = 50
# What a filter leaves of a queue's pieces.
WANTED = """
  pile = :pile
  AND (:material_id = 0 OR material_id = :material_id)
  AND (:student_id = 0 OR student_id = :student_id)
  AND (:shown = 'all' OR state = :shown)
"""


@dataclass(frozen=True)
class Queue:
    """`pieces` is SQL: a WITH that ends in `pieces`, all of a class's work with the columns of a Piece."""

    pieces: str


@dataclass(frozen=True)
class Filter:
    """Words are reflections; lists are checklists and self-checks. The ids are 0 for all."""

    pile: Pile = "files"
    shown: Shown = "waiting"
    material_id: int = 0
    student_id: int = 0

    @property
    def query(self) -> str:
        """As it stands in an address."""
        parts = [f"pile={self.pile}"] if self.pile != "files" else []
        parts += [f"show={self.shown}"]
        parts += [f"material={self.material_id}"] if self.material_id else []
        parts += [f"student={self.student_id}"] if self.student_id else []
        return "&".join(parts)

    @property
    def is_narrow(self) -> bool:
        """Only one place or one student is asked for."""
        return bool(self.material_id or self.student_id)

    @property
    def widened(self) -> "Filter":
        return replace(self, material_id=0, student_id=0)

    def showing(self, shown: Shown) -> "Filter":
        return replace(self, shown=shown)


@dataclass(frozen=True)
class Piece:
    """One student's work in one place.

    `path` stands behind the queue's own address; `worked_at` is when it was handed in or last changed; `state` is
    waiting, returned or reviewed. `filename` is empty for what is no file, and `versions` is 1.
    """

    path: str
    material_id: int
    student_id: int
    student_name: str
    kind: str
    title: str
    due_at: int | None
    worked_at: int
    state: str
    score: int | None
    filename: str
    versions: int

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.worked_at > self.due_at


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
    """Paths of the pieces before and after one; empty at the ends of the queue."""

    before: str
    after: str


async def page_of_queue(db: Database, queue: Queue, class_id: int, wanted: Filter, number: int) -> QueuePage:
    """`number` counts pages from 1. What is off the road waits for nobody."""
    rows = await db.fetch_all(
        f"""
        {queue.pieces}
        SELECT pieces.*, count(*) OVER () AS total
        FROM pieces
        WHERE {WANTED}
        ORDER BY worked_at, material_id, student_id
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
    return QueuePage(tuple(piece_of_row(row) for row in rows), number, rows[0]["total"] if rows else 0)


async def neighbours_of_piece(
    db: Database, queue: Queue, class_id: int, wanted: Filter, piece: Piece
) -> Neighbours:
    """Where previous and next lead, in the order of the queue; the piece itself need not be in it any more."""
    row = await db.fetch_one(
        f"""
        {queue.pieces}
        SELECT
          (SELECT path
           FROM pieces
           WHERE {WANTED} AND (worked_at, material_id, student_id) < (:at, :material, :student)
           ORDER BY worked_at DESC, material_id DESC, student_id DESC
           LIMIT 1) AS before,
          (SELECT path
           FROM pieces
           WHERE {WANTED} AND (worked_at, material_id, student_id) > (:at, :material, :student)
           ORDER BY worked_at, material_id, student_id
           LIMIT 1) AS after
        """,  # noqa: S608 - constants
        class_id=class_id,
        pile=wanted.pile,
        material_id=wanted.material_id,
        student_id=wanted.student_id,
        shown=wanted.shown,
        at=piece.worked_at,
        material=piece.material_id,
        student=piece.student_id,
    )
    return Neighbours(row["before"] or "", row["after"] or "") if row else Neighbours("", "")


def piece_of_row(row: sqlite3.Row) -> Piece:
    return Piece(
        row["path"],
        row["material_id"],
        row["student_id"],
        row["display_name"],
        row["kind"],
        row["title"],
        row["due_at"],
        row["worked_at"],
        row["state"],
        row["score"],
        row["filename"],
        row["versions"],
    )
