"""Deleting for real: a student's work, or all that the box holds about a student."""

import asyncio
from dataclasses import dataclass

from appliance.classroom.students import LeftFiles, files_of_student, remove_student
from appliance.storage.database import Database, Transaction
from appliance.storage.files import FileStore
from appliance.storage.partial_files import PartialFiles


@dataclass(frozen=True)
class Removed:
    """`entries` are texts, ticks and marks."""

    left: LeftFiles
    entries: int


async def remove_work(tx: Transaction, student_id: int) -> Removed:
    """What was handed in, ticked and written. Name, chats, scores and certificates stay."""
    left = await files_of_student(tx, student_id)
    entries = 0
    for statement in (
        "DELETE FROM checklist_ticks WHERE student_id = :id",
        "DELETE FROM reflections WHERE student_id = :id",
        "DELETE FROM rubric_scores WHERE student_id = :id",
        "DELETE FROM rubric_notes WHERE student_id = :id",
        "DELETE FROM readings WHERE student_id = :id",
    ):
        entries += await tx.execute(statement, id=student_id)
    for statement in (
        # Reviews, their scores and the place in the gallery go with it.
        "DELETE FROM submissions WHERE student_id = :id",
        "DELETE FROM response_reviews WHERE student_id = :id",
        "DELETE FROM partial_uploads WHERE student_id = :id",
        # Scores stay: an attempt that could be wished away would be no attempt.
        "DELETE FROM answers WHERE attempt_id IN (SELECT id FROM attempts WHERE student_id = :id)",
        "DELETE FROM attempts WHERE student_id = :id AND finished_at IS NULL",
        # What was said about answers that are gone goes with them, and the score stays.
        "UPDATE reviews SET comment = '' WHERE student_id = :id",
        "DELETE FROM student_events WHERE student_id = :id AND kind = 'submission_upload'",
    ):
        await tx.execute(statement, id=student_id)
    return Removed(left, entries)


async def remove_everything(tx: Transaction, student_id: int) -> Removed:
    """The name too: nothing is left that says this student was ever here."""
    done = await remove_work(tx, student_id)
    await tx.execute("DELETE FROM student_events WHERE student_id = :id", id=student_id)
    await remove_student(tx, student_id)
    return done


async def erase(db: Database, files: FileStore, partial_files: PartialFiles, left: LeftFiles) -> None:
    """From the disk too: the files, and the words in what the database keeps behind.

    It goes on where whoever asked is gone: no row knows these files any more, and nobody could ask again.
    """
    await asyncio.shield(asyncio.ensure_future(_erase(db, files, partial_files, left)))


async def _erase(db: Database, files: FileStore, partial_files: PartialFiles, left: LeftFiles) -> None:
    for name in left.whole:
        await files.remove(name)
    await partial_files.remove(*left.partial)
    await db.forget_deleted()
