"""Announcements: what a teacher tells the class, until a day or until it is taken down."""

import sqlite3
from dataclasses import dataclass
from datetime import date

from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database, Transaction

CHARACTERS = 1000
# On a teacher's page, whose other pages have the older ones, and at a student's.
MOST_SHOWN = 50
NO_ANNOUNCEMENT = "There is no such announcement in this class."


@dataclass(frozen=True)
class Announcement:
    """`until_on` is the last day on which students see it. For a teacher `readers` counts who ticked it as read."""

    id: int
    body: str
    until_on: date | None
    created_at: int
    readers: int = 0
    is_read: bool = False

    def is_over(self, today: date) -> bool:
        return self.until_on is not None and self.until_on < today


@dataclass(frozen=True)
class AnnouncementPage:
    """The newest first; `number` counts pages from 1, `total` is of all pages."""

    items: tuple[Announcement, ...]
    number: int
    total: int

    @property
    def first(self) -> int:
        return (self.number - 1) * MOST_SHOWN + 1

    @property
    def last(self) -> int:
        return self.first + len(self.items) - 1

    @property
    def has_next(self) -> bool:
        return self.last < self.total


async def announcements_of_class(db: Database, class_id: int, number: int = 1) -> AnnouncementPage:
    """Page `number`, or the last one where there are fewer by now."""
    row = await db.fetch_one(
        "SELECT count(*) AS total FROM announcements WHERE class_id = :class_id AND removed_at IS NULL",
        class_id=class_id,
    )
    total = row["total"] if row else 0
    number = max(1, min(number, -(-total // MOST_SHOWN)))
    rows = await db.fetch_all(
        """
        SELECT announcements.*,
          (SELECT count(*) FROM announcement_reads WHERE announcement_id = announcements.id) AS readers,
          0 AS is_read
        FROM announcements
        WHERE class_id = :class_id AND removed_at IS NULL
        ORDER BY created_at DESC, id DESC
        LIMIT :most OFFSET :skipped
        """,
        class_id=class_id,
        most=MOST_SHOWN,
        skipped=(number - 1) * MOST_SHOWN,
    )
    return AnnouncementPage(tuple(map(_announcement, rows)), number, total)


async def announcements_for_student(
    db: Database, class_id: int, student_id: int, today: date
) -> list[Announcement]:
    """Those that are not over; what the student hasn't read stands on top."""
    rows = await db.fetch_all(
        """
        SELECT announcements.*, 0 AS readers, announcement_reads.read_at IS NOT NULL AS is_read
        FROM announcements
          LEFT JOIN announcement_reads
            ON announcement_reads.announcement_id = announcements.id
            AND announcement_reads.student_id = :student_id
        WHERE announcements.class_id = :class_id AND announcements.removed_at IS NULL
          AND (announcements.until_on IS NULL OR announcements.until_on >= :today)
        ORDER BY is_read, announcements.created_at DESC, announcements.id DESC
        LIMIT :most
        """,
        class_id=class_id,
        student_id=student_id,
        today=today.isoformat(),
        most=MOST_SHOWN,
    )
    return [_announcement(row) for row in rows]


async def create_announcement(
    tx: Transaction, class_id: int, staff_id: int, body: str, until_on: str, today: date
) -> int:
    """`until_on` as a date field sends it, empty for no end. Raises Invalid."""
    if not body.strip():
        raise Invalid("Write what your class should know.", field="body")
    if len(body) > CHARACTERS:
        raise Invalid("An announcement may have 1000 characters at most.", "too_long", field="body")
    last = _day(until_on)
    if last is not None and last < today:
        raise Invalid("This day is over. Choose today or a later day.", field="until_on")
    return await tx.insert(
        """
        INSERT INTO announcements (class_id, staff_id, body, until_on, created_at)
        VALUES (:class_id, :staff_id, :body, :until_on, :now)
        """,
        class_id=class_id,
        staff_id=staff_id,
        body=body.strip(),
        until_on=last.isoformat() if last else None,
        now=tx.now,
    )


async def set_taken_down(tx: Transaction, class_id: int, announcement_id: int, is_down: bool) -> None:
    """Taken down and put back."""
    changed = await tx.execute(
        """
        UPDATE announcements
        SET removed_at = CASE WHEN :is_down THEN :now END
        WHERE id = :id AND class_id = :class_id
        """,
        id=announcement_id,
        class_id=class_id,
        is_down=is_down,
        now=tx.now,
    )
    if not changed:
        raise NotFound(NO_ANNOUNCEMENT)


async def mark_read(tx: Transaction, class_id: int, student_id: int, announcement_id: int) -> None:
    """Raises NotFound for another class's; twice does no harm."""
    row = await tx.fetch_one(
        "SELECT id FROM announcements WHERE id = :id AND class_id = :class_id AND removed_at IS NULL",
        id=announcement_id,
        class_id=class_id,
    )
    if row is None:
        raise NotFound("This announcement was taken down.")
    await tx.execute(
        """
        INSERT INTO announcement_reads (announcement_id, student_id, read_at)
        VALUES (:id, :student_id, :now)
        ON CONFLICT (announcement_id, student_id) DO NOTHING
        """,
        id=announcement_id,
        student_id=student_id,
        now=tx.now,
    )


def _day(given: str) -> date | None:
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise Invalid(
            "Type the day as the calendar shows it, such as 2027-01-31.", field="until_on"
        ) from error


def _announcement(row: sqlite3.Row) -> Announcement:
    return Announcement(
        row["id"],
        row["body"],
        date.fromisoformat(row["until_on"]) if row["until_on"] else None,
        row["created_at"],
        row["readers"],
        bool(row["is_read"]),
    )
