"""Staff sign-in: a password, then a code from an authenticator or a recovery code."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.auth import accounts, recovery, sessions, sign_in_tries, totp
from appliance.classroom.audit import record_staff
from appliance.errors import Invalid, RateLimited, Refusal, Unauthorized
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.addresses import LONGEST, inside, with_next
from appliance.web.identity import forget, person_of, remember, session_token, verified_session
from appliance.web.refusals import with_wait
from appliance.web.rendering import render, say, translator

WRONG = "This name and password don't belong together. Check both; capitals matter in the password."
WRONG_CODE = "This code isn't right, or it was used already. Wait for the next six digits and type them."


async def new(request: Request) -> HTTPResponse:
    if request.app.ctx.school() is None:
        return redirect("/setup")
    return _password_page(request)


async def create(request: Request) -> HTTPResponse:
    username = forms.text(request, "username", 200)
    try:
        staff = await _with_password(request, username)
    except Refusal as refusal:
        return _password_page(request, refusal)
    async with parts_of(request).db.transaction() as tx:
        await sessions.end(tx, session_token(request))
        await accounts.renew_unconfirmed_totp(tx, staff.id, totp.new_secret())
        token = await sessions.begin_staff(tx, staff.id, verified=False)
    page = "/sign-in/code" if staff.totp_confirmed else "/sign-in/enrol"
    response = redirect(with_next(page, _next(request)))
    remember(request, response, token, sessions.UNVERIFIED_SECONDS)
    return response


async def code(request: Request) -> HTTPResponse:
    return render(
        request, "visitor/sign_in_code.html", next=_next(request), error="", use_recovery=_recovers(request)
    )


async def check_code(request: Request) -> HTTPResponse:
    person, typed = person_of(request), forms.text(request, "code", 40)
    parts = parts_of(request)
    try:
        await sign_in_tries.count_code(parts.throttle, person.id)
        async with parts.db.transaction() as tx:
            if forms.text(request, "kind") == "recovery":
                accepted = await recovery.use_code(tx, person.id, typed)
            else:
                accepted = await totp.accept_code(tx, person.id, typed)
            if accepted:
                await record_staff(tx, "sign_in", person.id, None, "", request.ip)
        if not accepted:
            raise Invalid(WRONG_CODE, "wrong_code", field="code")
    except Refusal as refusal:
        error = translator(request)(refusal.message)
        status = 429 if refusal.status == 429 else 422
        recovers = forms.text(request, "kind") == "recovery"
        values = {"next": _next(request), "error": error, "use_recovery": recovers}
        return with_wait(render(request, "visitor/sign_in_code.html", status, **values), refusal)
    await sign_in_tries.forget_codes(parts.throttle, person.id)
    return await signed_in(request, person.id, _next(request))


async def enrol(request: Request) -> HTTPResponse:
    return await _enrol_page(request)


async def confirm_enrolment(request: Request) -> HTTPResponse:
    """The first right code enrols the authenticator; the recovery codes are shown this once."""
    person, parts = person_of(request), parts_of(request)
    try:
        await sign_in_tries.count_code(parts.throttle, person.id)
        async with parts.db.transaction() as tx:
            staff = await accounts.staff_by_id(tx, person.id)
            if staff is None or staff.totp_confirmed:
                raise Unauthorized("Sign in first.")
            secret = await totp.secret_of(tx, person.id)
            step = totp.matching_step(secret, forms.text(request, "code", 40), tx.now)
            if step is None:
                raise Invalid(WRONG_CODE, "wrong_code", field="code")
            await accounts.confirm_totp(tx, person.id, step)
            codes = recovery.new_codes()
            await recovery.store_codes(tx, person.id, codes)
            await record_staff(tx, "enrol", person.id, None, "", request.ip)
    except (Invalid, RateLimited) as refusal:
        status = 429 if refusal.status == 429 else 422
        return with_wait(await _enrol_page(request, translator(request)(refusal.message), status), refusal)
    token = await verified_session(request, person.id)
    response = render(request, "recovery_codes.html", codes=codes, next=_next(request))
    remember(request, response, token, sessions.STAFF_SECONDS)
    return response


async def remove(request: Request) -> HTTPResponse:
    async with parts_of(request).db.transaction() as tx:
        await sessions.end(tx, session_token(request))
    say(request, translator(request)("You are signed out."))
    response = redirect("/")
    forget(request, response)
    return response


async def signed_in(request: Request, staff_id: int, to: str) -> HTTPResponse:
    token = await verified_session(request, staff_id)
    response = redirect(to)
    remember(request, response, token, sessions.STAFF_SECONDS)
    return response


async def _with_password(request: Request, username: str) -> accounts.Staff:
    parts = parts_of(request)
    limit = parts.settings.appliance_sign_in_rate_limit_per_minute
    await sign_in_tries.count_password(parts.throttle, username, request.ip, limit)
    password = forms.password(request, "password")
    staff = await accounts.staff_with_password(parts.db, parts.hasher, username, password)
    if staff is None:
        raise Invalid(WRONG, "wrong_password", field="password")
    await sign_in_tries.forget_passwords(parts.throttle, username, request.ip)
    return staff


def _password_page(request: Request, refusal: Refusal | None = None) -> HTTPResponse:
    status = 200 if refusal is None else 429 if refusal.status == 429 else 422
    error = translator(request)(refusal.message) if refusal else ""
    typed = forms.typed(request, "username")
    page = render(request, "visitor/sign_in.html", status, typed=typed, error=error, next=_next(request))
    return with_wait(page, refusal)


async def _enrol_page(request: Request, error: str = "", status: int = 200) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    staff = await accounts.staff_by_id(parts.db, person.id)
    if staff is None or staff.totp_confirmed:
        return redirect("/sign-in/code")
    secret = await totp.secret_of(parts.db, person.id)
    school = request.app.ctx.school()
    address = totp.otpauth_uri(secret, staff.username, school.school_name if school else "Chalkbox")
    return render(
        request,
        "visitor/enrol.html",
        status,
        secret=secret,
        qr=totp.qr_svg(address),
        error=error,
        next=_next(request),
    )


def _next(request: Request) -> str:
    given = forms.typed(request, "next")["next"] or str(request.args.get("next") or "")
    return inside(given, "/teach") if len(given) <= LONGEST else "/teach"


def _recovers(request: Request) -> bool:
    return str(request.args.get("with")) == "recovery"
