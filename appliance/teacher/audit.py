"""The audit trail of a class, as its staff read it."""

from sanic import HTTPResponse, Request

from appliance.classroom.audit import audit_of_class
from appliance.classroom.classes import class_of_staff
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render


async def index(request: Request, class_id: int) -> HTTPResponse:
    parts = parts_of(request)
    classroom = await class_of_staff(parts.db, class_id, person_of(request).id)
    page = await audit_of_class(parts.db, class_id, forms.page(request))
    return render(request, "teacher/audit.html", classroom=classroom, page=page)
