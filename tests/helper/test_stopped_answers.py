"""An answer that is stopped on its way: what was shown of it counts as said."""

import asyncio

import pytest

from appliance.helper.conversations import Kept
from appliance.helper.pipeline import Asker, Delta, Question
from appliance.storage.database import Database
from tests.helper.conftest import Classroom
from tests.helper.strict_class import LessonAndQuiz
from tests.helper.strict_class import shelf as shelf
from tests.helper.strict_class import strict as strict
from tests.helper.third_class import LESSON, QUIZ

TALK = "ab" * 16


@pytest.fixture
def lesson_and_quiz() -> LessonAndQuiz:
    return LESSON, QUIZ


async def stopped(room: Classroom, asker: Asker, message: str) -> str:
    """What was shown until the student stopped it behind its first sentence."""
    events = room.helper.ask(asker, Question(message, room.token(asker), TALK))
    async for event in events:
        if isinstance(event, Delta):
            break
    await events.aclose()
    assert isinstance(event, Delta)
    return event.text.strip()


async def test_it_is_remembered_as_far_as_it_was_shown(room: Classroom, ben: Asker) -> None:
    room.engine.will_say("Look at the glass. Then think of a planet.")
    assert await stopped(room, ben, "Which metals can flow?") == "Look at the glass."
    await room.answer(ben, "And then?", conversation_id=TALK)
    said = [message.content for message in room.engine.asked[-1].messages]
    assert "Look at the glass." in said and not any("planet" in text for text in said)


async def test_it_is_counted_as_a_question_of_its_lesson(room: Classroom, ben: Asker, db: Database) -> None:
    room.engine.will_say("Look at the first half. Then go on.")
    await stopped(room, ben, "What is a rest, first half?")
    (kept,) = await db.fetch_all("SELECT * FROM counted_questions")
    assert (kept["outcome"], kept["reason"], kept["lesson_slug"]) == ("model", "stopped", "circles")
    assert (kept["intent"], bool(kept["topic"]), kept["is_in_lesson"]) == ("concept", True, 1)
    assert len(await db.fetch_all("SELECT * FROM student_events")) == 1


async def test_one_half_of_an_answer_that_was_stopped_is_a_half(strict: Classroom, ben: Asker) -> None:
    strict.engine.will_say("In the first half stands silence. Now you go on.")
    assert await stopped(strict, ben, "What is a rest, first half?") == "In the first half stands silence."
    strict.engine.will_say("In the other half stands fixed length.")
    other = "And the other half?"
    assert "fixed length" not in (await strict.answer(ben, other, conversation_id=TALK)).text
    strict.engine.will_say("In the other half stands fixed length.")
    assert "fixed length" in (await strict.answer(ben, other)).text


async def test_options_that_were_tried_and_stopped_were_tried(strict: Classroom, ben: Asker) -> None:
    asked = "Which instrument has a double reed: the {}?"
    strict.engine.will_say("Not quite. Listen again.")
    await stopped(strict, ben, asked.format("flute"))
    strict.engine.will_say("Yes, exactly!")
    assert "exactly" not in (await strict.answer(ben, asked.format("oboe"), conversation_id=TALK)).text


async def test_what_was_stopped_before_its_first_sentence_is_forgotten(room: Classroom, ben: Asker) -> None:
    events = room.helper.ask(ben, Question("Which spoon can swim?", room.token(ben), TALK))
    await anext(events)
    await events.aclose()
    await room.answer(ben, "And then?", conversation_id=TALK)
    assert not any("spoon" in message.content for message in room.engine.asked[-1].messages)


async def test_the_next_question_knows_an_answer_that_is_shown_and_not_kept_yet(
    room: Classroom, ben: Asker
) -> None:
    shown, others_are_read, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slowly(_: list[Kept]) -> None:
        others_are_read.set()
        await go_on.wait()

    async def first() -> None:
        async for event in room.helper.ask(ben, Question("Which metals can flow?", room.token(ben), TALK)):
            if isinstance(event, Delta):
                shown.set()

    room.engine.will_say("Look at the glass.")
    async with asyncio.TaskGroup() as tasks:
        # While another class is forgotten nothing is kept.
        tasks.create_task(room.helper.conversations.forget_class(999, slowly))
        await others_are_read.wait()
        tasks.create_task(first())
        await shown.wait()
        second = tasks.create_task(room.answer(ben, "And then?", conversation_id=TALK))
        await asyncio.wait({second}, timeout=0.5)
        go_on.set()
    assert "Look at the glass." in [message.content for message in room.engine.asked[-1].messages]
