"""Groups of a class: made, named, coloured, filled and removed by its teachers."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.groups import (
    COLOURS,
    create_group,
    groups_of_class,
    remove_group,
    restore_group,
    update_group,
)
from appliance.classroom.pressed_forms import new_form_key
from appliance.classroom.students import roster
from appliance.errors import Conflict, Invalid, Refusal
from appliance.parts import parts_of
from appliance.teacher.form_keys import made_once
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator


async def index(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        name, colour = forms.text(request, "name", 200), forms.text(request, "colour")
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)

            async def make() -> int:
                created = await create_group(tx, class_id, name, colour)
                await record_staff(tx, "create_group", person.id, class_id, str(created), request.ip)
                return created

            group_id = await made_once(request, tx, make)
    except (Invalid, Conflict) as refusal:
        return await _page(request, class_id, 0, refusal)
    say(request, translator(request)("The group is there. Tick who belongs to it."))
    return redirect(f"/teach/class/{class_id}/groups#group-{group_id}")


async def update(request: Request, class_id: int, group_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        name, colour = forms.text(request, "name", 200), forms.text(request, "colour")
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            await update_group(tx, class_id, group_id, name, colour, forms.numbers(request, "student"))
            await record_staff(tx, "change_group", person.id, class_id, str(group_id), request.ip)
    except (Invalid, Conflict) as refusal:
        return await _page(request, class_id, group_id, refusal)
    say(request, translator(request)("The group is saved."))
    return redirect(f"/teach/class/{class_id}/groups#group-{group_id}")


async def remove(request: Request, class_id: int, group_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        removed_id = await remove_group(tx, class_id, group_id)
        await record_staff(tx, "remove_group", person.id, class_id, str(group_id), request.ip)
    undo = f"/teach/class/{class_id}/removed-groups/{removed_id}"
    say(request, translator(request)("The group is removed. Its students stay in the class."), undo=undo)
    return redirect(f"/teach/class/{class_id}/groups")


async def restore(request: Request, class_id: int, removed_id: int) -> HTTPResponse:
    """`removed_id` is its number among those that were removed."""
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        group_id = await restore_group(tx, class_id, removed_id)
        await record_staff(tx, "restore_group", person.id, class_id, str(group_id), request.ip)
    say(request, translator(request)("The group is back, with its students."))
    return redirect(f"/teach/class/{class_id}/groups#group-{group_id}")


async def _page(
    request: Request, class_id: int, edited: int = 0, refusal: Refusal | None = None
) -> HTTPResponse:
    """`edited` is the group whose form was refused, 0 for the new one's."""
    parts, person = parts_of(request), person_of(request)
    return render(
        request,
        "teacher/groups.html",
        forms.status_of(refusal),
        classroom=await class_of_staff(parts.db, class_id, person.id),
        groups=await groups_of_class(parts.db, class_id),
        roster=await roster(parts.db, class_id),
        colours=COLOURS,
        edited=edited,
        typed=forms.typed(request, "name", "colour") if refusal else None,
        ticked=frozenset(forms.numbers(request, "student")) if refusal else frozenset(),
        form_key=new_form_key(),
        errors=forms.errors(refusal, translator(request)),
    )
