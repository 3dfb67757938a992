"""Submissions: files handed in, every version kept, the newest on top."""

import asyncio
import sqlite3
from dataclasses import dataclass

from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction
from appliance.storage.files import FileStore, IncomingFile, StoredFile, Swept
from appliance.storage.scanning import Scan
from appliance.work.file_kinds import check_content, check_name, extension_of
from appliance.work.outcomes import note_artifact
from appliance.work.pictures import HEIC, NO_HEIC, Pictures, State

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
    picture: State = ""
    is_shared: bool = False
    is_kept_out: bool = False
    scan: Scan = ""


@dataclass(frozen=True)
class Accepted:
    """A file on disk for good, its name as it is now, and what was done to a picture."""

    stored: StoredFile
    filename: str
    picture: State


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
        await store.scan(incoming)
        return await asyncio.to_thread(incoming.keep, extension_of(filename))
    except BaseException:
        await asyncio.to_thread(incoming.discard)
        raise


async def accept_work(
    store: FileStore, pictures: Pictures, incoming: IncomingFile, filename: str, accepted: tuple[str, ...]
) -> Accepted:
    """As `accept`, with pictures made upright and rid of what a camera wrote into them."""
    kept = incoming
    try:
        check_kind(pictures, filename, accepted)
        await asyncio.to_thread(check_content, incoming.path, filename, incoming.head)
        await store.scan(incoming)
        prepared = await pictures.prepared(store, incoming, filename, accepted)
        kept = prepared.file
        # Made from what was scanned.
        kept.scan = incoming.scan
        stored = await asyncio.to_thread(kept.keep, extension_of(prepared.filename))
    except BaseException:
        for file in (incoming, kept):
            await asyncio.to_thread(file.discard)
        raise
    return Accepted(stored, prepared.filename, prepared.state)


def check_kind(pictures: Pictures, filename: str, accepted: tuple[str, ...]) -> None:
    """Raise Invalid for a name that doesn't end as it should; a HEIC photo may come where JPEGs are asked for."""
    if extension_of(filename) in HEIC and not pictures.reads_heic and extension_of(filename) not in accepted:
        raise Invalid(NO_HEIC, "no_heic", field="file")
    check_name(filename, pictures.kinds(accepted))


def check_note(note: str) -> None:
    if len(note) > NOTE_CHARACTERS:
        raise Invalid("The note may have 2000 characters at most.", "too_long", field="note")


async def create_submission(
    tx: Transaction,
    material_id: int,
    student_id: int,
    filename: str,
    stored: StoredFile,
    note: str,
    picture: State = "",
    is_shared: bool = False,
) -> int:
    check_note(note)
    await note_artifact(tx, student_id, material_id)
    return await tx.insert(
        """
        INSERT INTO submissions
          (material_id, student_id, original_filename, stored_name, size_bytes, sha256, note, picture, is_shared,
           scan, uploaded_at)
        VALUES (:material_id, :student_id, :filename, :stored_name, :size_bytes, :sha256, :note, :picture, :is_shared,
          :scan, :now)
        """,
        material_id=material_id,
        student_id=student_id,
        filename=filename,
        stored_name=stored.stored_name,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        note=note,
        picture=picture,
        is_shared=is_shared,
        scan=stored.scan,
        now=tx.now,
    )


async def submissions_of_student(db: Database, student_id: int) -> list[Submission]:
    rows = await db.fetch_all(
        "SELECT * FROM submissions WHERE student_id = :id ORDER BY uploaded_at DESC, id DESC", id=student_id
    )
    return [submission_of_row(row) for row in rows]


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
    """The newest version of each student's work in what is on the road, newest first."""
    rows = await db.fetch_all(
        """
        SELECT submissions.*, students.display_name, materials.title
        FROM submissions
          JOIN students ON students.id = submissions.student_id
          JOIN materials ON materials.id = submissions.material_id
        WHERE students.class_id = :class_id
          AND submissions.material_id NOT IN (SELECT material_id FROM removed_materials WHERE class_id = :class_id)
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


async def bytes_of_class(db: Database | Reads, class_id: int) -> int:
    """What students handed in or are handing in, and the papers, videos and files that the teacher gave them."""
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
          SELECT coalesce(sum(partial_uploads.size_bytes), 0)
          FROM partial_uploads JOIN students ON students.id = partial_uploads.student_id
          WHERE students.class_id = :class_id AND partial_uploads.submission_id IS NULL
        ) + (
          SELECT coalesce(sum(size_bytes), 0)
          FROM media
          WHERE class_id = :class_id AND removed_at IS NULL
        ) AS total
        """,
        class_id=class_id,
    )
    return int(row["total"]) if row else 0


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
        row["picture"],
        bool(row["is_shared"]),
        bool(row["is_kept_out"]),
        row["scan"],
    )
