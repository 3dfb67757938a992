"""Uploads that are still coming: begun, added to over any number of connections, and finished once."""

import secrets
import sqlite3
from dataclasses import dataclass

from appliance.errors import NotFound
from appliance.storage.database import Database, Reads, Transaction
from appliance.storage.partial_files import PartialFiles

KEPT_SECONDS = 24 * 3600
# Of one student; whoever begins more gives up the oldest.
MOST_OPEN = 4
GONE = "This upload is over. Choose the file again and hand it in once more."


@dataclass(frozen=True)
class PartialUpload:
    """`size_bytes` is how long it will be; `submission_id` is what it became, None while it is still coming."""

    id: str
    material_id: int
    student_id: int
    filename: str
    size_bytes: int
    sha256: str
    note: str
    is_shared: bool
    stored_name: str
    created_at: int
    submission_id: int | None


@dataclass(frozen=True)
class Announced:
    """What whoever begins says of the file that will come; `sha256` (hex) may be empty."""

    filename: str
    size_bytes: int
    sha256: str = ""
    note: str = ""
    is_shared: bool = False


async def begin_upload(tx: Transaction, material_id: int, student_id: int, announced: Announced) -> str:
    """Returns its id. The oldest of too many goes, its file with the next sweep."""
    await tx.execute(
        """
        DELETE FROM partial_uploads
        WHERE student_id = :student_id AND submission_id IS NULL AND id NOT IN (
          SELECT id FROM partial_uploads
          WHERE student_id = :student_id AND submission_id IS NULL
          ORDER BY created_at DESC, rowid DESC
          LIMIT :most)
        """,
        student_id=student_id,
        most=MOST_OPEN - 1,
    )
    upload_id = secrets.token_hex(16)
    await tx.execute(
        """
        INSERT INTO partial_uploads
          (id, material_id, student_id, filename, size_bytes, sha256, note, is_shared, stored_name, created_at)
        VALUES
          (:id, :material_id, :student_id, :filename, :size_bytes, :sha256, :note, :is_shared, :stored_name, :now)
        """,
        id=upload_id,
        material_id=material_id,
        student_id=student_id,
        filename=announced.filename,
        size_bytes=announced.size_bytes,
        sha256=announced.sha256,
        note=announced.note,
        is_shared=announced.is_shared,
        stored_name=secrets.token_hex(16),
        now=tx.now,
    )
    return upload_id


async def upload_of_student(
    db: Database | Reads, upload_id: str, material_id: int, student_id: int
) -> PartialUpload:
    row = await db.fetch_one(
        """
        SELECT *
        FROM partial_uploads
        WHERE id = :id AND material_id = :material_id AND student_id = :student_id
        """,
        id=upload_id,
        material_id=material_id,
        student_id=student_id,
    )
    if row is None:
        raise NotFound(GONE, "upload_over")
    return _upload(row)


async def finish_upload(tx: Transaction, upload_id: str, submission_id: int) -> bool:
    """Whether this was the first time; the row stays for whoever asks again."""
    touched = await tx.execute(
        "UPDATE partial_uploads SET submission_id = :submission_id WHERE id = :id AND submission_id IS NULL",
        id=upload_id,
        submission_id=submission_id,
    )
    return touched == 1


async def remove_upload(tx: Transaction, upload_id: str) -> None:
    await tx.execute("DELETE FROM partial_uploads WHERE id = :id", id=upload_id)


async def sweep_uploads(db: Database, files: PartialFiles) -> int:
    """Forget what nobody finished for a day; returns how many files went."""
    async with db.transaction() as tx:
        await tx.execute(
            "DELETE FROM partial_uploads WHERE created_at < :before", before=tx.now - KEPT_SECONDS
        )
        rows = await tx.fetch_all("SELECT stored_name FROM partial_uploads WHERE submission_id IS NULL")
    return await files.sweep({row["stored_name"] for row in rows}, tx.now)


def _upload(row: sqlite3.Row) -> PartialUpload:
    return PartialUpload(
        row["id"],
        row["material_id"],
        row["student_id"],
        row["filename"],
        row["size_bytes"],
        row["sha256"],
        row["note"],
        bool(row["is_shared"]),
        row["stored_name"],
        row["created_at"],
        row["submission_id"],
    )
