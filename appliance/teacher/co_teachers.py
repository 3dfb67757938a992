"""Who else teaches in a class, who assists, and who may only look at it."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.co_teachers import (
    add_co_teacher,
    co_teachers_of_class,
    remove_co_teacher,
    set_role,
)
from appliance.classroom.rights import MAY
from appliance.errors import Conflict, Invalid, Refusal
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator


async def index(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        username, role = forms.text(request, "username", 200), forms.text(request, "role")
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            added = await add_co_teacher(tx, class_id, username, role)
            target = f"{added.role}:{added.staff_id}"
            await record_staff(tx, "add_co_teacher", person.id, class_id, target, request.ip)
    except (Invalid, Conflict) as refusal:
        return await _page(request, class_id, refusal)
    say(request, translator(request)("%(name)s finds this class on their page now.", name=added.display_name))
    return redirect(f"/teach/class/{class_id}/co-teachers")


async def update(request: Request, class_id: int, staff_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    role = forms.text(request, "role")
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            await set_role(tx, class_id, staff_id, role)
            await record_staff(tx, "change_co_teacher", person.id, class_id, f"{role}:{staff_id}", request.ip)
    except (Invalid, Conflict) as refusal:
        return await _page(request, class_id, refusal)
    say(request, translator(request)("Saved."))
    return redirect(f"/teach/class/{class_id}/co-teachers" if staff_id != person.id else "/teach")


async def remove(request: Request, class_id: int, staff_id: int) -> HTTPResponse:
    """Anybody may leave; taking somebody else out is for those who teach here."""
    parts, person = parts_of(request), person_of(request)
    may = class_of_staff if staff_id == person.id else class_of_teacher
    try:
        async with parts.db.transaction() as tx:
            await may(tx, class_id, person.id)
            await remove_co_teacher(tx, class_id, staff_id)
            await record_staff(tx, "remove_co_teacher", person.id, class_id, str(staff_id), request.ip)
    except (Invalid, Conflict) as refusal:
        return await _page(request, class_id, refusal)
    say(request, translator(request)("Saved."))
    return redirect(f"/teach/class/{class_id}/co-teachers" if staff_id != person.id else "/teach")


async def _page(request: Request, class_id: int, refusal: Refusal | None = None) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    return render(
        request,
        "teacher/co_teachers.html",
        forms.status_of(refusal),
        classroom=await class_of_staff(parts.db, class_id, person.id),
        rights=MAY,
        co_teachers=await co_teachers_of_class(parts.db, class_id),
        typed=forms.typed(request, "username", "role"),
        errors=forms.errors(refusal, translator(request)),
    )
