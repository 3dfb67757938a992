"""A class's gallery for its teachers: what is shown, and what they keep out."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.materials import material_of_class
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.gallery import gallery_of_teacher, keep_out


async def show(request: Request, class_id: int, material_id: int) -> HTTPResponse:
    parts = parts_of(request)
    classroom = await class_of_staff(parts.db, class_id, person_of(request).id)
    material = await material_of_class(parts.db, class_id, material_id, "gallery")
    gallery = await gallery_of_teacher(parts.db, material.id, forms.page(request))
    return render(request, "teacher/gallery.html", classroom=classroom, material=material, gallery=gallery)


async def update(request: Request, class_id: int, material_id: int, submission_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id, "review")
    await material_of_class(parts.db, class_id, material_id, "gallery")
    is_out = forms.text(request, "keep_out") == "1"
    async with parts.db.transaction() as tx:
        await keep_out(tx, class_id, material_id, submission_id, is_out)
        action = "keep_out_submission" if is_out else "let_in_submission"
        await record_staff(tx, action, person.id, class_id, f"submission {submission_id}", request.ip)
    translate = translator(request)
    say(
        request,
        translate("It is kept out of the gallery. Its student still has it.")
        if is_out
        else translate("It is in the gallery again."),
    )
    number = forms.page(request)
    return redirect(
        f"/teach/class/{class_id}/gallery/{material_id}" + (f"?page={number}" if number > 1 else "")
    )
