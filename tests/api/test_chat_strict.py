"""Strict on the routes of programs that act for a student: answers of exercises and quizzes are kept back there too."""

from dataclasses import replace

import pytest

from appliance.settings import Settings
from tests.api.conftest import Program
from tests.api.test_chat_generate import MATERIAL, ROUTE, asked, reply
from tests.api.test_chat_sending import SEND
from tests.api.test_chat_sending import asked as sending
from tests.api.test_chat_sending import ben as ben
from tests.api.test_chat_sending import indexed as indexed
from tests.conftest import Cast

EXERCISE = "A 3.0 V battery pack is joined to a 120 ohm resistor. How large is the current?"
GIVEN_AWAY = "Divide them. You get 25 mA."


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, helper_strictness="strict")


async def test_generate_keeps_a_listed_answer_back(indexed: Cast, ben: Program) -> None:
    indexed.engine.will_say(reply(answer=[GIVEN_AWAY]))
    data = await ben.data(ROUTE, asked(user_message=EXERCISE))
    assert "25" not in data["payload"]["answer"]
    assert "a hint" in data["orchestration"]["notes"]


async def test_generate_keeps_it_out_of_reasons_and_drawings_too(indexed: Cast, ben: Program) -> None:
    cited = [{"label": "Source 1", "reason": "it says 25 mA"}]
    indexed.engine.will_say(reply(citations=cited, visual="chart", concept="0.025 A"))
    data = await ben.data(ROUTE, asked(user_message=EXERCISE))
    assert "25" not in str(data["payload"])


async def test_generate_quotes_no_material_that_holds_it(indexed: Cast, ben: Program) -> None:
    indexed.engine.will_say(reply(answer=[GIVEN_AWAY]))
    told = f"{MATERIAL}\n\n---\n\nSource 3 | Key | page 1\nHow large is the current? It is 25 mA."
    data = await ben.data(ROUTE, asked(user_message=EXERCISE, material_context=told))
    assert "25" not in str(data["payload"])


async def test_generate_lets_a_hint_pass(indexed: Cast, ben: Program) -> None:
    indexed.engine.will_say(reply(answer=["Which law ties 3.0 V and 120 ohm together?"]))
    data = await ben.data(ROUTE, asked(user_message=EXERCISE))
    assert data["payload"]["answer"] == "Which law ties 3.0 V and 120 ohm together?"


async def test_a_teacher_who_asks_gets_it(indexed: Cast, program: Program) -> None:
    ada = await program.for_staff(indexed.ada_id)
    indexed.engine.will_say(reply(answer=[GIVEN_AWAY]))
    data = await ada.data(ROUTE, asked(user_message=EXERCISE, user_id=f"staff-{indexed.ada_id}"))
    assert data["payload"]["answer"] == GIVEN_AWAY


async def test_sending_keeps_it_back(indexed: Cast, ben: Program) -> None:
    indexed.engine.will_say(GIVEN_AWAY)
    sent = await ben.data(SEND, sending(EXERCISE))
    assert "25" not in str(sent)
