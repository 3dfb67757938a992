"""The audit trail of the whole box."""

from sanic import HTTPResponse, Request

from appliance.classroom.audit import audit_of_box
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.rendering import render


async def index(request: Request) -> HTTPResponse:
    page = await audit_of_box(parts_of(request).db, forms.page(request))
    return render(request, "operator/audit.html", page=page)
