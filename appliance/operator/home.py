"""How the box is, in lights and words."""

import asyncio

from sanic import HTTPResponse, Request

from appliance.operations.doctor import examine
from appliance.parts import parts_of
from appliance.web.rendering import render


async def index(request: Request) -> HTTPResponse:
    parts = parts_of(request)
    findings = await asyncio.to_thread(examine, parts.settings, parts.clock())
    return render(
        request,
        "operator/home.html",
        to_look_at=[finding for finding in findings if finding.state != "ok"],
        good=[finding for finding in findings if finding.state == "ok"],
    )
