"""The helper over HTTP: one answer as JSON, as a stream and in the page, and every way to be refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from appliance.helper import scope
from appliance.inference.engine import EngineDied
from appliance.library.index import index_course
from tests.conftest import Browser
from tests.student.conftest import Lamps

QUESTION = "What closes a circuit?"
FIELDS = {
    "text", "model", "backend", "strictness", "attempts", "queue_wait_ms", "total_ms", "truncated", "scope_verified",
    "citations", "intent", "follow_up_suggestions", "conversation_id", "conversation_enabled", "conversation_compacted",
    "grounded", "request_id", "shared",
}  # fmt: skip
STREAM = {"Accept": "text/event-stream"}


async def ask(lamps: Lamps, browser: Browser | None = None, **changed: object) -> httpx.Response:
    body = {"message": QUESTION, "scope_token": await lamps.scope_token(), **changed}
    return await (browser or lamps.ben).post_json("/helper/chat", body)


def events_of(text: str) -> list[tuple[str, dict[str, object]]]:
    blocks = (block.split("\n") for block in text.split("\n\n") if block.startswith("event:"))
    return [
        (lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))) for lines in blocks
    ]


@asynccontextmanager
async def stream(lamps: Lamps, browser: Browser, **body: object) -> AsyncIterator[httpx.Response]:
    question = {"message": QUESTION, "scope_token": await lamps.scope_token(), **body}
    await browser.get("/privacy")
    headers = {**STREAM, "X-CSRF-Token": browser.token}
    async with browser.client.stream("POST", "/helper/chat", json=question, headers=headers) as response:
        yield response


async def indexed(lamps: Lamps) -> None:
    """The tiny course came after the start: cut and index it as the job does."""
    parts = lamps.cast.parts
    await index_course(parts.db, parts.shelf.course("lamps"), parts.router.embed)


async def test_a_question_gets_one_object_with_every_field(lamps: Lamps) -> None:
    await indexed(lamps)
    lamps.cast.engine.will_say("A circuit is closed when the current comes back [L1].")
    answer = (await ask(lamps)).json()
    assert set(answer) == FIELDS
    assert answer["backend"] == "scripted" and answer["scope_verified"] is True
    assert "the current comes back" in answer["text"]
    assert answer["citations"][0]["url"].startswith("/course/lamps/circles#")
    assert len(answer["follow_up_suggestions"]) == 3


async def test_the_citation_leads_to_a_place_that_is_in_the_lesson(lamps: Lamps) -> None:
    await indexed(lamps)
    url = (await ask(lamps)).json()["citations"][0]["url"]
    path, _, anchor = url.partition("#")
    assert f'id="{anchor}"' in (await lamps.ben.get(path)).text


async def test_the_id_of_the_request_goes_all_the_way(lamps: Lamps) -> None:
    body = {"message": QUESTION, "scope_token": await lamps.scope_token()}
    answer = await lamps.ben.post_json("/helper/chat", body, **{"X-Request-ID": "lab-42"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "lab-42"


async def test_a_stream_begins_goes_on_and_ends_with_the_whole_answer(lamps: Lamps) -> None:
    lamps.cast.engine.will_say("The loop has to be closed. Then the lamp glows.")
    async with stream(lamps, lamps.ben) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-content-type-options"] == "nosniff"
        events = events_of((await response.aread()).decode())
    names = [name for name, _ in events]
    assert names[0] == "start" and names[-1] == "done" and set(names[1:-1]) == {"delta"}
    said = "".join(str(body["text"]) for name, body in events if name == "delta")
    assert said.strip() == str(events[-1][1]["text"]).strip()
    assert set(events[-1][1]) == FIELDS


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"message": ""}, "missing_message"),
        ({"message": " \n\t\x00"}, "missing_message"),
        ({"message": "x" * 8001}, "message_too_long"),
        ({"message": 5}, "bad_json"),
        ({"message": ["x"]}, "bad_json"),
        ({"scope_token": ""}, "missing_scope_token"),
        ({"scope_token": None}, "missing_scope_token"),
        ({"scope_token": {"a": 1}}, "bad_json"),
        ({"scope_token": "made.up"}, "invalid_scope_token"),
        ({"scope_token": "\ud800"}, "invalid_scope_token"),
        ({"conversation_id": 7}, "bad_json"),
        ({"reset_conversation": "yes"}, "bad_json"),
    ],
)
async def test_a_question_that_cant_be_answered_is_refused_with_its_code(
    lamps: Lamps, changed: dict[str, object], code: str
) -> None:
    for headers in ({}, STREAM):
        body = json.dumps({"message": QUESTION, "scope_token": await lamps.scope_token(), **changed})
        sent = {"Content-Type": "application/json", "X-CSRF-Token": lamps.ben.token, **headers}
        refused = await lamps.ben.client.post("/helper/chat", content=body, headers=sent)
        assert refused.status_code == 400
        assert refused.headers["content-type"] == "application/json"
        said = refused.json()
        assert said["error"] == code and said["message"].endswith(".")
        assert said["request_id"] == refused.headers["x-request-id"]
    assert lamps.cast.engine.asked == []


async def test_a_visitor_is_unauthorized_and_a_missing_token_is_forbidden(lamps: Lamps) -> None:
    refused = await lamps.cast.visitor().post_json("/helper/chat", {"message": QUESTION})
    assert (refused.status_code, refused.json()["error"]) == (401, "unauthorized")
    forged = await lamps.ben.client.post("/helper/chat", json={"message": QUESTION})
    assert (forged.status_code, forged.json()["error"]) == (403, "csrf_failed")


async def test_a_scope_token_that_was_edited_is_refused(lamps: Lamps) -> None:
    token = await lamps.scope_token()
    body, _, signature = token.rpartition(".")
    for edited in (f"{body}A.{signature}", f"{body}.{signature[:-2]}", f"A{token}", body, token[::-1]):
        refused = await ask(lamps, scope_token=edited)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope_token")


async def test_a_scope_token_of_another_class_a_teacher_or_another_day_is_refused(lamps: Lamps) -> None:
    cast = lamps.cast
    lesson, key, now = cast.parts.shelf.lesson("lamps", "circles"), cast.parts.secrets.scope, cast.clock()
    assert cast.other is not None
    wrong = [
        scope.sign(key, scope.scope_of_lesson(lesson, cast.other.id, "student"), now),
        scope.sign(key, scope.scope_of_lesson(lesson, 0, "staff"), now),
        scope.sign(key, scope.scope_of_lesson(lesson, cast.classroom.id, "student"), now - 7201),
        scope.sign(b"k" * 32, scope.scope_of_lesson(lesson, cast.classroom.id, "student"), now),
    ]
    for token in wrong:
        refused = await ask(lamps, scope_token=token)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope_token")


async def test_a_teacher_may_ask_on_a_lesson_too(lamps: Lamps) -> None:
    ada = await lamps.cast.ada()
    page = await ada.get(lamps.path)
    token = page.text.split('name="scope_token" value="')[1].split('"')[0]
    answer = await ada.post_json("/helper/chat", {"message": QUESTION, "scope_token": token})
    assert answer.status_code == 200
    assert await lamps.cast.count("student_events") == 0


async def test_without_script_the_answer_stands_in_the_page(lamps: Lamps) -> None:
    await indexed(lamps)
    lamps.cast.engine.will_say("Close the <b>loop</b> first.")
    asked = {"message": "Why <i>dark</i>?", "scope_token": await lamps.scope_token()}
    page = await lamps.ben.post(lamps.path, asked)
    assert page.status_code == 200
    assert "Why &lt;i&gt;dark&lt;/i&gt;?" in page.text and "<i>dark" not in page.text
    assert "<b>loop" not in page.text and "first." in page.text
    assert 'class="passages"' in page.text


async def test_without_script_a_refused_question_is_still_there(lamps: Lamps) -> None:
    page = await lamps.ben.post(lamps.path, {"message": QUESTION, "scope_token": "edited"})
    assert page.status_code == 422
    assert QUESTION in page.text and "reload it and ask again" in page.text


async def test_with_no_model_the_lesson_itself_answers(lamps: Lamps) -> None:
    await indexed(lamps)
    lamps.cast.engine.state = "off"
    answer = (await ask(lamps)).json()
    assert answer["backend"] != "scripted" and answer["model"] == ""
    assert "A lamp glows only when the circuit is closed" in json.dumps(answer)
    assert answer["citations"] and lamps.cast.engine.asked == []


async def test_an_engine_that_dies_in_the_middle_still_ends_in_an_answer(lamps: Lamps) -> None:
    await indexed(lamps)
    for _ in range(2):
        lamps.cast.engine.will_fail(EngineDied("gone"))
    async with stream(lamps, lamps.ben) as response:
        events = events_of((await response.aread()).decode())
    assert events[-1][0] == "done"
    assert "closed" in str(events[-1][1]["text"]) + str(events[-1][1]["citations"])


async def test_a_browser_that_goes_away_frees_its_place_and_its_slot(lamps: Lamps) -> None:
    cast = lamps.cast
    cast.engine.hold()
    chi = await cast.student(cast.chi)

    async def listen(browser: Browser) -> None:
        async with stream(lamps, browser) as response:
            await response.aread()

    async def until(running: int) -> None:
        async with asyncio.timeout(10):
            while cast.parts.router.status()["queue"]["running"] != running:  # noqa: ASYNC110 - the queue has no event
                await asyncio.sleep(0.01)

    listening = [asyncio.create_task(listen(browser)) for browser in (lamps.ben, chi)]
    await until(2)
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    await until(0)
    assert cast.engine.live == 0
    cast.engine.release()
    assert (await ask(lamps)).status_code == 200


async def running(lamps: Lamps, wanted: int) -> None:
    async with asyncio.timeout(10):
        while lamps.cast.parts.router.status()["queue"]["running"] != wanted:  # noqa: ASYNC110 - the queue has no event
            await asyncio.sleep(0.01)


async def broken_off(lamps: Lamps, browser: Browser) -> tuple[str, str]:
    """A resumable answer whose connection is lost after its first event. Returns its ticket and the last id."""
    async with stream(lamps, browser, resumable=True) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                ticket = json.loads(line.removeprefix("data: "))["ticket"]
            if line.startswith("id: "):
                return str(ticket), line.removeprefix("id: ")
    raise AssertionError("no event came")


async def come_back(lamps: Lamps, browser: Browser, last: str, **body: object) -> httpx.Response:
    headers = {**STREAM, "Last-Event-ID": last} if last else STREAM
    return await browser.post_json("/helper/chat", body, **headers)


async def test_a_lost_connection_is_made_again_and_nothing_of_the_answer_is_lost(lamps: Lamps) -> None:
    lamps.cast.engine.will_say("The loop has to be closed. Then the lamp glows.")
    lamps.cast.engine.hold()
    ticket, last = await broken_off(lamps, lamps.ben)
    assert last == f"{ticket}:1" and lamps.cast.engine.live == 1
    lamps.cast.engine.release()
    rest = events_of((await come_back(lamps, lamps.ben, last)).text)
    assert [name for name, _ in rest][-1] == "done" and "start" not in dict(rest)
    assert rest[0][1]["ticket"] == ticket
    said = "".join(str(body["text"]) for name, body in rest if name == "delta")
    assert said.strip() == "The loop has to be closed. Then the lamp glows."
    whole = events_of((await come_back(lamps, lamps.ben, "", ticket=ticket)).text)
    assert whole[0][0] == "start" and whole[-1] == rest[-1]
    assert len(lamps.cast.engine.asked) == 1


async def test_stopping_an_answer_frees_its_slot_and_is_only_for_its_own_person(lamps: Lamps) -> None:
    cast = lamps.cast
    cast.engine.hold()
    chi = await cast.student(cast.chi)
    ticket, last = await broken_off(lamps, lamps.ben)
    await chi.get("/privacy")
    refused = await chi.post_json(f"/helper/tickets/{ticket}/remove", {})
    assert (refused.status_code, refused.json()["error"]) == (404, "ticket_gone")
    assert (await come_back(lamps, chi, last)).status_code == 404
    assert cast.engine.live == 1
    assert (await lamps.ben.post_json(f"/helper/tickets/{ticket}/remove", {})).json() == {"ok": True}
    assert cast.engine.live == 0 and cast.parts.router.status()["queue"]["running"] == 0
    gone = await come_back(lamps, lamps.ben, last)
    assert (gone.status_code, gone.json()["error"]) == (404, "ticket_gone")


async def test_a_new_question_ends_the_one_whose_browser_is_gone(lamps: Lamps) -> None:
    cast = lamps.cast
    cast.engine.hold()
    await broken_off(lamps, lamps.ben)
    await running(lamps, 1)
    asking = asyncio.create_task(ask(lamps))
    async with asyncio.timeout(10):
        while len(cast.engine.asked) < 2:  # noqa: ASYNC110 - the engine has no event
            await asyncio.sleep(0.01)
    assert cast.engine.live == 1
    cast.engine.release()
    assert (await asking).status_code == 200


@pytest.mark.parametrize("last", ["x", ":", "x:y", "x:99999999999999999999", "a" * 5000])
async def test_a_made_up_ticket_is_gone(lamps: Lamps, last: str) -> None:
    refused = await come_back(lamps, lamps.ben, last)
    assert (refused.status_code, refused.json()["error"]) == (404, "ticket_gone")


async def test_in_a_second_tab_a_question_that_waits_is_taken_back_for_the_new_one(lamps: Lamps) -> None:
    cast = lamps.cast
    cast.engine.slots = 1
    cast.engine.hold()
    other = asyncio.create_task(ask(lamps, await cast.student(cast.chi)))
    await running(lamps, 1)

    async def listen() -> list[tuple[str, dict[str, object]]]:
        async with stream(lamps, lamps.ben) as response:
            return events_of((await response.aread()).decode())

    first = asyncio.create_task(listen())
    async with asyncio.timeout(10):
        while not cast.parts.router.status()["queue"]["waiting"]:  # noqa: ASYNC110 - the queue has no event
            await asyncio.sleep(0.01)
    second = asyncio.create_task(ask(lamps, await cast.student(cast.ben)))
    events = await first
    assert [name for name, _ in events] == ["position", "error"]
    assert events[1][1]["error"] == "replaced" and "meanwhile" in str(events[1][1]["message"])
    cast.engine.release()
    assert (await other).status_code == (await second).status_code == 200


async def test_one_person_has_one_question_at_a_time(lamps: Lamps) -> None:
    cast = lamps.cast
    cast.engine.hold()
    first = asyncio.create_task(ask(lamps))
    async with asyncio.timeout(10):
        while cast.engine.live == 0:  # noqa: ASYNC110 - the engine has no event
            await asyncio.sleep(0.01)
    again = await cast.student(cast.ben)
    second = await again.post_json(
        "/helper/chat", {"message": QUESTION, "scope_token": await lamps.scope_token()}
    )
    cast.engine.release()
    assert (await first).status_code == 200
    assert (second.status_code, second.json()["error"]) == (409, "one_at_a_time")
    assert cast.engine.live == 0 and len(cast.engine.asked) == 1


async def test_asking_without_end_has_to_wait(lamps: Lamps) -> None:
    token = await lamps.scope_token()
    for _ in range(30):
        await lamps.ben.post_json("/helper/chat", {"message": QUESTION, "scope_token": "nonsense"})
    refused = await lamps.ben.post_json("/helper/chat", {"message": QUESTION, "scope_token": token})
    assert (refused.status_code, refused.json()["error"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) >= 1
    page = await lamps.ben.post(lamps.path, {"message": QUESTION, "scope_token": token})
    assert page.status_code == 429 and QUESTION in page.text and int(page.headers["retry-after"]) >= 1


async def test_the_health_of_the_helper_says_who_answers_and_how_long_the_line_is(lamps: Lamps) -> None:
    health = (await lamps.cast.visitor().get("/helper/healthz")).json()
    assert health["ok"] is True and health["backend"] == "scripted"
    assert health["queue"] == {"running": 0, "waiting": 0, "slots": 2, "seconds": 0}


async def test_a_question_leaves_counts_and_no_words(lamps: Lamps) -> None:
    await ask(lamps, message="Is a wombat in the circuit?")
    row = await lamps.cast.parts.db.fetch_one("SELECT * FROM student_events")
    assert row is not None and row["kind"] == "helper_chat_access"
    assert "wombat" not in str(tuple(row)) and set(json.loads(row["details"])) >= {"intent", "backend"}
