"""Strict in the class chat, which belongs to no lesson."""

from contextlib import aclosing

import pytest

from appliance.helper.answers import Answer, Done
from appliance.helper.class_chat import ClassChat, Talk
from appliance.helper.pipeline import Asker
from appliance.settings import Settings
from tests.helper.conftest import CIRCLES, Classroom
from tests.helper.giving_away import QUIZ
from tests.helper.strict_class import LessonAndQuiz
from tests.helper.strict_class import strict as strict

ASKED = "Which instrument measures current?"


@pytest.fixture
def lesson_and_quiz() -> LessonAndQuiz:
    return CIRCLES, QUIZ


async def unstopped(answer: Answer) -> None:
    raise AssertionError(answer)


async def told(strict: Classroom, ben: Asker, settings: Settings, message: str) -> Done:
    chat = ClassChat(settings, strict.helper, strict.router, strict.clock)
    talk = Talk(1, message, (), "", (), "", (), "r1")
    async with aclosing(chat.ask(ben, talk, unstopped)) as events:
        last = [event async for event in events][-1]
    assert isinstance(last, Done)
    return last


async def test_a_quiz_answer_stays_in_the_class_chat(
    strict: Classroom, ben: Asker, settings: Settings
) -> None:
    held = Settings(appliance_data=settings.appliance_data, helper_strictness="strict")
    strict.engine.will_say("Look at the dial. It is the ammeter, of course.")
    done = await told(strict, ben, held, ASKED)
    assert done.answer.text.startswith("Look at the dial.")
    assert "ammeter" not in done.answer.text
    assert done.failed == "gives_away"


async def test_light_gives_it(strict: Classroom, ben: Asker, settings: Settings) -> None:
    strict.engine.will_say("It is the ammeter.")
    assert "ammeter" in (await told(strict, ben, settings, ASKED)).answer.text
