"""How a class stands: in words and two tables, without script."""

from sanic import HTTPResponse, Request

from appliance.classroom.classes import class_of_staff
from appliance.insights.classes import insights_of_class
from appliance.parts import parts_of
from appliance.web.identity import person_of
from appliance.web.rendering import render


async def show(request: Request, class_id: int) -> HTTPResponse:
    db = parts_of(request).db
    classroom = await class_of_staff(db, class_id, person_of(request).id)
    insights = await insights_of_class(db, class_id)
    return render(request, "teacher/insights.html", classroom=classroom, insights=insights)
