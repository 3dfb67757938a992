"""/v1/analytics/class-teaching-brief: its states, its day, and what a model may say in it."""

import asyncio
import json
from typing import Any

import pytest

from appliance.insights.brief import Brief
from tests.api.conftest import Program, asking
from tests.conftest import Cast
from tests.made_results import add_quiz, ask, take

PATH = "/v1/analytics/class-teaching-brief"
DAY = 24 * 3600


def said(**changed: Any) -> str:
    """What a model writes under the grammar."""
    whole = {
        "summary": "The class reached 53 % on average. T1 needs work first.",
        "strongest_action": "Teach T1 again.",
        "attention_items": ["T1 stands at 30 %.", "S2 finished 50 % of the quizzes."],
        "misconceptions": [{"topic_title": "T2", "description": "Many take the wrong one for right."}],
        "students_to_watch": [{"student_id": "S2", "reason": "S2 reached 50 % on average."}],
        "next_step": "Begin the next lesson with T1.",
        "recommended_activity": {"type": "quiz", "reason": "It shows whether T1 has become clearer."},
    }
    return json.dumps({**whole, **changed})


@pytest.fixture
async def ada(program: Program) -> Program:
    return await program.for_staff(program.cast.ada_id)


async def test_without_a_model_it_is_made_by_rules_from_the_numbers(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.state = "off"
    told = await ada.data(PATH, asking(two_quizzes, force_refresh=True))
    assert (told["status"], told["is_stale"], told["has_evidence"]) == ("ready", False, True)
    assert told["error_message"] is None and told["generated_at"] == "2027-01-15T08:00:00+00:00"
    brief = told["payload"]
    assert brief["summary"] == (
        "On average the class reached 53 % in its quizzes and has finished 75 % of them. "
        "2 students may need you."
    )
    assert brief["strongest_action"] == "Teach “Motors” again: the attempts reached 30 % on average."
    assert brief["attention_items"] == [
        "“Motors” stands at 30 % after 1 attempt.",
        "“Lamps” stands at 63 % after 3 attempts.",
    ]
    assert [(each["display_name"], each["reason"]) for each in brief["students_to_watch"]] == [
        ("Chi", "Reached 50 % on average and has finished 50 % of the quizzes."),
        ("Ben", "Reached 55 % on average and has finished 100 % of the quizzes."),
    ]
    first = brief["misconceptions"][0]
    assert (first["topic_id"], first["topic_title"]) == ("lamps", "Lamps")
    assert first["description"] == (
        "3 of 3 answers to “What is asked as number 8 in Lamps?” were “The wrong one”. Right is “The right one”."
    )
    assert len(brief["misconceptions"]) == 3
    assert brief["recommended_activity"]["type"] == "flashcards"
    assert "fixed rules" in brief["evidence_basis"] and "finished attempts: 4" in brief["evidence_basis"]


async def test_it_speaks_spanish(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.state = "off"
    response = await ada.send(PATH, asking(two_quizzes, force_refresh=True), **{"Accept-Language": "es"})
    assert "sin modelo" in response.json()["data"]["payload"]["evidence_basis"]


async def test_before_the_first_one_it_is_empty_and_makes_nothing(ada: Program, two_quizzes: Cast) -> None:
    told = await ada.data(PATH, asking(two_quizzes))
    assert told == {
        "status": "empty",
        "is_stale": False,
        "payload": None,
        "generated_at": None,
        "has_evidence": True,
        "error_message": None,
    }
    assert two_quizzes.engine.asked == []


async def test_without_evidence_there_is_no_brief(ada: Program, cast: Cast) -> None:
    told = await ada.data(PATH, asking(cast, force_refresh=True))
    assert (told["status"], told["payload"], told["has_evidence"]) == ("no_data", None, False)
    await add_quiz(cast.parts.db, cast.classroom.id, "Lamps")
    assert (await ada.data(PATH, asking(cast, force_refresh=True)))["status"] == "no_data"
    assert cast.ben is not None
    await ask(cast.parts.db, cast.classroom.id, cast.ben.id, "Why does it glow?")
    cast.engine.state = "off"
    told = await ada.data(PATH, asking(cast, force_refresh=True))
    assert told["status"] == "ready"
    assert told["payload"]["summary"].startswith("Nobody has finished a quiz yet.")
    assert told["payload"]["students_to_watch"] == []


async def test_a_model_writes_it_and_names_come_from_the_roster(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.will_say(said())
    brief = (await ada.data(PATH, asking(two_quizzes, force_refresh=True)))["payload"]
    assert brief["summary"] == "The class reached 53 % on average. Motors needs work first."
    assert brief["attention_items"] == ["Motors stands at 30 %.", "Chi finished 50 % of the quizzes."]
    assert brief["misconceptions"] == [
        {"topic_id": "lamps", "topic_title": "Lamps", "description": "Many take the wrong one for right."}
    ]
    assert brief["students_to_watch"] == [
        {"student_id": "2", "display_name": "Chi", "reason": "Chi reached 50 % on average."}
    ]
    assert "model" in brief["evidence_basis"]
    asked = two_quizzes.engine.asked[0].messages[1].content
    assert "S2: average 50 %" in asked and "T1 “Motors”: average 30 %" in asked and "critical" in asked
    assert "Ben" not in asked and "Chi" not in asked


async def test_it_is_fresh_until_the_day_is_over_in_utc(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.will_say(said())
    first = await ada.data(PATH, asking(two_quizzes, force_refresh=True))
    two_quizzes.clock.now += DAY - 8 * 3600 - 1
    assert await ada.data(PATH, asking(two_quizzes)) == first
    two_quizzes.clock.now += 2
    two_quizzes.engine.will_say(said(summary="A new day. T1 needs work."))
    second = await ada.data(PATH, asking(two_quizzes))
    assert (second["status"], second["is_stale"]) == ("ready", False)
    assert second["payload"]["summary"] == "A new day. Motors needs work."
    assert len(two_quizzes.engine.asked) == 2


async def test_a_forced_one_is_made_anew_on_the_same_day(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.will_say(said(), said(summary="Written once more."))
    await ada.data(PATH, asking(two_quizzes, force_refresh=True))
    told = await ada.data(PATH, asking(two_quizzes, force_refresh=True))
    assert told["payload"]["summary"] == "Written once more."


async def test_while_one_is_made_others_get_what_was_there(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.will_say(said())
    first = await ada.data(PATH, asking(two_quizzes, force_refresh=True))
    two_quizzes.engine.hold()
    two_quizzes.engine.will_say(said(summary="Written once more."))
    making = asyncio.create_task(ada.data(PATH, asking(two_quizzes, force_refresh=True)))
    while not two_quizzes.engine.live:  # noqa: ASYNC110 - the engine has no event for it
        await asyncio.sleep(0.01)
    for force in (False, True):
        told = await ada.data(PATH, asking(two_quizzes, force_refresh=force))
        assert (told["status"], told["is_stale"], told["payload"]) == ("generating", True, first["payload"])
    two_quizzes.engine.release()
    assert (await making)["payload"]["summary"] == "Written once more."
    assert len(two_quizzes.engine.asked) == 2


@pytest.mark.parametrize(
    "nonsense",
    [
        "I am a teapot.",
        "[]",
        '"text"',
        "{}",
        "{",
        said(summary=""),
        said(summary="The class reached 93 % on average."),
        said(strongest_action=["Teach it."]),
        said(next_step="Help S99 first."),
        said(next_step="T9 comes next."),
    ],
)
async def test_a_failure_keeps_the_old_text(ada: Program, two_quizzes: Cast, nonsense: str) -> None:
    two_quizzes.engine.will_say(said())
    first = await ada.data(PATH, asking(two_quizzes, force_refresh=True))
    two_quizzes.engine.will_say(nonsense, nonsense)
    told = await ada.data(PATH, asking(two_quizzes, force_refresh=True))
    assert (told["status"], told["payload"]) == ("error", first["payload"]) and told["error_message"]
    assert told["generated_at"] == first["generated_at"]
    assert (await ada.data(PATH, asking(two_quizzes)))["status"] == "error"
    two_quizzes.clock.now += 601
    assert (await ada.data(PATH, asking(two_quizzes)))["status"] == "ready"


async def test_a_first_failure_falls_back_to_the_rules_and_says_so(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.will_say("nonsense", "nonsense")
    told = await ada.data(PATH, asking(two_quizzes, force_refresh=True))
    assert told["status"] == "error" and "fixed rules" in told["payload"]["evidence_basis"]


async def test_limits_are_kept_and_what_does_not_hold_is_left_out(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.will_say(
        said(
            attention_items=[
                "T1 stands at 63 %.",
                *(f"Look at {'very ' * number}much." for number in range(9)),
            ],
            misconceptions=[
                {"topic_title": "Motors", "description": "Nobody knows."},
                {"topic_title": "Volcanoes", "description": "They think lava is cold."},
                {"topic_title": "lamps", "description": "It was wrong in 91 % of the cases."},
                "They all think something.",
            ],
            students_to_watch=[
                {"student_id": "S99", "reason": "Works hard."},
                {"student_id": "S1", "reason": "Has reached 50 % on average, like S2."},
                *({"student_id": "2", "reason": "Has finished 50 % of the quizzes."} for _ in range(9)),
            ],
            recommended_activity={"type": "fireworks", "reason": "Everybody likes them."},
        )
    )
    brief = (await ada.data(PATH, asking(two_quizzes, force_refresh=True)))["payload"]
    assert len(brief["attention_items"]) == 3 and "63" not in str(brief["attention_items"])
    assert brief["misconceptions"] == [] and brief["recommended_activity"] is None
    assert [each["student_id"] for each in brief["students_to_watch"]] == ["2"]


async def test_who_has_left_is_not_in_it_any_more(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.will_say(said())
    await ada.data(PATH, asking(two_quizzes, force_refresh=True))
    assert two_quizzes.chi is not None
    async with two_quizzes.parts.db.transaction() as tx:
        await tx.execute("DELETE FROM students WHERE id = :id", id=two_quizzes.chi.id)
    told = (await ada.data(PATH, asking(two_quizzes)))["payload"]
    assert told["students_to_watch"] == [] and "Chi" not in str(told)
    assert told["attention_items"][1] == "Unknown finished 50 % of the quizzes."


async def test_who_may_not_ask(program: Program, cast: Cast) -> None:
    olu, ben = await program.for_staff(cast.olu_id), await program.for_student(cast.ben)
    assert cast.ben is not None
    room = str(cast.classroom.id)
    assert await program.refused(PATH, asking(cast)) == (401, "user_token_required")
    assert await ben.refused(PATH, {"user_id": f"student-{cast.ben.id}", "class_id": room}) == (
        403,
        "forbidden",
    )
    assert await olu.refused(PATH, {"user_id": f"staff-{cast.olu_id}", "class_id": room}) == (
        404,
        "class_not_found",
    )
    assert await olu.refused(PATH, asking(cast)) == (403, "user_id_mismatch")


async def test_a_perfect_class_is_told_to_go_on(ada: Program, cast: Cast) -> None:
    quiz = await add_quiz(cast.parts.db, cast.classroom.id, "Lamps")
    for student in (cast.ben, cast.chi):
        assert student is not None
        await take(cast.parts.db, quiz, student.id, 10)
    cast.engine.state = "off"
    brief = (await ada.data(PATH, asking(cast, force_refresh=True)))["payload"]
    assert brief["strongest_action"] == "Go on to something new: what was asked so far is understood."
    assert (brief["misconceptions"], brief["students_to_watch"], brief["recommended_activity"]) == (
        [],
        [],
        None,
    )
    assert set(brief) == set(Brief.__dataclass_fields__) - {"made_by"}
