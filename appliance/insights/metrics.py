"""The numbers of a class: averages, completion, risk and topics, as pure functions over plain rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from appliance.insights.bloom import LEVELS, Level

Risk = Literal["high", "medium", "low", "unknown"]
Status = Literal["critical", "warning", "good"]

WEAK_SCORE = 0.60
FAIR_SCORE = 0.70
GOOD_TOPIC = 0.75
HALF_DONE = 0.50
DECIMALS = 4
NO_LEVELS: Mapping[str, Sequence[Level]] = MappingProxyType({})


@dataclass(frozen=True)
class Learner:
    """A student of the class; `questions` is how often they asked in the class chat."""

    id: int
    name: str
    joined_at: int
    questions: int = 0


@dataclass(frozen=True)
class Quiz:
    """A published quiz as it was given to the class; `id` is the assignment's, `topic_key` may be empty.

    `hidden_from` are ids of students who don't see it: it is for other groups, or for nobody just now.
    """

    id: int
    activity_id: int
    title: str
    topic_key: str
    given_at: int
    due_at: int | None = None
    hidden_from: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Try:
    """One finished attempt; `score` is whole percent."""

    quiz_id: int
    student_id: int
    score: int


@dataclass(frozen=True)
class QuizScore:
    """What one student reached in one quiz, 0 to 1."""

    quiz: Quiz
    score: float
    attempts: int


@dataclass(frozen=True)
class LearnerLine:
    """`average` is 0 for who never tried; `completion` is None for who had nothing to do yet. Both 0 to 1."""

    learner: Learner
    average: float
    completion: float | None
    risk: Risk
    scores: tuple[QuizScore, ...]


@dataclass(frozen=True)
class QuizLine:
    """How many students a quiz was given to, and how many of them have finished it."""

    quiz: Quiz
    given: int
    finished: int


@dataclass(frozen=True)
class TopicLine:
    key: str
    title: str
    average: float
    attempts: int
    status: Status


@dataclass(frozen=True)
class LevelLine:
    """How the topics stand that ask for one of Bloom's levels; None while none of them has a score."""

    level: Level
    average: float | None


@dataclass(frozen=True)
class Insights:
    """`is_empty`: nobody has finished a quiz yet; the students are counted all the same."""

    students: int
    average: float
    completion: float
    at_risk: int
    questions_each: float
    is_empty: bool
    learners: tuple[LearnerLine, ...]
    quizzes: tuple[QuizLine, ...]
    topics: tuple[TopicLine, ...]
    levels: tuple[LevelLine, ...]


def risk_of(average: float, completion: float) -> Risk:
    if average < WEAK_SCORE and completion < HALF_DONE:
        return "high"
    return "medium" if average < FAIR_SCORE or completion < HALF_DONE else "low"


def status_of(average: float) -> Status:
    if average < WEAK_SCORE:
        return "critical"
    return "good" if average > GOOD_TOPIC else "warning"


def had_a_chance(learner: Learner, quiz: Quiz) -> bool:
    """A late joiner is measured from joining on: by what was given since, or was still due."""
    is_late = quiz.given_at < learner.joined_at and (quiz.due_at is None or quiz.due_at <= learner.joined_at)
    return not is_late and learner.id not in quiz.hidden_from


def insights_of(
    learners: Sequence[Learner],
    quizzes: Sequence[Quiz],
    tries: Sequence[Try],
    titles: Mapping[str, str],
    overrides: Mapping[tuple[int, int], int],
    levels: Mapping[str, Sequence[Level]] = NO_LEVELS,
) -> Insights:
    """`overrides` holds the scores that a teacher put in place of the best one, by quiz and student.

    `levels` holds one level for each objective of a topic, by the topic's key.
    """
    by_student = _tries_by_student(tries)
    lines = tuple(
        _learner_line(learner, quizzes, by_student.get(learner.id, {}), overrides) for learner in learners
    )
    best = [score.score for line in lines for score in line.scores]
    done = [line.completion for line in lines if line.completion is not None]
    return Insights(
        students=len(learners),
        average=_mean(best),
        completion=_mean(done),
        at_risk=sum(line.risk in ("high", "medium") for line in lines) if best else 0,
        questions_each=round(_mean([learner.questions for learner in learners], 9), 2),
        is_empty=not best,
        learners=lines,
        quizzes=tuple(_quiz_lines(learners, quizzes, by_student)),
        topics=tuple(_topic_lines(quizzes, tries, titles)),
        levels=tuple(_level_lines(_scores_by_topic(quizzes, tries), levels)),
    )


def _tries_by_student(tries: Iterable[Try]) -> dict[int, dict[int, list[int]]]:
    found: defaultdict[int, dict[int, list[int]]] = defaultdict(dict)
    for each in tries:
        found[each.student_id].setdefault(each.quiz_id, []).append(each.score)
    return found


def _learner_line(
    learner: Learner,
    quizzes: Sequence[Quiz],
    scores: Mapping[int, Sequence[int]],
    overrides: Mapping[tuple[int, int], int],
) -> LearnerLine:
    reached = tuple(
        QuizScore(quiz, overrides.get((quiz.id, learner.id), max(tried)) / 100, len(tried))
        for quiz in quizzes
        if (tried := scores.get(quiz.id))
    )
    given = [quiz for quiz in quizzes if _is_given(learner, quiz, scores)]
    average = _mean([score.score for score in reached])
    if not given:
        return LearnerLine(learner, average, None, "unknown", reached)
    completion = round(len(reached) / len(given), DECIMALS)
    # Judged by the exact numbers: rounded ones could lift somebody over a threshold.
    risk = risk_of(_exact_mean([score.score for score in reached]), len(reached) / len(given))
    return LearnerLine(learner, average, completion, risk, reached)


def _is_given(learner: Learner, quiz: Quiz, scores: Mapping[int, Sequence[int]]) -> bool:
    """Whoever did an old quiz of their own accord gets it counted on both sides."""
    return quiz.id in scores or had_a_chance(learner, quiz)


def _quiz_lines(
    learners: Sequence[Learner],
    quizzes: Sequence[Quiz],
    by_student: Mapping[int, Mapping[int, Sequence[int]]],
) -> Iterable[QuizLine]:
    """In the order in which they were given, those that nobody has finished among them."""
    scored = [(learner, by_student.get(learner.id, {})) for learner in learners]
    for quiz in quizzes:
        given = sum(_is_given(learner, quiz, scores) for learner, scores in scored)
        yield QuizLine(quiz, given, sum(quiz.id in scores for _, scores in scored))


def _topic_lines(
    quizzes: Sequence[Quiz], tries: Sequence[Try], titles: Mapping[str, str]
) -> Iterable[TopicLine]:
    """By every attempt, the weakest topic first; a topic that nobody was asked about is left out."""
    scores = _scores_by_topic(quizzes, tries)
    for key in sorted(scores, key=lambda key: (_exact_mean(scores[key]), key)):
        exact = _exact_mean(scores[key])
        title = titles.get(key) or key
        yield TopicLine(key, title, round(exact, DECIMALS), len(scores[key]), status_of(exact))


def _scores_by_topic(quizzes: Sequence[Quiz], tries: Sequence[Try]) -> dict[str, list[float]]:
    topic_of = {quiz.id: quiz.topic_key for quiz in quizzes}
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for each in tries:
        if key := topic_of.get(each.quiz_id):
            scores[key].append(each.score / 100)
    return scores


def _level_lines(
    scores: Mapping[str, Sequence[float]], levels: Mapping[str, Sequence[Level]]
) -> Iterable[LevelLine]:
    """A topic counts once for each of its objectives at the level."""
    averages: defaultdict[Level, list[float]] = defaultdict(list)
    for key, asked in levels.items():
        for level in asked if key in scores else ():
            averages[level].append(_exact_mean(scores[key]))
    for level in LEVELS:
        yield LevelLine(level, _mean(averages[level]) if averages[level] else None)


def _mean(values: Sequence[float], decimals: int = DECIMALS) -> float:
    return round(_exact_mean(values), decimals)


def _exact_mean(values: Sequence[float]) -> float:
    """Over whole thousandths of a percent, so that 60 % three times is 0.6 and not a hair below it."""
    return round(sum(values) / len(values), 9) if values else 0.0
