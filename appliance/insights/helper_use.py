"""How a class uses the helper, in counts: lessons, kinds, topics, refusals, times, and what helped."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from appliance.classroom.box import box_of
from appliance.storage.database import Database

SpanName = Literal["today", "week", "month", "all"]
# Days that a span holds, today among them; 0 is as long as counts are kept.
SPANS: dict[SpanName, int] = {"today": 1, "week": 7, "month": 30, "all": 0}
# Whoever got an answer for one of these reasons had stood in line for a model, if only in vain.
STOOD_IN_LINE = ("", "stopped", "busy", "died", "gives_away")


@dataclass(frozen=True)
class Start:
    """When a span begins: midnight at the school, in seconds since 1970."""

    day: date
    moment: int


@dataclass(frozen=True)
class Group:
    """Questions that are alike; `missing` of them were not in the lesson. Times are sums and most, in milliseconds."""

    course_slug: str
    lesson_slug: str
    topic: str
    intent: str
    outcome: str
    reason: str
    questions: int
    missing: int
    thumbs_up: int
    thumbs_down: int
    waited: int
    longest_wait: int
    took: int
    longest: int


@dataclass(frozen=True)
class Line:
    """One row of a table: what it is about and its counts."""

    key: tuple[str, ...]
    questions: int
    by_model: int
    by_lesson: int
    refused: int
    missing: int
    thumbs_up: int
    thumbs_down: int


@dataclass(frozen=True)
class Times:
    """Milliseconds. `waited` stood in line, also those whose turn never came; the lesson alone has no line.

    Answers that were stopped are no whole ones.
    """

    waited: int
    average_wait: float
    longest_wait: int
    average: float
    longest: int


@dataclass(frozen=True)
class HelperUse:
    groups: tuple[Group, ...]
    students: int

    @property
    def whole(self) -> Line:
        return _line((), self.groups)

    @property
    def lessons(self) -> list[Line]:
        return self._lines(lambda group: (group.course_slug, group.lesson_slug))

    @property
    def intents(self) -> list[Line]:
        return self._lines(lambda group: (group.intent,), lambda group: group.outcome != "refused")

    @property
    def topics(self) -> list[Line]:
        return self._lines(
            lambda group: (group.course_slug, group.topic),
            lambda group: group.outcome != "refused" and bool(group.topic),
        )

    @property
    def reasons(self) -> list[Line]:
        """Why no model's answer was shown: refused outright, or answered by the lesson."""
        return self._lines(
            lambda group: (group.outcome, group.reason), lambda group: group.outcome != "model"
        )

    @property
    def times(self) -> Times | None:
        """None where nothing was answered."""
        answered = [group for group in self.groups if group.outcome != "refused"]
        if not answered:
            return None
        in_line = [group for group in answered if group.reason in STOOD_IN_LINE]
        whole = [group for group in answered if group.reason != "stopped"]
        waited = sum(group.questions for group in in_line)
        return Times(
            waited,
            sum(group.waited for group in in_line) / max(1, waited),
            max((group.longest_wait for group in in_line), default=0),
            sum(group.took for group in whole) / max(1, sum(group.questions for group in whole)),
            max((group.longest for group in whole), default=0),
        )

    def _lines(
        self, key: Callable[[Group], tuple[str, ...]], belongs: Callable[[Group], bool] = lambda group: True
    ) -> list[Line]:
        """The most questions first."""
        found: dict[tuple[str, ...], list[Group]] = {}
        for group in filter(belongs, self.groups):
            found.setdefault(key(group), []).append(group)
        lines = [_line(name, groups) for name, groups in found.items()]
        return sorted(lines, key=lambda line: (-line.questions, line.key))


async def start_of(db: Database, span: SpanName, kept_days: int) -> Start:
    box = await box_of(db)
    zone = box.zone if box else UTC
    days = SPANS[span] or kept_days
    day = datetime.fromtimestamp(db.now(), zone).date() - timedelta(days=days - 1)
    return Start(day, int(datetime.combine(day, time.min, zone).timestamp()))


async def helper_use(db: Database, class_id: int, since: int) -> HelperUse:
    rows = await db.fetch_all(
        """
        SELECT course_slug, lesson_slug, topic, intent, outcome, reason,
               count(*) AS questions,
               sum(outcome <> 'refused' AND NOT is_in_lesson) AS missing,
               sum(thumb = 1) AS thumbs_up,
               sum(thumb = -1) AS thumbs_down,
               sum(wait_ms) AS waited,
               max(wait_ms) AS longest_wait,
               sum(total_ms) AS took,
               max(total_ms) AS longest
        FROM counted_questions
        WHERE class_id = :class_id AND asked_at >= :since
        GROUP BY course_slug, lesson_slug, topic, intent, outcome, reason
        """,
        class_id=class_id,
        since=since,
    )
    row = await db.fetch_one(
        """
        SELECT count(DISTINCT student_id) AS students
        FROM counted_questions
        WHERE class_id = :class_id AND asked_at >= :since
        """,
        class_id=class_id,
        since=since,
    )
    return HelperUse(tuple(Group(*each) for each in rows), row["students"] if row else 0)


async def questions_since(db: Database, class_id: int, since: int) -> int:
    row = await db.fetch_one(
        "SELECT count(*) AS questions FROM counted_questions WHERE class_id = :class_id AND asked_at >= :since",
        class_id=class_id,
        since=since,
    )
    return int(row["questions"]) if row else 0


def _line(key: tuple[str, ...], groups: Iterable[Group]) -> Line:
    groups = list(groups)
    count = {name: 0 for name in ("model", "lesson", "refused")}
    for group in groups:
        count[group.outcome] += group.questions
    return Line(
        key,
        sum(count.values()),
        count["model"],
        count["lesson"],
        count["refused"],
        sum(group.missing for group in groups),
        sum(group.thumbs_up for group in groups),
        sum(group.thumbs_down for group in groups),
    )
