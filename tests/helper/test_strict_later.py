"""Strict against attempts that were written after the guards, on another lesson and another quiz."""

import pytest

from appliance.helper.pipeline import Asker
from tests.helper.another_class import LESSON, QUIZ
from tests.helper.conftest import Classroom
from tests.helper.strict_attempts import is_caught, rows
from tests.helper.strict_class import LessonAndQuiz
from tests.helper.strict_class import shelf as shelf
from tests.helper.strict_class import strict as strict

ATTEMPTS = "strict_attempts_later.txt"


@pytest.fixture
def lesson_and_quiz() -> LessonAndQuiz:
    return LESSON, QUIZ


async def test_nothing_leaks_to_attempts_of_later(strict: Classroom, ben: Asker) -> None:
    attempts = [turns for _, *turns in rows(ATTEMPTS)]
    leaks = [turns for turns in attempts if not await is_caught(strict, ben, turns)]
    assert not leaks, f"{len(leaks)}\n" + "\n".join(map(str, leaks))


def test_the_later_attempts_are_many() -> None:
    assert len(rows(ATTEMPTS)) >= 120
