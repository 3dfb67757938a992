"""Attempts: started, every answer saved as it is given, finished once, the best one counts."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from appliance.errors import Conflict, Invalid, NotFound, Sentence
from appliance.storage.database import Database, Reads, Transaction
from appliance.work.assignments import Assignment
from appliance.work.flashcards import cards_of_activity, known_share
from appliance.work.quizzes import CHOICES, correct_answers, questions_of_activity, score_of

NOT_STARTED = "Start it first, then answer."
PAST_DUE = "The time for this is over. What you had answered by then is kept, and your teacher can see it."
NONE_LEFT = "You have used every attempt at this one."
ALREADY_FINISHED = "You have handed this attempt in already. Its answers stay as they are."
NO_SUCH_ITEM = "This question is not part of what you were given. Open it again from your study page."
NO_SUCH_CHOICE = "This is not one of the choices. Choose one of those on the page."
NOT_ALL_ANSWERED = "%(open)s of %(total)s still to answer. What you have answered is saved."
KNOWN, AGAIN = 1, 0


@dataclass(frozen=True)
class Attempt:
    """`score` is whole percent, None until it is finished."""

    id: int
    number: int
    started_at: int
    finished_at: int | None
    score: int | None

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


async def attempts_of_student(db: Database | Reads, assignment_id: int, student_id: int) -> list[Attempt]:
    """In the order they were made; at most the last one is still under way."""
    rows = await db.fetch_all(
        """
        SELECT * FROM attempts
        WHERE assignment_id = :assignment_id AND student_id = :student_id
        ORDER BY number
        """,
        assignment_id=assignment_id,
        student_id=student_id,
    )
    return [_attempt(row) for row in rows]


async def answers_of_attempt(db: Database | Reads, attempt_id: int) -> dict[int, int]:
    """What was given, by question or card."""
    rows = await db.fetch_all("SELECT item_id, given FROM answers WHERE attempt_id = :id", id=attempt_id)
    return {row["item_id"]: row["given"] for row in rows}


async def start_attempt(tx: Transaction, assignment: Assignment, student_id: int) -> Attempt:
    """The one under way, or a new one. Raises Conflict when it is too late or none is left."""
    _check_open(assignment, tx.now)
    attempts = await attempts_of_student(tx, assignment.id, student_id)
    if attempts and not attempts[-1].is_finished:
        return attempts[-1]
    if len(attempts) >= assignment.attempt_limit:
        raise Conflict(NONE_LEFT, "no_attempt_left")
    number = attempts[-1].number + 1 if attempts else 1
    attempt_id = await tx.insert(
        """
        INSERT INTO attempts (assignment_id, student_id, number, started_at)
        VALUES (:assignment_id, :student_id, :number, :now)
        """,
        assignment_id=assignment.id,
        student_id=student_id,
        number=number,
        now=tx.now,
    )
    return Attempt(attempt_id, number, tx.now, None, None)


async def save_answers(
    tx: Transaction, assignment: Assignment, student_id: int, number: int, given: Mapping[int, int]
) -> None:
    """Put these down for the attempt under way; saving the same again changes nothing. All or none of them."""
    attempt = await _attempt_of(tx, assignment, student_id, number)
    if attempt.is_finished:
        raise Conflict(ALREADY_FINISHED, "already_finished")
    _check_open(assignment, tx.now)
    items = set(await _items(tx, assignment))
    most = CHOICES - 1 if assignment.is_quiz else KNOWN
    if not given.keys() <= items:
        raise Invalid(NO_SUCH_ITEM, "no_such_item")
    if not all(0 <= choice <= most for choice in given.values()):
        raise Invalid(NO_SUCH_CHOICE, "no_such_choice")
    await tx.execute_many(
        """
        INSERT INTO answers (attempt_id, item_id, given, answered_at)
        VALUES (:attempt_id, :item_id, :given, :now)
        ON CONFLICT (attempt_id, item_id)
          DO UPDATE SET given = excluded.given, answered_at = excluded.answered_at
          WHERE given <> excluded.given
        """,
        [
            {"attempt_id": attempt.id, "item_id": item_id, "given": choice, "now": tx.now}
            for item_id, choice in given.items()
        ],
    )


async def finish_attempt(tx: Transaction, assignment: Assignment, student_id: int, number: int) -> Attempt:
    """Graded from here on; finishing it once more is harmless. Raises Invalid while something is unanswered."""
    attempt = await _attempt_of(tx, assignment, student_id, number)
    if attempt.is_finished:
        return attempt
    _check_open(assignment, tx.now)
    items, given = await _items(tx, assignment), await answers_of_attempt(tx, attempt.id)
    unanswered = [item for item in items if item not in given]
    if unanswered:
        sentence = Sentence(NOT_ALL_ANSWERED, open=len(unanswered), total=len(items))
        raise Invalid(sentence, "not_all_answered")
    score = await _score(tx, assignment, given)
    await tx.execute(
        "UPDATE attempts SET finished_at = :now, score = :score WHERE id = :id",
        now=tx.now,
        score=score,
        id=attempt.id,
    )
    return Attempt(attempt.id, attempt.number, attempt.started_at, tx.now, score)


def attempts_left(assignment: Assignment, attempts: list[Attempt]) -> int:
    """Counting the one under way as left."""
    return max(0, assignment.attempt_limit - sum(attempt.is_finished for attempt in attempts))


def is_revealed(assignment: Assignment, attempts: list[Attempt], now: int) -> bool:
    """Whether this student may see the right answers: when no attempt is left, or the time is over."""
    return attempts_left(assignment, attempts) == 0 or assignment.is_past_due(now)


def best_of(attempts: list[Attempt]) -> Attempt | None:
    """The finished attempt that counts; the earlier one when two are equal."""
    finished = [attempt for attempt in attempts if attempt.is_finished]
    return max(finished, key=lambda attempt: (attempt.score or 0, -attempt.number), default=None)


async def _attempt_of(tx: Transaction, assignment: Assignment, student_id: int, number: int) -> Attempt:
    row = await tx.fetch_one(
        """
        SELECT * FROM attempts
        WHERE assignment_id = :assignment_id AND student_id = :student_id AND number = :number
        """,
        assignment_id=assignment.id,
        student_id=student_id,
        number=number,
    )
    if row is None:
        raise NotFound(NOT_STARTED)
    return _attempt(row)


async def _items(tx: Transaction, assignment: Assignment) -> list[int]:
    if assignment.is_quiz:
        return [question.id for question in await questions_of_activity(tx, assignment.activity_id)]
    return [card.id for card in await cards_of_activity(tx, assignment.activity_id)]


async def _score(tx: Transaction, assignment: Assignment, given: Mapping[int, int]) -> int:
    if not assignment.is_quiz:
        return known_share(await cards_of_activity(tx, assignment.activity_id), given)
    questions = await questions_of_activity(tx, assignment.activity_id)
    return score_of(correct_answers(questions, given), len(questions))


def _check_open(assignment: Assignment, now: int) -> None:
    if assignment.state != "published":
        raise NotFound("This is not open. Ask your teacher.")
    if assignment.is_past_due(now):
        raise Conflict(PAST_DUE, "past_due")


def _attempt(row: sqlite3.Row) -> Attempt:
    return Attempt(row["id"], row["number"], row["started_at"], row["finished_at"], row["score"])
