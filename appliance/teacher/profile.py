"""My profile: name, password, recovery codes, other devices, tokens for programs."""

from collections.abc import Mapping

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.auth import accounts, passwords, recovery, sessions, sign_in_tries, tokens
from appliance.auth.accounts import Staff
from appliance.auth.links import end_links_of_staff
from appliance.classroom.audit import record_staff
from appliance.errors import Invalid, Refusal, Unauthorized
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of, remember, session_token, verified_session
from appliance.web.refusals import with_wait
from appliance.web.rendering import render, say, translator

PAGE = "/teach/profile"
WRONG = "This isn't your current password. Check it; capitals matter."
CHANGED = "The new password holds. Your other devices are signed out."
CHANGED_AND_ENDED = "The new password holds. Your other devices are signed out, and your tokens have ended."
NO_LABEL = "Say in a few words what the token is for, so that you know later which one to end."


async def show(request: Request) -> HTTPResponse:
    return await _page(request)


async def update(request: Request) -> HTTPResponse:
    """The name that others read."""
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await accounts.set_display_name(tx, person.id, forms.text(request, "display_name", 200))
            await record_staff(tx, "change_profile", person.id, None, "", request.ip)
    except Invalid as refusal:
        return await _page(request, refusal, forms.typed(request, "display_name"))
    say(request, translator(request)("Saved. Others read this name from now on."))
    return redirect(PAGE)


async def change_password(request: Request) -> HTTPResponse:
    """Every other device is signed out, and this one goes on under a new session; tokens end where the form says so."""
    parts, ends_tokens = parts_of(request), forms.text(request, "end_tokens") == "1"
    try:
        staff = await _proven(request, "current")
        chosen = forms.password(request, "password")
        passwords.check_strength(chosen, staff.username)
        password_hash = await parts.hasher.hash(chosen)
    except Refusal as refusal:
        return await _page(request, refusal, forms.typed(request, "end_tokens"))
    async with parts.db.transaction() as tx:
        await accounts.set_password(tx, staff.id, password_hash)
        await sessions.end_all_of_staff(tx, staff.id, except_token=session_token(request))
        await end_links_of_staff(tx, staff.id)
        ended = await tokens.end_tokens_of_staff(tx, staff.id) if ends_tokens else 0
        await record_staff(tx, "change_password", staff.id, None, "", request.ip)
        if ended:
            await record_staff(tx, "end_access_token", staff.id, None, "", request.ip)
    token = await verified_session(request, staff.id)
    say(request, translator(request)(CHANGED_AND_ENDED if ended else CHANGED))
    response = redirect(PAGE)
    remember(request, response, token, sessions.STAFF_SECONDS)
    return response


async def make_recovery_codes(request: Request) -> HTTPResponse:
    """Ten new ones in place of all older ones, shown this once."""
    try:
        staff = await _proven(request, "current_for_codes")
    except Refusal as refusal:
        return await _page(request, refusal)
    codes = recovery.new_codes()
    async with parts_of(request).db.transaction() as tx:
        await recovery.store_codes(tx, staff.id, codes)
        await record_staff(tx, "make_recovery_codes", staff.id, None, "", request.ip)
    return render(request, "recovery_codes.html", codes=codes, next=PAGE)


async def end_other_sessions(request: Request) -> HTTPResponse:
    person = person_of(request)
    async with parts_of(request).db.transaction() as tx:
        await sessions.end_all_of_staff(tx, person.id, except_token=session_token(request))
        await record_staff(tx, "end_other_sessions", person.id, None, "", request.ip)
    say(request, translator(request)("Your other devices are signed out. This one stays."))
    return redirect(PAGE)


async def make_token(request: Request) -> HTTPResponse:
    """Shown this once, on the page itself: an address or a flash message would keep it."""
    try:
        staff = await _proven(request, "current_for_token")
        label = forms.text(request, "label", tokens.LABEL_LENGTH)
        if not label:
            raise Invalid(NO_LABEL, field="label")
    except Refusal as refusal:
        return await _page(request, refusal, forms.typed(request, "label"))
    async with parts_of(request).db.transaction() as tx:
        token = await tokens.new_access_token(tx, staff.id, label)
        await record_staff(tx, "access_token_made", staff.id, None, "", request.ip)
    return await _page(request, token=token)


async def end_token(request: Request) -> HTTPResponse:
    person = person_of(request)
    async with parts_of(request).db.transaction() as tx:
        if await tokens.end_token(tx, person.id, forms.text(request, "mark", 200)):
            await record_staff(tx, "end_access_token", person.id, None, "", request.ip)
    say(request, translator(request)("The token has ended: the program that used it is shut out."))
    return redirect(PAGE)


async def _proven(request: Request, field: str) -> Staff:
    """Who is asking, by their password: a browser left open in the staff room is not enough."""
    parts, person = parts_of(request), person_of(request)
    limit = parts.settings.appliance_sign_in_rate_limit_per_minute
    staff = await accounts.staff_by_id(parts.db, person.id)
    if staff is None:
        raise Unauthorized("Sign in first.")
    await sign_in_tries.count_password(parts.throttle, staff.username, request.ip, limit)
    typed = forms.password(request, field)
    if await accounts.staff_with_password(parts.db, parts.hasher, staff.username, typed) is None:
        raise Invalid(WRONG, "wrong_password", field=field)
    return staff


async def _page(
    request: Request, refusal: Refusal | None = None, typed: Mapping[str, str] | None = None, token: str = ""
) -> HTTPResponse:
    db, person = parts_of(request).db, person_of(request)
    staff = await accounts.staff_by_id(db, person.id)
    page = render(
        request,
        "teacher/profile.html",
        forms.status_of(refusal),
        staff=staff,
        typed={"display_name": person.display_name, "label": "", "end_tokens": "1", **(typed or {})},
        errors=forms.errors(refusal, translator(request)),
        codes_left=await recovery.codes_left(db, person.id),
        other_sessions=await sessions.others_of_staff(db, person.id, session_token(request)),
        tokens=await tokens.tokens_of_staff(db, person.id),
        token=token,
    )
    return with_wait(page, refusal)
