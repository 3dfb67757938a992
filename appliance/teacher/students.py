"""One student of a class: their return code, and the way out of the roster."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.students import remove_student, student_of_class
from appliance.parts import parts_of
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.submissions import submissions_of_student


async def show(request: Request, class_id: int, student_id: int) -> HTTPResponse:
    """Looking at a return code is in the audit trail: it opens somebody's work."""
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    student = await student_of_class(parts.db, class_id, student_id)
    async with parts.db.transaction() as tx:
        await record_staff(tx, "see_return_code", person.id, class_id, str(student.id), request.ip)
    submissions = await submissions_of_student(parts.db, student.id)
    return render(
        request, "teacher/student.html", classroom=classroom, student=student, submissions=submissions
    )


async def remove(request: Request, class_id: int, student_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    student = await student_of_class(parts.db, class_id, student_id)
    async with parts.db.transaction() as tx:
        files = await remove_student(tx, student.id)
        await record_staff(tx, "remove_student", person.id, class_id, str(student.id), request.ip)
    for name in files:
        await parts.files.remove(name)
    say(request, translator(request)("%(name)s and all their work are removed.", name=student.display_name))
    return redirect(f"/teach/class/{class_id}#roster")
