"""Submissions in pages, and counted: what programs ask for."""

import sqlite3
from dataclasses import dataclass

from appliance.storage.database import Database
from appliance.work.submissions import Submission, submission_of_row

DAY_SECONDS = 24 * 3600
GALLERY_ITEMS = 24


@dataclass(frozen=True)
class Listed:
    """One version of a file, whose it is and where it was handed in."""

    submission: Submission
    student_name: str
    material_title: str
    material_kind: str


@dataclass(frozen=True)
class Versions:
    """How often one student handed in to one material, and what came last."""

    count: int
    last_id: int
    last_at: int


@dataclass(frozen=True)
class Exhibit:
    """Work that a student shows to the class."""

    submission: Submission
    author: str


async def submissions_page_of_student(
    db: Database, student_id: int, limit: int, offset: int
) -> list[Submission]:
    """Every version, the newest first."""
    rows = await db.fetch_all(
        """
        SELECT *
        FROM submissions
        WHERE student_id = :student_id
        ORDER BY uploaded_at DESC, id DESC
        LIMIT :limit OFFSET :offset
        """,
        student_id=student_id,
        limit=limit,
        offset=offset,
    )
    return [submission_of_row(row) for row in rows]


async def versions_of_student(db: Database, student_id: int) -> dict[int, Versions]:
    """By material."""
    rows = await db.fetch_all(
        """
        SELECT material_id, count(*) AS versions, max(id) AS last_id, max(uploaded_at) AS last_at
        FROM submissions
        WHERE student_id = :student_id
        GROUP BY material_id
        """,
        student_id=student_id,
    )
    return {row["material_id"]: Versions(row["versions"], row["last_id"], row["last_at"]) for row in rows}


async def gallery_of_student(db: Database, student_id: int) -> dict[int, list[Exhibit]]:
    """By material, the newest 24 of each gallery that this student sees; nothing that a teacher keeps out."""
    rows = await db.fetch_all(
        """
        SELECT *
        FROM (
          SELECT submissions.*, author.display_name,
            row_number() OVER (
              PARTITION BY submissions.material_id ORDER BY submissions.uploaded_at DESC, submissions.id DESC
            ) AS place
          FROM student_materials
            JOIN materials ON materials.id = student_materials.material_id
            JOIN submissions ON submissions.material_id = materials.id
            JOIN students AS author ON author.id = submissions.student_id
          WHERE student_materials.student_id = :student_id AND materials.kind = 'gallery'
            AND submissions.is_shared = 1 AND submissions.is_kept_out = 0)
        WHERE place <= :most
        ORDER BY material_id, place
        """,
        student_id=student_id,
        most=GALLERY_ITEMS,
    )
    found: dict[int, list[Exhibit]] = {}
    for row in rows:
        found.setdefault(row["material_id"], []).append(Exhibit(submission_of_row(row), row["display_name"]))
    return found


async def submissions_page_of_class(
    db: Database, class_id: int, limit: int, offset: int
) -> tuple[list[Listed], int]:
    """Every version, the newest first, and how many there are in all."""
    rows = await db.fetch_all(
        """
        SELECT submissions.*, students.display_name, materials.title, materials.kind
        FROM students
          JOIN submissions ON submissions.student_id = students.id
          JOIN materials ON materials.id = submissions.material_id
        WHERE students.class_id = :class_id
          AND submissions.material_id NOT IN (SELECT material_id FROM removed_materials WHERE class_id = :class_id)
        ORDER BY submissions.uploaded_at DESC, submissions.id DESC
        LIMIT :limit OFFSET :offset
        """,
        class_id=class_id,
        limit=limit,
        offset=offset,
    )
    counted = await db.fetch_one(
        """
        SELECT count(*) AS total
        FROM students JOIN submissions ON submissions.student_id = students.id
        WHERE students.class_id = :class_id
          AND submissions.material_id NOT IN (SELECT material_id FROM removed_materials WHERE class_id = :class_id)
        """,
        class_id=class_id,
    )
    return [_listed(row) for row in rows], int(counted["total"]) if counted else 0


async def submission_counts(db: Database, class_id: int) -> tuple[dict[int, int], dict[int, int]]:
    """Versions by student, and by material."""
    rows = await db.fetch_all(
        """
        SELECT submissions.student_id, submissions.material_id, count(*) AS versions
        FROM students JOIN submissions ON submissions.student_id = students.id
        WHERE students.class_id = :class_id
          AND submissions.material_id NOT IN (SELECT material_id FROM removed_materials WHERE class_id = :class_id)
        GROUP BY submissions.student_id, submissions.material_id
        """,
        class_id=class_id,
    )
    by_student: dict[int, int] = {}
    by_material: dict[int, int] = {}
    for row in rows:
        by_student[row["student_id"]] = by_student.get(row["student_id"], 0) + row["versions"]
        by_material[row["material_id"]] = by_material.get(row["material_id"], 0) + row["versions"]
    return by_student, by_material


async def handed_in_since_yesterday(db: Database, staff_id: int) -> dict[int, int]:
    """Versions of the last 24 hours, by class of this person."""
    rows = await db.fetch_all(
        """
        SELECT students.class_id, count(*) AS versions
        FROM submissions
          JOIN students ON students.id = submissions.student_id
          JOIN class_staff ON class_staff.class_id = students.class_id
        WHERE submissions.uploaded_at >= :since AND class_staff.staff_id = :staff_id
          AND submissions.material_id NOT IN (SELECT material_id FROM removed_materials)
        GROUP BY students.class_id
        """,
        since=db.now() - DAY_SECONDS,
        staff_id=staff_id,
    )
    return {row["class_id"]: row["versions"] for row in rows}


def _listed(row: sqlite3.Row) -> Listed:
    return Listed(submission_of_row(row), row["display_name"], row["title"], row["kind"])
