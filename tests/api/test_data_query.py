"""/v1/analytics/data-query: questions in words become charts whose numbers stand in the database."""

from collections.abc import Sequence
from typing import Any

import pytest

from appliance.classroom.students import create_student
from tests.api.conftest import Program, asking
from tests.conftest import Cast
from tests.made_results import add_quiz, take

PATH = "/v1/analytics/data-query"
NOTHING = {
    "type": "chart",
    "chartType": "bar",
    "title": "No data available",
    "data": [{"label": "No data available", "value": 0.0}],
    "xLabel": None,
    "yLabel": None,
}


@pytest.fixture
async def ada(program: Program) -> Program:
    return await program.for_staff(program.cast.ada_id)


async def drawn(program: Program, question: str) -> Any:
    return (await program.data(PATH, asking(program.cast, query=question)))["spec"]


def points(spec: Any) -> Sequence[tuple[str, float]]:
    return [(point["label"], point["value"]) for point in spec["data"]]


@pytest.mark.parametrize(
    ("question", "kind", "wanted"),
    [
        ("Show the average score of each student", "bar", [("Chi", 50.0), ("Ben", 55.0)]),
        ("¿Cuál es la nota media de cada alumno?", "bar", [("Chi", 50.0), ("Ben", 55.0)]),
        ("Which topics are the weakest?", "bar", [("Motors", 30.0), ("Lamps", 63.3)]),
        ("¿Qué temas son los más difíciles?", "bar", [("Motors", 30.0), ("Lamps", 63.3)]),
        ("Which topic got the best marks?", "bar", [("Lamps", 63.3), ("Motors", 30.0)]),
        ("How well did they do in each quiz? Show scores.", "bar", [("Motors", 30.0), ("Lamps", 65.0)]),
        ("Who has finished the quizzes?", "bar", [("Chi", 50.0), ("Ben", 100.0)]),
        ("How many attempts were there at each quiz?", "bar", [("Motors", 1.0), ("Lamps", 3.0)]),
        ("Who asked the most in the chat?", "bar", [("Chi", 2.0), ("Ben", 0.0)]),
        ("¿Quién preguntó más en el chat?", "bar", [("Chi", 2.0), ("Ben", 0.0)]),
        (
            "How many students are at risk?",
            "pie",
            [("Needs help now", 0.0), ("Keep an eye", 2.0), ("On track", 0.0)],
        ),
        ("Which students are struggling?", "bar", [("Chi", 50.0), ("Ben", 55.0)]),
        ("How is Ben doing?", "bar", [("Lamps", 80.0), ("Motors", 30.0)]),
        ("¿Qué notas tiene Ben?", "bar", [("Lamps", 80.0), ("Motors", 30.0)]),
        ("Attempts over time", "line", [("2027-01-14", 0.0), ("2027-01-15", 4.0)]),
        ("Scores per Bloom level", "bar", [("Understand", 52.2), ("Create", 30.0)]),
        ("Results by week", "line", [("2027-01-15", 55.0), ("All quizzes", 55.0)]),
    ],
)
async def test_a_question_in_words_is_drawn_from_the_rows(
    ada: Program, two_quizzes: Cast, question: str, kind: str, wanted: Sequence[tuple[str, float]]
) -> None:
    spec = await drawn(ada, question)
    assert (spec["type"], spec["chartType"], points(spec)) == ("chart", kind, wanted)
    assert spec["title"] and two_quizzes.engine.asked == []


@pytest.mark.parametrize(
    "question",
    [
        "What will the weather be?",
        "What is the average height of my students?",
        "?",
        "x" * 500,
        "日本",
        "\x00",
        "; DROP TABLE students",
    ],
)
@pytest.mark.parametrize("has_model", [True, False])
async def test_what_nobody_can_answer_is_said_so(
    ada: Program, two_quizzes: Cast, question: str, has_model: bool
) -> None:
    two_quizzes.engine.state = "ready" if has_model else "off"
    two_quizzes.engine.will_say('{"measure": "none"}')
    assert await drawn(ada, question) == NOTHING


async def test_a_quiz_that_nobody_has_finished_is_drawn_as_nought(ada: Program, two_quizzes: Cast) -> None:
    await add_quiz(two_quizzes.parts.db, two_quizzes.classroom.id, "Fuses")
    spec = await drawn(ada, "How many have finished each quiz?")
    assert points(spec) == [("Fuses", 0.0), ("Motors", 50.0), ("Lamps", 100.0)]


async def test_a_class_without_rows_has_nothing_to_draw(ada: Program, cast: Cast) -> None:
    for question in (
        "Scores of each student",
        "Attempts over time",
        "How many are at risk?",
        "Who asked in the chat?",
    ):
        assert await drawn(ada, question) == NOTHING


async def test_a_model_may_choose_what_to_draw_and_nothing_else(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.engine.will_say('{"measure": "scores_by_topic", "value": 99}')
    spec = await drawn(ada, "Where does Ben's crowd stumble, Chi aside?")
    assert points(spec) == [("Motors", 30.0), ("Lamps", 63.3)]
    asked = " ".join(message.content for message in two_quizzes.engine.asked[0].messages)
    assert "Ben" not in asked and "Chi" not in asked and "[student]" in asked
    assert "scores_by_topic" in two_quizzes.engine.asked[0].grammar


@pytest.mark.parametrize(
    "nonsense",
    [
        "42",
        "[]",
        "{",
        '{"measure": "salaries"}',
        '{"measure": ["scores_by_topic"]}',
        '{"data": [{"label": "A", "value": 3}]}',
    ],
)
async def test_nonsense_of_a_model_draws_nothing(ada: Program, two_quizzes: Cast, nonsense: str) -> None:
    two_quizzes.engine.will_say(nonsense, nonsense)
    assert await drawn(ada, "Where does the crowd stumble?") == NOTHING


async def test_many_students_are_cut_to_eight_and_the_title_says_so(ada: Program, two_quizzes: Cast) -> None:
    quiz = await add_quiz(two_quizzes.parts.db, two_quizzes.classroom.id, "Fuses")
    for number in range(10):
        async with two_quizzes.parts.db.transaction() as tx:
            student = await create_student(tx, two_quizzes.classroom.id, f"Sam Smith{number}")
        await take(two_quizzes.parts.db, quiz, student.id, number)
    lowest = await drawn(ada, "Scores of the students")
    assert lowest["title"] == "Average score of each student: the 8 lowest of 12"
    assert [label for label, _ in points(lowest)][:2] == ["Sam S.", "Sam S. (2)"]
    highest = await drawn(ada, "Which students have the best scores?")
    assert len(highest["data"]) == 8 and highest["data"][0]["value"] == 90.0


async def test_weeks_take_over_where_days_are_too_many(ada: Program, two_quizzes: Cast) -> None:
    two_quizzes.clock.now += 20 * 24 * 3600
    quiz = await add_quiz(two_quizzes.parts.db, two_quizzes.classroom.id, "Fuses")
    assert two_quizzes.ben is not None
    await take(two_quizzes.parts.db, quiz, two_quizzes.ben.id, 5)
    spec = await drawn(ada, "attempts over time")
    assert points(spec) == [
        ("2027-01-11", 4.0),
        ("2027-01-18", 0.0),
        ("2027-01-25", 0.0),
        ("2027-02-01", 1.0),
    ]
    assert spec["xLabel"] == "Week that began on"


async def test_who_may_not_ask(program: Program, cast: Cast) -> None:
    olu, ben = await program.for_staff(cast.olu_id), await program.for_student(cast.ben)
    assert cast.ben is not None
    asked = {"class_id": str(cast.classroom.id), "query": "Scores"}
    assert await program.refused(PATH, asking(cast, query="Scores")) == (401, "user_token_required")
    assert await ben.refused(PATH, {**asked, "user_id": f"student-{cast.ben.id}"}) == (403, "forbidden")
    assert await olu.refused(PATH, {**asked, "user_id": f"staff-{cast.olu_id}"}) == (404, "class_not_found")
    assert await olu.refused(PATH, asking(cast, query="Scores")) == (403, "user_id_mismatch")


@pytest.mark.parametrize("question", ["", "   ", "x" * 501, 7, None])
async def test_a_question_has_one_to_five_hundred_characters(
    ada: Program, cast: Cast, question: object
) -> None:
    assert await ada.refused(PATH, asking(cast, query=question)) == (422, "validation_error")
