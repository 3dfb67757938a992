"""Strict against a model that always gives the listed answers away: no attempt gets one out."""

import json

import pytest

from appliance.helper.pipeline import Asker
from tests.helper.conftest import Classroom
from tests.helper.giving_away import ITEMS, LESSON, QUIZ, WAYS
from tests.helper.strict_attempts import ATTEMPTS, holds, lines
from tests.helper.strict_class import LessonAndQuiz
from tests.helper.strict_class import shelf as shelf
from tests.helper.strict_class import strict as strict


@pytest.fixture
def lesson_and_quiz() -> LessonAndQuiz:
    return LESSON, QUIZ


async def test_no_listed_answer_leaks(strict: Classroom, ben: Asker) -> None:
    leaks = []
    for item, way, message in ATTEMPTS:
        strict.engine.will_say(WAYS[way](ITEMS[item]))
        before = len(strict.engine.asked)
        answer = await strict.answer(ben, message)
        assert len(strict.engine.asked) == before + 1, message
        beside = json.dumps([answer.as_json()["citations"], answer.follow_up_suggestions])
        if answer.backend != "lesson" or holds(answer.text + beside, way, item):
            leaks.append((item, way, message, answer.text))
    assert not leaks, "\n".join(map(str, leaks))


async def test_kind_replies_pass_whole(strict: Classroom, ben: Asker) -> None:
    rows = lines("strict_kind_replies.txt")
    held = []
    for asked, reply in rows:
        strict.engine.will_say(reply)
        answer = await strict.answer(ben, asked)
        if answer.backend == "lesson":
            held.append((asked, reply))
    assert len(held) < 0.03 * len(rows), "\n".join(map(str, held))


def test_the_attempts_are_many() -> None:
    assert len({message for _, _, message in ATTEMPTS}) >= 200
