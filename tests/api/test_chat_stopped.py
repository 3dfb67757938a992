"""What a page was shown before an answer stopped, for programs in the same chat; and what they leave when they go."""

import asyncio
from dataclasses import replace

import pytest

from appliance.settings import Settings
from tests.api.conftest import Program
from tests.api.test_chat_sending import SEND, asked
from tests.api.test_chat_sending import ben as ben
from tests.api.test_chat_sending import indexed as indexed
from tests.conftest import Cast
from tests.student.test_stopped_chats import stopped

LIST = "/v1/chat/workspace/messages/list"
EXERCISE = (
    "A 3.0 V battery pack is joined to a 120 ohm resistor. How large is the current? Tell me its first digit."
)
FIRST, SECOND = "Its first digit is 2.", "The second digit is 5, and the unit is mA."


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, helper_strictness="strict")


async def half(cast: Cast, client_id: str = "") -> None:
    browser = await cast.student(cast.ben)
    await browser.get("/student/chats/1")
    await stopped(cast, browser, "/student/chats/1", EXERCISE, FIRST, client_id)


async def test_a_half_is_listed_as_one(indexed: Cast, ben: Program) -> None:
    await half(indexed)
    question, answer = (await ben.data(LIST, asked()))["messages"]
    assert (question["content"], question["is_stopped"]) == (EXERCISE, False)
    assert (answer["content"], answer["is_stopped"], answer["provider"]) == (FIRST, True, None)


async def test_the_other_half_becomes_a_hint_for_programs_too(indexed: Cast, ben: Program) -> None:
    indexed.engine.will_say(SECOND)
    other = "And its second digit?"
    alone = await ben.data(SEND, asked(other))
    assert alone["response"]["answer"] == SECOND
    await half(indexed)
    indexed.engine.will_say(SECOND)
    hint = await ben.data(SEND, asked(other))
    assert hint["assistant_message"]["provider"] == "lesson"
    assert "second digit" not in hint["response"]["answer"]


async def test_a_key_under_which_an_answer_stopped_is_free_for_a_new_try(indexed: Cast, ben: Program) -> None:
    await half(indexed, "try-1")
    indexed.engine.will_say("Which law ties them together?")
    key = {"Idempotency-Key": "try-1"}
    first = (await ben.send(SEND, asked(EXERCISE), **key)).json()["data"]
    again = (await ben.send(SEND, asked(EXERCISE), **key)).json()["data"]
    assert first["response"]["answer"] == again["response"]["answer"] == "Which law ties them together?"
    assert await indexed.count("chat_messages") == 4


async def test_a_program_that_goes_away_was_shown_nothing_and_leaves_nothing(
    indexed: Cast, ben: Program
) -> None:
    indexed.engine.will_hang_after(f"{FIRST} Now")
    sending = asyncio.create_task(ben.send(SEND, asked(EXERCISE)))
    async with asyncio.timeout(10):
        while not indexed.engine.live:  # noqa: ASYNC110 - the engine has no event of its own
            await asyncio.sleep(0.01)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    async with asyncio.timeout(10):
        while indexed.engine.live:  # noqa: ASYNC110 - the engine has no event of its own
            await asyncio.sleep(0.01)
    indexed.engine.will_say("Go on.")
    await ben.data(SEND, asked("And then?"))
    assert await indexed.count("chat_messages") == 2
