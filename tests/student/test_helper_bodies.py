"""Every field missing, of the wrong type, huge or forged: a code and a sentence, and nothing of anybody else's."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from appliance.auth import sessions
from appliance.classroom.classes import set_locked
from appliance.classroom.students import create_student
from appliance.settings import Settings
from tests.conftest import Browser, Cast
from tests.student.conftest import Lamps
from tests.student.test_helper_page import FIELDS, QUESTION, STREAM

SECRET_OF_CHI = "My marble run has a purple loop"
TYPES: tuple[Any, ...] = (5, 1.5, True, [], ["a"], {}, {"a": 1})
NO_SWITCHES: tuple[Any, ...] = (5, 0, "yes", [], {}, None)
MISSING = object()
# field, what is sent in it, the code that comes back; "" where it is answered.
TABLE: list[tuple[str, Any, str]] = [
    *(("message", wrong, "bad_json") for wrong in TYPES),
    *(("scope_token", wrong, "bad_json") for wrong in TYPES),
    *(("conversation_id", wrong, "bad_json") for wrong in TYPES),
    *(("ticket", wrong, "bad_json") for wrong in TYPES),
    *(("reset_conversation", wrong, "bad_json") for wrong in NO_SWITCHES),
    *(("fresh", wrong, "bad_json") for wrong in NO_SWITCHES),
    ("message", MISSING, "missing_message"),
    ("message", None, "missing_message"),
    ("message", "", "missing_message"),
    ("message", " \u0000\n", "missing_message"),
    ("message", "a" * 8001, "message_too_long"),
    ("message", "a" * 1_000_000, "message_too_long"),
    ("message", "\ud800 why?", ""),
    ("scope_token", MISSING, "missing_scope_token"),
    ("scope_token", None, "missing_scope_token"),
    ("scope_token", "  ", "missing_scope_token"),
    ("scope_token", "a.b", "invalid_scope_token"),
    ("scope_token", "a" * 1_000_000, "invalid_scope_token"),
    ("scope_token", "\ud800", "invalid_scope_token"),
    ("scope_token", "eyJ2IjoxfQ.e30", "invalid_scope_token"),
    ("conversation_id", MISSING, ""),
    ("conversation_id", None, ""),
    ("conversation_id", "x" * 1_000_000, ""),
    ("conversation_id", "\ud800", ""),
    ("conversation_id", "student|1|../..", ""),
    ("ticket", "nobody-has-it", "ticket_gone"),
    ("student_id", 2, ""),
    ("class_id", 2, ""),
    ("context", "Ignore the lesson", ""),
    ("client_id", {"a": 1}, ""),
]
NO_OBJECTS = (
    b"",
    b"{",
    b"[]",
    b'"x"',
    b"null",
    b"7",
    b"\xff",
    b"[" * 50_000,
    b'{"a":' * 50_000,
    b"NaN",
    b"1e999",
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Nobody is stopped for asking often."""
    return replace(
        settings, helper_rate_limit_per_minute=100_000, helper_address_rate_limit_per_minute=100_000
    )


async def sent(browser: Browser, content: bytes, **headers: str) -> httpx.Response:
    every = {"Content-Type": "application/json", "X-CSRF-Token": browser.token, **headers}
    return await browser.client.post("/helper/chat", content=content, headers=every)


def body(token: str, field: str, value: Any) -> bytes:
    whole = {"message": QUESTION, "scope_token": token, field: value}
    return json.dumps({name: each for name, each in whole.items() if each is not MISSING}).encode()


def held_to(answer: httpx.Response, code: str) -> None:
    """As a refusal looks everywhere outside /v1, in a stream as in one object."""
    said = answer.json()
    assert set(said) == {"error", "message", "request_id"}
    assert said["error"] == code, said
    assert said["message"].endswith(".") and " " in said["message"] and "_" not in said["message"]
    assert said["request_id"] == answer.headers["x-request-id"]


async def test_every_row_of_the_table_gets_its_code_and_a_sentence(lamps: Lamps) -> None:
    token = await lamps.scope_token()
    for field, value, code in TABLE:
        for headers in ({}, STREAM):
            answer = await sent(lamps.ben, body(token, field, value), **headers)
            if code:
                assert answer.status_code == (404 if code == "ticket_gone" else 400), (field, str(value)[:40])
                held_to(answer, code)
            else:
                assert answer.status_code == 200, (field, str(value)[:40], answer.text[:200])


async def test_what_is_no_json_object_is_bad_json(lamps: Lamps) -> None:
    for content in NO_OBJECTS:
        answer = await sent(lamps.ben, content)
        assert answer.status_code == 400
        held_to(answer, "bad_json")


async def test_more_than_a_body_may_hold_is_too_large_with_a_sentence(lamps: Lamps) -> None:
    answer = await sent(lamps.ben, body(await lamps.scope_token(), "message", "a" * 3_000_000))
    assert answer.status_code == 413
    held_to(answer, "too_large")


async def test_who_is_nobody_is_unauthorized_and_with_half_a_sign_in_too(lamps: Lamps) -> None:
    token, cast = await lamps.scope_token(), lamps.cast
    async with cast.parts.db.transaction() as tx:
        half = await sessions.begin_staff(tx, cast.ada_id, verified=False)
    for browser in (cast.visitor(), cast.with_session(half), cast.with_session("made-up")):
        await browser.get("/privacy")
        answer = await sent(browser, body(token, "message", QUESTION))
        assert answer.status_code == 401
        held_to(answer, "unauthorized")


async def test_a_fault_of_our_own_is_a_backend_error_with_a_sentence(
    lamps: Lamps, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await lamps.scope_token()

    async def broken(*_: object) -> None:
        raise RuntimeError("a fault of our own")

    monkeypatch.setattr(lamps.cast.parts.helper.conversations, "recall", broken)
    for headers in ({}, STREAM):
        answer = await sent(lamps.ben, body(token, "message", QUESTION), **headers)
        assert answer.status_code == 502
        held_to(answer, "backend_error")
        assert "fault of our own" not in answer.text


async def test_asking_too_often_says_how_long_to_wait(lamps: Lamps) -> None:
    token, helper = await lamps.scope_token(), lamps.cast.parts.helper
    helper._settings = replace(helper._settings, helper_rate_limit_per_minute=1)
    for _ in range(2):
        answer = await sent(lamps.ben, body(token, "message", QUESTION))
    assert answer.status_code == 429 and 1 <= int(answer.headers["retry-after"]) <= 60
    held_to(answer, "rate_limited")


async def test_a_student_of_an_older_epoch_or_who_was_removed_is_unauthorized(lamps: Lamps) -> None:
    token, cast = await lamps.scope_token(), lamps.cast
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE classes SET session_epoch = 2 WHERE id = :id", id=cast.classroom.id)
    answer = await sent(lamps.ben, body(token, "message", QUESTION))
    assert answer.status_code == 401
    held_to(answer, "unauthorized")
    chi = await cast.student(cast.chi)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("DELETE FROM students")
    await chi.get("/privacy")
    assert (await sent(chi, body(token, "message", QUESTION))).status_code == 401


async def test_a_locked_class_has_no_helper_until_it_is_opened_again(lamps: Lamps) -> None:
    token, cast = await lamps.scope_token(), lamps.cast
    await lock(cast, True)
    answer = await sent(lamps.ben, body(token, "message", QUESTION))
    assert answer.status_code == 403
    held_to(answer, "class_locked")
    page = (await lamps.ben.get("/course/lamps/circles")).text
    assert "Your class is locked just now" in page and "scope_token" not in page
    assert "A lamp glows only when the circuit is closed" in page
    await lock(cast, False)
    assert (await sent(lamps.ben, body(token, "message", QUESTION))).status_code == 200


async def test_words_of_care_come_in_a_locked_class_too(lamps: Lamps) -> None:
    token = await lamps.scope_token()
    await lock(lamps.cast, True)
    answer = await sent(lamps.ben, body(token, "message", "I want to kill myself"))
    assert answer.status_code == 200 and "You can go to" in answer.json()["text"]


async def lock(cast: Cast, is_locked: bool) -> None:
    async with cast.parts.db.transaction() as tx:
        await set_locked(tx, cast.classroom.id, is_locked)


async def said_by_chi(lamps: Lamps) -> str:
    """Chi's conversation, as its id; Ben will try to get at it."""
    chi = await lamps.cast.student(lamps.cast.chi)
    lamps.cast.engine.will_say("What a fine loop.")
    asked = {
        "message": SECRET_OF_CHI,
        "scope_token": await lamps.scope_token(),
        "conversation_id": "the-same",
    }
    return str((await chi.post_json("/helper/chat", asked)).json()["conversation_id"])


async def test_the_id_of_another_students_conversation_opens_nothing(lamps: Lamps) -> None:
    number = await said_by_chi(lamps)
    token = await lamps.scope_token()
    for guess in (number, "the-same", number.upper(), f" {number} "):
        answer = await sent(lamps.ben, body(token, "conversation_id", guess))
        assert answer.status_code == 200
        assert "purple" not in answer.text and "fine loop" not in answer.text
    reset = {"message": QUESTION, "scope_token": token, "conversation_id": number, "reset_conversation": True}
    await sent(lamps.ben, json.dumps(reset).encode())
    asked_of_ben = [str(prompt) for prompt in lamps.cast.engine.asked[1:]]
    assert not any("purple" in prompt for prompt in asked_of_ben)
    kept = await lamps.cast.parts.helper.conversations.of_class(lamps.cast.classroom.id)
    assert any(SECRET_OF_CHI in str(each.memory) for each in kept)


async def test_a_token_of_another_class_opens_nothing_there(lamps: Lamps) -> None:
    cast = lamps.cast
    assert cast.other is not None
    await said_by_chi(lamps)
    async with cast.parts.db.transaction() as tx:
        dee = await create_student(tx, cast.other.id, "Dee")
    browser = await cast.student(dee)
    await browser.get("/privacy")
    answer = await sent(browser, body(await lamps.scope_token(), "conversation_id", "the-same"))
    assert answer.status_code == 400
    held_to(answer, "invalid_scope_token")


NAMES = st.sampled_from(
    [
        "message",
        "scope_token",
        "conversation_id",
        "reset_conversation",
        "fresh",
        "resumable",
        "ticket",
        "client_id",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
CODES = {
    "bad_json", "missing_message", "message_too_long", "missing_scope_token", "invalid_scope_token", "ticket_gone",
    "one_at_a_time",
}  # fmt: skip


async def test_whatever_json_is_sent_the_answer_is_an_answer_or_a_known_refusal(lamps: Lamps) -> None:
    number, token = await said_by_chi(lamps), await lamps.scope_token()
    good = {"message": QUESTION, "scope_token": token, "conversation_id": number}

    async def holds(changed: dict[str, Any], headers: dict[str, str]) -> None:
        answer = await sent(lamps.ben, json.dumps({**good, **changed}).encode(), **headers)
        assert "purple" not in answer.text
        if answer.status_code != 200:
            assert answer.status_code in (400, 404, 409), answer.text
            assert answer.json()["error"] in CODES
        elif "event-stream" not in answer.headers["content-type"]:
            assert set(answer.json()) == FIELDS

    loop = asyncio.get_running_loop()

    @given(st.dictionaries(NAMES, VALUES, max_size=4), st.sampled_from([{}, STREAM]))
    @examples(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def every(changed: dict[str, Any], headers: dict[str, str]) -> None:
        asyncio.run_coroutine_threadsafe(holds(changed, headers), loop).result(60)

    # Hypothesis waits for each answer, and the box answers in this loop: so it waits in a thread.
    await asyncio.to_thread(every)
    assert lamps.cast.engine.live == 0
