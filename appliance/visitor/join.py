"""Join a class: a code, a name, and you are in."""

import secrets
from contextlib import suppress
from random import SystemRandom
from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import json, redirect

from appliance.auth import device, sessions
from appliance.auth.emoji_codes import PICTURES, pictures_of, without_pictures
from appliance.auth.join_codes import normal
from appliance.auth.pseudonyms import pseudonym
from appliance.classroom.audit import record_student
from appliance.classroom.box import name_safety_of, profile_of
from appliance.classroom.classes import class_by_id, class_by_join_code
from appliance.classroom.invites import class_id_of_invite, usable_invite
from appliance.classroom.joining import Joined, JoinRequest, JoinRules, NameIsThere, join
from appliance.classroom.students import student_of_device
from appliance.errors import RateLimited, Refusal, Unavailable
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import DEVICE_COOKIE, person_of, remember, session_token, set_cookie
from appliance.web.refusals import answer, with_wait
from appliance.web.rendering import render, say, translator
from appliance.web.site_mode import Restricted, closed_to_newcomers

MOST_TYPED = 20_000
FIELDS = ("class_code", "display_name", "return_code", "invite_token")
EVENTS = {
    "new": "class_join",
    "device": "session_rejoin_device_hint",
    "return_code": "session_rejoin_return_code",
    "one_time_code": "session_rejoin_one_time_code",
}
# Before 30 bits: a year of trying finds one code of a class of thirty with a chance of one in four, and a class
# that mistypes behind one address is not kept out.
WRONG_SECONDS = 600
WRONG_AT_ADDRESS, WRONG_IN_CLASS = 60, 200
BACKSPACE = "back"

Limit = tuple[str, str, int, int]
"""Bucket, key, how many, and in how many seconds."""


async def index(request: Request) -> HTTPResponse:
    if request.app.ctx.school() is None:
        return redirect("/setup")
    if person_of(request).is_student:
        return redirect("/student")
    code, token = (str(request.args.get(name) or "")[:60] for name in ("class_code", "invite"))
    return await join_page(request, {"class_code": code, "invite_token": token})


async def show(request: Request, code: str) -> HTTPResponse:
    """What the QR on the join card opens."""
    if person_of(request).is_student:
        return redirect("/student")
    return await join_page(request, {"class_code": normal(code)[:20]})


async def create(request: Request) -> HTTPResponse:
    if pressed := forms.text(request, "press", 10):
        return await _pressed(request, pressed)
    try:
        wanted = _join_request(request)
        joined, token = await _enter(request, wanted)
    except Refusal as refusal:
        return await _refused(request, refusal)
    response = json(_as_json(request, joined)) if forms.is_json(request) else _welcome(request, joined)
    remember(request, response, token, sessions.STUDENT_SECONDS)
    keys = parts_of(request).secrets
    student = joined.student
    known = device.Device(student.class_id, student.id, student.created_at)
    hint = device.sign(keys.device, known, parts_of(request).clock())
    set_cookie(request, response, DEVICE_COOKIE, hint, device.DEVICE_SECONDS)
    return response


async def join_page(
    request: Request,
    typed: dict[str, str],
    refusal: Refusal | None = None,
    status: int = 200,
    is_returning: bool = False,
) -> HTTPResponse:
    """`typed` fills the fields; an invitation in it that is no good any more is left out and said."""
    typed = {**dict.fromkeys(FIELDS, ""), **typed}
    invited_to, refusal = await _invited_to(request, typed, refusal)
    is_made_up = False
    if not typed["display_name"]:
        typed["display_name"], is_made_up = await _offered_name(request)
    return render(
        request,
        "visitor/join.html",
        status,
        typed=typed,
        errors=forms.errors(refusal, translator(request)),
        there=refusal if isinstance(refusal, NameIsThere) else None,
        is_made_up=is_made_up,
        is_returning=is_returning or bool(typed["return_code"]),
        invited_to=invited_to,
        form_mark=secrets.token_urlsafe(12),
        pictures=PICTURES,
        typed_pictures=pictures_of(normal(without_pictures(typed["return_code"]))),
    )


async def _refused(request: Request, refusal: Refusal) -> HTTPResponse:
    if forms.is_json(request):
        return answer(request, refusal)
    typed, is_closed = _typed(request), isinstance(refusal, Restricted)
    status = refusal.status if isinstance(refusal, RateLimited | Unavailable | Restricted) else 422
    return with_wait(await join_page(request, typed, refusal, status, is_returning=is_closed), refusal)


def _typed(request: Request) -> dict[str, str]:
    """Beside a return code stands the name that was typed before, for the next page alone."""
    typed = forms.typed(request, *FIELDS)
    return {
        **typed,
        "display_name": typed["display_name"] or forms.typed(request, "typed_name")["typed_name"],
    }


async def _pressed(request: Request, pressed: str) -> HTTPResponse:
    """A picture of the keypad, in a browser without script: the page again, with one symbol more or less."""
    typed = _typed(request)
    code = normal(without_pictures(typed["return_code"]))
    code = code[:-1] if pressed == BACKSPACE else (code + normal(pressed)[:1])[:20]
    return await join_page(request, {**typed, "return_code": code}, is_returning=True)


async def _invited_to(
    request: Request, typed: dict[str, str], refusal: Refusal | None
) -> tuple[str, Refusal | None]:
    """The name of the class that the invitation is for."""
    if not typed["invite_token"]:
        return "", refusal
    db = parts_of(request).db
    try:
        invite = await usable_invite(db, typed["invite_token"], db.now())
        return (await class_by_id(db, invite.class_id)).name, refusal
    except Refusal as no_good:
        typed["invite_token"] = ""
        return "", refusal or no_good


async def _offered_name(request: Request) -> tuple[str, bool]:
    """The name this device was in with, so that it opens the same work; else a made-up one, and which of the two."""
    parts, known = parts_of(request), _device_of(request)
    if known is not None and (student := await student_of_device(parts.db, known)):
        return student.display_name, False
    profile = await profile_of(parts.db, parts.settings)
    if not profile.offers_pseudonym:
        return "", False
    return pseudonym(SystemRandom(), request.ctx.language), True


async def _enter(request: Request, wanted: JoinRequest) -> tuple[Joined, str]:
    parts = parts_of(request)
    await parts.throttle.check("join", request.ip, parts.settings.appliance_join_rate_limit_per_minute, 60)
    limits = await _wrong_code_limits(request, wanted)
    for limit in limits:
        await parts.throttle.look(*limit)
    profile = await profile_of(parts.db, parts.settings)
    name_safety = await name_safety_of(parts.db, parts.settings)
    rules = JoinRules(name_safety, profile.strict_rejoin, closed_to_newcomers(request))
    try:
        return await _joined(request, wanted, rules, limits)
    except Refusal as refusal:
        if refusal.code == "invalid_return_code":
            for limit in limits:
                with suppress(RateLimited):
                    await parts.throttle.check(*limit)
        raise


async def _joined(
    request: Request, wanted: JoinRequest, rules: JoinRules, limits: list[Limit]
) -> tuple[Joined, str]:
    throttle = parts_of(request).throttle
    async with parts_of(request).db.transaction() as tx:
        # Once more: of guesses sent all at once each saw none before it, and here they stand in one line.
        for limit in limits:
            await throttle.look(*limit)
        joined = await join(tx, wanted, rules)
        await sessions.end(tx, session_token(request))
        token = await sessions.begin_student(tx, joined.student.id, joined.classroom.session_epoch)
        details = {"rejoined": int(joined.rejoined)}
        if joined.invite_id is not None:
            details["invite_id"] = joined.invite_id
        await record_student(
            tx, EVENTS[joined.how], joined.classroom.id, joined.student.id, details, request.ip
        )
    return joined, token


async def _wrong_code_limits(request: Request, wanted: JoinRequest) -> list[Limit]:
    """Wrong codes are counted for the address and, since a guesser may have many, for the class.

    By whichever of its invitations or its code they come: each would be a count of its own.
    """
    if not wanted.return_code:
        return []
    db, token = parts_of(request).db, wanted.invite_token
    if token:
        class_id = await class_id_of_invite(db, token) if token.isascii() else None
    else:
        classroom = await class_by_join_code(db, wanted.class_code)
        class_id = classroom.id if classroom else None
    where = str(class_id or 0)
    return [
        ("wrong_code_at", f"{request.ip}:{where}", WRONG_AT_ADDRESS, WRONG_SECONDS),
        ("wrong_code_in", where, WRONG_IN_CLASS, WRONG_SECONDS),
    ]


def _join_request(request: Request) -> JoinRequest:
    known = _device_of(request)
    if not forms.is_json(request):
        code, name, return_code, token = (forms.text(request, field, MOST_TYPED) for field in FIELDS)
        is_new, mark = forms.text(request, "confirm_new", 10) == "1", forms.text(request, "form_mark", 40)
        return JoinRequest(code, name, return_code, known, token, is_new, mark)
    body = forms.json_object(request)
    code, name, return_code, token = (forms.json_text(body, field) for field in FIELDS)
    return JoinRequest(code, name, return_code, known, token, body.get("confirm_new") is True)


def _device_of(request: Request) -> device.Device | None:
    cookie, parts = str(request.cookies.get(DEVICE_COOKIE) or ""), parts_of(request)
    return device.read(parts.secrets.device, cookie, parts.clock()) if cookie else None


def _welcome(request: Request, joined: Joined) -> HTTPResponse:
    translate = translator(request)
    if joined.name_warning:
        say(request, translate(joined.name_warning), "warning")
    elif joined.rejoined:
        say(request, translate("Welcome back, %(name)s.", name=joined.student.display_name))
    return redirect("/student")


def _as_json(request: Request, joined: Joined) -> dict[str, Any]:
    student = joined.student
    token = joined.api_token(parts_of(request).secrets.device)
    body = {"ok": True, "return_code": student.return_code, "rejoined": joined.rejoined, "api_token": token}
    if joined.name_warning:
        body["name_warning"] = translator(request)(joined.name_warning)
    return body
