"""Two entries of the roster that are one and the same student."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher
from appliance.classroom.students import student_of_class
from appliance.errors import Invalid, Refusal
from appliance.helper.class_reset import forget_person
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.merging import belongings_of, merge_students


async def new(request: Request, class_id: int) -> HTTPResponse:
    """What each of the two has, before anything is done."""
    gone, kept = (forms.asked_number(request, name) for name in ("gone", "kept"))
    return await _page(request, class_id, gone, kept)


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    gone, kept = (forms.number(forms.text(request, name, 20)) for name in ("gone", "kept"))
    try:
        if forms.text(request, "confirmed", 10) != "1":
            raise Invalid("Tick the box if they are one and the same.", "not_confirmed", field="confirmed")
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            student = await merge_students(tx, class_id, gone, kept)
            await record_staff(tx, "merge_students", person.id, class_id, f"{gone}>{kept}", request.ip)
    except Invalid as refusal:
        return await _page(request, class_id, gone, kept, refusal)
    parts.presence.leave(class_id, gone)
    await forget_person(parts.helper, class_id, gone)
    say(request, translator(request)("All of it belongs to %(name)s now.", name=student.display_name))
    return redirect(f"/teach/class/{class_id}/student/{student.id}")


async def _page(
    request: Request, class_id: int, gone_id: int, kept_id: int, refusal: Refusal | None = None
) -> HTTPResponse:
    parts = parts_of(request)
    classroom = await class_of_teacher(parts.db, class_id, person_of(request).id)
    if gone_id == kept_id:
        raise Invalid("Choose two different students.", "same_student")
    gone, kept = [await student_of_class(parts.db, class_id, one) for one in (gone_id, kept_id)]
    return render(
        request,
        "teacher/merge.html",
        forms.status_of(refusal),
        classroom=classroom,
        gone=await belongings_of(parts.db, gone),
        kept=await belongings_of(parts.db, kept),
        errors=forms.errors(refusal, translator(request)),
    )
