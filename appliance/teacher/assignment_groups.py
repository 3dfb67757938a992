"""Whose a quiz or a set of cards is: the whole class's, or some groups'."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.teacher import assignments
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator
from appliance.work.assignment_groups import give_to_groups
from appliance.work.assignments import assignment_of_class


async def update(request: Request, class_id: int, assignment_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    group_ids = assignments.group_ids(request)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            await give_to_groups(tx, await assignment_of_class(tx, class_id, assignment_id), group_ids)
            await record_staff(tx, "change_audience", person.id, class_id, str(assignment_id), request.ip)
    except Invalid as refusal:
        return await assignments.page(request, class_id, assignment_id, refusal, ticked=group_ids)
    say(
        request,
        translate("Only these groups have it now.")
        if group_ids
        else translate("The whole class has it now."),
    )
    return redirect(f"/teach/class/{class_id}/assignments/{assignment_id}")
