"""What happened, in ids and counts: one list for staff, one for students. Never a name, never a text."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from appliance.storage.addresses import network_of
from appliance.storage.database import Database, Transaction

PAGE_LINES = 50


@dataclass(frozen=True)
class AuditLine:
    """Something that staff did. `who` is empty for the box itself and for accounts that are gone."""

    who: str
    action: str
    target: str
    class_id: int | None
    class_name: str
    network: str
    happened_at: int


@dataclass(frozen=True)
class AuditPage:
    """The newest first; `total` counts all that match."""

    lines: tuple[AuditLine, ...]
    number: int
    total: int

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_LINES + 1 if self.lines else 0

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1 if self.lines else 0

    @property
    def has_next(self) -> bool:
        return self.last < self.total if self.lines else False


async def record_staff(
    tx: Transaction, action: str, staff_id: int | None, class_id: int | None, target: str, address: str
) -> None:
    await tx.execute(
        """
        INSERT INTO audit_events (staff_id, class_id, action, target, network, happened_at)
        VALUES (:staff_id, :class_id, :action, :target, :network, :now)
        """,
        staff_id=staff_id,
        class_id=class_id,
        action=action,
        target=target,
        network=network_of(address),
        now=tx.now,
    )


async def was_recorded(db: Database, action: str, staff_id: int, class_id: int, since: int) -> bool:
    row = await db.fetch_one(
        """
        SELECT 1
        FROM audit_events
        WHERE class_id = :class_id AND happened_at >= :since AND staff_id = :staff_id AND action = :action
        LIMIT 1
        """,
        action=action,
        staff_id=staff_id,
        class_id=class_id,
        since=since,
    )
    return row is not None


async def record_student(
    tx: Transaction, kind: str, class_id: int, student_id: int, details: Mapping[str, int | str], address: str
) -> None:
    """`details` holds ids and counts alone: whoever calls has nothing else to put there."""
    await tx.execute(
        """
        INSERT INTO student_events (class_id, student_id, kind, details, network, happened_at)
        VALUES (:class_id, :student_id, :kind, :details, :network, :now)
        """,
        class_id=class_id,
        student_id=student_id,
        kind=kind,
        details=json.dumps(details, sort_keys=True),
        network=network_of(address),
        now=tx.now,
    )


@dataclass(frozen=True)
class StudentEvent:
    """Ids and counts; `details` is JSON, `happened_at` UTC seconds."""

    id: int
    class_id: int | None
    student_id: int | None
    kind: str
    details: str
    network: str
    happened_at: int


async def student_events_before(db: Database, moment: int) -> list[StudentEvent]:
    """What has been kept for too long, the oldest first."""
    rows = await db.fetch_all(
        """
        SELECT id, class_id, student_id, kind, details, network, happened_at
        FROM student_events
        WHERE happened_at < :moment
        ORDER BY id
        """,
        moment=moment,
    )
    return [StudentEvent(*row) for row in rows]


async def forget_student_events(tx: Transaction, moment: int) -> int:
    """The one place where events go by their age; returns how many went."""
    return await tx.execute("DELETE FROM student_events WHERE happened_at < :moment", moment=moment)


async def audit_of_class(db: Database, class_id: int, number: int) -> AuditPage:
    """What staff did in this class; `number` counts pages from 1."""
    total = await db.fetch_one(
        "SELECT count(*) AS lines FROM audit_events WHERE class_id = :class_id", class_id=class_id
    )
    rows = await db.fetch_all(
        """
        SELECT audit_events.*, coalesce(staff.display_name, '') AS who, coalesce(classes.name, '') AS class_name
        FROM audit_events
          LEFT JOIN staff ON staff.id = audit_events.staff_id
          LEFT JOIN classes ON classes.id = audit_events.class_id
        WHERE audit_events.class_id = :class_id
        ORDER BY audit_events.happened_at DESC, audit_events.id DESC
        LIMIT :most OFFSET :skipped
        """,
        class_id=class_id,
        most=PAGE_LINES,
        skipped=(number - 1) * PAGE_LINES,
    )
    return AuditPage(tuple(_line(row) for row in rows), number, total["lines"] if total else 0)


async def audit_of_box(db: Database, number: int) -> AuditPage:
    """What staff did anywhere on the box; `number` counts pages from 1."""
    total = await db.fetch_one("SELECT count(*) AS lines FROM audit_events")
    rows = await db.fetch_all(
        """
        SELECT audit_events.*, coalesce(staff.display_name, '') AS who, coalesce(classes.name, '') AS class_name
        FROM audit_events
          LEFT JOIN staff ON staff.id = audit_events.staff_id
          LEFT JOIN classes ON classes.id = audit_events.class_id
        ORDER BY audit_events.happened_at DESC, audit_events.id DESC
        LIMIT :most OFFSET :skipped
        """,
        most=PAGE_LINES,
        skipped=(number - 1) * PAGE_LINES,
    )
    return AuditPage(tuple(_line(row) for row in rows), number, total["lines"] if total else 0)


def _line(row: sqlite3.Row) -> AuditLine:
    return AuditLine(
        row["who"],
        row["action"],
        row["target"],
        row["class_id"],
        row["class_name"],
        row["network"],
        row["happened_at"],
    )
