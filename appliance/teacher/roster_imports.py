"""Students from a list: chosen or typed, looked over, made."""

import secrets
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.box import name_safety_of
from appliance.classroom.classes import class_of_teacher
from appliance.classroom.roster_imports import (
    MOST_NAMES,
    ImportLine,
    import_students,
    looked_over,
    names_in,
)
from appliance.errors import Invalid, Refusal
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator

MOST_TYPED = 60_000


async def new(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def preview(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    try:
        names = names_in(_list(request))
    except Invalid as refusal:
        return await _page(request, class_id, refusal)
    safety = await name_safety_of(parts.db, parts.settings)
    return await _page(request, class_id, lines=await looked_over(parts.db, class_id, names, safety))


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    safety = await name_safety_of(parts.db, parts.settings)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            mark = forms.text(request, "form_mark", 40)
            made = await import_students(tx, class_id, forms.texts(request, "name"), safety, mark)
            await record_staff(tx, "import_roster", person.id, class_id, str(len(made)), request.ip)
    except Invalid as refusal:
        names = forms.texts(request, "listed")[:MOST_NAMES]
        lines = await looked_over(parts.db, class_id, names, safety) if names else None
        return await _page(request, class_id, refusal, lines)
    if not made:
        say(request, translate("This list was taken in already."), "warning")
        return redirect(f"/teach/class/{class_id}/roster")
    say(request, translate.plural("%(num)s student is new.", "%(num)s students are new.", len(made)))
    return redirect(f"/teach/class/{class_id}/roster?{urlencode({'new': mark})}")


def _list(request: Request) -> bytes:
    """The file, else what was typed."""
    uploaded = request.files.get("file") if request.files else None
    if uploaded is not None and uploaded.body:
        return bytes(uploaded.body)
    return forms.text(request, "names", MOST_TYPED).encode("utf-8", "replace")


async def _page(
    request: Request, class_id: int, refusal: Refusal | None = None, lines: list[ImportLine] | None = None
) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_teacher(parts.db, class_id, person.id)
    return render(
        request,
        "teacher/roster_import.html",
        forms.status_of(refusal),
        classroom=classroom,
        lines=lines,
        typed=forms.typed(request, "names"),
        errors=forms.errors(refusal, translator(request)),
        form_mark=secrets.token_urlsafe(12),
    )
