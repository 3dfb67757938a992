"""Invitations of a class: made, shown as a square, switched off and on, removed."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.invites import (
    WRONG_HOURS,
    WRONG_SEATS,
    create_invite,
    invite_of_class,
    invites_of_class,
    remove_invite,
    set_invite_active,
)
from appliance.classroom.pressed_forms import new_form_key
from appliance.errors import Invalid, Refusal
from appliance.parts import parts_of
from appliance.teacher.box_address import hosts, ways
from appliance.teacher.form_keys import made_once
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator


async def index(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        label = forms.text(request, "label")
        hours, seats = _number(request, "hours", WRONG_HOURS), _number(request, "seats", WRONG_SEATS)
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)

            async def make() -> int:
                invite = await create_invite(tx, class_id, person.id, label, hours, seats)
                await record_staff(tx, "create_invite", person.id, class_id, str(invite.id), request.ip)
                return invite.id

            invite_id = await made_once(request, tx, make)
    except Invalid as refusal:
        return await _page(request, class_id, refusal)
    return redirect(f"/teach/class/{class_id}/invites/{invite_id}")


async def show(request: Request, class_id: int, invite_id: int) -> HTTPResponse:
    """The square and the address, to be shown, copied or printed."""
    parts = parts_of(request)
    classroom = await class_of_staff(parts.db, class_id, person_of(request).id)
    invite = await invite_of_class(parts.db, class_id, invite_id)
    return render(
        request,
        "teacher/invite.html",
        classroom=classroom,
        invite=invite,
        state=invite.state(parts.db.now()),
        ways=ways(request, invite.path),
        link=f"{request.scheme}://{hosts(request)[0]}{invite.path}",
    )


async def update(request: Request, class_id: int, invite_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    is_active = forms.text(request, "active", 10) == "1"
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await set_invite_active(tx, class_id, invite_id, is_active)
        action = "enable_invite" if is_active else "disable_invite"
        await record_staff(tx, action, person.id, class_id, str(invite_id), request.ip)
    if is_active:
        say(request, translate("The invitation is good again."))
    else:
        say(request, translate("The invitation is switched off. Whoever came with it stays in."))
    return redirect(f"/teach/class/{class_id}/invites")


async def remove(request: Request, class_id: int, invite_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await remove_invite(tx, class_id, invite_id)
        await record_staff(tx, "remove_invite", person.id, class_id, str(invite_id), request.ip)
    say(request, translator(request)("The invitation is removed. Whoever came with it stays in."))
    return redirect(f"/teach/class/{class_id}/invites")


def _number(request: Request, name: str, otherwise: str) -> int | None:
    given = forms.text(request, name, 20)
    if not given:
        return None
    number = forms.number(given, -1)
    if number < 0:
        raise Invalid(otherwise, field=name)
    return number


async def _page(request: Request, class_id: int, refusal: Refusal | None = None) -> HTTPResponse:
    parts = parts_of(request)
    classroom = await class_of_staff(parts.db, class_id, person_of(request).id)
    now = parts.db.now()
    return render(
        request,
        "teacher/invites.html",
        forms.status_of(refusal),
        classroom=classroom,
        invites=[(invite, invite.state(now)) for invite in await invites_of_class(parts.db, class_id)],
        typed=forms.typed(request, "label", "hours", "seats"),
        form_key=new_form_key(),
        errors=forms.errors(refusal, translator(request)),
    )
