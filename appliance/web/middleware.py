"""What happens around every handler: who asks, may they, what every answer carries, one log line."""

import logging
import time
from typing import cast

from sanic import Request, Sanic
from sanic.http import Http
from sanic.response import BaseHTTPResponse

from appliance.storage.addresses import network_of
from appliance.web import bearers, csrf, flash, hosts, identity, programs, site_mode
from appliance.web.headers import put_headers, request_id_of
from appliance.web.traffic import Traffic
from appliance.web.translations import language_of

log = logging.getLogger("chalkbox.web")


def attach(app: Sanic) -> None:
    app.ctx.traffic = Traffic()
    app.register_middleware(before, "request")
    app.register_middleware(after, "response")


async def before(request: Request) -> None:
    request.ctx.started = time.perf_counter()
    request.ctx.request_id = request_id_of(request)
    request.ctx.language = language_of(request)
    request.ctx.person = identity.VISITOR
    request.ctx.flash = []
    hosts.check(request)
    if programs.is_program(request):
        # No cookie counts here, so nothing can be forged with one.
        await programs.admit(request)
        site_mode.check(request)
        return
    if request.path.startswith("/static/"):
        return
    if request.route is not None and bearers.carries_token(request):
        # Nor here beside a token: that is why it needs none of the tokens of our forms.
        await bearers.admit_bearer(request)
        site_mode.check(request)
        return
    request.ctx.flash = flash.read(request)
    request.ctx.person = await identity.recognise(request)
    if request.route is None:
        # No page was found for it: the refusal is on its way already.
        return
    identity.admit(request)
    site_mode.check(request)
    csrf.check(request)


async def after(request: Request, response: BaseHTTPResponse) -> None:
    if not hasattr(request.ctx, "started"):
        return
    if hasattr(request.app.ctx, "stopping") and request.stream is not None:
        # A connection kept alive would hold up the stop.
        cast(Http, request.stream).keep_alive = False
    csrf.plant_seed(request, response)
    flash.write(request, response)
    put_headers(request, response)
    route = "/" + request.route.path if request.route else "-"
    if not route.startswith("/static/"):
        seconds = time.perf_counter() - request.ctx.started
        request.app.ctx.traffic.note(response.status, seconds)
        log.info(
            "request method=%s route=%s status=%d ms=%.1f who=%s network=%s request=%s",
            request.method, route, response.status, seconds * 1000, request.ctx.person.kind,
            network_of(request.ip), request.ctx.request_id,
        )  # fmt: skip
