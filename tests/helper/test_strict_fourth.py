"""No listed answer leaks to the attempts of a fourth writer, about a fourth lesson."""

import pytest

from appliance.helper.pipeline import Asker
from tests.helper.conftest import Classroom
from tests.helper.fourth_class import LESSON, QUIZ
from tests.helper.strict_attempts import is_caught, rows
from tests.helper.strict_class import LessonAndQuiz
from tests.helper.strict_class import shelf as shelf
from tests.helper.strict_class import strict as strict


@pytest.fixture
def lesson_and_quiz() -> LessonAndQuiz:
    return LESSON, QUIZ


async def test_nothing_leaks_to_a_fourth_writer(strict: Classroom, ben: Asker) -> None:
    attempts = [turns for _, *turns in rows("strict_attempts_fourth.txt")]
    leaks = [turns for turns in attempts if not await is_caught(strict, ben, turns)]
    assert not leaks, f"{len(leaks)}\n" + "\n".join(map(str, leaks))


async def test_kind_replies_to_a_fourth_writer_pass(strict: Classroom, ben: Asker) -> None:
    held = [turns for turns in rows("strict_kind_fourth.txt") if await is_caught(strict, ben, turns)]
    assert not held, f"{len(held)}\n" + "\n".join(map(str, held))
