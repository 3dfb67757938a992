"""A teacher's word on what a student wrote, ticked or marked: score, comment, and whether it should be changed."""

import sqlite3
from dataclasses import dataclass

from appliance.storage.database import Database, Reads, Transaction
from appliance.work.submission_reviews import State, checked_word


@dataclass(frozen=True)
class ResponseReview:
    """`changed_at` is when the student last changed the work, `seen_at` the same as the teacher knew it.

    `read_at` is None until the student has opened it; `staff_id` once whoever said it has left the school.
    """

    staff_id: int | None
    state: State
    score: int | None
    comment: str
    seen_at: int
    reviewed_at: int
    read_at: int | None
    changed_at: int

    @property
    def is_returned(self) -> bool:
        return self.state == "returned"

    @property
    def wants_another(self) -> bool:
        """It was returned, and the student has not changed it since."""
        return self.is_returned and self.changed_at <= self.seen_at


async def review_of_response(
    db: Database | Reads, material_id: int, student_id: int
) -> ResponseReview | None:
    row = await db.fetch_one(
        "SELECT * FROM reviewed_responses WHERE material_id = :material_id AND student_id = :student_id",
        material_id=material_id,
        student_id=student_id,
    )
    return response_review_of_row(row) if row else None


async def response_reviews_of_student(db: Database | Reads, student_id: int) -> dict[int, ResponseReview]:
    """By material."""
    rows = await db.fetch_all("SELECT * FROM reviewed_responses WHERE student_id = :id", id=student_id)
    return {row["material_id"]: response_review_of_row(row) for row in rows}


async def save_response_review(
    tx: Transaction,
    material_id: int,
    student_id: int,
    staff_id: int,
    state: str,
    score: int | None,
    comment: str,
    seen_at: int,
) -> None:
    """Unread again. `seen_at` is when the work that the teacher read was last changed. Raises Invalid."""
    comment = checked_word(state, comment)
    await tx.execute(
        """
        INSERT INTO response_reviews
          (material_id, student_id, staff_id, state, score, comment, seen_at, reviewed_at)
        VALUES (:material_id, :student_id, :staff_id, :state, :score, :comment, :seen_at, :now)
        ON CONFLICT (material_id, student_id) DO UPDATE
        SET staff_id = excluded.staff_id, state = excluded.state, score = excluded.score,
            comment = excluded.comment, seen_at = excluded.seen_at, reviewed_at = excluded.reviewed_at,
            read_at = NULL
        """,
        material_id=material_id,
        student_id=student_id,
        staff_id=staff_id,
        state=state,
        score=score,
        comment=comment,
        seen_at=seen_at,
        now=tx.now,
    )


def response_review_of_row(row: sqlite3.Row) -> ResponseReview:
    return ResponseReview(
        row["staff_id"],
        row["state"],
        row["score"],
        row["comment"],
        row["seen_at"],
        row["reviewed_at"],
        row["read_at"],
        row["changed_at"],
    )
