"""Certificates of a class: issued and withdrawn."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher
from appliance.parts import parts_of
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator
from appliance.work.certificates import issue_certificate, withdraw_certificate


async def create(request: Request, class_id: int, student_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    school = request.app.ctx.school()
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        issued = await issue_certificate(
            tx, class_id, student_id, person.id, school.school_name if school else ""
        )
        await record_staff(tx, "issue_certificate", person.id, class_id, str(student_id), request.ip)
    say(request, translator(request)("%(name)s has a certificate now.", name=issued.student_name))
    return redirect(f"/teach/class/{class_id}/outcomes")


async def remove(request: Request, class_id: int, student_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await withdraw_certificate(tx, class_id, student_id)
        await record_staff(tx, "withdraw_certificate", person.id, class_id, str(student_id), request.ip)
    say(request, translator(request)("The certificate is withdrawn: its code is worth nothing now."))
    return redirect(f"/teach/class/{class_id}/outcomes")
