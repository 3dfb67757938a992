"""Suggestions are questions of the student, short, in both languages, with the topic in its place."""

import pytest

from appliance.helper.lesson_answer import COACHING, NOTHING_FOUND, OPENINGS
from appliance.helper.phrases import SPANISH
from appliance.helper.suggestions import BY_INTENT, suggestions_for


@pytest.mark.parametrize("intent", BY_INTENT)
@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_each_intent_has_three_short_questions(intent: str, language: str) -> None:
    offered = suggestions_for(intent, "word " * 60, language, 3)  # type: ignore[arg-type]
    assert len(set(offered)) == 3
    assert all(question.endswith("?") and len(question) <= 140 for question in offered)


def test_the_topic_stands_in_the_question() -> None:
    assert suggestions_for("concept", "Short circuits", "en", 1) == (
        "Can you give me an everyday example of “Short circuits”?",
    )


def test_without_a_topic_the_lesson_takes_its_place() -> None:
    assert suggestions_for("general", " ", "es", 1) == ("¿Cuál es la idea principal de esta lección?",)


def test_none_are_offered_where_none_are_wanted() -> None:
    assert suggestions_for("general", "lamps", "en", 0) == ()


def test_every_sentence_of_the_helper_is_there_in_spanish() -> None:
    questions = {question for three in BY_INTENT.values() for question in three}
    assert questions | {*OPENINGS.values(), *NOTHING_FOUND.values(), *COACHING.values()} <= SPANISH.keys()
