"""One student of a class: name, the ways back in, the work, and the way out of the roster."""

from sanic import HTTPResponse, Request
from sanic.response import json, redirect

from appliance.auth.emoji_codes import pictures_of
from appliance.auth.pseudonyms import clean_display_name
from appliance.classroom.audit import record_staff
from appliance.classroom.box import name_safety_of
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.joining import name_warning
from appliance.classroom.rejoin_codes import create_rejoin_code
from appliance.classroom.students import remove_student, rename_student, roster, student_of_class
from appliance.errors import Refusal
from appliance.helper.class_reset import forget_person
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.refusals import wants_json
from appliance.web.rendering import render, say, translator
from appliance.work.erasure import erase
from appliance.work.submissions import submissions_of_student


async def show(request: Request, class_id: int, student_id: int) -> HTTPResponse:
    return await _page(request, class_id, student_id)


async def update(request: Request, class_id: int, student_id: int) -> HTTPResponse:
    """Another name."""
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    await class_of_teacher(parts.db, class_id, person.id)
    safety = await name_safety_of(parts.db, parts.settings)
    try:
        name = clean_display_name(forms.text(request, "display_name"))
        warning = name_warning(name, safety)
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            await rename_student(tx, class_id, student_id, name)
            await record_staff(tx, "rename_student", person.id, class_id, str(student_id), request.ip)
    except Refusal as refusal:
        if refusal.field != "display_name":
            raise
        return await _page(request, class_id, student_id, refusal)
    if warning:
        say(request, translate(warning), "warning")
    else:
        say(request, translate("The name is %(name)s now.", name=name))
    return redirect(f"/teach/class/{class_id}/student/{student_id}")


async def show_return_code(request: Request, class_id: int, student_id: int) -> HTTPResponse:
    """Looking at a return code is in the audit trail: it opens somebody's work."""
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        student = await student_of_class(tx, class_id, student_id)
        await record_staff(tx, "see_return_code", person.id, class_id, str(student.id), request.ip)
    if wants_json(request):
        return json({"return_code": student.return_code})
    return await _page(request, class_id, student_id, return_code=student.return_code)


async def create_one_time_code(request: Request, class_id: int, student_id: int) -> HTTPResponse:
    """Shown on this answer and never again."""
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        student = await student_of_class(tx, class_id, student_id)
        code = await create_rejoin_code(tx, student.id)
        await record_staff(tx, "create_rejoin_code", person.id, class_id, str(student.id), request.ip)
    if wants_json(request):
        return json({"rejoin_code": code})
    return await _page(request, class_id, student_id, one_time_code=code)


async def remove(request: Request, class_id: int, student_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        student = await student_of_class(tx, class_id, student_id)
        left = await remove_student(tx, student.id)
        await record_staff(tx, "remove_student", person.id, class_id, str(student.id), request.ip)
    parts.presence.leave(class_id, student_id)
    await erase(parts.db, parts.files, parts.partial_files, left)
    await forget_person(parts.helper, class_id, student.id)
    say(request, translator(request)("%(name)s and all their work are removed.", name=student.display_name))
    return redirect(f"/teach/class/{class_id}/roster")


async def _page(
    request: Request,
    class_id: int,
    student_id: int,
    refusal: Refusal | None = None,
    return_code: str = "",
    one_time_code: str = "",
) -> HTTPResponse:
    """The codes are empty unless this very answer is to show them."""
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    student = await student_of_class(parts.db, class_id, student_id)
    others = [line for line in await roster(parts.db, class_id) if line.id != student.id]
    return render(
        request,
        "teacher/student.html",
        forms.status_of(refusal),
        classroom=classroom,
        student=student,
        submissions=await submissions_of_student(parts.db, student.id),
        others=others,
        errors=forms.errors(refusal, translator(request)),
        typed_name=forms.typed(request, "display_name")["display_name"] if refusal else student.display_name,
        return_code=return_code,
        one_time_code=one_time_code,
        pictures=pictures_of(return_code or one_time_code),
    )
