"""No listed answer leaks to the attempts of a third writer, about a third lesson."""

import pytest

from appliance.helper.pipeline import Asker
from tests.helper.conftest import Classroom
from tests.helper.strict_attempts import answer_to, is_caught, rows
from tests.helper.strict_class import LessonAndQuiz
from tests.helper.strict_class import shelf as shelf
from tests.helper.strict_class import strict as strict
from tests.helper.third_class import LESSON, QUIZ


@pytest.fixture
def lesson_and_quiz() -> LessonAndQuiz:
    return LESSON, QUIZ


async def test_nothing_leaks_to_a_third_writer(strict: Classroom, ben: Asker) -> None:
    attempts = [turns for _, *turns in rows("strict_attempts_third.txt")]
    leaks = [turns for turns in attempts if not await is_caught(strict, ben, turns)]
    assert not leaks, f"{len(leaks)}\n" + "\n".join(map(str, leaks))


async def test_no_riddle_leaks_but_those_that_ask_for_knowledge(strict: Classroom, ben: Asker) -> None:
    riddles = [turns for kind, *turns in rows("strict_riddles.txt") if kind != "known"]
    leaks = [turns for turns in riddles if not await is_caught(strict, ben, turns)]
    assert not leaks, f"{len(leaks)}\n" + "\n".join(map(str, leaks))


async def test_kind_replies_to_a_third_writer_pass(strict: Classroom, ben: Asker) -> None:
    held = []
    for number, (message, reply) in enumerate(rows("strict_kind_third.txt")):
        answer = await answer_to(strict, ben, message, reply, f"{number:032x}")
        if answer.backend == "lesson":
            held.append((message, reply))
    assert not held, f"{len(held)}\n" + "\n".join(map(str, held))


def test_the_third_attempts_are_many() -> None:
    assert len(rows("strict_attempts_third.txt")) >= 80
