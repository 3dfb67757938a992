"""The join card: on the projector and on paper."""

from sanic import HTTPResponse, Request

from appliance.classroom.classes import Class, class_of_staff
from appliance.parts import parts_of
from appliance.teacher.box_address import Way, ways
from appliance.web.identity import person_of
from appliance.web.rendering import render

CARDS_ON_A_PAGE = 8


async def show(request: Request, class_id: int) -> HTTPResponse:
    classroom = await class_of_staff(parts_of(request).db, class_id, person_of(request).id)
    return render(
        request,
        "teacher/join_card.html",
        classroom=classroom,
        ways=join_ways(request, classroom),
        cards=range(CARDS_ON_A_PAGE),
    )


def join_ways(request: Request, classroom: Class) -> list[Way]:
    """Each square opens the join page with the code filled in."""
    return ways(request, f"/join/{classroom.join_code}")
