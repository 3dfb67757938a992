"""How a class stands: in words and tables, without script, with a brief that is made when the teacher asks."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.insights.brief import named
from appliance.insights.briefs import Briefs
from appliance.insights.classes import insights_of_class
from appliance.insights.measures import level_name
from appliance.insights.snapshots import names_at
from appliance.parts import parts_of
from appliance.web.identity import person_of
from appliance.web.rendering import render, translator


async def show(request: Request, class_id: int) -> HTTPResponse:
    db, translate = parts_of(request).db, translator(request)
    classroom = await class_of_staff(db, class_id, person_of(request).id)
    insights = await insights_of_class(db, class_id)
    shown = await _briefs(request, class_id).shown()
    names = names_at([line.learner for line in insights.learners], shown.made_at)
    return render(
        request,
        "teacher/insights.html",
        classroom=classroom,
        insights=insights,
        levels=[(level_name(line.level, translate), line.average) for line in insights.levels],
        has_levels=any(line.average is not None for line in insights.levels),
        shown=shown,
        brief=named(shown.brief, names, translate("somebody who has left")) if shown.brief else None,
    )


async def make_brief(request: Request, class_id: int) -> HTTPResponse:
    """Waits for the model: the page says that it may take a minute."""
    person = person_of(request)
    await class_of_teacher(parts_of(request).db, class_id, person.id)
    await _briefs(request, class_id).made(person.id, translator(request), force=True)
    return redirect(f"/teach/class/{class_id}/insights")


def _briefs(request: Request, class_id: int) -> Briefs:
    parts = parts_of(request)
    return Briefs(parts.db, parts.cache, parts.router, class_id, request.ctx.language)
