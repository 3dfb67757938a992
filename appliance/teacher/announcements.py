"""What a teacher tells the class: written, taken down, put back."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.announcements import (
    announcements_of_class,
    create_announcement,
    set_taken_down,
)
from appliance.classroom.audit import record_staff
from appliance.classroom.box import today
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.pressed_forms import new_form_key
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.teacher.form_keys import made_once
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator


async def index(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    day = await today(parts.db)
    try:
        body, until_on = forms.text(request, "body", 10_000), forms.text(request, "until_on", 100)
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)

            async def make() -> int:
                created = await create_announcement(tx, class_id, person.id, body, until_on, day)
                await record_staff(tx, "announce", person.id, class_id, str(created), request.ip)
                return created

            await made_once(request, tx, make)
    except Invalid as refusal:
        return await _page(request, class_id, refusal)
    say(request, translator(request)("Your class sees it at the top of its page."))
    return redirect(f"/teach/class/{class_id}/announcements")


async def remove(request: Request, class_id: int, announcement_id: int) -> HTTPResponse:
    """With `undo` it is put back."""
    parts, person = parts_of(request), person_of(request)
    is_down = forms.text(request, "undo") != "1"
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await set_taken_down(tx, class_id, announcement_id, is_down)
        action = "take_down_announcement" if is_down else "put_back_announcement"
        await record_staff(tx, action, person.id, class_id, str(announcement_id), request.ip)
    translate = translator(request)
    say(request, translate("It is taken down.") if is_down else translate("It is there again."))
    undo = f"?taken-down={announcement_id}" if is_down else ""
    return redirect(f"/teach/class/{class_id}/announcements{undo}")


async def _page(request: Request, class_id: int, refusal: Invalid | None = None) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    return render(
        request,
        "teacher/announcements.html",
        forms.status_of(refusal),
        classroom=await class_of_staff(parts.db, class_id, person.id),
        told=await announcements_of_class(parts.db, class_id, forms.page(request)),
        day=await today(parts.db),
        taken_down=forms.asked_number(request, "taken-down"),
        typed=forms.typed(request, "body", "until_on"),
        form_key=new_form_key(),
        errors=forms.errors(refusal, translator(request)),
    )
