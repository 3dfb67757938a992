"""The numbers of a class, by the thresholds that teachers know from the web platform."""

import pytest

from appliance.insights.bloom import Level
from appliance.insights.metrics import Learner, Quiz, Try, had_a_chance, insights_of, risk_of, status_of

ANN, BO, CY = Learner(1, "Ann", 100, 4), Learner(2, "Bo", 100), Learner(3, "Cy", 100, 1)
FIRST, SECOND = Quiz(1, 11, "Lamps", "lamps", 200), Quiz(2, 12, "Motors", "motors", 300)


@pytest.mark.parametrize(
    ("average", "completion", "risk"),
    [
        (0.59, 0.49, "high"),
        (0.0, 0.0, "high"),
        (0.60, 0.49, "medium"),
        (0.59, 0.50, "medium"),
        (0.69, 1.0, "medium"),
        (0.95, 0.49, "medium"),
        (0.70, 0.50, "low"),
        (1.0, 1.0, "low"),
    ],
)
def test_risk_follows_average_and_completion(average: float, completion: float, risk: str) -> None:
    assert risk_of(average, completion) == risk


@pytest.mark.parametrize(
    ("average", "status"),
    [(0.5999, "critical"), (0.60, "warning"), (0.75, "warning"), (0.7501, "good"), (1.0, "good")],
)
def test_a_topic_is_critical_below_sixty_and_good_above_seventy_five(average: float, status: str) -> None:
    assert status_of(average) == status


def test_the_best_attempt_of_each_quiz_counts() -> None:
    tries = [Try(1, 1, 50), Try(1, 1, 90), Try(2, 1, 70)]
    line = insights_of([ANN], [FIRST, SECOND], tries, {}, {}).learners[0]
    assert (line.average, line.completion, line.risk) == (0.8, 1.0, "low")
    assert [(score.quiz.title, score.score, score.attempts) for score in line.scores] == [
        ("Lamps", 0.9, 2),
        ("Motors", 0.7, 1),
    ]


def test_the_average_is_over_attempted_quizzes_and_completion_over_all() -> None:
    line = insights_of([ANN], [FIRST, SECOND], [Try(1, 1, 100)], {}, {}).learners[0]
    assert (line.average, line.completion, line.risk) == (1.0, 0.5, "low")


def test_who_never_tried_is_at_high_risk() -> None:
    ann, bo = insights_of([ANN, BO], [FIRST], [Try(1, 1, 100)], {}, {}).learners
    assert (bo.average, bo.completion, bo.risk) == (0.0, 0.0, "high")
    assert ann.risk == "low"


def test_a_quiz_for_a_group_is_missing_for_nobody_else() -> None:
    for_ann = Quiz(3, 13, "Lamps", "lamps", 200, None, hidden_from=frozenset({BO.id}))
    ann, bo = insights_of([ANN, BO], [for_ann], [], {}, {}).learners
    assert (ann.completion, ann.risk, bo.completion, bo.risk) == (0.0, "high", None, "unknown")


def test_a_quiz_is_finished_by_so_many_of_those_it_was_given_to() -> None:
    for_ann = Quiz(3, 13, "Fuses", "", 300, None, hidden_from=frozenset({BO.id, CY.id}))
    lines = insights_of(
        [ANN, BO, CY], [FIRST, SECOND, for_ann], [Try(1, 1, 50), Try(3, 1, 90)], {}, {}
    ).quizzes
    assert [(line.quiz.title, line.finished, line.given) for line in lines] == [
        ("Lamps", 1, 3),
        ("Motors", 0, 3),
        ("Fuses", 1, 1),
    ]


def test_a_late_joiner_is_measured_from_joining_on() -> None:
    late = Learner(4, "Late", 250)
    line = insights_of([ANN, late], [FIRST, SECOND], [Try(1, 1, 80), Try(2, 4, 80)], {}, {}).learners[1]
    assert (line.completion, line.risk) == (1.0, "low")


def test_an_old_quiz_that_was_still_due_counts_for_a_late_joiner() -> None:
    late = Learner(4, "Late", 250)
    assert not had_a_chance(late, FIRST)
    assert had_a_chance(late, Quiz(1, 11, "Lamps", "", 200, due_at=400))
    assert not had_a_chance(late, Quiz(1, 11, "Lamps", "", 200, due_at=240))


def test_an_old_quiz_done_of_ones_own_accord_never_lifts_completion_over_one() -> None:
    late = Learner(4, "Late", 500)
    line = insights_of([late], [FIRST, SECOND], [Try(1, 4, 90)], {}, {}).learners[0]
    assert (line.average, line.completion) == (0.9, 1.0)


def test_who_had_nothing_to_do_yet_is_not_judged() -> None:
    late = Learner(4, "Late", 900)
    found = insights_of([ANN, late], [FIRST], [Try(1, 1, 100)], {}, {})
    assert (found.learners[1].completion, found.learners[1].risk, found.at_risk) == (None, "unknown", 0)
    assert found.completion == 1.0


def test_a_topic_is_the_mean_of_every_attempt_and_the_weakest_comes_first() -> None:
    tries = [Try(1, 1, 50), Try(1, 1, 100), Try(1, 2, 75), Try(2, 2, 40)]
    topics = insights_of([ANN, BO], [FIRST, SECOND], tries, {"lamps": "Lamps and light"}, {}).topics
    assert [(line.title, line.average, line.attempts, line.status) for line in topics] == [
        ("motors", 0.4, 1, "critical"),
        ("Lamps and light", 0.75, 3, "warning"),
    ]


def test_topics_without_a_score_and_quizzes_without_a_topic_are_left_out() -> None:
    loose = Quiz(3, 13, "Loose", "", 200)
    assert insights_of([ANN], [SECOND, loose], [Try(3, 1, 90)], {"motors": "Motors"}, {}).topics == ()


def test_the_summary_of_a_class() -> None:
    tries = [Try(1, 1, 90), Try(2, 1, 85), Try(1, 2, 50)]
    found = insights_of([ANN, BO, CY], [FIRST, SECOND], tries, {}, {})
    assert (found.students, found.average, found.completion) == (3, 0.75, 0.5)
    assert (found.at_risk, found.questions_each, found.is_empty) == (2, 1.67, False)


def test_fractions_have_four_decimals() -> None:
    tries = [Try(1, 1, 33), Try(1, 2, 33), Try(1, 3, 34)]
    assert insights_of([ANN, BO, CY], [FIRST], tries, {}, {}).average == 0.3333


def test_three_times_sixty_is_sixty_and_not_a_hair_below() -> None:
    quizzes = [Quiz(number, number, "Q", "same", 200) for number in (1, 2, 3)]
    found = insights_of([ANN], quizzes, [Try(number, 1, 60) for number in (1, 2, 3)], {}, {})
    assert (found.topics[0].status, found.learners[0].risk) == ("warning", "medium")


def test_a_teachers_score_takes_the_place_of_the_best_one() -> None:
    line = insights_of([ANN], [FIRST], [Try(1, 1, 20)], {}, {(1, 1): 80}).learners[0]
    assert (line.average, line.risk) == (0.8, "low")


def test_without_a_finished_quiz_everything_is_nought_but_the_students() -> None:
    found = insights_of([ANN, BO], [FIRST], [], {}, {})
    assert (found.is_empty, found.students, found.average, found.at_risk, found.topics) == (True, 2, 0, 0, ())


def test_a_level_is_the_mean_of_its_topics_once_for_each_objective() -> None:
    tries = [Try(1, 1, 90), Try(2, 1, 30)]
    asked: dict[str, tuple[Level, ...]] = {
        "lamps": ("apply", "remember"),
        "motors": ("apply", "apply"),
        "fuses": ("create",),
    }
    levels = insights_of([ANN], [FIRST, SECOND], tries, {}, {}, asked).levels
    assert [(line.level, line.average) for line in levels] == [
        ("remember", 0.9),
        ("understand", None),
        ("apply", 0.5),
        ("analyze", None),
        ("evaluate", None),
        ("create", None),
    ]
