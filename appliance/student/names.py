"""A student's own name in the class, changed by the student."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.auth.pseudonyms import clean_display_name
from appliance.classroom.audit import record_student
from appliance.classroom.box import name_safety_of, profile_of
from appliance.classroom.joining import name_warning
from appliance.classroom.students import namesakes, rename_student, student_by_id
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.storage.database import Transaction
from appliance.web import forms
from appliance.web.identity import Person, person_of
from appliance.web.rendering import render, say, translator

TAKEN = "Somebody in your class has this name already. Choose another one."


async def edit(request: Request) -> HTTPResponse:
    student = await student_by_id(parts_of(request).db, person_of(request).id)
    return _page(request, student.display_name)


async def update(request: Request) -> HTTPResponse:
    """That it happened is kept, and neither of the two names."""
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    safety = await name_safety_of(parts.db, parts.settings)
    profile = await profile_of(parts.db, parts.settings)
    try:
        name = clean_display_name(forms.text(request, "display_name"))
        warning = name_warning(name, safety)
        async with parts.db.transaction() as tx:
            if profile.strict_rejoin:
                await _check_is_free(tx, person, name)
            await rename_student(tx, person.class_id, person.id, name)
            await record_student(tx, "student_rename", person.class_id, person.id, {}, request.ip)
    except Invalid as refusal:
        return _page(request, forms.typed(request, "display_name")["display_name"], refusal)
    if warning:
        say(request, translate(warning), "warning")
    else:
        say(request, translate("You are %(name)s now.", name=name))
    return redirect("/student/my-data")


async def _check_is_free(tx: Transaction, person: Person, name: str) -> None:
    """Who could not come in under a classmate's name doesn't get it afterwards either. Raises Invalid."""
    if any(other.id != person.id for other in await namesakes(tx, person.class_id, name)):
        raise Invalid(TAKEN, "name_taken", field="display_name")


def _page(request: Request, typed: str, refusal: Invalid | None = None) -> HTTPResponse:
    errors = forms.errors(refusal, translator(request))
    return render(request, "student/name.html", forms.status_of(refusal), typed=typed, errors=errors)
