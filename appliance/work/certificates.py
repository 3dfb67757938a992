"""Certificates: as they were printed, whatever changes later, and checkable by their code on the box."""

import re
import secrets
import sqlite3
from dataclasses import dataclass

from appliance.auth.join_codes import ALPHABET
from appliance.errors import Conflict, NotFound
from appliance.storage.database import Database, Reads, Transaction
from appliance.work.outcomes import reached_in_class, wanted_of_class

CODE_LENGTH = 12
NOT_YET = "This student has not reached what a certificate of this class asks for."
NO_CERTIFICATE = "There is no certificate with this code. Compare it letter by letter."


@dataclass(frozen=True)
class Certificate:
    id: int
    class_id: int
    student_id: int
    code: str
    student_name: str
    class_name: str
    school_name: str
    sessions: int
    artifacts: int
    milestones: int
    issued_at: int
    read_at: int | None

    @property
    def spaced_code(self) -> str:
        """In three groups of four, as people compare it."""
        return " ".join(self.code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


@dataclass(frozen=True)
class CertificateLink:
    code: str
    is_unread: bool


async def issue_certificate(
    tx: Transaction, class_id: int, student_id: int, staff_id: int, school_name: str
) -> Certificate:
    """Issued again it says what is true today, under the same code. Raises Conflict before enough was reached."""
    wanted = await wanted_of_class(tx, class_id)
    found = [each for each in await reached_in_class(tx, class_id) if each.student_id == student_id]
    if not found:
        raise NotFound("There is no such student in this class.")
    reached = found[0]
    if not reached.is_eligible(wanted):
        raise Conflict(NOT_YET, "not_eligible")
    await tx.execute(
        """
        INSERT INTO certificates
          (class_id, student_id, code, student_name, class_name, school_name, sessions, artifacts, milestones,
           staff_id, issued_at)
        SELECT id, :student_id, :code, :student_name, name, :school_name, :sessions, :artifacts, :milestones,
          :staff_id, :now
        FROM classes
        WHERE id = :class_id
        ON CONFLICT (class_id, student_id) DO UPDATE
        SET student_name = excluded.student_name, class_name = excluded.class_name,
          school_name = excluded.school_name, sessions = excluded.sessions, artifacts = excluded.artifacts,
          milestones = excluded.milestones, staff_id = excluded.staff_id, issued_at = excluded.issued_at,
          read_at = NULL
        """,
        class_id=class_id,
        student_id=student_id,
        code="".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)),
        student_name=reached.display_name,
        school_name=school_name,
        sessions=reached.sessions,
        artifacts=reached.artifacts,
        milestones=reached.milestones,
        staff_id=staff_id,
        now=tx.now,
    )
    return await certificate_of_student(tx, class_id, student_id)


async def certificate_of_student(db: Database | Reads, class_id: int, student_id: int) -> Certificate:
    row = await db.fetch_one(
        "SELECT * FROM certificates WHERE class_id = :class_id AND student_id = :student_id",
        class_id=class_id,
        student_id=student_id,
    )
    if row is None:
        raise NotFound("There is no certificate yet.")
    return _certificate(row)


async def certificate_by_code(db: Database, given: str) -> Certificate:
    """However it was typed: small letters, spaces, dashes. Raises NotFound."""
    code = re.sub(r"[\s-]", "", given).upper()
    row = await db.fetch_one("SELECT * FROM certificates WHERE code = :code", code=code)
    if row is None:
        raise NotFound(NO_CERTIFICATE)
    return _certificate(row)


async def certificate_link(db: Database, student_id: int) -> CertificateLink | None:
    """For the student's own page."""
    row = await db.fetch_one("SELECT code, read_at FROM certificates WHERE student_id = :id", id=student_id)
    return CertificateLink(row["code"], row["read_at"] is None) if row else None


async def mark_certificate_read(tx: Transaction, student_id: int) -> None:
    await tx.execute(
        "UPDATE certificates SET read_at = :now WHERE student_id = :id AND read_at IS NULL",
        id=student_id,
        now=tx.now,
    )


async def withdraw_certificate(tx: Transaction, class_id: int, student_id: int) -> None:
    """Its code is worth nothing from now on."""
    await tx.execute(
        "DELETE FROM certificates WHERE class_id = :class_id AND student_id = :student_id",
        class_id=class_id,
        student_id=student_id,
    )


def _certificate(row: sqlite3.Row) -> Certificate:
    return Certificate(
        row["id"],
        row["class_id"],
        row["student_id"],
        row["code"],
        row["student_name"],
        row["class_name"],
        row["school_name"],
        row["sessions"],
        row["artifacts"],
        row["milestones"],
        row["issued_at"],
        row["read_at"],
    )
