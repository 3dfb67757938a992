"""Join a class: a code, a name, and you are in."""

from functools import partial
from random import SystemRandom
from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import json, redirect

from appliance.auth import device, sessions
from appliance.auth.join_codes import normal
from appliance.auth.pseudonyms import pseudonym
from appliance.classroom.audit import record_student
from appliance.classroom.joining import Joined, JoinRequest, join
from appliance.errors import RateLimited, Refusal, Unavailable
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import DEVICE_COOKIE, person_of, remember, session_token, set_cookie
from appliance.web.refusals import answer, with_wait
from appliance.web.rendering import render, say, translator

MOST_TYPED = 20_000
DEVICE_SECONDS = 180 * 24 * 3600
EVENTS = {
    "new": "class_join",
    "device": "session_rejoin_device_hint",
    "return_code": "session_rejoin_return_code",
}


async def index(request: Request) -> HTTPResponse:
    if request.app.ctx.school() is None:
        return redirect("/setup")
    if person_of(request).is_student:
        return redirect("/student")
    return _page(request, {"class_code": str(request.args.get("class_code") or "")})


async def show(request: Request, code: str) -> HTTPResponse:
    """What the QR on the join card opens."""
    if person_of(request).is_student:
        return redirect("/student")
    return _page(request, {"class_code": normal(code)[:20]})


async def create(request: Request) -> HTTPResponse:
    try:
        wanted = _join_request(request)
        joined, token = await _enter(request, wanted)
    except Refusal as refusal:
        if forms.is_json(request):
            return answer(request, refusal)
        status = refusal.status if isinstance(refusal, RateLimited | Unavailable) else 422
        typed = forms.typed(request, "class_code", "display_name", "return_code")
        return with_wait(_page(request, typed, refusal, status), refusal)
    response = json(_as_json(request, joined)) if forms.is_json(request) else _welcome(request, joined)
    remember(request, response, token, sessions.STUDENT_SECONDS)
    keys = parts_of(request).secrets
    hint = device.sign(keys.device, joined.classroom.id, joined.student.id, parts_of(request).clock())
    set_cookie(request, response, DEVICE_COOKIE, hint, DEVICE_SECONDS)
    return response


async def _enter(request: Request, wanted: JoinRequest) -> tuple[Joined, str]:
    parts = parts_of(request)
    await parts.throttle.check("join", request.ip, parts.settings.appliance_join_rate_limit_per_minute, 60)
    if wanted.return_code:
        await parts.throttle.check("return_code", f"{request.ip}:{normal(wanted.class_code)}", 30, 60)
    async with parts.db.transaction() as tx:
        joined = await join(tx, wanted, parts.settings.appliance_name_safety_mode)
        await sessions.end(tx, session_token(request))
        token = await sessions.begin_student(tx, joined.student.id, joined.classroom.session_epoch)
        details = {"rejoined": int(joined.rejoined)}
        await record_student(
            tx, EVENTS[joined.how], joined.classroom.id, joined.student.id, details, request.ip
        )
    return joined, token


def _join_request(request: Request) -> JoinRequest:
    cookie = str(request.cookies.get(DEVICE_COOKIE) or "")
    parts = parts_of(request)
    known = device.read(parts.secrets.device, cookie, parts.clock()) if cookie else None
    if forms.is_json(request):
        body = forms.json_object(request)
        read = partial(forms.json_text, body)
    else:
        read = partial(forms.text, request, most=MOST_TYPED)
    return JoinRequest(read("class_code"), read("display_name"), read("return_code"), known)


def _welcome(request: Request, joined: Joined) -> HTTPResponse:
    translate = translator(request)
    if joined.name_warning:
        say(request, translate(joined.name_warning), "warning")
    elif joined.rejoined:
        say(request, translate("Welcome back, %(name)s.", name=joined.student.display_name))
    return redirect("/student")


def _as_json(request: Request, joined: Joined) -> dict[str, Any]:
    student, classroom = joined.student, joined.classroom
    token = device.sign_api_token(
        parts_of(request).secrets.device, student.id, classroom.id, classroom.session_epoch
    )
    body = {"ok": True, "return_code": student.return_code, "rejoined": joined.rejoined, "api_token": token}
    if joined.name_warning:
        body["name_warning"] = translator(request)(joined.name_warning)
    return body


def _page(
    request: Request, typed: dict[str, str], refusal: Refusal | None = None, status: int = 200
) -> HTTPResponse:
    errors = forms.errors(refusal, translator(request))
    typed = {"class_code": "", "display_name": "", "return_code": "", **typed}
    if not typed["display_name"] and not typed["return_code"]:
        typed["display_name"] = pseudonym(SystemRandom(), request.ctx.language)
    return render(request, "visitor/join.html", status, typed=typed, errors=errors)
