"""The answers that a helper with `strict` keeps to itself: of the lessons' exercises and the class's quizzes."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from appliance.classroom.materials import courses_of_class
from appliance.classroom.tunings import listed_answers_of_class
from appliance.errors import NotFound, Unavailable
from appliance.helper.pages import Page
from appliance.library.courses import Shelf
from appliance.storage.database import Database

# An answer as long as this is looked for at its beginning alone.
MOST_CHARS = 400
MOST_QUIZ_ITEMS = 400
OTHER_FORM = "|"


@dataclass(frozen=True)
class Listed:
    """`forms` are all ways to give the answer, the first with its unit; `choice` is A to D for a quiz item.

    `is_near`: of this lesson or of a quiz; the other lessons' answers are watched only when they are asked for.
    `place` counts a lesson's exercises from 1, `choices` are all that a quiz item offers. A teacher may list an answer
    without its `question`, which is then empty.
    """

    question: str
    forms: tuple[str, ...]
    choice: str = ""
    is_near: bool = True
    place: int = 0
    choices: tuple[str, ...] = ()


async def listed_for(db: Database, shelf: Shelf, page: Page, class_id: int) -> tuple[Listed, ...]:
    """What the page's own rules list counts, saved or not."""
    if not page.course.slug:
        return await listed_for_class(db, shelf, class_id)
    others = await listed_answers_of_class(db, class_id)
    others.pop(page.place, None)
    return (
        *map(listed_in, page.rules.answers),
        *(replace(listed_in(line), is_near=False) for lines in others.values() for line in lines),
        *_of_course(shelf, page.course.slug, page.lesson.slug),
        *await listed_in_quizzes(db, class_id),
    )


async def listed_for_class(db: Database, shelf: Shelf, class_id: int) -> tuple[Listed, ...]:
    """Where no lesson is open: what the teacher listed, of the quizzes, and of the exercises on the class's road."""
    of_lessons = (await listed_answers_of_class(db, class_id)).values()
    exercises = [listed_in(line) for lines in of_lessons for line in lines]
    for slug in await courses_of_class(db, class_id):
        with suppress(NotFound, Unavailable):
            exercises += _of_course(shelf, slug, "")
    return (*exercises, *await listed_in_quizzes(db, class_id))


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
    return tuple(_of_quiz(row["stem"], json.loads(row["choices"]), row["answer_index"]) for row in rows)


def listed_in(line: str) -> Listed:
    """A line of a teacher's: an answer, its question before it where there is one, other forms of it behind bars."""
    question, mark, answer = line.rpartition("?")
    if not answer.strip():
        question, mark, answer = "", "", line
    forms = (form.strip()[:MOST_CHARS] for form in answer.split(OTHER_FORM))
    return Listed(question + mark, tuple(filter(None, forms)))


def _of_quiz(stem: str, choices: Sequence[object], right: int) -> Listed:
    texts = tuple(str(choice)[:MOST_CHARS] for choice in choices)
    return Listed(stem, (texts[right],), "ABCDEFGH"[right], choices=texts)


def _of_course(shelf: Shelf, course_slug: str, near: str) -> Iterator[Listed]:
    """`near` is the slug of the lesson that is open."""
    for lesson in shelf.lessons(course_slug):
        for place, exercise in enumerate(lesson.exercises, start=1):
            if exercise.answer:
                whole = f"{exercise.answer} {exercise.unit}".strip()
                forms = tuple(form[:MOST_CHARS] for form in (whole, *exercise.also))
                yield Listed(exercise.question, forms, is_near=lesson.slug == near, place=place)
