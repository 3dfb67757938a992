"""Who may become new in a class: anybody with the code, the invited, or nobody."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher, set_enrollment_mode
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator

ANYBODY = "Whoever has the class code may join."
INVITED = "New students need an invitation now. Whoever was here before comes back as always."
NOBODY = "Nobody new gets in now. Whoever was here before comes back as always."
SAID = {"open": ANYBODY, "invite_only": INVITED, "closed": NOBODY}


async def update(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    mode = forms.text(request, "enrollment_mode", 40)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        if await set_enrollment_mode(tx, class_id, mode):
            await record_staff(tx, "set_enrollment_mode", person.id, class_id, mode, request.ip)
    say(request, translator(request)(SAID[mode]))
    return redirect(f"/teach/class/{class_id}")
