"""What the box lets people do today."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.site_modes import set_site_mode, site_mode_of
from appliance.errors import Invalid
from appliance.parts import parts_of, refresh_school
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator


async def edit(request: Request) -> HTTPResponse:
    return await _page(request)


async def update(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        message = forms.text(request, "message", 2000)
        async with parts.db.transaction() as tx:
            chosen = await set_site_mode(tx, forms.text(request, "mode"), message)
            await record_staff(tx, "set_site_mode", person.id, None, chosen.mode, request.ip)
    except Invalid as refusal:
        return await _page(request, refusal)
    await refresh_school(request.app)
    say(request, translator(request)("Switched. It holds from this moment on."))
    return redirect("/operate/site-mode")


async def _page(request: Request, refusal: Invalid | None = None) -> HTTPResponse:
    now = await site_mode_of(parts_of(request).db)
    return render(
        request,
        "operator/site_mode.html",
        forms.status_of(refusal),
        now=now,
        typed=forms.typed(request, "mode", "message")
        if refusal
        else {"mode": now.mode, "message": now.message},
        errors=forms.errors(refusal, translator(request)),
    )
