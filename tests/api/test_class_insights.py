"""/v1/analytics/class-insights: the golden numbers, who may ask, and what a model may add."""

import json
from typing import Any

import pytest

from appliance.classroom.students import Student, create_student
from tests.api.conftest import Program, asking
from tests.conftest import Cast
from tests.made_results import add_quiz, take

PATH = "/v1/analytics/class-insights"
SUMMARY = "The class reached 53 % on average. The second topic needs work first."
FINDINGS = [
    "Motors stands at 30 % on average.",
    "Half of the students are at risk.",
    "S1 finished 100 % of the quizzes.",
]


def said(**changed: Any) -> str:
    """What a model writes under the grammar; Motors is the weakest topic."""
    whole = {
        "executive_summary": SUMMARY,
        "key_findings": FINDINGS,
        "interventions": [
            {"topic_id": "T1", "reason": "It stands at 30 %.", "suggested_action": "Give a short quiz on T1."}
        ],
        "student_summaries": [{"student_id": "S2", "summary": "S2 has finished 50 % of the quizzes."}],
    }
    return json.dumps({**whole, **changed})


async def test_the_golden_numbers(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.state = "off"
    told = await ada.data(PATH, asking(two_quizzes))
    assert set(told) == {"class_summary", "students", "topics", "bloom_breakdown", "ai_narrative"}
    assert told["class_summary"] == {
        "student_count": 2,
        "avg_score": 0.5333,
        "completion_rate": 0.75,
        "at_risk_count": 2,
        "avg_chat_messages": 1.0,
        "is_empty": False,
    }
    ben, chi = told["students"]
    assert (ben["avg_score"], ben["completion_rate"], ben["risk_level"]) == (0.55, 1.0, "medium")
    assert (chi["avg_score"], chi["completion_rate"], chi["risk_level"]) == (0.5, 0.5, "medium")
    assert (ben["chat_message_count"], chi["chat_message_count"]) == (0, 2)
    assert [(each["title"], each["score"], each["attempts"]) for each in ben["activity_breakdown"]] == [
        ("Lamps", 0.8, 2),
        ("Motors", 0.3, 1),
    ]
    assert [(topic["topic_id"], topic["avg_score"], topic["status"]) for topic in told["topics"]] == [
        ("motors", 0.3, "critical"),
        ("lamps", 0.6333, "warning"),
    ]
    assert told["bloom_breakdown"] == {
        "remember": None,
        "understand": 0.5222,
        "apply": None,
        "analyze": None,
        "evaluate": None,
        "create": 0.3,
    }
    assert told["ai_narrative"] is None and ben["ai_mini_summary"] is None


async def test_an_empty_class_is_empty_and_its_students_are_counted(ada: Program, cast: Cast) -> None:
    told = await ada.data(PATH, asking(cast))
    assert told["class_summary"] == {
        "student_count": 2,
        "avg_score": 0.0,
        "completion_rate": 0.0,
        "at_risk_count": 0,
        "avg_chat_messages": 0.0,
        "is_empty": True,
    }
    assert (told["students"], told["topics"], told["ai_narrative"]) == ([], [], None)
    assert set(told["bloom_breakdown"].values()) == {None} and len(told["bloom_breakdown"]) == 6
    assert cast.engine.asked == []


async def test_a_name_is_its_first_part_and_an_initial(ada: Program, two_quizzes: Cast) -> None:
    async with two_quizzes.parts.db.transaction() as tx:
        await create_student(tx, two_quizzes.classroom.id, "Mary Jane Watson")
    told = await ada.data(PATH, asking(two_quizzes))
    assert [line["display_name"] for line in told["students"]] == ["Ben", "Chi", "Mary W."]


async def test_who_may_not_ask(program: Program, ada: Program, cast: Cast) -> None:
    olu, ben = await program.for_staff(cast.olu_id), await program.for_student(cast.ben)
    room = str(cast.classroom.id)
    assert await program.refused(PATH, asking(cast)) == (401, "user_token_required")
    assert await ben.refused(PATH, asking(cast)) == (403, "user_id_mismatch")
    assert cast.ben is not None
    assert await ben.refused(PATH, {"user_id": f"student-{cast.ben.id}", "class_id": room}) == (
        403,
        "forbidden",
    )
    assert await olu.refused(PATH, {"user_id": f"staff-{cast.olu_id}", "class_id": room}) == (
        404,
        "class_not_found",
    )
    assert await olu.refused(PATH, asking(cast)) == (403, "user_id_mismatch")


@pytest.mark.parametrize("class_id", ["999", "0", "-1", "x", "١", "9" * 19, "9" * 5000, " "])
async def test_a_class_that_is_not_there_is_not_told_apart(ada: Program, cast: Cast, class_id: str) -> None:
    assert await ada.refused(PATH, asking(cast, class_id=class_id)) == (404, "class_not_found")


@pytest.mark.parametrize(
    "changed", [{"class_id": 1}, {"class_id": ""}, {"force_refresh": "yes"}, {"user_id": None}]
)
async def test_a_body_that_does_not_fit_is_refused(
    ada: Program, cast: Cast, changed: dict[str, object]
) -> None:
    assert await ada.refused(PATH, asking(cast, **changed)) == (422, "validation_error")


async def test_a_model_tells_it_in_words_and_names_come_from_the_roster(
    ada: Program, two_quizzes: Cast
) -> None:
    summary = "The class reached 53 % on average. T1 needs work first."
    two_quizzes.engine.will_say(f"```json\n{said(executive_summary=summary)}\n```")
    told = await ada.data(PATH, asking(two_quizzes))
    assert told["ai_narrative"] == {
        "executive_summary": "The class reached 53 % on average. Motors needs work first.",
        "key_findings": [*FINDINGS[:2], "Ben finished 100 % of the quizzes."],
        "interventions": [
            {
                "type": "generate_quiz",
                "topic_id": "motors",
                "topic_title": "Motors",
                "reason": "It stands at 30 %.",
                "suggested_action": "Give a short quiz on Motors.",
            }
        ],
    }
    assert told["students"][1]["ai_mini_summary"] == "Chi has finished 50 % of the quizzes."


async def test_no_name_reaches_the_model(ada: Program, two_quizzes: Cast) -> None:
    await ada.data(PATH, asking(two_quizzes))
    asked = " ".join(message.content for prompt in two_quizzes.engine.asked for message in prompt.messages)
    assert "S1: average 55 %" in asked and two_quizzes.engine.asked[0].grammar
    assert "Ben" not in asked and "Chi" not in asked


@pytest.mark.parametrize(
    "nonsense",
    [
        "I am a teapot.",
        "[]",
        "null",
        "{",
        "[" * 5000,
        said(executive_summary="The class reached 91 % on average."),
        said(executive_summary="The class reached 30 % on average."),
        said(executive_summary="S99 is the best of all."),
        said(executive_summary=7),
        said(executive_summary="  "),
        said(key_findings=FINDINGS[:2]),
        said(key_findings=[FINDINGS[0]] * 5),
        said(key_findings=[*FINDINGS[:2], "T1 stands at 63 % on average."]),
        said(key_findings={"a": 1}),
        '{"executive_summary": NaN}',
    ],
)
async def test_nonsense_of_a_model_leaves_the_numbers(ada: Program, two_quizzes: Cast, nonsense: str) -> None:
    two_quizzes.engine.will_say(nonsense, nonsense)
    told = await ada.data(PATH, asking(two_quizzes))
    assert told["ai_narrative"] is None and told["class_summary"]["avg_score"] == 0.5333
    assert len(two_quizzes.engine.asked) == 2


async def test_a_model_that_dies_leaves_the_numbers(ada: Program, two_quizzes: Cast) -> None:
    for _ in range(4):
        two_quizzes.engine.will_fail()
    told = await ada.data(PATH, asking(two_quizzes))
    assert told["ai_narrative"] is None and told["students"]


async def test_what_does_not_hold_is_left_out_and_limits_are_kept(ada: Program, two_quizzes: Cast) -> None:
    good = {"topic_id": "T1", "reason": "It stands at 30 %.", "suggested_action": "Give a quiz."}
    two_quizzes.engine.will_say(
        said(
            executive_summary="Two of the topics are weak.",
            key_findings=[*FINDINGS, *(f"Finding {'very ' * number}plain." for number in range(1, 9))],
            interventions=[
                {**good, "topic_id": "T9"},
                "x",
                {**good, "reason": "It stands at 63 %."},
                good,
                good,
            ],
            student_summaries=[
                {"student_id": "S2", "summary": "S1 does better."},
                {"student_id": "S77", "summary": "Works hard."},
                {"student_id": "S2", "summary": "Has reached 55 % so far."},
            ],
        )
    )
    told = await ada.data(PATH, asking(two_quizzes))
    assert len(told["ai_narrative"]["key_findings"]) == 5
    assert [each["topic_id"] for each in told["ai_narrative"]["interventions"]] == ["motors"]
    assert [line["ai_mini_summary"] for line in told["students"]] == [None, None]


async def test_a_snapshot_is_good_for_an_hour(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.will_say(said(executive_summary="The topics are weak."))
    first = await ada.data(PATH, asking(two_quizzes))
    assert first["ai_narrative"]
    two_quizzes.clock.now += 3599
    assert await ada.data(PATH, asking(two_quizzes)) == first
    two_quizzes.clock.now += 2
    assert (await ada.data(PATH, asking(two_quizzes)))["ai_narrative"] is None


async def test_a_forced_refresh_counts_anew(ada: Program, two_quizzes: Cast) -> None:
    first = await ada.data(PATH, asking(two_quizzes))
    third = await add_quiz(two_quizzes.parts.db, two_quizzes.classroom.id, "Fuses", "fuses")
    assert two_quizzes.ben is not None
    await take(two_quizzes.parts.db, third, two_quizzes.ben.id, 10)
    assert await ada.data(PATH, asking(two_quizzes)) == first
    fresh = await ada.data(PATH, asking(two_quizzes, force_refresh=True))
    assert fresh["bloom_breakdown"]["evaluate"] == 1.0


async def test_a_newcomer_does_not_inherit_the_story_of_who_left(ada: Program, two_quizzes: Cast) -> None:
    first = await ada.data(PATH, asking(two_quizzes))
    assert two_quizzes.chi is not None
    two_quizzes.clock.now += 60
    async with two_quizzes.parts.db.transaction() as tx:
        await tx.execute("DELETE FROM students WHERE id = :id", id=two_quizzes.chi.id)
        newcomer: Student = await create_student(tx, two_quizzes.classroom.id, "Newcomer")
    assert newcomer.id > two_quizzes.chi.id
    told = await ada.data(PATH, asking(two_quizzes))
    assert [line["display_name"] for line in told["students"]] == ["Ben"]
    assert len(first["students"]) == 2


async def test_a_damaged_snapshot_is_made_anew(ada: Program, two_quizzes: Cast) -> None:
    await two_quizzes.parts.cache.set(f"insights:{two_quizzes.classroom.id}:en", {"made_at": "x"}, 3600)
    assert (await ada.data(PATH, asking(two_quizzes)))["students"]
