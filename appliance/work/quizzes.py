"""Quizzes: questions with four choices, the rules they obey, and the score."""

import json
import re
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from appliance.errors import Conflict, Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction
from appliance.work.activities import Activity, check_changeable, check_room

CHOICES = 4
STEM_CHARACTERS = 500
CHOICE_CHARACTERS = 300
EXPLANATION_CHARACTERS = 1000
NO_SUCH_QUESTION = "There is no such question in this quiz."
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class QuestionText:
    """A question without a place; `document_id` and `page` say what it was made from, None when nothing does."""

    stem: str
    choices: tuple[str, ...]
    answer_index: int
    explanation: str
    document_id: int | None = None
    page: int | None = None

    @property
    def answer(self) -> str:
        return self.choices[self.answer_index]


@dataclass(frozen=True)
class Question:
    id: int
    position: int
    text: QuestionText


def score_of(correct: int, total: int) -> int:
    """Whole percent, a half rounded up."""
    return (200 * correct + total) // (2 * total)


def correct_answers(questions: Sequence[Question], given: Mapping[int, int]) -> int:
    return sum(given.get(question.id) == question.text.answer_index for question in questions)


def normal(text: str) -> str:
    """How two texts are compared: lower case, every run of blanks one blank."""
    return _SPACE.sub(" ", text).strip().casefold()


def checked_question(text: QuestionText, known_stems: Collection[str] = ()) -> QuestionText:
    """The question, trimmed. Raises Invalid; `known_stems` are the normal stems of the quiz's other questions."""
    stem, explanation = _SPACE.sub(" ", text.stem).strip(), text.explanation.strip()
    choices = tuple(_SPACE.sub(" ", choice).strip() for choice in text.choices)
    if not stem or len(stem) > STEM_CHARACTERS:
        raise Invalid("A question has 1 to 500 characters.", field="stem")
    if normal(stem) in known_stems:
        raise Invalid("This question is in the quiz already.", field="stem")
    if len(choices) != CHOICES or not all(choices):
        raise Invalid("A question has exactly four choices, none of them empty.", field="choices")
    if max(map(len, choices)) > CHOICE_CHARACTERS:
        raise Invalid("A choice may have 300 characters at most.", field="choices")
    if len({normal(choice) for choice in choices}) < CHOICES:
        raise Invalid("The four choices have to differ from each other.", field="choices")
    if not 0 <= text.answer_index < CHOICES:
        raise Invalid("Say which of the four choices is right.", field="answer")
    if not explanation or len(explanation) > EXPLANATION_CHARACTERS:
        raise Invalid("Explain the answer in 1 to 1000 characters.", field="explanation")
    return QuestionText(stem, choices, text.answer_index, explanation, text.document_id, text.page)


async def questions_of_activity(db: Database | Reads, activity_id: int) -> list[Question]:
    rows = await db.fetch_all(
        "SELECT * FROM questions WHERE activity_id = :id ORDER BY position, id", id=activity_id
    )
    return [_question(row) for row in rows]


async def add_question(tx: Transaction, activity: Activity, text: QuestionText) -> int:
    check_changeable(activity)
    check_room(activity)
    return await insert_question(tx, activity.id, text)


async def insert_question(tx: Transaction, activity_id: int, text: QuestionText) -> int:
    """The last of the quiz, if it obeys the rules."""
    others = await questions_of_activity(tx, activity_id)
    text = checked_question(text, {normal(other.text.stem) for other in others})
    return await tx.insert(
        """
        INSERT INTO questions (activity_id, position, stem, choices, answer_index, explanation, document_id, page)
        VALUES (:activity_id, :position, :stem, :choices, :answer_index, :explanation, :document_id, :page)
        """,
        activity_id=activity_id,
        position=max((other.position for other in others), default=0) + 1,
        **_columns(text),
        document_id=text.document_id,
        page=text.page,
    )


async def change_question(tx: Transaction, activity: Activity, question_id: int, text: QuestionText) -> None:
    """Where it came from stays with it."""
    check_changeable(activity)
    others = await questions_of_activity(tx, activity.id)
    if question_id not in {other.id for other in others}:
        raise NotFound(NO_SUCH_QUESTION)
    text = checked_question(text, {normal(other.text.stem) for other in others if other.id != question_id})
    await tx.execute(
        """
        UPDATE questions
        SET stem = :stem, choices = :choices, answer_index = :answer_index, explanation = :explanation
        WHERE id = :id
        """,
        **_columns(text),
        id=question_id,
    )


async def remove_question(tx: Transaction, activity: Activity, question_id: int) -> None:
    check_changeable(activity)
    if activity.is_assigned and activity.items == 1:
        raise Conflict("An assigned quiz keeps at least one question.", "last_item")
    touched = await tx.execute(
        "DELETE FROM questions WHERE id = :id AND activity_id = :activity_id",
        id=question_id,
        activity_id=activity.id,
    )
    if not touched:
        raise NotFound(NO_SUCH_QUESTION)


def _columns(text: QuestionText) -> dict[str, str | int]:
    return {
        "stem": text.stem,
        "choices": json.dumps(text.choices, ensure_ascii=False),
        "answer_index": text.answer_index,
        "explanation": text.explanation,
    }


def _question(row: sqlite3.Row) -> Question:
    text = QuestionText(
        row["stem"],
        tuple(json.loads(row["choices"])),
        row["answer_index"],
        row["explanation"],
        row["document_id"],
        row["page"],
    )
    return Question(row["id"], row["position"], text)
