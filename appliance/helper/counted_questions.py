"""Questions to the helper as a teacher may count them: which lesson, what kind, what became of them; never the text."""

from dataclasses import dataclass
from typing import Literal

from appliance.auth.digests import digest
from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database, Transaction

DAY = 24 * 3600
# Slugs that no lesson has: what was asked in the class chat, which belongs to none.
CLASS_CHAT = ("", "class-chat")

Outcome = Literal["model", "lesson", "refused"]
THUMBS = {"up": 1, "down": -1, "none": 0}
NO_THUMB = "Choose thumbs up or thumbs down."
NO_ANSWER = "This answer can't be rated any more. Ask once more and rate the new one."


@dataclass(frozen=True)
class CountedQuestion:
    """`topic` is a heading of the class's material, or empty; `reason` says why no model's words were shown."""

    class_id: int
    student_id: int
    request_id: str
    course_slug: str = ""
    lesson_slug: str = ""
    topic: str = ""
    intent: str = ""
    outcome: Outcome = "refused"
    reason: str = ""
    is_grounded: bool = False
    is_in_lesson: bool = True
    wait_ms: int = 0
    total_ms: int = 0


@dataclass(frozen=True)
class Asked:
    """What the box knows of one student's questions: how many, how many of them rated, and since when (seconds)."""

    questions: int
    rated: int
    since: int


@dataclass(frozen=True)
class Place:
    course_slug: str
    lesson_slug: str


async def count_question(tx: Transaction, counted: CountedQuestion, kept_days: int) -> int:
    """Its id; what is older than `kept_days` goes. Raises sqlite3.IntegrityError for a student who has left."""
    await forget_questions(tx, kept_days)
    return await tx.insert(
        """
        INSERT INTO counted_questions (class_id, student_id, request_key, course_slug, lesson_slug, topic, intent,
                                       outcome, reason, is_grounded, is_in_lesson, wait_ms, total_ms, asked_at)
        VALUES (:class_id, :student_id, :request_key, :course_slug, :lesson_slug, :topic, :intent,
                :outcome, :reason, :is_grounded, :is_in_lesson, :wait_ms, :total_ms, :now)
        """,
        class_id=counted.class_id,
        student_id=counted.student_id,
        request_key=digest(counted.request_id),
        course_slug=counted.course_slug,
        lesson_slug=counted.lesson_slug,
        topic=counted.topic,
        intent=counted.intent,
        outcome=counted.outcome,
        reason=counted.reason,
        is_grounded=counted.is_grounded,
        is_in_lesson=counted.is_in_lesson,
        wait_ms=counted.wait_ms,
        total_ms=counted.total_ms,
        now=tx.now,
    )


async def forget_questions(tx: Transaction, kept_days: int) -> int:
    """How many were older than that."""
    return await tx.execute(
        "DELETE FROM counted_questions WHERE asked_at < :before", before=tx.now - kept_days * DAY
    )


async def rate_answer(tx: Transaction, student_id: int, request_id: str, thumb: str) -> Place:
    """The lesson it belongs to. Raises Invalid, and NotFound for an answer that wasn't this student's."""
    if thumb not in THUMBS:
        raise Invalid(NO_THUMB, field="thumb")
    row = await tx.fetch_one(
        """
        SELECT id, course_slug, lesson_slug
        FROM counted_questions
        WHERE student_id = :student_id AND request_key = :request_key AND outcome <> 'refused'
        ORDER BY id DESC
        LIMIT 1
        """,
        student_id=student_id,
        request_key=digest(request_id),
    )
    if row is None:
        raise NotFound(NO_ANSWER)
    await tx.execute(
        "UPDATE counted_questions SET thumb = :thumb WHERE id = :id", thumb=THUMBS[thumb], id=row["id"]
    )
    return Place(row["course_slug"], row["lesson_slug"])


async def asked_by_student(db: Database, student_id: int) -> Asked:
    row = await db.fetch_one(
        """
        SELECT count(*) AS questions, coalesce(sum(thumb <> 0), 0) AS rated, coalesce(min(asked_at), 0) AS since
        FROM counted_questions
        WHERE student_id = :student_id
        """,
        student_id=student_id,
    )
    return Asked(row["questions"], row["rated"], row["since"]) if row else Asked(0, 0, 0)
