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
    """`score_override` is None when the best attempt counts, `read_at` until the student has opened it."""

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
    tx: Transaction, assignment: Assignment, student_id: int, score_override: int | None, comment: str
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
        INSERT INTO reviews (assignment_id, student_id, score_override, comment, reviewed_at)
        VALUES (:assignment_id, :student_id, :score_override, :comment, :now)
        ON CONFLICT (assignment_id, student_id) DO UPDATE
          SET score_override = excluded.score_override, comment = excluded.comment,
              reviewed_at = excluded.reviewed_at, read_at = NULL
          WHERE score_override IS NOT excluded.score_override OR comment <> excluded.comment
        """,
        assignment_id=assignment.id,
        student_id=student_id,
        score_override=score_override,
        comment=comment,
        now=tx.now,
    )


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
    return Review(row["score_override"], row["comment"], row["reviewed_at"], row["read_at"])
