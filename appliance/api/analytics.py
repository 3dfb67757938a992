"""How a class stands, what to teach next and questions about it, for programs of its teacher."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct
from sanic import Request

from appliance.api.analytics_shapes import (
    ClassInsights,
    QueryAnswered,
    TeachingBrief,
    brief_shape,
    chart_shape,
    insights_shape,
)
from appliance.api.callers import bind
from appliance.api.routes import Route, Text, invalid
from appliance.classroom.classes import Class, class_of_staff
from appliance.errors import Forbidden, NotFound
from appliance.insights.brief import named
from appliance.insights.briefs import Briefs
from appliance.insights.classes import learners_of_class
from appliance.insights.measures import chart_of, no_chart
from appliance.insights.names import UNKNOWN
from appliance.insights.questions import wish_for
from appliance.insights.snapshots import names_at, snapshot_of_class
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
    return insights_shape(snapshot)


async def brief(request: Request, asked: InsightsAsked) -> TeachingBrief:
    desk = await _desk(request, asked.user_id, asked.class_id)
    parts, translate = parts_of(request), translator(request)
    briefs = Briefs(parts.db, parts.cache, parts.router, desk.classroom.id, request.ctx.language)
    shown = await briefs.made(desk.person.id, translate, force=asked.force_refresh)
    names = names_at(await learners_of_class(parts.db, desk.classroom.id), shown.made_at)
    return TeachingBrief(
        shown.status,
        shown.is_stale,
        brief_shape(named(shown.brief, names, UNKNOWN)) if shown.brief else None,
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
    return QueryAnswered(chart_shape(chart or no_chart()))


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
