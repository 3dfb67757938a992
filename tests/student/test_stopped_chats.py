"""An answer in the class chat that stops on its way: what was shown stays, counts as said, and is answered anew."""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from appliance.settings import Settings
from appliance.study.chats import ChatMessage, messages_page
from tests.conftest import Browser, Cast
from tests.student.class_chats import ASKED, STREAM, all_kept, events_in, opened, told

WHICH = "Which tree is it? Tell me the first half."
FIRST, SECOND = "In the first half stands silver.", "In the other half stands birch."
OTHER = "And the other half?"


@pytest.fixture
async def ben(cast: Cast) -> Browser:
    return await cast.student(cast.ben)


@asynccontextmanager
async def listening(
    ben: Browser, chat: str, message: str, client_id: str = "", resumable: bool = True
) -> AsyncIterator[AsyncGenerator[tuple[str, Any], None]]:
    """The events of an answer as they come; leaving the block is going away."""
    headers = {"X-CSRF-Token": ben.token, **STREAM}
    body = {"message": message, "client_id": client_id, "resumable": resumable}
    async with ben.client.stream("POST", f"{chat}/messages", json=body, headers=headers) as response:
        assert response.status_code == 200
        yield events_in(response)


async def stopped(cast: Cast, ben: Browser, chat: str, message: str, text: str, client_id: str = "") -> None:
    """The stop button, once `text` was shown."""
    cast.engine.will_hang_after(f"{text} Now")
    async with listening(ben, chat, message, client_id) as events:
        ticket = ""
        async for name, data in events:
            ticket = data.get("ticket", ticket)
            if name == "delta":
                assert data["text"].strip() == text
                break
        gone = await ben.post_json(f"/helper/tickets/{ticket}/remove", {})
        assert gone.status_code == 200
    assert cast.engine.live == 0


async def kept(cast: Cast, session_id: int = 1) -> tuple[ChatMessage, ...]:
    return (await messages_page(cast.parts.db, session_id)).messages


async def bodies(cast: Cast) -> list[str]:
    return [message.body for message in await kept(cast)]


async def test_what_the_stop_button_leaves_is_in_the_chat_for_student_and_teacher(
    cast: Cast, ben: Browser
) -> None:
    chat = await opened(ben)
    await stopped(cast, ben, chat, ASKED, "The circle has to be closed [L1].")
    question, answer = await kept(cast)
    assert (question.body, answer.body) == (ASKED, "The circle has to be closed [L1].")
    assert answer.is_stopped and not question.is_stopped and answer.citations
    (counted,) = await cast.parts.db.fetch_all("SELECT outcome, reason FROM counted_questions")
    assert tuple(counted) == ("model", "stopped")
    teachers = f"/teach/class/{cast.classroom.id}/chats/1"
    for page in (await ben.get(chat), await (await cast.ada()).get(teachers)):
        assert "The circle has to be closed" in page.text
        assert "This answer was stopped before its end." in page.text
    # On the page of the student the question can be asked once more with one press.
    assert re.search(
        r'<button class="follow-up" name="message" value="Why does the lamp', (await ben.get(chat)).text
    )
    await told(ben, chat, "And with a broken wire?")
    said = [message.content for message in cast.engine.asked[-1].messages]
    assert said[1:3] == [ASKED, "The circle has to be closed [L1]."]


async def test_a_connection_that_is_gone_for_good_leaves_it_too(cast: Cast, ben: Browser) -> None:
    chat = await opened(ben)
    cast.engine.will_hang_after("Look at the loop. Now")
    async with listening(ben, chat, ASKED, resumable=False) as events:
        async for name, _ in events:
            if name == "delta":
                break
    await all_kept(cast)
    assert await bodies(cast) == [ASKED, "Look at the loop."]
    assert (await kept(cast))[1].is_stopped


async def test_a_lost_connection_to_which_nobody_comes_back_leaves_it_when_something_else_is_asked(
    cast: Cast, ben: Browser
) -> None:
    chat = await opened(ben)
    cast.engine.will_hang_after("Look at the loop. Now")
    async with listening(ben, chat, ASKED) as events:
        async for name, _ in events:
            if name == "delta":
                break
    async with asyncio.timeout(10):
        while not any(each.is_forsaken for each in cast.parts.helper.tickets._tickets.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    cast.engine.will_say("It is broken somewhere.")
    await told(ben, chat, "And then?")
    assert await bodies(cast) == [ASKED, "Look at the loop.", "And then?", "It is broken somewhere."]
    said = [message.content for message in cast.engine.asked[-1].messages]
    assert "Look at the loop." in said


async def test_who_leaves_before_the_first_sentence_finds_the_question_again(
    cast: Cast, ben: Browser
) -> None:
    chat = await opened(ben)
    cast.engine.will_hang()
    async with listening(ben, chat, ASKED, "a1") as events:
        async for name, data in events:
            if name == "start":
                await ben.post_json(f"/helper/tickets/{data['ticket']}/remove", {})
                break
    await all_kept(cast)
    assert await bodies(cast) == [ASKED, ""]
    page = (await ben.get(chat)).text
    assert "This answer was stopped before it began." in page and ASKED in page
    cast.engine.will_say("It is broken somewhere.")
    await told(ben, chat, "What breaks a circuit?")
    assert ASKED not in [message.content for message in cast.engine.asked[-1].messages]


async def test_the_same_message_after_a_stop_is_answered_anew_and_what_was_shown_stays(
    cast: Cast, ben: Browser
) -> None:
    chat = await opened(ben)
    await stopped(cast, ben, chat, ASKED, "Look at the loop.", "a1")
    await stopped(cast, ben, chat, ASKED, "Look again.", "a1")
    cast.engine.will_say("It has to be closed all the way.")
    whole = (await told(ben, chat, ASKED, "a1"))[-1][1]
    assert whole["text"] == "It has to be closed all the way."
    again = (await told(ben, chat, ASKED, "a1"))[-1][1]
    assert again["text"] == whole["text"]
    shown = [ASKED, "Look at the loop.", ASKED, "Look again.", ASKED, "It has to be closed all the way."]
    assert await bodies(cast) == shown


async def test_a_second_try_takes_the_place_of_one_of_which_nothing_was_shown(
    cast: Cast, ben: Browser
) -> None:
    chat = await opened(ben)
    for _ in range(2):
        cast.engine.will_hang()
        async with listening(ben, chat, ASKED, "a1") as events:
            async for name, data in events:
                if name == "start":
                    await ben.post_json(f"/helper/tickets/{data['ticket']}/remove", {})
                    break
        await all_kept(cast)
    assert await bodies(cast) == [ASKED, ""]
    cast.engine.will_say("It has to be closed.")
    await told(ben, chat, ASKED, "a1")
    assert await bodies(cast) == [ASKED, "It has to be closed."]


async def test_an_error_in_the_middle_leaves_what_was_shown(
    cast: Cast, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await opened(ben)

    async def lost(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(cast.parts.helper.counting, "in_chat", lost)
    cast.engine.will_say("Look at the loop. It is open.")
    assert "done" not in [name for name, _ in await told(ben, chat, ASKED)]
    assert await bodies(cast) == [ASKED, "Look at the loop. It is open."]
    assert (await kept(cast))[1].is_stopped


async def test_a_chat_that_was_deleted_meanwhile_takes_everything_along(cast: Cast, ben: Browser) -> None:
    chat = await opened(ben)
    cast.engine.will_hang_after("Look at the loop. Now")
    async with listening(ben, chat, ASKED, resumable=False) as events:
        async for name, _ in events:
            if name == "delta":
                await (await cast.student(cast.ben)).post("/student/delete-me")
                break
    await all_kept(cast)
    assert (await cast.count("chat_sessions"), await cast.count("chat_messages")) == (0, 0)


async def test_nothing_goes_into_the_chat_that_was_begun_after_it_was_deleted(
    cast: Cast, ben: Browser
) -> None:
    chat = await opened(ben)
    chi = await cast.student(cast.chi)
    cast.engine.will_hang_after("Look at the loop. Now")
    async with listening(ben, chat, ASKED, resumable=False) as events:
        async for name, _ in events:
            if name == "delta":
                await (await cast.student(cast.ben)).post("/student/delete-me")
                cast.clock.now += 1
                assert await opened(chi) != chat
                break
    await all_kept(cast)
    assert await kept(cast) == ()


async def test_a_chat_that_is_put_away_meanwhile_keeps_what_was_shown(cast: Cast, ben: Browser) -> None:
    chat = await opened(ben)
    cast.engine.will_hang_after("Look at the loop. Now")
    async with listening(ben, chat, ASKED, resumable=False) as events:
        async for name, _ in events:
            if name == "delta":
                await (await cast.student(cast.ben)).post(f"{chat}/archive", {"archived": "1"})
                break
    await all_kept(cast)
    assert await bodies(cast) == [ASKED, "Look at the loop."]
    assert "stopped before its end" in (await ben.get(chat)).text


async def test_a_student_who_deletes_everything_leaves_no_half(cast: Cast, ben: Browser) -> None:
    await stopped(cast, ben, await opened(ben), ASKED, "Look at the loop.")
    await ben.post("/student/delete-me")
    assert await cast.count("chat_messages") == 0


class TestStrict:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, helper_strictness="strict")

    @pytest.fixture
    async def listed(self, cast: Cast) -> Cast:
        """A quiz of the class has the answer that is sought in two halves."""
        async with cast.parts.db.transaction() as tx:
            await tx.execute(
                """
                INSERT INTO activities (class_id, kind, title, state, created_at)
                VALUES (:class_id, 'quiz', 'Trees', 'published', 1)
                """,
                class_id=cast.classroom.id,
            )
            choices = json.dumps(["black alder", "silver birch", "red maple"])
            await tx.execute(
                """
                INSERT INTO questions (activity_id, position, stem, choices, answer_index, explanation)
                VALUES ((SELECT max(id) FROM activities), 0, 'Which tree stands at the gate?', :choices, 1, '')
                """,
                choices=choices,
            )
        return cast

    async def test_the_other_half_of_an_answer_that_was_stopped_becomes_a_hint(
        self, listed: Cast, ben: Browser
    ) -> None:
        listed.engine.will_say(SECOND)
        # Alone it is half of nothing.
        assert "birch" in (await told(ben, await opened(ben), OTHER))[-1][1]["text"]
        chat = await opened(ben)
        await stopped(listed, ben, chat, WHICH, FIRST, "a1")
        listed.engine.will_say(SECOND)
        answer = (await told(ben, chat, OTHER))[-1][1]
        assert "birch" not in answer["text"] and answer["backend"] == "lesson"

    async def test_also_when_it_is_asked_before_the_first_half_is_written_down(
        self, listed: Cast, ben: Browser
    ) -> None:
        chat = await opened(ben)
        listed.engine.will_hang_after(f"{FIRST} Now")
        async with listening(ben, chat, WHICH) as events:
            async for name, data in events:
                if name == "start":
                    ticket = data["ticket"]
                if name == "delta":
                    break
            async with listed.parts.db.transaction():
                stopping = asyncio.create_task(ben.post_json(f"/helper/tickets/{ticket}/remove", {}))
                async with asyncio.timeout(10):
                    while listed.engine.live:  # noqa: ASYNC110 - the engine has no event of its own
                        await asyncio.sleep(0.01)
                listed.engine.will_say(SECOND)
                asking = asyncio.create_task(told(ben, chat, OTHER))
                asked = len(listed.engine.asked)
                await asyncio.wait({asking}, timeout=0.2)
                assert len(listed.engine.asked) == asked
            await stopping
        assert "birch" not in (await asking)[-1][1]["text"]

    async def test_also_when_it_is_asked_under_the_same_id(self, listed: Cast, ben: Browser) -> None:
        chat = await opened(ben)
        await stopped(listed, ben, chat, WHICH, FIRST, "a1")
        listed.engine.will_say(SECOND)
        assert "birch" not in (await told(ben, chat, OTHER, "a1"))[-1][1]["text"]

    async def test_also_behind_questions_that_were_stopped_at_once(self, listed: Cast, ben: Browser) -> None:
        chat = await opened(ben)
        await stopped(listed, ben, chat, WHICH, FIRST)
        async with listed.parts.db.transaction() as tx:
            for number in range(20):
                await tx.execute(
                    "INSERT INTO chat_messages (session_id, author, body, backend, sent_at) VALUES (1, :a, :b, :c, 1)",
                    a="assistant" if number % 2 else "person",
                    b="" if number % 2 else "Hm?",
                    c="stopped" if number % 2 else "",
                )
        listed.engine.will_say(SECOND)
        assert "birch" not in (await told(ben, chat, OTHER))[-1][1]["text"]
