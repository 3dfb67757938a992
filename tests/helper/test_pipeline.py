"""The whole way of a question: real database, cache, line and router, a scripted model at the end."""

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Any

import pytest

from appliance.classroom.releases import set_lock
from appliance.errors import Conflict, Invalid, NotFound, RateLimited, Refusal, Unavailable
from appliance.helper.pipeline import Asker, Delta, Done, Question, Start, Waiting
from appliance.helper.scope import Scope, sign
from appliance.inference.engine import EngineDied
from appliance.inference.scripted import ScriptedEngine
from appliance.storage.database import Database
from tests.helper.conftest import SECRET, Classroom, shown, until

HOT = "Why does the wire get hot in a short circuit?"
FIELDS = """
text model backend strictness attempts queue_wait_ms total_ms truncated scope_verified citations intent
follow_up_suggestions conversation_id conversation_enabled conversation_compacted grounded request_id shared
"""


async def refused(room: Classroom, asker: Asker, message: Any, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await room.events(asker, message, **more)
    return refusal.value


# ---- the answer


async def test_an_answer_is_streamed_cited_and_whole(room: Classroom, ben: Asker) -> None:
    room.engine.will_say("The wire joins both ends [L1]. What could you take away [L8]?")
    events = await room.events(ben, HOT)
    start, done = events[0], events[-1]
    assert isinstance(start, Start) and isinstance(done, Done)
    assert (start.model, start.backend, start.intent) == ("scripted", "scripted", "concept")
    assert shown(events) == "The wire joins both ends [L1]. What could you take away?"
    assert done.answer.text == shown(events)
    assert done.answer.grounded and not done.answer.truncated and done.answer.attempts == 1
    assert done.answer.citations[0].url == "/course/lamps/circles#h-short-circuits"


async def test_the_answer_has_exactly_the_promised_fields(room: Classroom, ben: Asker) -> None:
    answer = await room.answer(ben, HOT)
    body = json.loads(json.dumps(answer.as_json()))
    assert body.keys() == set(FIELDS.split())
    assert body["citations"][0].keys() == {"id", "source", "text", "url"}
    assert (body["request_id"], body["scope_verified"], body["strictness"]) == ("r1", True, "light")
    assert len(body["follow_up_suggestions"]) == 3
    assert "Short circuits" in " ".join(body["follow_up_suggestions"])


async def test_the_model_sees_passages_rules_and_question(room: Classroom, ben: Asker) -> None:
    await room.answer(ben, HOT)
    (prompt,) = room.engine.asked
    assert "[L1] Circles of light · Short circuits: A short circuit joins" in prompt.messages[-1].content
    assert "ages 11-14" in prompt.messages[0].content
    assert "Praise careful testing." in prompt.messages[0].content
    assert prompt.max_tokens == 320


async def test_what_is_for_teachers_never_reaches_the_model(room: Classroom, ben: Asker) -> None:
    await room.answer(ben, "What is the secret answer of the quiz, forty-two volts?")
    assert "is forty-two" not in str(room.engine.asked[0].messages)


async def test_an_answer_without_a_mark_is_not_called_grounded(room: Classroom, ben: Asker) -> None:
    room.engine.will_say("Because it is a shortcut.")
    assert not (await room.answer(ben, HOT)).grounded


async def test_personal_details_reach_neither_model_nor_memory_nor_screen(
    room: Classroom, ben: Asker
) -> None:
    room.engine.will_say("Write to bob@school.org or call +34 612 345 678. Bye.", "Fine.")
    events = await room.events(ben, f"I am ben@home.org. {HOT}", conversation_id="c")
    assert not [event for event in events if isinstance(event, Delta) and "@" in event.text]
    await room.answer(ben, HOT, conversation_id="c")
    assert "@" not in str(room.engine.asked)
    assert "[REDACTED_EMAIL]" in str(room.engine.asked[0])
    assert "[REDACTED_PHONE]" in str(room.engine.asked[1])


async def test_a_long_answer_ends_with_a_sentence_and_frees_the_slot(room: Classroom, ben: Asker) -> None:
    room.engine.will_say("The wire gets hot. " * 50)
    answer = await room.with_settings(helper_response_max_chars=200).answer(ben, HOT)
    assert answer.truncated and len(answer.text) <= 200 and answer.text.endswith("hot.")
    assert room.engine.live == 0


async def test_an_answer_cut_by_the_model_drops_its_half_sentence(room: Classroom, ben: Asker) -> None:
    room.engine.will_say(
        "One two three. Four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen."
    )
    answer = await room.with_settings(helper_response_max_tokens=16).answer(ben, HOT)
    assert (answer.text, answer.truncated) == ("One two three.", True)


async def test_a_spanish_question_gets_spanish_suggestions(room: Classroom, ben: Asker) -> None:
    answer = await room.answer(ben, "¿Por qué se calienta el cable?")
    assert answer.follow_up_suggestions[0].startswith("¿Me das un ejemplo")


@pytest.mark.parametrize("engine", [ScriptedEngine(can_embed=True)])
async def test_with_a_search_model_passages_are_found_by_meaning_too(
    room: Classroom, ben: Asker, db: Database
) -> None:
    (bare,) = await db.fetch_all("SELECT count(*) AS number FROM passages WHERE embedding IS NULL")
    strict = room.with_settings(helper_topic_filter_mode="strict")
    answer = await strict.answer(ben, HOT)
    assert (bare["number"], answer.backend) == (0, "scripted")
    assert answer.citations[0].source == "Circles of light · Short circuits"
    assert (await strict.answer(ben, "Who won the football championship?")).backend == "lesson"


class Fond(ScriptedEngine):
    """Likes passages about what glows, whatever the question is."""

    async def rank(self, question: str, passages: Sequence[str], seconds: float) -> list[float]:
        return [float("glows" in passage) for passage in passages]


@pytest.mark.parametrize("engine", [Fond(can_embed=False, can_rank=True)])
async def test_a_reranking_model_orders_what_is_cited(room: Classroom, ben: Asker) -> None:
    question = "Does a battery with a short circuit or a closed circuit make the wire hot?"
    ranked = await room.answer(ben, question)
    room.engine.can_rank = False
    plain = await room.answer(ben, question)
    assert "glows" not in plain.citations[0].text
    assert "glows" in ranked.citations[0].text
    assert {each.text for each in ranked.citations} == {each.text for each in plain.citations}


# ---- what may be quoted


async def test_a_closed_lesson_is_not_quoted_elsewhere(room: Classroom, ben: Asker, db: Database) -> None:
    question = "How does a magnet push the coil of an electric motor?"
    assert "magnet" in str((await room.answer(ben, question)).citations)
    async with db.transaction() as tx:
        await set_lock(tx, ben.class_id, "lamps", "motors", True)
    assert "magnet" not in str((await room.answer(ben, question)).citations)


async def test_closing_a_lesson_ends_its_token(room: Classroom, ben: Asker, db: Database) -> None:
    token = room.token(ben)
    async with db.transaction() as tx:
        await set_lock(tx, ben.class_id, "lamps", "circles", True)
    refusal = await refused(room, ben, HOT, scope_token=token)
    assert refusal.code == "invalid_scope_token"
    assert "closed" in refusal.message


async def test_staff_may_try_a_closed_lesson(room: Classroom, db: Database, class_7b: int) -> None:
    async with db.transaction() as tx:
        await set_lock(tx, class_7b, "lamps", "circles", True)
    ada = Asker("staff:1", 0, "192.168.7.0", "en")
    assert (await room.answer(ada, HOT)).backend == "scripted"
    assert await db.fetch_all("SELECT id FROM student_events") == []


# ---- when the model can't


@pytest.mark.parametrize("state", ["off", "failed"])
async def test_without_a_model_the_lesson_answers(room: Classroom, ben: Asker, state: Any) -> None:
    room.engine.state = state
    events = await room.events(ben, HOT)
    assert isinstance(events[0], Start)
    answer = await room.answer(ben, HOT)
    assert (answer.backend, answer.model, answer.attempts, answer.grounded) == ("lesson", "", 0, True)
    assert answer.text.startswith("Here is what your lesson says about this.")
    assert "Circles of light · Short circuits [L1]" in answer.text
    assert room.engine.asked == []


async def test_where_nothing_fits_it_says_what_the_lesson_is_about(room: Classroom, ben: Asker) -> None:
    room.engine.state = "off"
    answer = await room.answer(ben, "photosynthesis chlorophyll?")
    assert (answer.backend, answer.citations, answer.grounded) == ("lesson", (), False)
    assert "Here we work on: closed circuits, batteries, lamps" in answer.text
    assert len(answer.follow_up_suggestions) == 3


class _DiesAfter(ScriptedEngine):
    """Says its words, and then the engine is gone."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.will_say(words)

    async def _words(self, said: Any, prompt: Any, answer: Any) -> Any:
        async for word in super()._words(said, prompt, answer):
            yield word
        raise EngineDied("gone")


@pytest.mark.parametrize("engine", [_DiesAfter("The wire joins both ends. It is very")])
async def test_an_engine_that_dies_in_the_middle_still_ends_in_an_answer(room: Classroom, ben: Asker) -> None:
    answer = await room.answer(ben, HOT)
    said, why, quoted = answer.text.split("\n\n")[:3]
    assert said.strip() == "The wire joins both ends."
    assert why.startswith("I could not finish this answer")
    assert "[L1]" in quoted
    assert (answer.backend, answer.model, answer.grounded) == ("lesson", "", True)


async def test_a_fault_before_the_first_word_is_tried_again(room: Classroom, ben: Asker) -> None:
    room.engine.will_fail()
    room.engine.will_say("All good.")
    answer = await room.answer(ben, HOT)
    assert (answer.text, answer.attempts, answer.backend) == ("All good.", 2, "scripted")


@pytest.mark.parametrize("error", [None, Invalid("Too long.", "too_long"), Unavailable("Gone.")])
async def test_an_engine_that_only_fails_leaves_it_to_the_lesson(
    room: Classroom, ben: Asker, error: Any
) -> None:
    room.engine.will_fail(error)
    room.engine.will_fail(error)
    assert (await room.answer(ben, HOT)).backend == "lesson"


async def test_a_model_with_nothing_to_say_leaves_it_to_the_lesson(room: Classroom, ben: Asker) -> None:
    room.engine.will_say("![x](http://y.example/z.png)")
    assert (await room.answer(ben, HOT)).backend == "lesson"


async def test_a_full_line_leaves_it_to_the_lesson(room: Classroom, ben: Asker, class_7b: int) -> None:
    room.engine.hold()
    others = [Asker(f"student:{class_7b}:{number}", class_7b, "", "en") for number in range(100, 104)]
    waiting = [asyncio.create_task(room.answer(other, HOT)) for other in others]
    await until(lambda: (room.engine.live, room.router.status()["queue"]["waiting"]) == (2, 2))
    answer = await room.answer(ben, HOT)
    assert answer.backend == "lesson"
    assert answer.text.startswith("The helper is busy")
    room.engine.release()
    assert {(await task).backend for task in waiting} == {"scripted"}


async def test_a_second_question_while_the_first_is_answered_is_refused(room: Classroom, ben: Asker) -> None:
    room.engine.hold()
    first = asyncio.create_task(room.answer(ben, HOT))
    await until(lambda: room.engine.live == 1)
    with pytest.raises(Conflict) as refused:
        await room.answer(ben, "What is a closed circuit?")
    assert refused.value.code == "one_at_a_time"
    room.engine.release()
    assert (await first).backend == "scripted"


async def test_a_second_question_takes_the_place_of_the_first_while_that_one_waits(
    room: Classroom, ben: Asker, chi: Asker
) -> None:
    room.engine.slots = 1
    room.engine.hold()
    other = asyncio.create_task(room.answer(chi, HOT))
    await until(lambda: room.engine.live == 1)
    first = asyncio.create_task(room.answer(ben, HOT))
    await until(lambda: room.router.status()["queue"]["waiting"] == 1)
    second = asyncio.create_task(room.answer(ben, "What is a closed circuit?"))
    with pytest.raises(Conflict) as refused:
        await first
    assert refused.value.code == "replaced"
    room.engine.release()
    assert {(await other).backend, (await second).backend} == {"scripted"}


async def test_who_waits_is_told_the_place(room: Classroom, ben: Asker, chi: Asker) -> None:
    room.engine.slots = 1
    room.engine.hold()
    first = asyncio.create_task(room.events(ben, HOT))
    await until(lambda: room.engine.live == 1)
    second = asyncio.create_task(room.events(chi, HOT))
    await until(lambda: room.router.status()["queue"]["waiting"] == 1)
    room.engine.release()
    await first
    told = [event for event in await second if isinstance(event, Waiting)]
    assert told[0].place == 1


async def test_leaving_frees_the_slot(room: Classroom, ben: Asker) -> None:
    room.engine.hold()
    events = room.helper.ask(ben, Question(HOT, room.token(ben)))
    assert isinstance(await anext(events), Start)
    upcoming = asyncio.ensure_future(anext(events))
    await until(lambda: room.engine.live == 1)
    upcoming.cancel()
    await asyncio.gather(upcoming, return_exceptions=True)
    await events.aclose()
    assert room.engine.live == 0
    room.engine.release()
    assert (await room.answer(ben, HOT)).backend == "scripted"


async def test_closing_waits_for_answers_and_takes_no_more(room: Classroom, ben: Asker, chi: Asker) -> None:
    room.engine.hold()
    first = asyncio.create_task(room.answer(ben, HOT))
    await until(lambda: room.engine.live == 1)
    closing = asyncio.create_task(room.helper.close(5.0))
    await asyncio.sleep(0)
    assert (await refused(room, chi, HOT)).code == "backend_unavailable"
    room.engine.release()
    await closing
    assert (await first).backend == "scripted"
    await room.helper.close(0.0)


# ---- memory


async def test_a_page_that_is_loaded_again_keeps_its_conversation(room: Classroom, ben: Asker) -> None:
    first = await room.answer(ben, HOT)
    room.clock.forward(600)
    await room.answer(ben, "And then?", conversation_id=first.conversation_id)
    assert HOT in str(room.engine.asked[1].messages[1].content)


@pytest.mark.parametrize(
    "change", [{"lesson": "paths"}, {"conversation_id": "another"}, {"reset_conversation": True}]
)
async def test_another_lesson_id_or_a_reset_begins_anew(
    room: Classroom, ben: Asker, change: dict[str, Any]
) -> None:
    await room.answer(ben, HOT, conversation_id="c")
    await room.answer(ben, "And then?", **{"conversation_id": "c", **change})
    assert HOT not in str(room.engine.asked[1])


async def test_nobody_sees_the_turns_of_another(room: Classroom, ben: Asker, chi: Asker) -> None:
    await room.answer(ben, HOT, conversation_id="c")
    await room.answer(chi, "And then?", conversation_id="c")
    assert HOT not in str(room.engine.asked[1])


async def test_older_turns_are_put_in_short(room: Classroom, ben: Asker) -> None:
    answers = [await room.answer(ben, f"{HOT} {number}", conversation_id="c") for number in range(5)]
    assert [answer.conversation_compacted for answer in answers] == [False] * 4 + [True]
    assert answers[0].conversation_enabled


async def test_switched_off_memory_is_said_so(room: Classroom, ben: Asker) -> None:
    forgetful = room.with_settings(helper_conversation_enabled=False)
    await forgetful.answer(ben, HOT, conversation_id="c")
    answer = await forgetful.answer(ben, "And then?", conversation_id="c")
    assert not answer.conversation_enabled
    assert HOT not in str(room.engine.asked[1])


# ---- topics


async def test_strict_topics_turn_back_without_the_model(room: Classroom, ben: Asker) -> None:
    strict = room.with_settings(helper_topic_filter_mode="strict")
    answer = await strict.answer(ben, "Who won the football championship?")
    assert (answer.backend, answer.attempts, answer.citations) == ("lesson", 0, ())
    assert answer.text.startswith("That goes beyond this lesson. Here we work on: closed circuits")
    assert room.engine.asked == []


async def test_a_follow_up_passes_strict_topics(room: Classroom, ben: Asker) -> None:
    strict = room.with_settings(helper_topic_filter_mode="strict")
    await strict.answer(ben, HOT, conversation_id="c")
    assert (await strict.answer(ben, "it still flickers", conversation_id="c")).backend == "scripted"


async def test_a_question_that_leans_back_finds_what_the_one_before_found(
    room: Classroom, ben: Asker
) -> None:
    room.engine.state = "off"
    first = await room.answer(ben, HOT, conversation_id="c")
    second = await room.answer(ben, "it still does that", conversation_id="c")
    assert second.citations == first.citations != ()
    assert (await room.answer(ben, "it still does that", conversation_id="d")).citations == ()


async def test_without_a_model_nothing_is_quoted_off_the_topic(room: Classroom, ben: Asker) -> None:
    room.engine.state = "off"
    answer = await room.answer(ben, "Who took all the gold at the football championship?")
    assert answer.text.startswith("That goes beyond this lesson.")
    assert (answer.citations, answer.grounded) == ((), False)


async def test_soft_topics_only_tell_the_model(room: Classroom, ben: Asker) -> None:
    assert (await room.answer(ben, "Who won the football championship?")).backend == "scripted"
    assert "lead away from the lesson" in room.engine.asked[0].messages[-1].content


# ---- refusals


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (None, "bad_json"),
        (5, "bad_json"),
        (["a"], "bad_json"),
        ("", "missing_message"),
        (" \n\x00\u200b"[:3], "missing_message"),
        ("a" * 8001, "message_too_long"),
    ],
)
async def test_messages_that_cannot_be_answered(room: Classroom, ben: Asker, message: Any, code: str) -> None:
    refusal = await refused(room, ben, message)
    assert (refusal.status, refusal.code) == (400, code)


@pytest.mark.parametrize(
    "message", ["a" * 8000, "half \ud800 sign", "nul \x00 in it", '" OR NEAR( * ^ : -x', "日本語で教えて"]
)
async def test_odd_messages_are_answered(room: Classroom, ben: Asker, message: str) -> None:
    assert (await room.answer(ben, message, conversation_id="\ud800")).backend == "scripted"


@pytest.mark.parametrize("field", ["scope_token", "conversation_id"])
async def test_other_fields_have_to_be_text(room: Classroom, ben: Asker, field: str) -> None:
    assert (await refused(room, ben, HOT, **{field: {"a": 1}})).code == "bad_json"


async def test_a_missing_or_forged_token_is_refused(room: Classroom, ben: Asker) -> None:
    token = room.token(ben)
    assert (await refused(room, ben, HOT, scope_token="")).code == "missing_scope_token"
    assert (await refused(room, ben, HOT, scope_token=token[:-3] + "abc")).code == "invalid_scope_token"
    room.clock.forward(7201)
    assert (await refused(room, ben, HOT, scope_token=token)).code == "invalid_scope_token"


async def test_a_token_is_good_for_its_own_class_and_people_only(room: Classroom, ben: Asker) -> None:
    other_class = Asker("student:99:1", 99, "", "en")
    staff = Asker("staff:1", ben.class_id, "", "en")
    for stranger in (other_class, staff):
        assert (await refused(room, ben, HOT, scope_token=room.token(stranger))).code == "invalid_scope_token"
        assert (await refused(room, stranger, HOT, scope_token=room.token(ben))).code == "invalid_scope_token"


async def test_a_lesson_that_is_gone_is_not_found(room: Classroom, ben: Asker) -> None:
    token = sign(SECRET, Scope(ben.class_id, "lamps", "gone", "student"), room.clock())
    assert isinstance(await refused(room, ben, HOT, scope_token=token), NotFound)


async def test_a_person_may_ask_so_often_a_minute(room: Classroom, ben: Asker, chi: Asker) -> None:
    slow = room.with_settings(helper_rate_limit_per_minute=2)
    for _ in range(2):
        await slow.answer(ben, HOT)
    refusal = await refused(slow, ben, HOT)
    assert isinstance(refusal, RateLimited) and refusal.retry_after == 60
    assert (await slow.answer(chi, HOT)).backend == "scripted"
    room.clock.forward(60)
    assert (await slow.answer(ben, HOT)).backend == "scripted"


async def test_an_address_has_a_limit_of_its_own(room: Classroom, ben: Asker, chi: Asker) -> None:
    slow = room.with_settings(helper_address_rate_limit_per_minute=1)
    await slow.answer(ben, HOT)
    assert isinstance(await refused(slow, chi, HOT), RateLimited)


# ---- traces


async def test_a_question_leaves_ids_and_counts_and_no_text(
    room: Classroom, ben: Asker, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "chalkbox.helper")
    room.engine.will_say("Electrons hurry.")
    await room.answer(ben, HOT)
    (row,) = await db.fetch_all("SELECT * FROM student_events")
    assert (row["kind"], row["class_id"], row["student_id"]) == ("helper_chat_access", ben.class_id, ben.id)
    assert row["network"] == "192.168.7.0"
    assert json.loads(row["details"])["intent"] == "concept"
    for trace in (row["details"], caplog.text):
        assert "wire" not in trace and "Electrons" not in trace
    assert "helper_answer request_id=r1" in caplog.text


async def test_who_deletes_everything_meanwhile_still_gets_the_answer(
    room: Classroom, ben: Asker, db: Database
) -> None:
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM students WHERE id = :id", id=ben.id)
    assert (await room.answer(ben, HOT)).backend == "scripted"
    assert await db.fetch_all("SELECT id FROM student_events") == []
