"""Sending in the class chat for programs: an answer kept with its question, both or none."""

import asyncio
import json
from typing import Any

import pytest

from appliance.study.chats import session_of_class
from tests.api.conftest import Program
from tests.conftest import Cast

SEND = "/v1/chat/workspace/messages/send"
CREATE = "/v1/chat/workspace/sessions/create"
ASKED = "Why does the lamp glow only in a closed circuit?"


@pytest.fixture
async def indexed(cast: Cast) -> Cast:
    """The courses are searchable: the job of the start is through."""
    async with asyncio.timeout(20):
        while await _open_jobs(cast):  # noqa: ASYNC110 - a job in the database has no event
            await asyncio.sleep(0.02)
    return cast


async def _open_jobs(cast: Cast) -> bool:
    row = await cast.parts.db.fetch_one(
        "SELECT count(*) AS n FROM jobs WHERE state IN ('waiting', 'running')"
    )
    return bool(row and row["n"])


@pytest.fixture
async def ben(indexed: Cast, program: Program) -> Program:
    """Has one chat, number 1."""
    person = await program.for_student(indexed.ben)
    await person.data(CREATE, {"class_id": "1", "user_id": "student-1"})
    return person


def asked(message: str = ASKED, **more: Any) -> dict[str, Any]:
    return {"class_id": "1", "user_id": "student-1", "session_id": "1", "message": message, **more}


async def test_an_answer_comes_back_cited_and_is_kept_with_its_question(indexed: Cast, ben: Program) -> None:
    indexed.engine.will_say("The circle has to be closed [L1]. So look for the gap [L9].")
    sent = await ben.data(SEND, asked(tool_mode="auto", tool_catalog=["x"], orchestration_hints={"a": 1}))
    response = sent["response"]
    assert response["answer"] == "The circle has to be closed [L1]. So look for the gap."
    assert (response["safety"], response["confidence"]) == ("ok", "medium")
    (cited,) = response["citations"]
    assert cited["id"] == "L1" and cited["rationale"]
    question, answer = sent["user_message"], sent["assistant_message"]
    assert (question["content"], question["author_user_id"], question["author_kind"]) == (
        ASKED,
        "student-1",
        "student",
    )
    assert (answer["author_user_id"], answer["provider"], answer["safety"]) == (None, "scripted", "ok")
    assert answer["citations"][0]["sourceLabel"] == cited["sourceLabel"]
    assert answer["citations"][0]["snippet"]
    assert any(row["url"].startswith("/course/electricity-you-can-touch/") for row in answer["citations"])
    assert sent["context_meta"] == {"compacted": False, "compacted_at": None, "reason": "below_trigger"}
    page = await ben.data("/v1/chat/workspace/messages/list", asked())
    assert [row["id"] for row in page["messages"]] == [question["id"], answer["id"]]
    assert page["session"]["title"] == ASKED
    shown = await (await indexed.student(indexed.ben)).get("/student/chats/1")
    assert "The circle has to be closed" in shown.text


async def test_without_a_model_the_lessons_answer(indexed: Cast, ben: Program) -> None:
    indexed.engine.state = "off"
    sent = await ben.data(SEND, asked())
    assert sent["assistant_message"]["provider"] == "lesson"
    assert sent["response"]["answer"].startswith("Here is what your lessons and papers say about this.")
    assert sent["response"]["citations"]


@pytest.mark.parametrize("message", [" ", "\n \t", "\u0000"])
async def test_a_message_that_says_nothing_is_refused(indexed: Cast, ben: Program, message: str) -> None:
    assert await ben.refused(SEND, asked(message)) == (400, "validation_error")
    assert await ben.refused(SEND, asked("")) == (422, "validation_error")
    assert await ben.refused(SEND, asked("x" * 9000)) == (400, "message_too_long")
    assert await indexed.count("chat_messages") == 0


async def test_nothing_is_kept_when_the_model_fails(indexed: Cast, ben: Program) -> None:
    indexed.engine.will_fail()
    indexed.engine.will_fail()
    assert await ben.refused(SEND, asked()) == (502, "response_generation_failed")
    assert await indexed.count("chat_messages") == 0
    indexed.engine.will_say("Now it works.")
    assert (await ben.data(SEND, asked()))["response"]["answer"] == "Now it works."


async def test_nothing_is_kept_when_the_model_says_nothing(indexed: Cast, ben: Program) -> None:
    indexed.engine.will_say("", "", "")
    assert await ben.refused(SEND, asked()) == (502, "response_generation_failed")
    assert await indexed.count("chat_messages") == 0


async def test_nothing_is_kept_when_the_time_is_over(indexed: Cast, ben: Program) -> None:
    indexed.engine.will_hang()
    assert await ben.refused(SEND, asked(timeout_ms=50)) == (502, "response_generation_failed")
    assert await indexed.count("chat_messages") == 0
    async with asyncio.timeout(10):
        while indexed.engine.live:  # noqa: ASYNC110 - the engine has no event of its own
            await asyncio.sleep(0.01)


async def test_a_second_try_with_the_same_key_gets_the_answer_that_was_kept(
    indexed: Cast, ben: Program
) -> None:
    indexed.engine.will_say("One answer.", "Another answer.")
    key = {"Idempotency-Key": "try-1"}
    first = (await ben.send(SEND, asked(), **key)).json()["data"]
    again = (await ben.send(SEND, asked(), **key)).json()["data"]
    assert again["response"] == first["response"]
    assert again["assistant_message"]["id"] == first["assistant_message"]["id"]
    assert again["user_message"] == first["user_message"]
    assert again["context_meta"]["reason"] == "answered_before"
    assert (await indexed.count("chat_messages"), len(indexed.engine.asked)) == (2, 1)


async def test_two_tries_at_the_same_time_are_one_exchange_and_told_alike(
    indexed: Cast, ben: Program
) -> None:
    indexed.engine.will_say("One answer.", "Another answer.")
    key = {"Idempotency-Key": "try-1"}
    both = await asyncio.gather(ben.send(SEND, asked(), **key), ben.send(SEND, asked(), **key))
    first, second = (response.json()["data"] for response in both)
    assert first["response"]["answer"] == second["response"]["answer"]
    assert first["assistant_message"]["id"] == second["assistant_message"]["id"]
    assert await indexed.count("chat_messages") == 2
    events = await indexed.parts.db.fetch_all("SELECT 1 FROM student_events WHERE kind = 'class_chat'")
    assert len(events) == 1


async def test_an_answer_is_as_short_as_the_program_wants_it(indexed: Cast, ben: Program) -> None:
    await ben.data(SEND, asked(max_tokens=32))
    await ben.data(SEND, asked(max_tokens=16000))
    limit = indexed.parts.settings.helper_response_max_tokens
    assert [prompt.max_tokens for prompt in indexed.engine.asked[-2:]] == [32, limit]


async def test_who_asks_too_often_is_told_when_to_come_back(indexed: Cast, ben: Program) -> None:
    for _ in range(indexed.parts.settings.helper_rate_limit_per_minute):
        await ben.data(SEND, asked())
    refused = await ben.send(SEND, asked())
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0


async def test_what_tells_who_somebody_is_is_neither_kept_nor_sent_on(indexed: Cast, ben: Program) -> None:
    sent = await ben.data(SEND, asked("My mail is ben@example.org, why does the lamp glow?"))
    assert "example.org" not in sent["user_message"]["content"]
    assert "example.org" not in str(indexed.engine.asked[-1])


async def test_a_student_who_asks_to_see_something_is_told_what_can_be_drawn(
    indexed: Cast, ben: Program
) -> None:
    indexed.engine.will_say("Copper: 8.96 g\nIron: 7.87 g\nGold: 19.3 g")
    sent = await ben.data(SEND, asked("Can you show a chart of the metals?"))
    assert sent["response"]["canvas_hint"]["type"] == "chart"
    indexed.engine.will_say("Copper: 8.96 g\nIron: 7.87 g\nGold: 19.3 g")
    assert (await ben.data(SEND, asked("How heavy are metals?")))["response"]["canvas_hint"] is None


@pytest.mark.parametrize(
    ("count", "body", "reason"),
    [
        (10, "Short {}", "below_trigger"),
        (36, "I am stuck on limit proof step {}?", "low_context_pressure"),
        (30, "word " * 280 + "{}", "token_pressure"),
        (60, "I am stuck on limit proof step {}?", "message_count_trigger"),
    ],
)
async def test_a_long_chat_is_told_in_short(
    indexed: Cast, ben: Program, count: int, body: str, reason: str
) -> None:
    await _talked(indexed, count, body)
    compacts = reason in ("token_pressure", "message_count_trigger")
    sent = await ben.data(SEND, asked("how to prove limit with epsilon delta"))
    meta = sent["context_meta"]
    assert (meta["compacted"], meta["reason"]) == (compacts, reason)
    assert meta["compacted_at"] == ("2027-01-15T08:00:00Z" if compacts else None)
    session = await session_of_class(indexed.parts.db, 1, 1)
    assert bool(session.summary) is compacts
    if compacts:
        assert json.loads(session.summary)["turns"] in (count - 13, count - 12)
        assert "Earlier in this chat" in indexed.engine.asked[-1].messages[0].content


async def test_what_was_told_in_short_is_not_told_again_before_six_new_turns(
    indexed: Cast, ben: Program
) -> None:
    await _talked(indexed, 60, "I am stuck on limit proof step {}?")
    assert (await ben.data(SEND, asked("how to prove limit")))["context_meta"]["compacted"] is True
    again = (await ben.data(SEND, asked("and then?")))["context_meta"]
    assert (again["compacted"], again["reason"]) == (False, "no_new_turns")
    assert "Earlier in this chat" in indexed.engine.asked[-1].messages[0].content


async def _talked(cast: Cast, count: int, body: str) -> None:
    """The golden chat: questions that are stuck, and what to do about each."""
    async with cast.parts.db.transaction() as tx:
        for number in range(count):
            is_answer = bool(number % 2)
            reply = f"Therefore use epsilon-delta reasoning at step {number}."
            await tx.execute(
                "INSERT INTO chat_messages (session_id, author, body, sent_at) VALUES (1, :author, :body, :at)",
                author="assistant" if is_answer else "person",
                body=reply if is_answer and "stuck" in body else body.format(number),
                at=tx.now,
            )
