"""What /v1/analytics hands out: the shapes, and how the nouns of insights fill them."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from appliance.insights.bloom import Level
from appliance.insights.brief import Brief
from appliance.insights.briefs import BriefStatus
from appliance.insights.charts import Chart, ChartKind
from appliance.insights.metrics import LearnerLine, Risk, Status
from appliance.insights.names import UNKNOWN, short_name, with_names
from appliance.insights.narrative import Narrative
from appliance.insights.snapshots import Snapshot, names_at


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


def insights_shape(snapshot: Snapshot) -> ClassInsights:
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


def chart_shape(chart: Chart) -> ChartSpec:
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


def brief_shape(brief: Brief) -> BriefPayload:
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
