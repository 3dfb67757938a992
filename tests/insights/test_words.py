"""Levels from verbs, names short and absent, and what a text may say about numbers."""

import pytest

from appliance.insights.bloom import level_of
from appliance.insights.facts import Facts, facts_of, whole_sentences
from appliance.insights.metrics import Learner, Quiz, Try, insights_of
from appliance.insights.misses import Miss
from appliance.insights.names import short_name, with_names, without_names
from appliance.study.checks import Unusable

LEARNERS = [Learner(1, "Billy Fang", 100, 4), Learner(12, "Bo", 100)]
QUIZZES = [Quiz(1, 11, "Lamps", "lamps", 200), Quiz(2, 12, "Motors", "motors", 300)]
TRIES = [Try(1, 1, 80), Try(1, 12, 60), Try(2, 1, 30)]
MISSES = [
    Miss("motors", "Motors", "What turns, Billy?", "The battery", "The magnet", 3, 4),
    Miss("", "Loose", "Why?", "So", "No", 2, 3),
]


@pytest.fixture
def facts() -> Facts:
    return facts_of(
        insights_of(LEARNERS, QUIZZES, TRIES, {"lamps": "Billy's lamps", "motors": "Motors"}, {}), MISSES
    )


@pytest.mark.parametrize(
    ("objective", "level"),
    [
        ("Name the parts of a lamp", "remember"),
        ("Explain what the text says about lamps", "understand"),
        ("Students can calculate the current", "apply"),
        ("Compares two loops", "analyze"),
        ("Judge whether a fuse is right", "evaluate"),
        ("Build a motor from a magnet", "create"),
        ("Explicar lo que dice el texto sobre «imán»", "understand"),
        ("Diseñar un circuito", "create"),
        ("Señalar las partes", "remember"),
        ("Lamps and what is around them", None),
        ("", None),
    ],
)
def test_the_verb_tells_the_level(objective: str, level: str | None) -> None:
    assert level_of(objective) == level


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Billy Fang", "Billy F."),
        ("Mary Jane Watson", "Mary W."),
        ("Alice", "Alice"),
        (None, "Unknown"),
        ("   ", "Unknown"),
        ("josé  álvarez", "josé Á."),
    ],
)
def test_a_name_is_short(name: str | None, short: str) -> None:
    assert short_name(name) == short


def test_names_are_taken_out_whole_and_in_parts() -> None:
    names = ["Billy Fang", "Bo", "Ana María Díaz"]
    assert without_names("billy fang, Bo and Billy’s bow; María", names) == (
        "[student], [student] and [student]’s bow; [student]"
    )
    assert without_names("Nobody", []) == "Nobody"


def test_marks_become_names_and_who_has_left_is_unknown() -> None:
    assert with_names("S1 helps S12, not S3 or VS1.", {1: "Billy F.", 12: "Bo"}, "Unknown") == (
        "Billy F. helps Bo, not Unknown or VS1."
    )


def test_no_name_stands_in_the_facts(facts: Facts) -> None:
    assert "Billy" not in facts.text and "Bo" not in facts.text
    assert "S1: average 55 %" in facts.text and "S12: average 60 %" in facts.text
    assert "3 of 4 answered “The battery”" in facts.text and "T3" in facts.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The class reached 57 % on average.", None),
        ("T1 stands at 30 % after 1 attempts.", "Motors stands at 30 % after 1 attempts."),
        ("Motors stands at 30 percent.", None),
        ("S12 reached 60% on average, T2 70 %.", "S12 reached 60% on average, Billy's lamps 70 %."),
        ("All is well", None),
        ("Enseña otra vez T1: está en el 30 %.", "Enseña otra vez Motors: está en el 30 %."),
        ("La clase llegó al 57 % de media en sus cuestionarios.", None),
        (
            "¿Qué hace girar el motor? Es lo que más falta, según T1.",
            "¿Qué hace girar el motor? Es lo que más falta, según Motors.",
        ),
        ("In T1 3 of 4 took the battery.", "In Motors 3 of 4 took the battery."),
        ("T3 is worth a talk.", "Loose is worth a talk."),
        ("It is well. And then it was cut o", "It is well."),
    ],
)
def test_a_text_that_agrees_is_told(facts: Facts, text: str, told: str | None) -> None:
    assert facts.checked(text) == (told or text)


@pytest.mark.parametrize(
    "text",
    [
        "The class reached 58 % on average.",
        "The class reached 30 % on average.",
        "T1 stands at 70 %.",
        "S12 reached 55 %.",
        "There are 30 students.",
        "T1 stands at 30.",
        "T4 is weak.",
        "S2 is weak.",
        "S1 reached 0.55 on average.",
        "academicleveland months poo Penn thinly charAt rentals cultivating aux simultaneousicopt rubbishDataSource",
        "$( Anglo Criminal positor Lyft scrutin diverse for the class and so on",
        "It is well with the class, 異常 in T1.",
        "The class is weak and the class is weak and the class is weak and the class is weak and the class is weak.",
        "Well.",
        "Look at https://example.org/#top for the rest.",
        "",
        " \x00 ",
    ],
)
def test_a_text_that_contradicts_is_refused(facts: Facts, text: str) -> None:
    with pytest.raises(Unusable):
        facts.checked(text)


def test_a_cut_off_end_is_left_away() -> None:
    assert whole_sentences("One.  Two!\nThr") == "One. Two!"
    assert whole_sentences("about 3.5 volts") == "about 3.5 volts"


@pytest.fixture
def switches() -> Facts:
    """A class whose material calls switches S1 and S12, as students are called otherwise, and one of them T1."""
    topics = {"lamps": "Switch S12 and T1", "motors": "Motors"}
    return facts_of(
        insights_of(LEARNERS, QUIZZES, TRIES, topics, {}),
        [Miss("motors", "Motors", "What does S1 do?", "It turns", "It opens", 3, 4)],
    )


def test_marks_are_those_that_the_evidence_does_not_use(switches: Facts) -> None:
    assert (switches.letters.student, switches.letters.topic) == ("P", "L")
    assert "P1: average 55 %" in switches.text and "What does S1 do?" in switches.text
    assert "L2 “Switch S12 and T1”" in switches.text
    assert switches.letters.in_rules("{student}1, {topic}1") == "P1, L1"


def test_a_switch_called_as_students_are_is_nobody(switches: Facts) -> None:
    told = switches.checked("P12 reached 60 % on average. L2 is open to all, and S1 is a switch.")
    assert with_names(told, {1: "Billy F.", 12: "Bo"}, "Unknown") == (
        "Bo reached 60 % on average. Switch S12 and T1 is open to all, and S1 is a switch."
    )


def test_a_mark_of_another_letter_that_nobody_wrote_is_refused(switches: Facts) -> None:
    with pytest.raises(Unusable):
        switches.checked("S7 is weak in all of it.")
