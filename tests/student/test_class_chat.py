"""The class chat: kept talks, streamed and cited answers, for one student alone and for their teacher to read."""

import asyncio
import json
import re
from html import unescape

import pytest

from appliance.inference.scripted import ScriptedEngine
from appliance.study.chats import (
    MOST_SESSIONS,
    TITLE_CHARACTERS,
    create_session,
    messages_page,
    session_of_class,
)
from appliance.work.merging import merge_students
from tests.conftest import Cast
from tests.student.class_chats import ASKED, STREAM, all_kept, opened, told


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


async def test_an_answer_streams_in_and_is_kept_with_its_citations(indexed: Cast) -> None:
    ben = await indexed.student(indexed.ben)
    chat = await opened(ben)
    indexed.engine.will_say("The circle has to be closed [L1]. So look for the gap [L9].")
    events = await told(ben, chat, ASKED)
    assert next(name for name, _ in events if name != "position") == "start"
    name, answer = events[-1]
    assert name == "done"
    assert answer["text"] == "The circle has to be closed [L1]. So look for the gap."
    assert answer["text"] == "".join(data["text"] for name, data in events if name == "delta").strip()
    assert (answer["grounded"], answer["backend"]) == (True, "scripted")
    place = next(citation["url"] for citation in answer["citations"] if citation["url"])
    assert place.startswith("/course/electricity-you-can-touch/")
    page = await ben.get(chat)
    assert "The circle has to be closed" in page.text
    assert place in page.text
    assert "Your teacher can read this chat" in page.text
    assert "<h1>Why does the lamp glow only in a closed circuit?</h1>" in page.text


async def test_the_model_is_told_passages_and_what_was_said_before(indexed: Cast) -> None:
    ben = await indexed.student(indexed.ben)
    chat = await opened(ben)
    indexed.engine.will_say("First answer here.", "Second answer here.")
    await told(ben, chat, ASKED)
    await told(ben, chat, "Does a circuit with a broken wire count too?")
    asked = indexed.engine.asked[-1].messages
    assert [message.role for message in asked] == ["system", "user", "assistant", "user"]
    assert (asked[1].content, asked[2].content) == (ASKED, "First answer here.")
    assert "[L1]" in asked[3].content
    assert "What the class works on" in asked[0].content


async def test_without_a_model_the_lessons_answer_with_their_place(indexed: Cast) -> None:
    indexed.engine.state = "off"
    ben = await indexed.student(indexed.ben)
    chat = await opened(ben)
    events = await told(ben, chat, ASKED)
    answer = events[-1][1]
    assert (answer["backend"], answer["grounded"]) == ("lesson", True)
    assert answer["text"].startswith("Here is what your lessons and papers say about this.")
    assert answer["citations"][0]["source"] in answer["text"]


async def test_without_a_model_and_without_a_passage_the_class_says_what_it_works_on(indexed: Cast) -> None:
    indexed.engine.state, indexed.engine.can_embed = "off", False
    ben = await indexed.student(indexed.ben)
    answer = (await told(ben, await opened(ben), "Which savannah do giraffes and zebras live in?"))[-1][1]
    assert answer["text"].startswith("That goes beyond what your class works on.")
    assert "Your class works on: " in answer["text"]
    assert answer["citations"] == []


async def test_nothing_is_quoted_from_a_locked_lesson(indexed: Cast) -> None:
    async with indexed.parts.db.transaction() as tx:
        await tx.execute(
            """
            INSERT INTO releases (class_id, course_slug, lesson_slug, is_locked)
            SELECT modules.class_id, materials.course_slug, materials.lesson_slug, 1
            FROM materials JOIN modules ON modules.id = materials.module_id
            WHERE materials.kind = 'lesson'
            """
        )
    ben = await indexed.student(indexed.ben)
    answer = (await told(ben, await opened(ben), ASKED))[-1][1]
    assert [citation for citation in answer["citations"] if citation["url"]] == []


async def test_nothing_is_quoted_from_a_lesson_for_a_group_of_others(indexed: Cast) -> None:
    assert indexed.chi is not None
    async with indexed.parts.db.transaction() as tx:
        group = await tx.insert(
            "INSERT INTO groups (class_id, name, colour) VALUES (:class_id, 'Owls', 'blue')",
            class_id=indexed.classroom.id,
        )
        await tx.execute(
            "INSERT INTO group_students (group_id, student_id) VALUES (:group_id, :student_id)",
            group_id=group,
            student_id=indexed.chi.id,
        )
        await tx.execute(
            """
            INSERT INTO material_groups (material_id, group_id)
            SELECT id, :group_id FROM materials WHERE kind = 'lesson'
            """,
            group_id=group,
        )
    for student, quotes in ((indexed.ben, False), (indexed.chi, True)):
        browser = await indexed.student(student)
        answer = (await told(browser, await opened(browser), ASKED))[-1][1]
        assert any(citation["url"].startswith("/course/") for citation in answer["citations"]) is quotes


async def test_the_same_message_sent_twice_is_kept_and_answered_once(indexed: Cast) -> None:
    ben = await indexed.student(indexed.ben)
    chat = await opened(ben)
    indexed.engine.will_say("One answer.", "Another answer.")
    first = await told(ben, chat, ASKED, "a1")
    again = await told(ben, chat, ASKED, "a1")
    assert [name for name, _ in again] == ["done"]
    assert again[-1][1]["text"] == first[-1][1]["text"]
    assert again[-1][1]["citations"] == first[-1][1]["citations"]
    assert (await indexed.count("chat_messages"), len(indexed.engine.asked)) == (2, 1)
    await told(ben, chat, ASKED, "a2")
    assert await indexed.count("chat_messages") == 4


async def test_another_message_under_the_id_of_before_is_another_message(indexed: Cast) -> None:
    ben = await indexed.student(indexed.ben)
    chat = await opened(ben)
    await ben.post(f"{chat}/messages", {"message": ASKED, "client_id": "a1"})
    await ben.post(f"{chat}/messages", {"message": "And with a broken wire?", "client_id": "a1"})
    page = (await ben.get(chat)).text
    assert "And with a broken wire?" in page and page.count("This is a scripted answer.") == 2


async def test_without_script_a_form_asks_and_the_page_shows_the_answer(indexed: Cast) -> None:
    ben = await indexed.student(indexed.ben)
    chat = await opened(ben)
    page = await ben.get(chat)
    client_id = re.search(r'name="client_id" value="(\w+)"', page.text)
    assert client_id is not None
    form = {"message": ASKED, "client_id": client_id[1], "scope_token": ""}
    sent = await ben.post(f"{chat}/messages", form)
    assert (sent.status_code, sent.headers["location"]) == (302, f"{chat}#helper")
    await ben.post(f"{chat}/messages", form)
    assert (await ben.get(chat)).text.count("This is a scripted answer.") == 1


@pytest.mark.parametrize("message", ["", "   ", "x" * 9000])
async def test_a_message_that_says_nothing_or_too_much_is_refused_with_a_sentence(
    cast: Cast, message: str
) -> None:
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    refused = await ben.post_json(f"{chat}/messages", {"message": message}, **STREAM)
    assert refused.status_code == 400
    assert refused.json()["error"] in ("missing_message", "message_too_long")
    in_page = await ben.post(f"{chat}/messages", {"message": message})
    assert in_page.status_code == 400
    assert "question" in in_page.text
    assert await cast.count("chat_messages") == 0


async def test_an_id_of_any_shape_breaks_nothing(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    headers = {"X-CSRF-Token": ben.token, "Content-Type": "application/json"}
    for client_id in ("\ud800", "x" * 5000, "'; DROP", None):
        body = json.dumps({"message": ASKED, "client_id": client_id})
        sent = await ben.client.post(f"{chat}/messages", content=body, headers=headers)
        assert sent.status_code == 200
    refused = await ben.post_json(f"{chat}/messages", {"message": ASKED, "client_id": 7})
    assert (refused.status_code, refused.json()["error"]) == (400, "bad_json")


async def test_an_engine_that_dies_in_the_middle_leaves_one_whole_exchange(indexed: Cast) -> None:
    ben = await indexed.student(indexed.ben)
    chat = await opened(ben)
    indexed.engine.will_fail()
    indexed.engine.will_fail()
    answer = (await told(ben, chat, ASKED))[-1][1]
    assert answer["backend"] == "lesson"
    assert await indexed.count("chat_messages") == 2


async def test_who_goes_away_before_the_answer_leaves_the_question_alone(indexed: Cast) -> None:
    ben = await indexed.student(indexed.ben)
    chat = await opened(ben)
    indexed.engine.will_hang()
    headers = {"X-CSRF-Token": ben.token, **STREAM}
    sending = asyncio.create_task(
        ben.client.post(f"{chat}/messages", json={"message": ASKED}, headers=headers)
    )
    await _until_asked(indexed.engine)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await all_kept(indexed)
    assert indexed.engine.live == 0
    page = await messages_page(indexed.parts.db, 1)
    assert [message.body for message in page.messages] == [ASKED, ""]


async def _until_asked(engine: ScriptedEngine) -> None:
    async with asyncio.timeout(10):
        while not engine.live:  # noqa: ASYNC110 - the engine has no event of its own
            await asyncio.sleep(0.01)


async def test_a_chat_is_found_by_its_owner_alone(cast: Cast) -> None:
    ben, chi = await cast.student(cast.ben), await cast.student(cast.chi)
    chat = await opened(ben)
    assert (await chi.get(chat)).status_code == 404
    assert (await chi.post_json(f"{chat}/messages", {"message": ASKED})).status_code == 404
    assert (await chi.post(f"{chat}/title", {"title": "Mine"})).status_code == 404
    assert (await chi.post(f"{chat}/archive", {"archived": "1"})).status_code == 404
    assert chat not in (await chi.get("/student/chats")).text
    assert chat in (await ben.get("/student/chats")).text


async def test_a_chat_is_renamed_and_a_name_that_says_nothing_is_refused(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    assert (await ben.post(f"{chat}/title", {"title": "  My   lamps " + "x" * 200})).status_code == 302
    session = await session_of_class(cast.parts.db, 1, cast.classroom.id)
    assert session.title.startswith("My lamps xx")
    assert len(session.title) == TITLE_CHARACTERS
    refused = await ben.post(f"{chat}/title", {"title": "  "})
    assert refused.status_code == 422
    assert "Give the chat a name" in refused.text


async def test_a_chat_that_is_put_away_takes_no_more_questions_until_it_is_back(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    await ben.post(f"{chat}/archive", {"archived": "1"})
    assert chat not in (await ben.get("/student/chats")).text
    assert chat in (await ben.get("/student/chats?archived=1")).text
    refused = await ben.post_json(f"{chat}/messages", {"message": ASKED}, **STREAM)
    assert (refused.status_code, refused.json()["error"]) == (409, "chat_archived")
    assert "Take it back out" in (await ben.get(chat)).text
    await ben.post(f"{chat}/archive", {"archived": "0"})
    assert (await ben.post_json(f"{chat}/messages", {"message": ASKED})).status_code == 200


async def test_what_was_typed_for_a_chat_that_was_put_away_meanwhile_is_shown_to_be_copied(
    cast: Cast,
) -> None:
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    await ben.post(f"{chat}/archive", {"archived": "1"})
    refused = await ben.post(f"{chat}/messages", {"message": ASKED})
    assert refused.status_code == 409
    assert ASKED in refused.text and "This was not sent." in refused.text
    assert "This was not sent." not in (await ben.get(chat)).text


async def test_a_new_chat_is_the_one_in_which_nothing_was_asked_yet(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    first = await opened(ben)
    assert await opened(ben) == first
    assert await opened(await cast.student(cast.chi)) != first
    await told(ben, first, ASKED)
    second = await opened(ben)
    assert second != first
    await ben.post(f"{second}/title", {"title": "Motors"})
    assert await opened(ben) != second


async def test_more_chats_than_fit_on_a_page_are_on_the_next(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        for number in range(MOST_SESSIONS + 1):
            await create_session(tx, cast.classroom.id, cast.ben.id, f"Chat number {number}.")
    page = (await ben.get("/student/chats")).text
    assert f"Chat number {MOST_SESSIONS}." in page and "Chat number 0." not in page
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    rest = (await ben.get(unescape(following[1]))).text
    assert "Chat number 0." in rest and "Chat number 1." not in rest


async def test_two_students_who_become_one_while_one_of_them_is_answered_keep_the_answer(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    assert cast.ben is not None and cast.chi is not None
    chat = await opened(ben)
    cast.engine.hold()
    telling = asyncio.create_task(told(ben, chat, ASKED))
    await _until_asked(cast.engine)
    async with cast.parts.db.transaction() as tx:
        await merge_students(tx, cast.classroom.id, cast.ben.id, cast.chi.id)
    cast.engine.release()
    assert (await telling)[-1][0] == "done"
    assert "This is a scripted answer." in (await (await cast.student(cast.chi)).get(chat)).text


async def test_long_chats_are_paged_and_compacted(indexed: Cast) -> None:
    ben = await indexed.student(indexed.ben)
    chat = await opened(ben)
    async with indexed.parts.db.transaction() as tx:
        for number in range(124):
            await tx.execute(
                "INSERT INTO chat_messages (session_id, author, body, sent_at) VALUES (1, :author, :body, :at)",
                author="assistant" if number % 2 else "person",
                body=f"Said number {number}." if number % 2 else f"I am stuck on step {number}?",
                at=tx.now,
            )
    newest = (await ben.get(chat)).text
    assert "I am stuck on step 4?" in newest
    assert "I am stuck on step 2?" not in newest
    older = re.search(r"\?before=(\d+)", newest)
    assert older is not None
    earliest = (await ben.get(f"{chat}?before={older[1]}")).text
    assert "I am stuck on step 2?" in earliest
    assert "I am stuck on step 4?" not in earliest
    answer = (await told(ben, chat, ASKED))[-1][1]
    assert answer["conversation_compacted"] is True
    assert "Open questions: " in indexed.engine.asked[-1].messages[0].content
    session = await session_of_class(indexed.parts.db, 1, indexed.classroom.id)
    assert json.loads(session.summary)["turns"] > 0


async def test_what_tells_who_somebody_is_never_reaches_the_database(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    cast.engine.will_say("Write to teacher@example.org for more.")
    await told(ben, chat, "My mail is ben@example.org, why does the lamp glow?")
    page = await messages_page(cast.parts.db, 1)
    assert "example.org" not in "".join(message.body for message in page.messages)


async def test_a_student_who_deletes_everything_leaves_no_chat(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    await told(ben, await opened(ben), ASKED)
    await ben.post("/student/delete-me")
    assert (await cast.count("chat_sessions"), await cast.count("chat_messages")) == (0, 0)


async def test_the_list_says_in_words_that_it_is_empty_and_who_reads_along(cast: Cast) -> None:
    page = await (await cast.student(cast.ben)).get("/student/chats")
    assert "No chat yet" in page.text
    assert "Your teacher can read your chats" in page.text
