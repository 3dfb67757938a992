"""The join card: on the projector and on paper."""

import re

import segno
from markupsafe import Markup
from sanic import HTTPResponse, Request

from appliance.classroom.classes import Class, class_of_staff
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.web.identity import person_of
from appliance.web.rendering import render

CARDS_ON_A_PAGE = 8
HOST = re.compile(r"[a-z0-9.:\[\]-]{1,260}", re.IGNORECASE | re.ASCII)


async def show(request: Request, class_id: int) -> HTTPResponse:
    classroom = await class_of_staff(parts_of(request).db, class_id, person_of(request).id)
    return render(
        request,
        "teacher/join_card.html",
        classroom=classroom,
        address=join_address(request),
        qr=join_qr(request, classroom),
        cards=range(CARDS_ON_A_PAGE),
    )


def join_address(request: Request) -> str:
    """What students type: the name under which the teacher reached the box works for them too."""
    if not HOST.fullmatch(request.host):
        raise Invalid("Open this page by the box's own name or number, without signs that no address has.")
    return str(request.host)


def join_qr(request: Request, classroom: Class) -> Markup:
    """An inline SVG that opens the join page with the code filled in."""
    address = f"{request.scheme}://{join_address(request)}/join/{classroom.join_code}"
    drawn = segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=0)
    return Markup(drawn)  # noqa: S704 - drawn here, from an address and our own code
