"""What the class reached, sessions given by hand, and what a certificate asks for."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.box import zone_of
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.modules import modules_of_class
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.web.sheets import Cell, sheet
from appliance.work.outcomes import (
    credit_session,
    day_text,
    is_active,
    reached_in_class,
    set_wanted,
    wanted_of_class,
)


async def index(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def create(request: Request, class_id: int) -> HTTPResponse:
    """A session for somebody who was there without the box."""
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    student_id, module_id = (forms.number(forms.text(request, name, 20)) for name in ("student", "module"))
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        is_new = await credit_session(tx, class_id, student_id, module_id, person.id)
        if is_new:
            target = f"{student_id}/{module_id}"
            await record_staff(tx, "credit_session", person.id, class_id, target, request.ip)
    say(request, translate("The session counts.") if is_new else translate("This session counted already."))
    return redirect(f"/teach/class/{class_id}/outcomes")


async def update(request: Request, class_id: int) -> HTTPResponse:
    """What a certificate asks for."""
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            await set_wanted(
                tx, class_id, forms.text(request, "sessions", 20), forms.text(request, "artifacts", 20)
            )
            await record_staff(tx, "change_certificates", person.id, class_id, "", request.ip)
    except Invalid as refusal:
        return await _page(request, class_id, refusal)
    say(request, translator(request)("Saved."))
    return redirect(f"/teach/class/{class_id}/outcomes")


async def export(request: Request, class_id: int) -> HTTPResponse:
    """Counts alone: no texts, no numbers of students."""
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    await class_of_staff(parts.db, class_id, person.id)
    reached, wanted = await reached_in_class(parts.db, class_id), await wanted_of_class(parts.db, class_id)
    zone = await zone_of(parts.db)
    async with parts.db.transaction() as tx:
        await record_staff(tx, "export_outcomes", person.id, class_id, "", request.ip)
    rows: list[list[Cell]] = [
        [
            translate("Name"),
            translate("Sessions"),
            translate("Artifacts"),
            translate("Milestones"),
            translate("Reached a certificate"),
            translate("Certificate"),
            translate("First"),
            translate("Last"),
        ]
    ]
    rows += [
        [
            each.display_name,
            each.sessions,
            each.artifacts,
            each.milestones,
            int(each.is_eligible(wanted)),
            each.certificate,
            day_text(each.first_at, zone),
            day_text(each.last_at, zone),
        ]
        for each in reached
    ]
    return sheet(f"outcomes-{class_id}", rows)


async def _page(request: Request, class_id: int, refusal: Invalid | None = None) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    reached, wanted = await reached_in_class(parts.db, class_id), await wanted_of_class(parts.db, class_id)
    now = parts.db.now()
    return render(
        request,
        "teacher/outcomes.html",
        forms.status_of(refusal),
        classroom=classroom,
        reached=reached,
        wanted=wanted,
        eligible=sum(each.is_eligible(wanted) for each in reached),
        active=sum(is_active(each, now) for each in reached),
        modules=await modules_of_class(parts.db, class_id),
        typed=forms.typed(request, "sessions", "artifacts") if refusal else None,
        errors=forms.errors(refusal, translator(request)),
    )
