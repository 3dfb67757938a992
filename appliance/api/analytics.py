"""How a class stands, what to teach next and questions about it, for programs of its teacher."""

from dataclasses import dataclass
from typing import Literal

from msgspec import Struct
from sanic import Request

from appliance.api.callers import bind
from appliance.api.routes import Route, Text
from appliance.classroom.classes import Class, class_of_staff
from appliance.errors import Forbidden, NotFound
from appliance.insights.bloom import Level
from appliance.insights.metrics import LearnerLine, Risk, Status
from appliance.insights.names import UNKNOWN, short_name, with_names
from appliance.insights.narrative import Narrative
from appliance.insights.snapshots import Snapshot, names_at, snapshot_of_class
from appliance.parts import parts_of
from appliance.web.identity import LARGEST_ID, Person

FOR_TEACHERS = "Only the teacher of a class may see how it stands."
NOT_YOURS = "There is no such class, or it isn't this teacher's."
REFUSES = {"forbidden": 403, "user_id_mismatch": 403, "class_not_found": 404, "user_token_required": 401}


class InsightsAsked(Struct):
    user_id: Text
    class_id: Text
    sandbox_id: str | None = None
    force_refresh: bool = False


class ClassSummary(Struct):
    student_count: int
    avg_score: float
    completion_rate: float
    at_risk_count: int
    avg_chat_messages: float
    is_empty: bool


class ActivityLine(Struct):
    activity_id: str
    title: str
    score: float
    attempts: int


class StudentLine(Struct):
    """`completion_rate` is null for somebody who had nothing to do yet; their `risk_level` is unknown."""

    student_id: str
    display_name: str
    avg_score: float
    completion_rate: float | None
    chat_message_count: int
    risk_level: Risk
    activity_breakdown: list[ActivityLine]
    ai_mini_summary: str | None


class TopicLine(Struct):
    topic_id: str
    topic_title: str
    avg_score: float
    attempts: int
    status: Status


class InterventionLine(Struct):
    type: Literal["generate_quiz"]
    topic_id: str
    topic_title: str
    reason: str
    suggested_action: str


class AiNarrative(Struct):
    executive_summary: str
    key_findings: list[str]
    interventions: list[InterventionLine]


class ClassInsights(Struct):
    class_summary: ClassSummary
    students: list[StudentLine]
    topics: list[TopicLine]
    bloom_breakdown: dict[Level, float | None]
    ai_narrative: AiNarrative | None


@dataclass(frozen=True)
class Desk:
    """A teacher at one of their classes."""

    person: Person
    classroom: Class


async def insights(request: Request, asked: InsightsAsked) -> ClassInsights:
    desk = await _desk(request, asked.user_id, asked.class_id)
    parts = parts_of(request)
    snapshot = await snapshot_of_class(
        parts.db,
        parts.cache,
        parts.router,
        desk.classroom.id,
        desk.person.id,
        request.ctx.language,
        force=asked.force_refresh,
    )
    return _insights(snapshot)


async def _desk(request: Request, user_id: str, class_id: str) -> Desk:
    """Raises Forbidden for students, and NotFound (`class_not_found`) for a class that isn't this teacher's."""
    person = bind(request, user_id)
    if not person.is_staff:
        raise Forbidden(FOR_TEACHERS)
    given = class_id.strip()
    # The number of digits first: int() takes its time over thousands of them.
    is_id = given.isascii() and given.isdigit() and len(given) <= len(str(LARGEST_ID))
    if not is_id or int(given) > LARGEST_ID:
        raise NotFound(NOT_YOURS, "class_not_found")
    try:
        return Desk(person, await class_of_staff(parts_of(request).db, int(given), person.id))
    except NotFound as absent:
        raise NotFound(NOT_YOURS, "class_not_found") from absent


def _insights(snapshot: Snapshot) -> ClassInsights:
    found, narrative = snapshot.insights, snapshot.narrative
    names = {
        id: short_name(name)
        for id, name in names_at([line.learner for line in found.learners], snapshot.made_at).items()
    }
    summary = ClassSummary(
        found.students, found.average, found.completion, found.at_risk, found.questions_each, found.is_empty
    )
    levels = {line.level: line.average for line in found.levels}
    if found.is_empty:
        summary.avg_chat_messages = summary.completion_rate = 0.0
        return ClassInsights(summary, [], [], levels, None)
    summaries = (
        {each.student_id: with_names(each.text, names, UNKNOWN) for each in narrative.student_summaries}
        if narrative
        else {}
    )
    return ClassInsights(
        summary,
        [_student(line, summaries.get(line.learner.id)) for line in found.learners],
        [
            TopicLine(topic.key, topic.title, topic.average, topic.attempts, topic.status)
            for topic in found.topics
        ],
        levels,
        _narrative(narrative, names) if narrative else None,
    )


def _student(line: LearnerLine, summary: str | None) -> StudentLine:
    return StudentLine(
        str(line.learner.id),
        short_name(line.learner.name),
        line.average,
        line.completion,
        line.learner.questions,
        line.risk,
        [
            ActivityLine(str(each.quiz.activity_id), each.quiz.title, round(each.score, 4), each.attempts)
            for each in line.scores
        ],
        summary,
    )


def _narrative(narrative: Narrative, names: dict[int, str]) -> AiNarrative:
    def told(text: str) -> str:
        return with_names(text, names, UNKNOWN)

    return AiNarrative(
        told(narrative.executive_summary),
        [told(finding) for finding in narrative.key_findings],
        [
            InterventionLine(
                "generate_quiz",
                each.topic_key,
                each.topic_title,
                told(each.reason),
                told(each.suggested_action),
            )
            for each in narrative.interventions
        ],
    )


ROUTES = (
    Route(
        "/v1/analytics/class-insights",
        insights,
        ClassInsights,
        "Says how a class stands in its quizzes: for its teacher.",
        asks=InsightsAsked,
        refuses=REFUSES,
    ),
)
