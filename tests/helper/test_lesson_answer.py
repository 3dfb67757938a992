"""The lesson's own answer: quoted with headings and marks, and kind where nothing fits."""

from appliance.helper.answers import Citation
from appliance.helper.intents import Intent
from appliance.helper.lesson_answer import Case, Reason, lesson_answer

TWO = (
    Citation(
        "L1", "Circles · Short circuits", "The wire gets hot.", "/course/lamps/circles#h-short-circuits"
    ),
    Citation("L2", "Reference · Facts", "A battery gives 1.5 volts.", ""),
)
COVERS = ("lamps", "batteries")


def case(
    reason: Reason, intent: Intent = "concept", vague: bool = False, language: str = "en", room: int = 2200
) -> Case:
    return Case(reason, intent, vague, language, room)


def test_passages_are_quoted_with_their_headings() -> None:
    text = lesson_answer(case("no_model", "debug"), TWO, COVERS)
    assert text.startswith("Here is what your lesson says about this.")
    assert "Circles · Short circuits [L1]\n“The wire gets hot.”" in text
    assert text.endswith("Change one thing, try again, and see what changes.")


def test_it_says_why_the_lesson_answers() -> None:
    assert "busy" in lesson_answer(case("busy"), TWO, COVERS)
    assert "could not finish" in lesson_answer(case("died"), TWO, COVERS)


def test_it_speaks_the_language_of_the_question() -> None:
    assert lesson_answer(case("no_model", language="es"), TWO, COVERS).startswith(
        "Esto es lo que dice tu lección"
    )


def test_where_nothing_fits_it_says_what_the_lesson_covers() -> None:
    text = lesson_answer(case("no_model"), (), COVERS)
    assert text.startswith("I could not find that in your lesson. Here we work on: lamps, batteries.")
    assert lesson_answer(case("off_topic"), (), COVERS).startswith("That goes beyond this lesson.")


def test_a_vague_question_is_met_with_a_question() -> None:
    assert lesson_answer(case("no_model", "general", vague=True), (), COVERS).startswith(
        "Tell me a little more"
    )
    assert lesson_answer(case("no_model", "status", vague=True), (), COVERS).startswith("Well done")


def test_little_room_leaves_one_passage() -> None:
    text = lesson_answer(case("no_model", room=200), TWO, COVERS)
    assert "[L1]" in text
    assert "[L2]" not in text
