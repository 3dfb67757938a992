"""All that teachers said to one student: about files, about words, lists and self-checks, about quizzes and cards."""

import sqlite3
from dataclasses import dataclass

from appliance.storage.database import Database, Transaction
from appliance.work.submission_reviews import (
    MOST_SHOWN,
    Feedback,
    feedback_of_student,
    mark_feedback_read,
)


@dataclass(frozen=True)
class Word:
    """What a teacher said about one thing. `path` is where it can be looked at or changed; empty where it can't.

    `file` is what was handed in, None for everything else; `is_changed`: the student did something in it since;
    `is_there`: the student still sees the place.
    """

    kind: str
    title: str
    path: str
    score: int | None
    comment: str
    is_returned: bool
    is_changed: bool
    reviewed_at: int
    is_unread: bool
    is_there: bool
    file: Feedback | None = None

    @property
    def wants_another(self) -> bool:
        return self.is_returned and not self.is_changed and self.is_there

    @property
    def is_taken_away(self) -> bool:
        """It was to be changed, and there is no place for that any more."""
        return self.is_returned and not self.is_changed and not self.is_there

    @property
    def is_quiz(self) -> bool:
        return self.kind in ("quiz", "cards")


async def words_of_student(db: Database, student_id: int) -> list[Word]:
    """Unread first, then the newest; in five queries."""
    words = [_of_file(each) for each in await feedback_of_student(db, student_id)]
    words += await _of_responses(db, student_id)
    words += await _of_quizzes(db, student_id)
    words.sort(key=lambda word: (not word.is_unread, -word.reviewed_at))
    return words[:MOST_SHOWN]


async def unread_words(db: Database, student_id: int) -> int:
    """How many of them the student has not opened yet; in one query."""
    row = await db.fetch_one(
        """
        SELECT
          (SELECT count(*)
           FROM submission_reviews JOIN submissions ON submissions.id = submission_reviews.submission_id
           WHERE submissions.student_id = :student_id AND submission_reviews.read_at IS NULL)
          + (SELECT count(*) FROM response_reviews WHERE student_id = :student_id AND read_at IS NULL)
          + (SELECT count(*)
             FROM reviews
               JOIN assignments ON assignments.id = reviews.assignment_id
               JOIN activities ON activities.id = assignments.activity_id
             WHERE reviews.student_id = :student_id AND reviews.read_at IS NULL
               AND activities.state = 'published') AS unread
        """,
        student_id=student_id,
    )
    return int(row["unread"]) if row else 0


async def mark_words_read(tx: Transaction, student_id: int) -> None:
    await mark_feedback_read(tx, student_id)
    await tx.execute(
        "UPDATE response_reviews SET read_at = :now WHERE read_at IS NULL AND student_id = :student_id",
        now=tx.now,
        student_id=student_id,
    )
    await tx.execute(
        """
        UPDATE reviews
        SET read_at = :now
        WHERE read_at IS NULL AND student_id = :student_id
          AND assignment_id IN (
            SELECT assignments.id
            FROM assignments JOIN activities ON activities.id = assignments.activity_id
            WHERE activities.state = 'published')
        """,
        now=tx.now,
        student_id=student_id,
    )


def _of_file(said: Feedback) -> Word:
    review = said.review
    return Word(
        "upload",
        said.title,
        said.path,
        review.score,
        review.comment,
        review.is_returned,
        not said.is_newest,
        review.reviewed_at,
        said.is_unread,
        said.is_open,
        said,
    )


async def _of_responses(db: Database, student_id: int) -> list[Word]:
    rows = await db.fetch_all(
        """
        SELECT reviewed_responses.*, materials.kind, materials.title, materials.course_slug,
          materials.lesson_slug, student_materials.material_id IS NOT NULL AS is_there
        FROM reviewed_responses
          JOIN materials ON materials.id = reviewed_responses.material_id
          LEFT JOIN student_materials
            ON student_materials.material_id = materials.id AND student_materials.student_id = :student_id
        WHERE reviewed_responses.student_id = :student_id
        ORDER BY reviewed_responses.read_at IS NOT NULL, reviewed_responses.reviewed_at DESC
        LIMIT :most
        """,
        student_id=student_id,
        most=MOST_SHOWN,
    )
    return [
        _word(row, _path(row), row["state"] == "returned", row["changed_at"] > row["seen_at"]) for row in rows
    ]


async def _of_quizzes(db: Database, student_id: int) -> list[Word]:
    """The score is the teacher's, else that of the best attempt."""
    rows = await db.fetch_all(
        """
        SELECT reviews.*, activities.kind, activities.title,
          coalesce(reviews.score_override, (
            SELECT max(attempts.score)
            FROM attempts
            WHERE attempts.assignment_id = reviews.assignment_id AND attempts.student_id = reviews.student_id
              AND attempts.finished_at IS NOT NULL)) AS score,
          EXISTS (
            SELECT 1 FROM student_assignments
            WHERE student_assignments.assignment_id = assignments.id
              AND student_assignments.student_id = reviews.student_id) AS is_there
        FROM reviews
          JOIN assignments ON assignments.id = reviews.assignment_id
          JOIN activities ON activities.id = assignments.activity_id
        WHERE reviews.student_id = :student_id AND activities.state = 'published'
        ORDER BY reviews.read_at IS NOT NULL, reviews.reviewed_at DESC
        LIMIT :most
        """,
        student_id=student_id,
        most=MOST_SHOWN,
    )
    return [
        _word(row, f"/student/study/{row['assignment_id']}", is_returned=False, is_changed=False)
        for row in rows
    ]


def _word(row: sqlite3.Row, path: str, is_returned: bool, is_changed: bool) -> Word:
    """What was said about anything but a file."""
    return Word(
        row["kind"],
        row["title"],
        path if row["is_there"] else "",
        row["score"],
        row["comment"],
        is_returned,
        is_changed,
        row["reviewed_at"],
        row["read_at"] is None,
        bool(row["is_there"]),
    )


def _path(row: sqlite3.Row) -> str:
    """Where the student wrote it."""
    if row["lesson_slug"]:
        return f"/course/{row['course_slug']}/{row['lesson_slug']}#{row['kind']}"
    return f"/material/{row['material_id']}"
