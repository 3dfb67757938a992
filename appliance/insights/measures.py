"""The closed set of things that can be drawn of a class; every number comes from its rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from appliance.classroom.box import box_of
from appliance.insights.charts import LEAST_POINTS, MOST_POINTS, Chart, ChartKind, Point, told_apart
from appliance.insights.classes import insights_of_class
from appliance.insights.metrics import Insights
from appliance.insights.names import short_name
from appliance.insights.wording import Translate
from appliance.storage.database import Database

Measure = Literal[
    "scores_by_student",
    "completion_by_student",
    "attempts_by_student",
    "questions_by_student",
    "scores_by_quiz",
    "completion_by_quiz",
    "attempts_by_quiz",
    "scores_by_topic",
    "attempts_by_topic",
    "scores_by_level",
    "risk_counts",
    "scores_over_time",
    "attempts_over_time",
    "questions_over_time",
]
Order = Literal["lowest", "highest"]

DECIMALS = 1
NOTHING = "No data available"


@dataclass(frozen=True)
class Wish:
    """What to draw; `student_id` narrows scores to one student's quizzes, 0 is everybody."""

    measure: Measure
    order: Order = "lowest"
    student_id: int = 0


@dataclass(frozen=True)
class Series:
    """All points there are; `whole` stands beside a single one. `in_order`: the order says something itself."""

    kind: ChartKind
    title: str
    points: Sequence[Point]
    x_label: str
    y_label: str
    whole: Point | None = None
    in_order: bool = False


async def chart_of(db: Database, class_id: int, wish: Wish, translate: Translate) -> Chart | None:
    """None where the class has nothing of it yet."""
    if wish.measure.endswith("_over_time"):
        series = await _over_time(db, class_id, wish.measure, translate)
    else:
        series = _counted(await insights_of_class(db, class_id), wish, translate)
    if not series.points:
        return None
    points, title = _chosen(series, wish.order, translate)
    return Chart(series.kind, title, told_apart(points), series.x_label, series.y_label)


def no_chart() -> Chart:
    """What is said where there is nothing to say; in English, for programs know it by this text."""
    return Chart("bar", NOTHING, (Point(NOTHING, 0.0),))


def _chosen(series: Series, order: Order, translate: Translate) -> tuple[list[Point], str]:
    points = list(series.points)
    if len(points) < LEAST_POINTS and series.whole:
        points.append(series.whole)
    if series.in_order:
        return points[-MOST_POINTS:], series.title
    if len(series.points) > 1:
        points.sort(key=lambda point: point.value, reverse=order == "highest")
    if len(points) <= MOST_POINTS:
        return points, series.title
    say = {
        "lowest": translate(
            "%(title)s: the %(shown)s lowest of %(all)s",
            title=series.title,
            shown=MOST_POINTS,
            all=len(points),
        ),
        "highest": translate(
            "%(title)s: the %(shown)s highest of %(all)s",
            title=series.title,
            shown=MOST_POINTS,
            all=len(points),
        ),
    }
    return points[:MOST_POINTS], say[order]


def _counted(found: Insights, wish: Wish, translate: Translate) -> Series:
    subject = wish.measure.rpartition("_by_")[2]
    match subject:
        case "student":
            return _by_student(found, wish, translate)
        case "quiz":
            return _by_quiz(found, wish.measure, translate)
        case "topic":
            return _by_topic(found, wish.measure, translate)
        case "level":
            return _by_level(found, translate)
    return _by_risk(found, translate)


def _by_student(found: Insights, wish: Wish, translate: Translate) -> Series:
    student = translate("Student")
    if wish.measure == "scores_by_student" and wish.student_id:
        return _of_student(found, wish.student_id, translate)
    if wish.measure == "scores_by_student":
        scores = [
            Point(short_name(line.learner.name), _percent(line.average))
            for line in found.learners
            if line.scores
        ]
        whole = Point(translate("The whole class"), _percent(found.average))
        return Series(
            "bar", translate("Average score of each student"), scores, student, translate("Percent"), whole
        )
    if wish.measure == "completion_by_student":
        done = [
            Point(short_name(line.learner.name), _percent(line.completion))
            for line in found.learners
            if line.completion is not None
        ]
        whole = Point(translate("The whole class"), _percent(found.completion))
        return Series(
            "bar", translate("Quizzes finished by each student"), done, student, translate("Percent"), whole
        )
    if wish.measure == "attempts_by_student":
        tried = [
            Point(short_name(line.learner.name), sum(score.attempts for score in line.scores))
            for line in found.learners
        ]
        title, unit = translate("Finished attempts of each student"), translate("Attempts")
    else:
        tried = [Point(short_name(line.learner.name), line.learner.questions) for line in found.learners]
        title, unit = translate("Questions of each student in the class chat"), translate("Questions")
    # A row of noughts is no answer: nobody has done anything yet.
    tried = tried if any(point.value for point in tried) else []
    whole = Point(translate("The whole class"), sum(point.value for point in tried))
    return Series("bar", title, tried, student, unit, whole)


def _of_student(found: Insights, student_id: int, translate: Translate) -> Series:
    for line in found.learners:
        if line.learner.id == student_id:
            points = [Point(score.quiz.title, _percent(score.score)) for score in line.scores]
            title = translate("Scores of %(name)s in each quiz", name=short_name(line.learner.name))
            whole = Point(translate("The whole class"), _percent(found.average))
            return Series("bar", title, points, translate("Quiz"), translate("Percent"), whole, in_order=True)
    return Series("bar", "", (), "", "")


def _by_quiz(found: Insights, measure: Measure, translate: Translate) -> Series:
    """In the order in which they were given."""
    titles: dict[int, str] = {}
    scores: defaultdict[int, list[float]] = defaultdict(list)
    attempts: defaultdict[int, int] = defaultdict(int)
    for score in (score for line in found.learners for score in line.scores):
        titles[score.quiz.id] = score.quiz.title
        scores[score.quiz.id].append(score.score)
        attempts[score.quiz.id] += score.attempts
    quizzes = sorted(titles)
    if measure == "scores_by_quiz":
        points = [Point(titles[quiz], _percent(sum(scores[quiz]) / len(scores[quiz]))) for quiz in quizzes]
        whole = Point(translate("All quizzes"), _percent(found.average))
        return Series(
            "bar",
            translate("Average score in each quiz"),
            points,
            translate("Quiz"),
            translate("Percent"),
            whole,
        )
    if measure == "completion_by_quiz":
        points = [
            Point(line.quiz.title, _percent(line.finished / line.given))
            for line in found.quizzes
            if line.given
        ]
        # A row of noughts is no answer here either.
        points = [] if found.is_empty else points
        whole = Point(translate("All quizzes"), _percent(found.completion))
        return Series(
            "bar",
            translate("Students who have finished each quiz"),
            points,
            translate("Quiz"),
            translate("Percent"),
            whole,
        )
    points = [Point(titles[quiz], attempts[quiz]) for quiz in quizzes]
    whole = Point(translate("All quizzes"), sum(attempts.values()))
    return Series(
        "bar",
        translate("Finished attempts at each quiz"),
        points,
        translate("Quiz"),
        translate("Attempts"),
        whole,
    )


def _by_topic(found: Insights, measure: Measure, translate: Translate) -> Series:
    if measure == "scores_by_topic":
        points = [Point(topic.title, _percent(topic.average)) for topic in found.topics]
        whole = Point(translate("All quizzes"), _percent(found.average))
        return Series(
            "bar",
            translate("Average score in each topic"),
            points,
            translate("Topic"),
            translate("Percent"),
            whole,
        )
    points = [Point(topic.title, topic.attempts) for topic in found.topics]
    whole = Point(translate("All topics"), sum(topic.attempts for topic in found.topics))
    return Series(
        "bar",
        translate("Finished attempts in each topic"),
        points,
        translate("Topic"),
        translate("Attempts"),
        whole,
    )


def level_name(level: str, translate: Translate) -> str:
    names = {
        "remember": translate("Remember"),
        "understand": translate("Understand"),
        "apply": translate("Apply"),
        "analyze": translate("Analyse"),
        "evaluate": translate("Judge"),
        "create": translate("Create"),
    }
    return names[level]


def _by_level(found: Insights, translate: Translate) -> Series:
    points = [
        Point(level_name(line.level, translate), _percent(line.average))
        for line in found.levels
        if line.average is not None
    ]
    title, whole = (
        translate("Average score at each level of thinking"),
        Point(translate("All quizzes"), _percent(found.average)),
    )
    return Series("bar", title, points, translate("Level"), translate("Percent"), whole, in_order=True)


def _by_risk(found: Insights, translate: Translate) -> Series:
    names = {
        "high": translate("Needs help now"),
        "medium": translate("Keep an eye"),
        "low": translate("On track"),
        "unknown": translate("Nothing due yet"),
    }
    counted = {risk: sum(line.risk == risk for line in found.learners) for risk in names}
    points = [Point(names[risk], count) for risk, count in counted.items() if count or risk != "unknown"]
    title = translate("How many students may need help")
    return Series("pie", title, () if found.is_empty else points, "", translate("Students"), in_order=True)


async def _over_time(db: Database, class_id: int, measure: Measure, translate: Translate) -> Series:
    """By day where eight days are enough, else by the week that begins on a Monday."""
    box = await box_of(db)
    zone = box.zone if box else UTC
    moments = await (
        _questions(db, class_id) if measure == "questions_over_time" else _attempts(db, class_id)
    )
    days = [(datetime.fromtimestamp(moment, zone).date(), score) for moment, score in moments]
    by_day = len({day for day, _ in days}) == 0 or (max(days)[0] - min(days)[0]).days < MOST_POINTS
    grouped: defaultdict[date, list[float]] = defaultdict(list)
    for day, score in days:
        grouped[day if by_day else day - timedelta(days=day.weekday())].append(score)
    step = timedelta(days=1 if by_day else 7)
    x_label = translate("Day") if by_day else translate("Week that began on")
    if measure == "scores_over_time":
        points = [
            Point(day.isoformat(), round(sum(scores) / len(scores), DECIMALS))
            for day, scores in sorted(grouped.items())
        ]
        every = [score for _, score in days]
        whole = Point(translate("All quizzes"), round(sum(every) / max(1, len(every)), DECIMALS))
        title, unit = translate("Average score over time"), translate("Percent")
        return Series("line", title, points, x_label, unit, whole, in_order=True)
    # A day without any is a nought, and said as one.
    points = [Point(day.isoformat(), len(grouped[day])) for day in _every(grouped, step)]
    if measure == "questions_over_time":
        title, unit = translate("Questions in the class chat over time"), translate("Questions")
    else:
        title, unit = translate("Finished attempts over time"), translate("Attempts")
    return Series("line", title, points, x_label, unit, in_order=True)


def _every(grouped: defaultdict[date, list[float]], step: timedelta) -> Iterable[date]:
    """From the first to the last, at most eight; one before it where there is only one."""
    if not grouped:
        return
    last = max(grouped)
    day = max(min(min(grouped), last - step), last - step * (MOST_POINTS - 1))
    while day <= last:
        yield day
        day += step


async def _attempts(db: Database, class_id: int) -> list[tuple[int, float]]:
    rows = await db.fetch_all(
        """
        SELECT attempts.finished_at, attempts.score
        FROM activities
        JOIN assignments ON assignments.activity_id = activities.id
        JOIN attempts ON attempts.assignment_id = assignments.id
        WHERE activities.class_id = :class_id AND activities.kind = 'quiz' AND activities.state = 'published'
          AND activities.removed_at IS NULL
          AND attempts.finished_at IS NOT NULL AND attempts.score IS NOT NULL
        """,
        class_id=class_id,
    )
    return [(row["finished_at"], float(row["score"])) for row in rows]


async def _questions(db: Database, class_id: int) -> list[tuple[int, float]]:
    rows = await db.fetch_all(
        """
        SELECT chat_messages.sent_at
        FROM chat_sessions JOIN chat_messages ON chat_messages.session_id = chat_sessions.id
        WHERE chat_sessions.class_id = :class_id AND chat_sessions.student_id IS NOT NULL
          AND chat_messages.author = 'person'
        """,
        class_id=class_id,
    )
    return [(row["sent_at"], 1.0) for row in rows]


def _percent(share: float) -> float:
    return round(share * 100, DECIMALS)
