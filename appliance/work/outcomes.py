"""Outcomes: what a student reached, each thing once: a session done, an artifact handed in, a milestone.

Handing in again is not another artifact, and what is deleted later was still reached.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction

ACTIVE_SECONDS = 30 * 24 * 3600
MOST_WANTED = 500
KINDS = ("session_completed", "artifact_submitted", "milestone_earned")


@dataclass(frozen=True)
class Wanted:
    """What a certificate of this class asks for."""

    sessions: int
    artifacts: int


@dataclass(frozen=True)
class Reached:
    """One student's counts; `certificate` is its code, empty without one. Moments are UTC seconds, 0 for never."""

    student_id: int
    display_name: str
    sessions: int
    artifacts: int
    milestones: int
    first_at: int
    last_at: int
    certificate: str

    def is_eligible(self, wanted: Wanted) -> bool:
        return self.sessions >= wanted.sessions and self.artifacts >= wanted.artifacts


async def note_artifact(tx: Transaction, student_id: int, material_id: int) -> None:
    """A file was handed in: the artifact of its place, and the session of its module."""
    await _note(tx, "artifact_submitted", student_id, material_id)
    await tx.execute(
        """
        INSERT INTO outcomes (class_id, student_id, kind, module_id, happened_at)
        SELECT modules.class_id, :student_id, 'session_completed', modules.id, :now
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE materials.id = :material_id
        ON CONFLICT (student_id, kind, module_id, material_id) DO NOTHING
        """,
        student_id=student_id,
        material_id=material_id,
        now=tx.now,
    )


async def note_milestone(tx: Transaction, student_id: int, material_id: int) -> None:
    """A checklist ticked to its end, a reflection written, a rubric filled in: the first time counts."""
    await _note(tx, "milestone_earned", student_id, material_id)


async def credit_session(
    tx: Transaction, class_id: int, student_id: int, module_id: int, staff_id: int
) -> bool:
    """By hand, for somebody who was there without the box; False where it counted already. Raises NotFound."""
    row = await tx.fetch_one(
        """
        SELECT 1
        FROM modules JOIN students ON students.class_id = modules.class_id
        WHERE modules.id = :module_id AND students.id = :student_id AND modules.class_id = :class_id
        """,
        module_id=module_id,
        student_id=student_id,
        class_id=class_id,
    )
    if row is None:
        raise NotFound("There is no such student or module in this class.")
    added = await tx.execute(
        """
        INSERT INTO outcomes (class_id, student_id, kind, module_id, staff_id, happened_at)
        VALUES (:class_id, :student_id, 'session_completed', :module_id, :staff_id, :now)
        ON CONFLICT (student_id, kind, module_id, material_id) DO NOTHING
        """,
        class_id=class_id,
        student_id=student_id,
        module_id=module_id,
        staff_id=staff_id,
        now=tx.now,
    )
    return bool(added)


async def wanted_of_class(db: Database | Reads, class_id: int) -> Wanted:
    row = await db.fetch_one(
        "SELECT certificate_sessions, certificate_artifacts FROM classes WHERE id = :id", id=class_id
    )
    return Wanted(row["certificate_sessions"], row["certificate_artifacts"]) if row else Wanted(8, 6)


async def set_wanted(tx: Transaction, class_id: int, sessions: str, artifacts: str) -> None:
    """Raises Invalid for anything but whole numbers from 0 to 500."""
    await tx.execute(
        """
        UPDATE classes
        SET certificate_sessions = :sessions, certificate_artifacts = :artifacts
        WHERE id = :id
        """,
        id=class_id,
        sessions=_number(sessions, "sessions"),
        artifacts=_number(artifacts, "artifacts"),
    )


async def reached_in_class(db: Database | Reads, class_id: int) -> list[Reached]:
    """Every student of the class by name, in one query."""
    rows = await db.fetch_all(
        """
        SELECT students.id, students.display_name,
          count(CASE outcomes.kind WHEN 'session_completed' THEN 1 END) AS sessions,
          count(CASE outcomes.kind WHEN 'artifact_submitted' THEN 1 END) AS artifacts,
          count(CASE outcomes.kind WHEN 'milestone_earned' THEN 1 END) AS milestones,
          coalesce(min(outcomes.happened_at), 0) AS first_at,
          coalesce(max(outcomes.happened_at), 0) AS last_at,
          coalesce(
            (SELECT code FROM certificates
             WHERE certificates.student_id = students.id AND certificates.class_id = students.class_id), '')
            AS certificate
        FROM students LEFT JOIN outcomes ON outcomes.student_id = students.id
        WHERE students.class_id = :class_id
        GROUP BY students.id
        ORDER BY students.display_name COLLATE NOCASE, students.id
        """,
        class_id=class_id,
    )
    return [Reached(*row) for row in rows]


async def outcome_counts(db: Database, class_id: int) -> dict[str, int]:
    """By kind, of the whole class."""
    rows = await db.fetch_all(
        "SELECT kind, count(*) AS reached FROM outcomes WHERE class_id = :class_id GROUP BY kind",
        class_id=class_id,
    )
    return dict.fromkeys(KINDS, 0) | {row["kind"]: row["reached"] for row in rows}


def is_active(reached: Reached, now: int) -> bool:
    """Whether they reached something within thirty days."""
    return bool(reached.last_at) and now - reached.last_at <= ACTIVE_SECONDS


def day_text(moment: int, zone: ZoneInfo) -> str:
    """A day for a table, empty for never."""
    return datetime.fromtimestamp(moment, zone).date().isoformat() if moment else ""


async def _note(tx: Transaction, kind: str, student_id: int, material_id: int) -> None:
    await tx.execute(
        """
        INSERT INTO outcomes (class_id, student_id, kind, material_id, happened_at)
        SELECT modules.class_id, :student_id, :kind, materials.id, :now
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE materials.id = :material_id
        ON CONFLICT (student_id, kind, module_id, material_id) DO NOTHING
        """,
        student_id=student_id,
        kind=kind,
        material_id=material_id,
        now=tx.now,
    )


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= MOST_WANTED):
        raise Invalid("Type a whole number from 0 to 500.", field=field)
    return int(text)
