"""An empty roster for a new year: every student of the class goes, and all their work."""

from contextlib import suppress

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import Class, class_of_teacher, rotate_join_code
from appliance.classroom.students import remove_all_students, students_of_class
from appliance.errors import Invalid, Refusal, Unavailable
from appliance.helper.class_reset import Reset, forget_class
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.erasure import erase


async def new(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            _check_meant(request, await class_of_teacher(tx, class_id, person.id))
            left = await remove_all_students(tx, class_id)
            if forms.text(request, "new_code", 10) == "1":
                await rotate_join_code(tx, class_id)
            await record_staff(tx, "reset_roster", person.id, class_id, "", request.ip)
    except Invalid as refusal:
        return await _page(request, class_id, refusal)
    parts.presence.empty(class_id)
    await erase(parts.db, parts.files, parts.partial_files, left)
    # What the cache can't delete now ends by itself within its hour.
    with suppress(Unavailable):
        reset = Reset(class_id, person.id, request.ip, with_copy=False)
        await forget_class(parts.helper, parts.db, parts.settings, reset)
    say(request, translator(request)("The roster is empty. Students join again with the class code."))
    return redirect(f"/teach/class/{class_id}/roster")


def _check_meant(request: Request, classroom: Class) -> None:
    typed = " ".join(forms.text(request, "class_name").split())
    if typed.casefold() != classroom.name.casefold():
        raise Invalid("Type the name of the class as it stands above.", "not_confirmed", field="class_name")


async def _page(request: Request, class_id: int, refusal: Refusal | None = None) -> HTTPResponse:
    parts = parts_of(request)
    classroom = await class_of_teacher(parts.db, class_id, person_of(request).id)
    return render(
        request,
        "teacher/reset.html",
        forms.status_of(refusal),
        classroom=classroom,
        students=len(await students_of_class(parts.db, class_id)),
        typed=forms.typed(request, "class_name"),
        errors=forms.errors(refusal, translator(request)),
    )
