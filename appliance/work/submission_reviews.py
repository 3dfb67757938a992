"""A teacher's word on a file that was handed in: score, comment, rubric, and whether another version is asked for."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from appliance.errors import Invalid
from appliance.storage.database import Database, Reads, Transaction
from appliance.work.reviews import COMMENT_CHARACTERS, score_of_text

State = Literal["reviewed", "returned"]
STATES: tuple[State, ...] = ("reviewed", "returned")
BAD_SCORE = "A score is a whole number from 0 to 100. Leave it empty for none."
MOST_SHOWN = 100
PLACE_REMOVED = (
    "The place for this work was removed, so no other version can come in. "
    "Put it back first, or mark this as done."
)


@dataclass(frozen=True)
class SubmissionReview:
    """`staff_id` is None once whoever said it has left the school. `rubric` holds the score of each criterion by its
    key; `read_at` is None until the student has opened it.
    """

    staff_id: int | None
    state: State
    score: int | None
    comment: str
    rubric: Mapping[str, int]
    reviewed_at: int
    read_at: int | None

    @property
    def is_returned(self) -> bool:
        return self.state == "returned"


@dataclass(frozen=True)
class Criterion:
    """One line of the rubric by which an upload is marked, from 1 to `most`."""

    key: str
    body: str
    most: int


@dataclass(frozen=True)
class Feedback:
    """A review as its student reads it. `is_newest`: no later version was handed in since. `is_open`: the student
    still sees the place.
    """

    submission_id: int
    material_id: int
    title: str
    original_filename: str
    path: str
    uploaded_at: int
    review: SubmissionReview
    criteria: tuple[Criterion, ...]
    is_newest: bool
    is_open: bool

    @property
    def is_unread(self) -> bool:
        return self.review.read_at is None

    @property
    def wants_another(self) -> bool:
        return self.review.is_returned and self.is_newest and self.is_open

    @property
    def is_taken_away(self) -> bool:
        """Another version was asked for, and there is no place for it any more."""
        return self.review.is_returned and self.is_newest and not self.is_open


async def review_of_submission(db: Database | Reads, submission_id: int) -> SubmissionReview | None:
    row = await db.fetch_one("SELECT * FROM submission_reviews WHERE submission_id = :id", id=submission_id)
    if row is None:
        return None
    scores = await db.fetch_all(
        "SELECT item_key, score FROM review_scores WHERE submission_id = :id", id=submission_id
    )
    return _review(row, {each["item_key"]: each["score"] for each in scores})


async def criteria_of_material(db: Database | Reads, material_id: int) -> tuple[Criterion, ...]:
    """Empty for an upload that is marked without a rubric."""
    rows = await db.fetch_all(
        """
        SELECT material_items.item_key, material_items.body, materials.rubric_scale_max
        FROM material_items JOIN materials ON materials.id = material_items.material_id
        WHERE material_items.material_id = :id
        ORDER BY material_items.position, material_items.item_key
        """,
        id=material_id,
    )
    return tuple(Criterion(row["item_key"], row["body"], row["rubric_scale_max"]) for row in rows)


async def save_submission_review(
    tx: Transaction,
    submission_id: int,
    staff_id: int,
    state: str,
    score: int | None,
    comment: str,
    rubric: Mapping[str, int],
) -> None:
    """Unread again. Raises Invalid; a piece that is returned says why."""
    comment = checked_word(state, comment)
    if state == "returned":
        await _check_on_road(tx, submission_id)
    await tx.execute(
        """
        INSERT INTO submission_reviews (submission_id, staff_id, state, score, comment, reviewed_at)
        VALUES (:submission_id, :staff_id, :state, :score, :comment, :now)
        ON CONFLICT (submission_id) DO UPDATE
        SET staff_id = excluded.staff_id, state = excluded.state, score = excluded.score,
            comment = excluded.comment, reviewed_at = excluded.reviewed_at, read_at = NULL
        """,
        submission_id=submission_id,
        staff_id=staff_id,
        state=state,
        score=score,
        comment=comment,
        now=tx.now,
    )
    await tx.execute("DELETE FROM review_scores WHERE submission_id = :id", id=submission_id)
    for key, points in rubric.items():
        await tx.execute(
            "INSERT INTO review_scores (submission_id, item_key, score) VALUES (:id, :key, :points)",
            id=submission_id,
            key=key,
            points=points,
        )


def checked_word(state: str, comment: str) -> str:
    """The comment without blanks at its ends. Raises Invalid."""
    comment = comment.strip()
    if state not in STATES:
        raise Invalid("Choose whether it is done or goes back to the student.", field="state")
    if len(comment) > COMMENT_CHARACTERS:
        raise Invalid("The comment may have 2000 characters at most.", "too_long", field="comment")
    if state == "returned" and not comment:
        raise Invalid("Say in the comment what the student should change.", "empty_review", field="comment")
    return comment


def score_given(typed: str, criteria: tuple[Criterion, ...], rubric: Mapping[str, int]) -> int | None:
    """What was typed; else the share of the rubric's points in whole percent, once every criterion has some."""
    score = score_of_text(typed, BAD_SCORE)
    if score is not None:
        return score
    if criteria and all(each.key in rubric for each in criteria):
        return round(100 * sum(rubric.values()) / sum(each.most for each in criteria))
    return None


async def feedback_of_student(db: Database, student_id: int) -> list[Feedback]:
    """Unread first, then the newest; in three queries."""
    rows = await db.fetch_all(
        """
        SELECT submission_reviews.*, submissions.material_id, submissions.original_filename,
          submissions.uploaded_at, materials.title, materials.course_slug, materials.lesson_slug,
          NOT EXISTS (
            SELECT 1 FROM submissions AS newer
            WHERE newer.student_id = submissions.student_id AND newer.material_id = submissions.material_id
              AND newer.id > submissions.id) AS is_newest,
          EXISTS (
            SELECT 1 FROM student_materials
            WHERE student_materials.student_id = submissions.student_id
              AND student_materials.material_id = submissions.material_id) AS is_open
        FROM submission_reviews
          JOIN submissions ON submissions.id = submission_reviews.submission_id
          JOIN materials ON materials.id = submissions.material_id
        WHERE submissions.student_id = :student_id
        ORDER BY submission_reviews.read_at IS NOT NULL, submission_reviews.reviewed_at DESC
        LIMIT :most
        """,
        student_id=student_id,
        most=MOST_SHOWN,
    )
    scores = await _scores_of_student(db, student_id)
    criteria = await _criteria_of_student(db, student_id)
    return [
        Feedback(
            row["submission_id"],
            row["material_id"],
            row["title"],
            row["original_filename"],
            _path(row),
            row["uploaded_at"],
            _review(row, scores.get(row["submission_id"], {})),
            criteria.get(row["material_id"], ()),
            bool(row["is_newest"]),
            bool(row["is_open"]),
        )
        for row in rows
    ]


async def mark_feedback_read(tx: Transaction, student_id: int) -> None:
    await tx.execute(
        """
        UPDATE submission_reviews
        SET read_at = :now
        WHERE read_at IS NULL
          AND submission_id IN (SELECT id FROM submissions WHERE student_id = :student_id)
        """,
        now=tx.now,
        student_id=student_id,
    )


async def _check_on_road(tx: Transaction, submission_id: int) -> None:
    """Raises Invalid where no other version could be handed in."""
    row = await tx.fetch_one(
        """
        SELECT 1
        FROM submissions JOIN removed_materials ON removed_materials.material_id = submissions.material_id
        WHERE submissions.id = :id
        """,
        id=submission_id,
    )
    if row is not None:
        raise Invalid(PLACE_REMOVED, "place_removed", field="state")


async def _scores_of_student(db: Database, student_id: int) -> dict[int, dict[str, int]]:
    rows = await db.fetch_all(
        """
        SELECT review_scores.*
        FROM review_scores JOIN submissions ON submissions.id = review_scores.submission_id
        WHERE submissions.student_id = :student_id
        """,
        student_id=student_id,
    )
    scores: dict[int, dict[str, int]] = {}
    for row in rows:
        scores.setdefault(row["submission_id"], {})[row["item_key"]] = row["score"]
    return scores


async def _criteria_of_student(db: Database, student_id: int) -> dict[int, tuple[Criterion, ...]]:
    rows = await db.fetch_all(
        """
        SELECT material_items.*, materials.rubric_scale_max
        FROM material_items JOIN materials ON materials.id = material_items.material_id
        WHERE material_items.material_id IN (SELECT material_id FROM submissions WHERE student_id = :student_id)
        ORDER BY material_items.position, material_items.item_key
        """,
        student_id=student_id,
    )
    criteria: dict[int, tuple[Criterion, ...]] = {}
    for row in rows:
        line = Criterion(row["item_key"], row["body"], row["rubric_scale_max"])
        criteria[row["material_id"]] = (*criteria.get(row["material_id"], ()), line)
    return criteria


def _path(row: sqlite3.Row) -> str:
    """Where another version is handed in."""
    if row["lesson_slug"]:
        return f"/course/{row['course_slug']}/{row['lesson_slug']}#hand-in"
    return f"/material/{row['material_id']}/upload"


def _review(row: sqlite3.Row, rubric: Mapping[str, int]) -> SubmissionReview:
    return SubmissionReview(
        row["staff_id"],
        row["state"],
        row["score"],
        row["comment"],
        rubric,
        row["reviewed_at"],
        row["read_at"],
    )
