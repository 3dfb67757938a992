"""The box in numbers, for a monitor on the box itself or one that has the key."""

from sanic import HTTPResponse, Request
from sanic.response import text

from appliance.errors import Forbidden
from appliance.operations import metrics
from appliance.parts import parts_of
from appliance.web.traffic import Traffic

TYPE = "text/plain; version=0.0.4; charset=utf-8"
NOT_FOR_YOU = "These figures are for the box itself, or for whoever has its API key."


async def show(request: Request) -> HTTPResponse:
    parts = parts_of(request)
    key = parts.settings.appliance_api_key
    if not metrics.may_read(request.ip, _key_in(request), key):
        raise Forbidden(NOT_FOR_YOU)
    traffic: Traffic = request.app.ctx.traffic
    crashes = getattr(parts.engine, "crashes", None)
    families = [
        *await metrics.of_box(parts.db, parts.settings.appliance_data),
        *metrics.of_requests(traffic.statuses, traffic.seconds),
        *metrics.of_helper(parts.router, crashes),
    ]
    return text(metrics.text(families), content_type=TYPE)


def _key_in(request: Request) -> str:
    bearer = str(request.headers.get("authorization") or "")
    given = bearer[7:] if bearer[:7].lower() == "bearer " else ""
    return str(request.headers.get("x-api-key") or given)
