"""Care where a program speaks for a student: the same words, no model, nothing kept."""

from typing import Any

import pytest

from appliance.classroom.care import care_days_of
from tests.api.conftest import Program
from tests.api.test_chat_generate import ROUTE as GENERATE
from tests.api.test_chat_generate import asked as asked_with_material
from tests.api.test_chat_sending import CREATE, SEND
from tests.conftest import Cast

CRY = "i cant do the homework, my dad hit me with his belt again"
WORDS = "Thank you for telling me."


@pytest.fixture
async def ben(cast: Cast, program: Program) -> Program:
    """Has one chat, number 1."""
    person = await program.for_student(cast.ben)
    await person.data(CREATE, {"class_id": "1", "user_id": "student-1"})
    return person


def sent(message: str) -> dict[str, Any]:
    return {"class_id": "1", "user_id": "student-1", "session_id": "1", "message": message}


async def test_a_message_that_is_sent_gets_the_words_and_is_not_kept(cast: Cast, ben: Program) -> None:
    back = await ben.data(SEND, sent(CRY))
    assert back["response"]["answer"].startswith(WORDS)
    assert (back["user_message"]["content"], back["user_message"]["id"]) == (CRY, "0")
    assert (back["assistant_message"]["provider"], back["assistant_message"]["id"]) == ("lesson", "0")
    assert back["context_meta"]["reason"] == "care"
    assert (await cast.count("chat_messages"), cast.engine.asked) == (0, [])
    (day,) = await care_days_of(cast.parts.db, cast.classroom.id)
    assert day.messages == 1


async def test_what_comes_after_it_knows_nothing_of_it(cast: Cast, ben: Program) -> None:
    await ben.data(SEND, sent(CRY))
    cast.engine.will_say("Look for the gap.")
    await ben.data(SEND, sent("Why does the lamp not glow?"))
    assert "my dad" not in str(cast.engine.asked)


async def test_an_answer_over_material_gets_the_words(cast: Cast, ben: Program) -> None:
    data = await ben.data(GENERATE, asked_with_material(user_message=CRY))
    assert data["payload"]["answer"].startswith(WORDS)
    assert (data["payload"]["citations"], data["payload"]["confidence"]) == ([], "low")
    assert (data["provider"], data["model"], data["usage"]["total_tokens"]) == ("lesson", "", 0)
    assert cast.engine.asked == []
    (day,) = await care_days_of(cast.parts.db, cast.classroom.id)
    assert day.messages == 1
