"""The rules of quizzes and cards, with their golden numbers."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from appliance.errors import Invalid
from appliance.work.assignments import due_of, due_text
from appliance.work.attempts import Attempt, best_of
from appliance.work.flashcards import Card, CardText, checked_card, known_share, normal_front
from appliance.work.quizzes import (
    Question,
    QuestionText,
    checked_question,
    correct_answers,
    normal,
    score_of,
)
from appliance.work.reviews import score_of_text

GOOD = QuestionText(
    "What is voltage?", ("The push", "The flow", "The wire", "The lamp"), 0, "Voltage is the push."
)


@pytest.mark.parametrize(
    ("correct", "total", "score"),
    [(1, 2, 50), (0, 3, 0), (1, 3, 33), (2, 3, 67), (3, 3, 100), (1, 8, 13), (3, 8, 38), (1, 200, 1)],
)
def test_a_score_is_whole_percent_with_a_half_rounded_up(correct: int, total: int, score: int) -> None:
    assert score_of(correct, total) == score


def test_answers_count_by_question_and_missing_ones_are_wrong() -> None:
    questions = [Question(number, number, replace(GOOD, answer_index=number % 4)) for number in (1, 2, 3)]
    assert correct_answers(questions, {1: 1, 2: 3}) == 1


def test_known_cards_over_all_cards() -> None:
    cards = [Card(number, number, CardText("a", "b c d")) for number in range(3)]
    assert known_share(cards, {0: 1, 1: 0, 2: 1}) == 67


def test_a_good_question_is_kept_trimmed() -> None:
    spaced = replace(GOOD, stem="  What is\n voltage? ", choices=(" The push", *GOOD.choices[1:]))
    assert checked_question(spaced) == GOOD


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stem": "  "}, "stem"),
        ({"choices": ("a", "b", "c")}, "choices"),
        ({"choices": ("a", "b", "c", " ")}, "choices"),
        ({"choices": ("The push", "the  PUSH", "c", "d")}, "choices"),
        ({"answer_index": 4}, "answer"),
        ({"answer_index": -1}, "answer"),
        ({"explanation": ""}, "explanation"),
        ({"stem": "x" * 501}, "stem"),
    ],
)
def test_a_bad_question_is_refused_at_its_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_question(replace(GOOD, **change))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_stem_that_is_there_already_is_refused_whatever_its_blanks_and_capitals() -> None:
    with pytest.raises(Invalid):
        checked_question(replace(GOOD, stem="WHAT  is voltage?"), {normal(GOOD.stem)})


@pytest.mark.parametrize(
    "text", [CardText("", "one two three"), CardText("Volt", "one two"), CardText("Volt", " ")]
)
def test_a_card_needs_a_front_and_three_words_on_its_back(text: CardText) -> None:
    with pytest.raises(Invalid):
        checked_card(text)


def test_fronts_are_compared_by_letters_and_digits_alone() -> None:
    assert normal_front("Ohm's law!") == normal_front("ohms LAW")
    with pytest.raises(Invalid):
        checked_card(CardText("Ohm's law?", "one two three"), {normal_front("Ohms law")})


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2026-02-01T15:30:00-05:00", "2026-02-01T20:30"),
        ("2026-02-01T15:30", "2026-02-01T14:30"),
        ("2026-07-01T15:30", "2026-07-01T13:30"),
    ],
)
def test_a_due_date_is_read_in_its_own_zone_or_the_schools(typed: str, utc: str) -> None:
    assert due_text(due_of(typed, ZoneInfo("Europe/Madrid")), ZoneInfo("UTC")) == utc


def test_no_due_date_is_none_and_nonsense_is_refused() -> None:
    assert due_of("  ", ZoneInfo("UTC")) is None
    for nonsense in ("2026-13-40", "soon"):
        with pytest.raises(Invalid, match="Due date is invalid"):
            due_of(nonsense, ZoneInfo("UTC"))


@pytest.mark.parametrize(("typed", "score"), [("", None), (" 85 ", 85), ("100%", 100), ("0", 0)])
def test_a_typed_score(typed: str, score: int | None) -> None:
    assert score_of_text(typed) == score


@pytest.mark.parametrize("typed", ["101", "-1", "8.5", "many", "٣"])
def test_a_score_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        score_of_text(typed)


def test_the_best_attempt_counts_the_earlier_of_two_equal_ones_and_no_unfinished_one() -> None:
    attempts = [Attempt(1, 1, 0, 5, 50), Attempt(2, 2, 6, 9, 50), Attempt(3, 3, 9, None, None)]
    assert best_of(attempts) == attempts[0]
    assert best_of(attempts[2:]) is None
