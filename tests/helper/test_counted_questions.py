"""What is left of a question once it has been answered or refused: counts that a teacher may see, and no text."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from appliance.errors import Invalid, NotFound, RateLimited, Refusal
from appliance.helper.counted_questions import asked_by_student, forget_questions, rate_answer
from appliance.helper.pipeline import Asker
from appliance.storage.database import Database
from tests.helper.conftest import Classroom, HandClock, until

HOT = "Why does the wire get hot in a short circuit?"
DAY = 24 * 3600


async def rows(db: Database) -> list[sqlite3.Row]:
    return await db.fetch_all("SELECT * FROM counted_questions ORDER BY id")


def bytes_of(folder: Path) -> bytes:
    """The database with its log."""
    return b"".join(path.read_bytes() for path in folder.glob("box.sqlite3*"))


async def row(db: Database) -> sqlite3.Row:
    (only,) = await rows(db)
    return only


async def test_an_answered_question_is_counted_with_its_lesson_topic_and_kind(
    room: Classroom, ben: Asker, db: Database
) -> None:
    room.engine.will_say("It joins both ends [L1].")
    await room.answer(ben, HOT)
    kept = await row(db)
    assert (kept["class_id"], kept["student_id"]) == (ben.class_id, ben.id)
    assert (kept["course_slug"], kept["lesson_slug"], kept["topic"]) == ("lamps", "circles", "Short circuits")
    assert (kept["intent"], kept["outcome"], kept["reason"]) == ("concept", "model", "")
    assert (kept["is_grounded"], kept["is_in_lesson"], kept["thumb"]) == (1, 1, 0)


async def test_the_wait_and_the_whole_time_are_kept(
    room: Classroom, ben: Asker, db: Database, clock: HandClock
) -> None:
    answer = await room.answer(ben, HOT)
    kept = await row(db)
    assert (kept["wait_ms"], kept["total_ms"]) == (answer.queue_wait_ms, answer.total_ms)
    assert kept["asked_at"] == clock()


async def test_a_wait_in_vain_is_kept_like_any_other(
    room: Classroom, ben: Asker, chi: Asker, db: Database, clock: HandClock
) -> None:
    room.engine.slots, room.router._queue._max_wait = 1, 0.3
    room.engine.hold()
    first = asyncio.create_task(room.answer(chi, HOT))
    await until(lambda: room.engine.live == 1)
    second = asyncio.create_task(room.answer(ben, HOT))
    await until(lambda: room.router.status()["queue"]["waiting"] == 1)
    clock.forward(12.0)
    answer = await second
    kept = await row(db)
    assert (kept["outcome"], kept["reason"]) == ("lesson", "busy")
    assert kept["wait_ms"] == answer.queue_wait_ms == 12_000
    room.engine.release()
    await first


async def test_without_a_model_the_lesson_answered_and_the_reason_says_so(
    room: Classroom, ben: Asker, db: Database
) -> None:
    room.engine.state = "off"
    await room.answer(ben, HOT)
    kept = await row(db)
    assert (kept["outcome"], kept["reason"], kept["is_in_lesson"]) == ("lesson", "no_model", 1)


async def test_a_question_off_the_topic_is_counted_as_not_in_the_lesson(
    room: Classroom, ben: Asker, db: Database
) -> None:
    strict = room.with_settings(helper_topic_filter_mode="strict")
    await strict.answer(ben, "Who won the football championship?")
    kept = await row(db)
    assert (kept["outcome"], kept["reason"], kept["is_in_lesson"], kept["topic"]) == (
        "lesson",
        "off_topic",
        0,
        "",
    )


async def test_a_cry_for_help_without_a_subject_is_nothing_that_the_lesson_lacks(
    room: Classroom, ben: Asker, db: Database
) -> None:
    await room.answer(ben, "I need help")
    assert (await row(db))["is_in_lesson"] == 1


async def test_a_reply_that_gave_too_much_away_is_in_the_lesson_all_the_same(
    room: Classroom, ben: Asker, db: Database
) -> None:
    room.engine.will_say("Together they give 42 volts.")
    strict = room.with_settings(helper_strictness="strict", helper_topic_filter_mode="off")
    await strict.answer(ben, "Two batteries give 12 and 30 volts in series: how much is 12 + 30?")
    kept = await row(db)
    assert (kept["reason"], kept["is_in_lesson"]) == ("gives_away", 1)


async def test_refused_questions_are_counted_with_the_reason_and_the_lesson(
    room: Classroom, ben: Asker, db: Database
) -> None:
    once = room.with_settings(helper_rate_limit_per_minute=1)
    await once.answer(ben, HOT)
    with pytest.raises(RateLimited):
        await once.events(ben, HOT)
    _, kept = await rows(db)
    assert (kept["outcome"], kept["reason"], kept["lesson_slug"]) == ("refused", "rate_limited", "circles")
    assert (kept["intent"], kept["topic"]) == ("", "")


async def test_a_forged_token_is_counted_without_a_lesson(room: Classroom, ben: Asker, db: Database) -> None:
    with pytest.raises(Invalid):
        await room.events(ben, HOT, scope_token="forged")
    kept = await row(db)
    assert (kept["reason"], kept["lesson_slug"]) == ("invalid_scope_token", "")


async def test_fields_that_are_no_text_are_refused_and_counted(
    room: Classroom, ben: Asker, db: Database
) -> None:
    for field in ({"scope_token": 7}, {"scope_token": None}):
        with pytest.raises(Refusal):
            await room.events(ben, HOT, **field)
    assert [kept["reason"] for kept in await rows(db)] == ["bad_json", "bad_json"]


async def test_whoever_hammers_at_the_helper_fills_no_disk(room: Classroom, ben: Asker, db: Database) -> None:
    once = room.with_settings(helper_rate_limit_per_minute=1)
    await once.answer(ben, HOT)
    for _ in range(30):
        with pytest.raises(RateLimited):
            await once.events(ben, HOT)
    assert len(await rows(db)) == 1 + 6


async def test_teachers_and_messages_that_need_care_are_not_counted(
    room: Classroom, ben: Asker, db: Database
) -> None:
    await room.answer(Asker("staff:1", 0, "", "en"), HOT)
    await room.answer(ben, "my dad hits me when he drinks")
    assert await rows(db) == []


async def test_no_text_of_a_question_reaches_the_database(
    room: Classroom, ben: Asker, db: Database, tmp_path: Path
) -> None:
    await room.answer(ben, "Does a zeppelin glow in a short circuit?")
    assert len(await rows(db)) == 1
    kept = bytes_of(tmp_path)
    assert b"Short circuits" in kept
    assert b"zeppelin" not in kept


async def test_counts_go_when_their_time_is_over(
    room: Classroom, ben: Asker, db: Database, clock: HandClock
) -> None:
    await room.answer(ben, HOT)
    clock.forward(179 * DAY)
    await room.answer(ben, HOT)
    assert len(await rows(db)) == 2
    clock.forward(2 * DAY)
    async with db.transaction() as tx:
        assert await forget_questions(tx, 180) == 1
    assert len(await rows(db)) == 1


async def test_counts_go_with_their_student(room: Classroom, ben: Asker, chi: Asker, db: Database) -> None:
    await room.answer(ben, HOT)
    await room.answer(chi, HOT)
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM students WHERE id = :id", id=ben.id)
    assert (await row(db))["student_id"] == chi.id


async def rate(db: Database, student: Asker, request_id: str, thumb: str) -> None:
    async with db.transaction() as tx:
        await rate_answer(tx, student.id, request_id, thumb)


async def test_a_thumb_can_be_given_changed_and_taken_back(room: Classroom, ben: Asker, db: Database) -> None:
    await room.answer(ben, HOT)
    for thumb, kept in (("up", 1), ("down", -1), ("none", 0)):
        await rate(db, ben, "r1", thumb)
        assert (await row(db))["thumb"] == kept


async def test_only_whom_the_answer_was_given_to_may_rate_it(
    room: Classroom, ben: Asker, chi: Asker, db: Database
) -> None:
    await room.answer(ben, HOT)
    for student, request_id in ((chi, "r1"), (ben, "r2"), (ben, "")):
        with pytest.raises(NotFound):
            await rate(db, student, request_id, "up")
    with pytest.raises(Invalid):
        await rate(db, ben, "r1", "sideways")
    assert (await row(db))["thumb"] == 0


async def test_a_refusal_can_not_be_rated(room: Classroom, ben: Asker, db: Database) -> None:
    with pytest.raises(Invalid):
        await room.events(ben, "", request_id="r9")
    with pytest.raises(NotFound):
        await rate(db, ben, "r9", "down")


async def test_a_student_sees_how_many_are_counted(
    room: Classroom, ben: Asker, chi: Asker, db: Database, clock: HandClock
) -> None:
    await room.answer(ben, HOT)
    await rate(db, ben, "r1", "up")
    mine, theirs = await asked_by_student(db, ben.id), await asked_by_student(db, chi.id)
    assert (mine.questions, mine.rated, mine.since) == (1, 1, clock())
    assert theirs.questions == 0
