"""Submissions: files handed in, every version kept, the newest on top."""

import asyncio
import sqlite3
from dataclasses import dataclass

from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database, Transaction
from appliance.storage.files import FileStore, IncomingFile, StoredFile, Swept
from appliance.work.file_kinds import check_content, check_name, extension_of
from appliance.work.outcomes import note_artifact

NOTE_CHARACTERS = 2000


@dataclass(frozen=True)
class Submission:
    id: int
    material_id: int
    student_id: int
    original_filename: str
    stored_name: str
    size_bytes: int
    note: str
    uploaded_at: int


@dataclass(frozen=True)
class HandedIn:
    """A submission as the teacher's list shows it."""

    submission: Submission
    student_name: str
    material_title: str


async def accept(
    store: FileStore, incoming: IncomingFile, filename: str, accepted: tuple[str, ...]
) -> StoredFile:
    """Look at what came and keep it on disk, or raise Invalid and leave nothing. The row comes after this."""
    try:
        check_name(filename, accepted)
        await asyncio.to_thread(check_content, incoming.path, filename, incoming.head)
        return await asyncio.to_thread(incoming.keep, extension_of(filename))
    except BaseException:
        await asyncio.to_thread(incoming.discard)
        raise


async def create_submission(
    tx: Transaction, material_id: int, student_id: int, filename: str, stored: StoredFile, note: str
) -> int:
    if len(note) > NOTE_CHARACTERS:
        raise Invalid("The note may have 2000 characters at most.", "too_long", field="note")
    await note_artifact(tx, student_id, material_id)
    return await tx.insert(
        """
        INSERT INTO submissions
          (material_id, student_id, original_filename, stored_name, size_bytes, sha256, note, uploaded_at)
        VALUES (:material_id, :student_id, :filename, :stored_name, :size_bytes, :sha256, :note, :now)
        """,
        material_id=material_id,
        student_id=student_id,
        filename=filename,
        stored_name=stored.stored_name,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        note=note,
        now=tx.now,
    )


async def submissions_of_student(db: Database, student_id: int) -> list[Submission]:
    rows = await db.fetch_all(
        "SELECT * FROM submissions WHERE student_id = :id ORDER BY uploaded_at DESC, id DESC", id=student_id
    )
    return [submission_of_row(row) for row in rows]


async def submission_of_student(db: Database, submission_id: int, student_id: int) -> Submission:
    row = await db.fetch_one(
        "SELECT * FROM submissions WHERE id = :id AND student_id = :student_id",
        id=submission_id,
        student_id=student_id,
    )
    if row is None:
        raise NotFound("There is no such file, or it isn't yours.")
    return submission_of_row(row)


async def submission_of_staff(db: Database, submission_id: int, staff_id: int) -> Submission:
    """A file handed in to one of this person's classes."""
    row = await db.fetch_one(
        """
        SELECT submissions.*
        FROM submissions
          JOIN students ON students.id = submissions.student_id
          JOIN class_staff ON class_staff.class_id = students.class_id
        WHERE submissions.id = :id AND class_staff.staff_id = :staff_id
        """,
        id=submission_id,
        staff_id=staff_id,
    )
    if row is None:
        raise NotFound("There is no such file, or it isn't from your class.")
    return submission_of_row(row)


async def handed_in_to_class(db: Database, class_id: int, limit: int) -> list[HandedIn]:
    """The newest version of each student's work, newest first."""
    rows = await db.fetch_all(
        """
        SELECT submissions.*, students.display_name, materials.title
        FROM submissions
          JOIN students ON students.id = submissions.student_id
          JOIN materials ON materials.id = submissions.material_id
        WHERE students.class_id = :class_id
          AND submissions.id = (
            SELECT max(newer.id) FROM submissions AS newer
            WHERE newer.student_id = submissions.student_id AND newer.material_id = submissions.material_id)
        ORDER BY submissions.uploaded_at DESC, submissions.id DESC
        LIMIT :limit
        """,
        class_id=class_id,
        limit=limit,
    )
    return [HandedIn(submission_of_row(row), row["display_name"], row["title"]) for row in rows]


async def bytes_of_class(db: Database, class_id: int) -> int:
    """What students handed in, and the papers, videos and files that the teacher gave them."""
    row = await db.fetch_one(
        """
        SELECT (
          SELECT coalesce(sum(submissions.size_bytes), 0)
          FROM submissions JOIN students ON students.id = submissions.student_id
          WHERE students.class_id = :class_id
        ) + (
          SELECT coalesce(sum(size_bytes), 0)
          FROM documents
          WHERE class_id = :class_id
        ) + (
          SELECT coalesce(sum(size_bytes), 0)
          FROM media
          WHERE class_id = :class_id
        ) AS total
        """,
        class_id=class_id,
    )
    return int(row["total"]) if row else 0


async def remove_submissions(tx: Transaction, student_id: int) -> list[str]:
    """Remove a student's own work; returns the stored names of the files that have to go too."""
    rows = await tx.fetch_all("SELECT stored_name FROM submissions WHERE student_id = :id", id=student_id)
    for statement in (
        "DELETE FROM submissions WHERE student_id = :id",
        "DELETE FROM checklist_ticks WHERE student_id = :id",
        "DELETE FROM reflections WHERE student_id = :id",
        "DELETE FROM rubric_scores WHERE student_id = :id",
        "DELETE FROM rubric_notes WHERE student_id = :id",
        # Scores stay: an attempt that could be wished away would be no attempt.
        "DELETE FROM answers WHERE attempt_id IN (SELECT id FROM attempts WHERE student_id = :id)",
        "DELETE FROM attempts WHERE student_id = :id AND finished_at IS NULL",
        "DELETE FROM student_events WHERE student_id = :id AND kind = 'submission_upload'",
    ):
        await tx.execute(statement, id=student_id)
    return [row["stored_name"] for row in rows]


async def sweep_files(db: Database, store: FileStore) -> Swept:
    """Put aside files that no row knows: left by a power cut between file and row, or newer than a restored database.

    Before the first upload of a run: one whose row is still to come would be taken for an orphan.
    """
    rows = await db.fetch_all(
        """
        SELECT stored_name FROM submissions
        UNION ALL
        SELECT stored_name FROM documents
        UNION ALL
        SELECT stored_name FROM media WHERE stored_name IS NOT NULL
        """
    )
    return await store.sweep({row["stored_name"] for row in rows}, db.now())


def submission_of_row(row: sqlite3.Row) -> Submission:
    return Submission(
        row["id"],
        row["material_id"],
        row["student_id"],
        row["original_filename"],
        row["stored_name"],
        row["size_bytes"],
        row["note"],
        row["uploaded_at"],
    )
