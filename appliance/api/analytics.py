"""How a class stands, what to teach next and questions about it, for programs of its teacher."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from sanic import Request

from appliance.api.callers import bind
from appliance.api.routes import Route, Text, invalid
from appliance.classroom.classes import Class, class_of_staff
from appliance.errors import Forbidden, NotFound
from appliance.insights.bloom import Level
from appliance.insights.brief import Brief, named
from appliance.insights.briefs import Briefs, BriefStatus
from appliance.insights.charts import Chart, ChartKind
from appliance.insights.classes import learners_of_class
from appliance.insights.measures import chart_of, no_chart
from appliance.insights.metrics import LearnerLine, Risk, Status
from appliance.insights.names import UNKNOWN, short_name, with_names
from appliance.insights.narrative import Narrative
from appliance.insights.questions import wish_for
from appliance.insights.snapshots import Snapshot, names_at, snapshot_of_class
from appliance.parts import parts_of
from appliance.web.identity import LARGEST_ID, Person
from appliance.web.rendering import translator

FOR_TEACHERS = "Only the teacher of a class may see how it stands."
NOT_YOURS = "There is no such class, or it isn't this teacher's."
REFUSES = {"forbidden": 403, "user_id_mismatch": 403, "class_not_found": 404, "user_token_required": 401}


class InsightsAsked(Struct):
    user_id: Text
    class_id: Text
    sandbox_id: str | None = None
    force_refresh: bool = False


class QueryAsked(Struct):
    user_id: Text
    class_id: Text
    query: Annotated[str, Meta(min_length=1, max_length=500)]
    sandbox_id: str | None = None


class DataPoint(Struct):
    label: str
    value: float


class ChartSpec(Struct, rename="camel"):
    """The numbers come from the class's rows; one point `No data available` with 0 where there are none."""

    type: Literal["chart"]
    chart_type: ChartKind
    title: str
    data: list[DataPoint]
    x_label: str | None = None
    y_label: str | None = None


class QueryAnswered(Struct):
    spec: ChartSpec


class MisconceptionLine(Struct):
    topic_id: str | None
    topic_title: str
    description: str


class WatchedStudent(Struct):
    student_id: str
    display_name: str
    reason: str


class RecommendedActivity(Struct):
    type: str
    reason: str


class BriefPayload(Struct):
    summary: str
    strongest_action: str
    attention_items: list[str]
    misconceptions: list[MisconceptionLine]
    students_to_watch: list[WatchedStudent]
    next_step: str
    recommended_activity: RecommendedActivity | None
    evidence_basis: str


class TeachingBrief(Struct):
    """`generated_at` is UTC as ISO 8601; `force_refresh` makes the first one."""

    status: BriefStatus
    is_stale: bool
    payload: BriefPayload | None
    generated_at: str | None
    has_evidence: bool
    error_message: str | None = None


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


async def brief(request: Request, asked: InsightsAsked) -> TeachingBrief:
    desk = await _desk(request, asked.user_id, asked.class_id)
    parts, translate = parts_of(request), translator(request)
    briefs = Briefs(parts.db, parts.cache, parts.router, desk.classroom.id, request.ctx.language)
    shown = await briefs.made(desk.person.id, translate, force=asked.force_refresh)
    names = names_at(await learners_of_class(parts.db, desk.classroom.id), shown.made_at)
    return TeachingBrief(
        shown.status,
        shown.is_stale,
        _brief(named(shown.brief, names, UNKNOWN)) if shown.brief else None,
        datetime.fromtimestamp(shown.made_at, UTC).isoformat() if shown.brief else None,
        shown.has_evidence,
        translate(shown.message) if shown.message else None,
    )


async def query(request: Request, asked: QueryAsked) -> QueryAnswered:
    desk = await _desk(request, asked.user_id, asked.class_id)
    if not asked.query.strip():
        raise invalid("query: Ask something.", "query")
    parts, translate = parts_of(request), translator(request)
    class_id = desk.classroom.id
    learners = await learners_of_class(parts.db, class_id)
    wish = await wish_for(parts.router, asked.query, learners, desk.person.id, class_id)
    chart = await chart_of(parts.db, class_id, wish, translate) if wish else None
    return QueryAnswered(_spec(chart or no_chart()))


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
    names = names_at([line.learner for line in found.learners], snapshot.made_at)
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


def _spec(chart: Chart) -> ChartSpec:
    points = [DataPoint(point.label, point.value) for point in chart.points]
    return ChartSpec("chart", chart.kind, chart.title, points, chart.x_label or None, chart.y_label or None)


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


def _brief(brief: Brief) -> BriefPayload:
    activity = brief.recommended_activity
    return BriefPayload(
        brief.summary,
        brief.strongest_action,
        list(brief.attention_items),
        [
            MisconceptionLine(each.topic_id, each.topic_title, each.description)
            for each in brief.misconceptions
        ],
        [
            WatchedStudent(str(each.student_id), each.display_name, each.reason)
            for each in brief.students_to_watch
        ],
        brief.next_step,
        RecommendedActivity(activity.type, activity.reason) if activity else None,
        brief.evidence_basis,
    )


def _narrative(narrative: Narrative, names: Mapping[int, str]) -> AiNarrative:
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
    Route(
        "/v1/analytics/class-teaching-brief",
        brief,
        TeachingBrief,
        "Says what to teach next in a class, and why: for its teacher.",
        asks=InsightsAsked,
        refuses=REFUSES,
    ),
    Route(
        "/v1/analytics/data-query",
        query,
        QueryAnswered,
        "Draws what a teacher asks about a class, from the class's own rows.",
        asks=QueryAsked,
        refuses=REFUSES,
    ),
)
