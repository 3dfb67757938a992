"""The gradebook: every student of a class against everything that is handed in or taken, in six queries."""

import sqlite3
from dataclasses import dataclass

from appliance.storage.database import Database
from appliance.work.written_queue import WRITTEN, WRITTEN_KINDS


@dataclass(frozen=True)
class Column:
    """Something that can have a score: `kind` is upload, gallery, quiz or cards, and others once one was answered."""

    kind: str
    id: int
    title: str
    due_at: int | None

    @property
    def is_written(self) -> bool:
        return self.kind in WRITTEN_KINDS

    @property
    def is_taken(self) -> bool:
        return self.kind in ("quiz", "cards")


@dataclass(frozen=True)
class Cell:
    """`state` is missing, late, waiting, returned, done, or not_theirs; `score` in percent.

    Late is missing after the due date. Not theirs is what this student neither sees nor has done anything in.
    """

    state: str
    score: int | None = None
    submission_id: int = 0

    @property
    def has_work(self) -> bool:
        return self.state not in ("missing", "late")


@dataclass(frozen=True)
class Line:
    student_id: int
    display_name: str
    cells: tuple[Cell, ...]

    @property
    def mean(self) -> int | None:
        """Over what has a score."""
        scores = [cell.score for cell in self.cells if cell.score is not None]
        return round(sum(scores) / len(scores)) if scores else None


@dataclass(frozen=True)
class Gradebook:
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


async def gradebook_of_class(db: Database, class_id: int) -> Gradebook:
    columns = [*await _places(db, class_id), *await _assignments(db, class_id)]
    files = {**await _files(db, class_id), **await _written(db, class_id)}
    taken = await _taken(db, class_id)
    students = await db.fetch_all(
        """
        SELECT id, display_name
        FROM students
        WHERE class_id = :class_id
        ORDER BY display_name COLLATE NOCASE, id
        """,
        class_id=class_id,
    )
    seen = await _seen(db, class_id)
    now = db.now()
    return Gradebook(
        tuple(columns),
        tuple(
            Line(
                row["id"],
                row["display_name"],
                tuple(_cell(column, row["id"], files, taken, seen, now) for column in columns),
            )
            for row in students
        ),
    )


async def _places(db: Database, class_id: int) -> list[Column]:
    """Where files are handed in, in the order of the road; what is written only where a teacher answered one."""
    rows = await db.fetch_all(
        """
        SELECT materials.id, materials.kind, materials.title, materials.due_at
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE modules.class_id = :class_id
          AND (materials.kind IN ('upload', 'gallery')
            OR EXISTS (SELECT 1 FROM response_reviews WHERE response_reviews.material_id = materials.id))
          AND materials.removed_at IS NULL AND modules.removed_at IS NULL
        ORDER BY modules.position, modules.id, materials.position, materials.id
        """,
        class_id=class_id,
    )
    return [Column(row["kind"], row["id"], row["title"], row["due_at"]) for row in rows]


async def _assignments(db: Database, class_id: int) -> list[Column]:
    rows = await db.fetch_all(
        """
        SELECT assignments.id, activities.kind, activities.title, assignments.due_at
        FROM assignments JOIN activities ON activities.id = assignments.activity_id
        WHERE activities.class_id = :class_id AND activities.state = 'published'
          AND activities.removed_at IS NULL
        ORDER BY assignments.id
        """,
        class_id=class_id,
    )
    return [Column(row["kind"], row["id"], row["title"], row["due_at"]) for row in rows]


async def _files(db: Database, class_id: int) -> dict[tuple[int, int], sqlite3.Row]:
    """The newest file of each student in each place, with the teacher's word on it."""
    rows = await db.fetch_all(
        """
        SELECT submissions.id, submissions.material_id, submissions.student_id,
          submission_reviews.state, submission_reviews.score
        FROM students
          JOIN submissions ON submissions.student_id = students.id
          LEFT JOIN submission_reviews ON submission_reviews.submission_id = submissions.id
        WHERE students.class_id = :class_id
          AND NOT EXISTS (
            SELECT 1 FROM submissions AS newer
            WHERE newer.student_id = submissions.student_id AND newer.material_id = submissions.material_id
              AND newer.id > submissions.id)
        """,
        class_id=class_id,
    )
    return {(row["material_id"], row["student_id"]): row for row in rows}


async def _written(db: Database, class_id: int) -> dict[tuple[int, int], sqlite3.Row]:
    """What each student wrote, ticked or marked, with the teacher's word on it."""
    rows = await db.fetch_all(
        f"""
        {WRITTEN.pieces}
        SELECT 0 AS id, material_id, student_id, nullif(state, 'waiting') AS state, score
        FROM pieces
        WHERE EXISTS (SELECT 1 FROM response_reviews WHERE response_reviews.material_id = pieces.material_id)
        """,  # noqa: S608 - a constant
        class_id=class_id,
    )
    return {(row["material_id"], row["student_id"]): row for row in rows}


async def _taken(db: Database, class_id: int) -> dict[tuple[int, int], int | None]:
    """What counts of each quiz or set of cards: the teacher's score, else the best attempt."""
    rows = await db.fetch_all(
        """
        SELECT assignments.id AS assignment_id, students.id AS student_id,
          coalesce(reviews.score_override, max(attempts.score)) AS score
        FROM students
          JOIN activities ON activities.class_id = students.class_id
          JOIN assignments ON assignments.activity_id = activities.id
          LEFT JOIN attempts
            ON attempts.assignment_id = assignments.id AND attempts.student_id = students.id
            AND attempts.finished_at IS NOT NULL
          LEFT JOIN reviews ON reviews.assignment_id = assignments.id AND reviews.student_id = students.id
        WHERE students.class_id = :class_id
          AND (attempts.id IS NOT NULL OR reviews.score_override IS NOT NULL)
        GROUP BY assignments.id, students.id
        """,
        class_id=class_id,
    )
    return {(row["assignment_id"], row["student_id"]): row["score"] for row in rows}


async def _seen(db: Database, class_id: int) -> frozenset[tuple[bool, int, int]]:
    """Who sees what: whether it is taken, its id, the student."""
    rows = await db.fetch_all(
        """
        SELECT 0 AS is_taken, material_id AS id, student_id
        FROM student_materials
        WHERE class_id = :class_id
        UNION ALL
        SELECT 1, assignment_id, student_id
        FROM student_assignments
        WHERE class_id = :class_id
        """,
        class_id=class_id,
    )
    return frozenset((bool(row["is_taken"]), row["id"], row["student_id"]) for row in rows)


def _cell(
    column: Column,
    student_id: int,
    files: dict[tuple[int, int], sqlite3.Row],
    taken: dict[tuple[int, int], int | None],
    seen: frozenset[tuple[bool, int, int]],
    now: int,
) -> Cell:
    is_over = column.due_at is not None and now > column.due_at
    is_theirs = (column.is_taken, column.id, student_id) in seen
    missing = Cell(("late" if is_over else "missing") if is_theirs else "not_theirs")
    if column.is_taken:
        key = (column.id, student_id)
        return Cell("done", taken[key]) if key in taken else missing
    row = files.get((column.id, student_id))
    if row is None:
        return missing
    state = {"reviewed": "done", "returned": "returned"}.get(row["state"], "waiting")
    return Cell(state, row["score"], row["id"])
