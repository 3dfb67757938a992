"""Reviews: a teacher's word on one student's work in one assignment, until it is read and after."""

import sqlite3
from dataclasses import dataclass

from appliance.errors import Invalid
from appliance.storage.database import Database, Reads, Transaction
from appliance.work.assignments import Assignment

COMMENT_CHARACTERS = 2000
BAD_SCORE = "A score is a whole number from 0 to 100. Leave it empty to keep the best attempt."


@dataclass(frozen=True)
class Review:
    """`score_override` is None when the best attempt counts, `read_at` until the student has opened it.

    `staff_id` is None once whoever said it has left the school, and for words from before it was kept.
    """

    staff_id: int | None
    score_override: int | None
    comment: str
    reviewed_at: int
    read_at: int | None


async def review_of(db: Database | Reads, assignment_id: int, student_id: int) -> Review | None:
    row = await db.fetch_one(
        "SELECT * FROM reviews WHERE assignment_id = :assignment_id AND student_id = :student_id",
        assignment_id=assignment_id,
        student_id=student_id,
    )
    return _review(row) if row else None


async def save_review(
    tx: Transaction,
    assignment: Assignment,
    student_id: int,
    staff_id: int | None,
    score_override: int | None,
    comment: str,
) -> None:
    """Unread again, unless it says what it said before. Raises Invalid for a review without a word or score."""
    comment = comment.strip()
    if score_override is not None and not 0 <= score_override <= 100:
        raise Invalid(BAD_SCORE, "bad_score", field="score")
    if score_override is None and not comment:
        raise Invalid("Give a score or write a comment.", "empty_review", field="comment")
    if len(comment) > COMMENT_CHARACTERS:
        raise Invalid("The comment may have 2000 characters at most.", "too_long", field="comment")
    await tx.execute(
        """
        INSERT INTO reviews (assignment_id, student_id, staff_id, score_override, comment, reviewed_at)
        VALUES (:assignment_id, :student_id, :staff_id, :score_override, :comment, :now)
        ON CONFLICT (assignment_id, student_id) DO UPDATE
          SET staff_id = excluded.staff_id, score_override = excluded.score_override, comment = excluded.comment,
              reviewed_at = excluded.reviewed_at,
              read_at = CASE
                WHEN score_override IS excluded.score_override AND comment = excluded.comment THEN read_at END
        """,
        assignment_id=assignment.id,
        student_id=student_id,
        staff_id=staff_id,
        score_override=score_override,
        comment=comment,
        now=tx.now,
    )


async def waiting_for_review(db: Database, assignment: Assignment) -> list[int]:
    """Students by name whose last attempt nobody has said anything about."""
    rows = await db.fetch_all(
        """
        SELECT students.id
        FROM students
          JOIN attempts ON attempts.student_id = students.id AND attempts.assignment_id = :assignment_id
          LEFT JOIN reviews ON reviews.assignment_id = :assignment_id AND reviews.student_id = students.id
        WHERE students.class_id = :class_id AND attempts.finished_at IS NOT NULL
        GROUP BY students.id
        HAVING max(attempts.finished_at) > coalesce(reviews.reviewed_at, -1)
        ORDER BY students.display_name COLLATE NOCASE, students.id
        """,
        assignment_id=assignment.id,
        class_id=assignment.class_id,
    )
    return [row["id"] for row in rows]


async def next_for_review(db: Database, assignment: Assignment, student_id: int) -> int:
    """Who waits behind this student in the order of names, else the first who waits; 0 when nobody else does."""
    row = await db.fetch_one(
        """
        SELECT students.id
        FROM students AS here
          JOIN students ON students.class_id = here.class_id AND students.id <> here.id
          JOIN attempts ON attempts.student_id = students.id AND attempts.assignment_id = :assignment_id
          LEFT JOIN reviews ON reviews.assignment_id = :assignment_id AND reviews.student_id = students.id
        WHERE here.id = :student_id AND attempts.finished_at IS NOT NULL
        GROUP BY students.id
        HAVING max(attempts.finished_at) > coalesce(reviews.reviewed_at, -1)
        ORDER BY (students.display_name COLLATE NOCASE, students.id) < (here.display_name, here.id),
          students.display_name COLLATE NOCASE, students.id
        LIMIT 1
        """,
        assignment_id=assignment.id,
        student_id=student_id,
    )
    return int(row["id"]) if row else 0


async def mark_read(tx: Transaction, assignment_id: int, student_id: int) -> None:
    await tx.execute(
        """
        UPDATE reviews SET read_at = :now
        WHERE assignment_id = :assignment_id AND student_id = :student_id AND read_at IS NULL
        """,
        now=tx.now,
        assignment_id=assignment_id,
        student_id=student_id,
    )


def score_of_text(text: str, refused: str = BAD_SCORE) -> int | None:
    """A score as it was typed; blank is None. Raises Invalid with the sentence `refused`."""
    text = text.strip().removesuffix("%").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100):
        raise Invalid(refused, "bad_score", field="score")
    return int(text)


def _review(row: sqlite3.Row) -> Review:
    return Review(row["staff_id"], row["score_override"], row["comment"], row["reviewed_at"], row["read_at"])
