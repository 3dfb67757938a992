"""What the teacher says, ticked as read."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.announcements import mark_read
from appliance.classroom.students import student_by_id
from appliance.parts import parts_of
from appliance.web.identity import person_of


async def update(request: Request, announcement_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        student = await student_by_id(tx, person.id)
        await mark_read(tx, student.class_id, student.id, announcement_id)
    return redirect("/student")
