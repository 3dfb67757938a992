"""The teacher's first page: their classes."""

from sanic import HTTPResponse, Request

from appliance.classroom.classes import classes_of_staff
from appliance.parts import parts_of
from appliance.teacher.box_address import on_network, ways
from appliance.web.identity import person_of
from appliance.web.rendering import render


async def index(request: Request) -> HTTPResponse:
    classes = await classes_of_staff(parts_of(request).db, person_of(request).id)
    return render(
        request, "teacher/home.html", classes=classes, ways=ways(request) if on_network(request) else []
    )
