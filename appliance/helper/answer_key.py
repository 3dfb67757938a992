"""The answers that a helper with `strict` keeps to itself: of the lessons' exercises and the class's quizzes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.helper.pages import Page
from appliance.library.courses import Shelf
from appliance.storage.database import Database

# An answer as long as this is looked for at its beginning alone.
MOST_CHARS = 400
MOST_QUIZ_ITEMS = 400


@dataclass(frozen=True)
class Listed:
    """`forms` are all ways to give the answer, the first with its unit; `choice` is A to D for a quiz item.

    `is_near`: of this lesson or of a quiz; the other lessons' answers are watched only when they are asked for.
    """

    question: str
    forms: tuple[str, ...]
    choice: str = ""
    is_near: bool = True


async def listed_for(db: Database, shelf: Shelf, page: Page, class_id: int) -> tuple[Listed, ...]:
    return (*_of_course(shelf, page), *await listed_in_quizzes(db, class_id))


async def listed_in_quizzes(db: Database, class_id: int) -> tuple[Listed, ...]:
    """Of every published quiz of the class, the newest first."""
    rows = await db.fetch_all(
        """
        SELECT questions.stem, questions.choices, questions.answer_index
        FROM questions JOIN activities ON activities.id = questions.activity_id
        WHERE activities.class_id = :class_id AND activities.kind = 'quiz' AND activities.state = 'published'
        ORDER BY activities.id DESC, questions.position
        LIMIT :most
        """,
        class_id=class_id,
        most=MOST_QUIZ_ITEMS,
    )
    return tuple(
        Listed(
            row["stem"],
            (str(json.loads(row["choices"])[row["answer_index"]])[:MOST_CHARS],),
            "ABCD"[row["answer_index"]],
        )
        for row in rows
    )


def _of_course(shelf: Shelf, page: Page) -> Iterator[Listed]:
    for lesson in shelf.lessons(page.course.slug):
        for exercise in lesson.exercises:
            if exercise.answer:
                whole = f"{exercise.answer} {exercise.unit}".strip()
                forms = tuple(form[:MOST_CHARS] for form in (whole, *exercise.also))
                yield Listed(exercise.question, forms, is_near=lesson.slug == page.lesson.slug)
