"""A new join code, for when the old one got around."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher, rotate_join_code
from appliance.parts import parts_of
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await rotate_join_code(tx, class_id)
        await record_staff(tx, "rotate_join_code", person.id, class_id, "", request.ip)
    say(
        request,
        translator(request)("The class has a new code. Who is in stays in; the old code opens nothing."),
    )
    return redirect(f"/teach/class/{class_id}")
