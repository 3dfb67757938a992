"""Locking a class and opening it again."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher, set_locked
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator


async def update(request: Request, class_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    locked = forms.text(request, "locked") == "1"
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await set_locked(tx, class_id, locked)
        await record_staff(
            tx, "lock_class" if locked else "unlock_class", person.id, class_id, "", request.ip
        )
    if locked:
        say(request, translate("The class is locked: nobody new gets in. Who is in goes on working."))
    else:
        say(request, translate("The class is open again."))
    return redirect(f"/teach/class/{class_id}")
