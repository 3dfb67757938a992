"""First run: six short pages from a bare box to a school with one operator."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.auth import accounts, passwords, recovery, sessions, totp
from appliance.auth.join_codes import normal
from appliance.auth.pseudonyms import clean_display_name
from appliance.classroom.audit import record_staff
from appliance.classroom.box import checked_school_name, set_up_box, time_zones, zones
from appliance.errors import Forbidden, Invalid, NotFound, Refusal
from appliance.parts import parts_of, refresh_school
from appliance.storage import secrets as box_secrets
from appliance.visitor.setup_answers import SECONDS, Answers, SetupAnswers
from appliance.visitor.sign_in import WRONG_CODE
from appliance.web import forms
from appliance.web.identity import forget, remember, set_cookie, verified_session
from appliance.web.refusals import with_wait
from appliance.web.rendering import render, translator
from appliance.web.translations import COOKIE as LANGUAGE_COOKIE
from appliance.web.translations import LANGUAGES

COOKIE = "chalkbox_setup"
STEPS = ("code", "school", "place", "clock", "account", "authenticator")
CODE_TRIES = 10
LANGUAGE_SECONDS = 365 * 24 * 3600


async def show(request: Request) -> HTTPResponse:
    _refuse_when_set_up(request)
    answers = _answers(request)
    return _page(request, _step(request, answers), answers)


async def create(request: Request) -> HTTPResponse:
    """Take the answers of one page and go on to the next."""
    _refuse_when_set_up(request)
    answers = _answers(request)
    step = forms.text(request, "step")
    if step != "code" and step not in _open_steps(answers):
        return redirect("/setup")
    take: dict[str, Callable[[Request, Answers], Awaitable[HTTPResponse]]] = {
        "code": _take_code,
        "school": _take_school,
        "place": _take_place,
        "clock": _take_clock,
        "account": _take_account,
        "authenticator": _take_authenticator,
    }
    try:
        return await take[step](request, answers)
    except Refusal as refusal:
        return _page(request, step, answers, refusal)


async def _take_code(request: Request, answers: Answers) -> HTTPResponse:
    parts = parts_of(request)
    await parts.throttle.check("setup_code", "box", CODE_TRIES, 60)
    typed = normal(forms.text(request, "setup_code", 40))
    right = normal(box_secrets.setup_code(parts.settings.appliance_data / "secrets"))
    if not secrets.compare_digest(typed.encode(), right.encode()):
        raise Forbidden(
            "This isn't the setup code. It stands on the screen of the box, or in its start-up messages.",
            "wrong_setup_code",
            field="setup_code",
        )
    token = secrets.token_urlsafe(24)
    response = redirect("/setup")
    set_cookie(request, response, COOKIE, token, SECONDS)
    _kept(request).keep(token, {"step": "school"})
    return response


async def _take_school(request: Request, answers: Answers) -> HTTPResponse:
    return _go_on(
        request, answers, "place", school_name=checked_school_name(forms.text(request, "school_name"))
    )


async def _take_place(request: Request, answers: Answers) -> HTTPResponse:
    language, timezone = forms.text(request, "language"), forms.text(request, "timezone")
    if language not in LANGUAGES:
        raise Invalid("Choose a language from the list.", field="language")
    if timezone not in zones():
        raise Invalid("Choose a time zone from the list.", field="timezone")
    response = _go_on(request, answers, "clock", language=language, timezone=timezone)
    set_cookie(request, response, LANGUAGE_COOKIE, language, LANGUAGE_SECONDS)
    return response


async def _take_clock(request: Request, answers: Answers) -> HTTPResponse:
    return _go_on(request, answers, "account", clock_seen=True)


async def _take_account(request: Request, answers: Answers) -> HTTPResponse:
    username = accounts.checked_username(forms.text(request, "username", 200))
    password = forms.password(request, "password")
    passwords.check_strength(password, username)
    if password != forms.password(request, "password_again"):
        raise Invalid("The two passwords differ. Type the same one twice.", field="password_again")
    return _go_on(
        request,
        answers,
        "authenticator",
        username=username,
        display_name=clean_display_name(forms.text(request, "display_name") or username),
        password_hash=await parts_of(request).hasher.hash(password),
        totp_secret=answers.get("totp_secret") or totp.new_secret(),
    )


async def _take_authenticator(request: Request, answers: Answers) -> HTTPResponse:
    """The last answer makes school, operator and recovery codes in one write."""
    parts = parts_of(request)
    await parts.throttle.check("setup_totp", "box", CODE_TRIES, 60)
    step = totp.matching_step(answers["totp_secret"], forms.text(request, "code", 40), parts.clock())
    if step is None:
        raise Invalid(WRONG_CODE, "wrong_code", field="code")
    codes = recovery.new_codes()
    async with parts.db.transaction() as tx:
        await set_up_box(tx, answers["school_name"], answers["language"], answers["timezone"])
        staff = await accounts.create_staff(
            tx,
            answers["username"],
            answers["display_name"],
            answers["password_hash"],
            answers["totp_secret"],
            is_operator=True,
        )
        await accounts.confirm_totp(tx, staff.id, step)
        await recovery.store_codes(tx, staff.id, codes)
        await record_staff(tx, "set_up", staff.id, None, "", request.ip)
    box_secrets.clear_setup_code(parts.settings.appliance_data / "secrets")
    _kept(request).forget()
    await refresh_school(request.app)
    token = await verified_session(request, staff.id)
    response = render(request, "recovery_codes.html", codes=codes, next="/teach/class/new")
    remember(request, response, token, sessions.STAFF_SECONDS)
    forget(request, response, COOKIE)
    return response


def _go_on(request: Request, answers: Answers, step: str, **given: Any) -> HTTPResponse:
    reached = max(STEPS.index(step), STEPS.index(answers["step"]))
    _kept(request).keep(str(request.cookies.get(COOKIE)), {**answers, **given, "step": STEPS[reached]})
    return redirect(f"/setup?step={step}")


def _refuse_when_set_up(request: Request) -> None:
    if request.app.ctx.school() is not None:
        raise NotFound("This box is set up already. Sign in instead.")


def _answers(request: Request) -> Answers:
    """What was answered so far; nothing before the setup code was right."""
    return _kept(request).of(str(request.cookies.get(COOKIE) or ""))


def _kept(request: Request) -> SetupAnswers:
    answers: SetupAnswers = request.app.ctx.setup_answers
    return answers


def _open_steps(answers: Answers) -> tuple[str, ...]:
    return STEPS[1 : STEPS.index(answers["step"]) + 1] if answers else ()


def _step(request: Request, answers: Answers) -> str:
    """The page that was asked for, when it is open already; else the furthest one."""
    wanted = str(request.args.get("step") or "")
    if wanted in _open_steps(answers):
        return wanted
    return str(answers["step"]) if answers else "code"


def _page(request: Request, step: str, answers: Answers, refusal: Refusal | None = None) -> HTTPResponse:
    names = ("school_name", "language", "timezone", "username", "display_name")
    typed = {name: str(answers.get(name) or "") for name in names}
    if refusal is not None:
        typed.update({name: value for name, value in forms.typed(request, *names).items() if value})
    now = parts_of(request).clock()
    address = ""
    if step == "authenticator":
        address = totp.otpauth_uri(answers["totp_secret"], answers["username"], answers["school_name"])
    response = render(
        request,
        f"visitor/setup/{step}.html",
        200 if refusal is None else 429 if refusal.status == 429 else 422,
        typed=typed,
        errors=forms.errors(refusal, translator(request)),
        number=STEPS.index(step) + 1,
        total=len(STEPS),
        back=STEPS[STEPS.index(step) - 1] if STEPS.index(step) > 1 else "",
        zones=[("", "–"), *time_zones()],
        box_time=datetime.fromtimestamp(now, UTC),
        box_clock=_clock_in(str(answers.get("timezone") or ""), now, request.ctx.language),
        secret=answers.get("totp_secret", ""),
        qr=totp.qr_svg(address) if address else "",
    )
    return with_wait(response, refusal)


def _clock_in(timezone: str, seconds: float, language: str) -> str:
    local = datetime.fromtimestamp(seconds, ZoneInfo(timezone) if timezone else UTC)
    return format_datetime(local, "medium", locale=language)
