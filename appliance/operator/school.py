"""The school and whom the box is for: names, language, time zone, profile, name safety."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.box import Box, box_of, time_zones, update_box
from appliance.errors import Invalid
from appliance.parts import parts_of, refresh_school
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.web.translations import LANGUAGES

FIELDS = ("school_name", "language", "timezone", "program_profile", "name_safety")


async def edit(request: Request) -> HTTPResponse:
    box = await box_of(parts_of(request).db) or Box("", "en", "UTC")
    return _page(request, {name: getattr(box, name) or "" for name in FIELDS})


async def update(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    given = {name: forms.text(request, name) for name in FIELDS}
    try:
        if given["language"] not in LANGUAGES:
            raise Invalid("Choose a language from the list.", field="language")
        wanted = Box(
            given["school_name"],
            given["language"],
            given["timezone"],
            given["program_profile"] or None,
            given["name_safety"] or None,
        )
        async with parts.db.transaction() as tx:
            await update_box(tx, wanted)
            await record_staff(tx, "update_school", person.id, None, "", request.ip)
    except Invalid as refusal:
        return _page(request, given, refusal)
    await refresh_school(request.app)
    say(request, translator(request)("Saved. It holds from now on."))
    return redirect("/operate/school")


def _page(request: Request, typed: dict[str, str], refusal: Invalid | None = None) -> HTTPResponse:
    settings = parts_of(request).settings
    return render(
        request,
        "operator/school.html",
        forms.status_of(refusal),
        typed=typed,
        errors=forms.errors(refusal, translator(request)),
        zones=time_zones(),
        profile_of_settings=settings.appliance_program_profile,
        safety_of_settings=settings.appliance_name_safety_mode,
    )
