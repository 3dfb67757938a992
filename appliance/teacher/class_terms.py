"""The class itself: another name, the end of its term, its return, and its removal for good."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.class_terms import bring_back_class, end_class, remove_class, rename_class
from appliance.classroom.classes import Class, class_of_staff, class_of_teacher
from appliance.classroom.students import students_of_class
from appliance.errors import Conflict, Invalid, Refusal
from appliance.helper.class_reset import Reset, forget_class
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.erasure import erase

NOT_ENDED = "End the class first. What can't be undone takes two steps."


async def edit(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def update(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            await rename_class(tx, class_id, forms.text(request, "name", 2000))
            await record_staff(tx, "rename_class", person.id, class_id, "", request.ip)
    except Invalid as refusal:
        return await _page(request, class_id, refusal)
    say(request, translator(request)("Saved. Students read the new name from now on."))
    return redirect(f"/teach/class/{class_id}/term")


async def end(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await end_class(tx, class_id)
        await record_staff(tx, "end_class", person.id, class_id, "", request.ip)
    say(request, translator(request)("The class has ended. You find it under your past classes."))
    return redirect(f"/teach/class/{class_id}/term")


async def bring_back(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await bring_back_class(tx, class_id)
        await record_staff(tx, "bring_back_class", person.id, class_id, "", request.ip)
    say(request, translator(request)("The class is back. It is locked: open it when it begins."))
    return redirect(f"/teach/class/{class_id}")


async def remove(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        _check_meant(request, await class_of_teacher(parts.db, class_id, person.id))
        # First what the cache holds: nothing else goes where that can't.
        await forget_class(
            parts.helper, parts.db, parts.settings, Reset(class_id, person.id, request.ip, with_copy=False)
        )
        async with parts.db.transaction() as tx:
            _check_meant(request, await class_of_teacher(tx, class_id, person.id))
            left = await remove_class(tx, class_id)
            await record_staff(tx, "remove_class", person.id, None, f"class:{class_id}", request.ip)
    except (Invalid, Conflict) as refusal:
        return await _page(request, class_id, refusal)
    parts.presence.empty(class_id)
    await erase(parts.db, parts.files, parts.partial_files, left)
    say(request, translator(request)("The class is gone, with all that was in it."))
    return redirect("/teach")


def _check_meant(request: Request, classroom: Class) -> None:
    """Raises Conflict while the class goes on, Invalid where the name was not typed."""
    if not classroom.has_ended:
        raise Conflict(NOT_ENDED, "class_not_ended")
    typed = " ".join(forms.text(request, "class_name").split())
    if typed.casefold() != classroom.name.casefold():
        raise Invalid("Type the name of the class as it stands above.", "not_confirmed", field="class_name")


async def _page(request: Request, class_id: int, refusal: Refusal | None = None) -> HTTPResponse:
    parts = parts_of(request)
    classroom = await class_of_staff(parts.db, class_id, person_of(request).id)
    typed = forms.typed(request, "name", "class_name")
    return render(
        request,
        "teacher/class_term.html",
        forms.status_of(refusal),
        classroom=classroom,
        students=len(await students_of_class(parts.db, class_id)),
        typed={"name": typed["name"] or classroom.name, "class_name": typed["class_name"]},
        errors=forms.errors(refusal, translator(request)),
    )
