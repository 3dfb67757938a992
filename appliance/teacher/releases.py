"""Opening and locking one lesson for one class."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher
from appliance.classroom.materials import materials_of_lesson
from appliance.classroom.releases import open_now, set_lock
from appliance.errors import Invalid, NotFound
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator


async def update(request: Request, class_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    course, lesson, state = (forms.text(request, name) for name in ("course", "lesson", "state"))
    await class_of_teacher(parts.db, class_id, person.id)
    if state not in ("open", "locked"):
        raise Invalid("A lesson can be open or locked. Use the buttons on the class page.", field="state")
    if "lesson" not in await materials_of_lesson(parts.db, class_id, course, lesson):
        raise NotFound("This lesson is not on the class's road.")
    async with parts.db.transaction() as tx:
        if state == "open":
            await open_now(tx, class_id, course, lesson)
        else:
            await set_lock(tx, class_id, course, lesson, True)
        await record_staff(tx, f"lesson_{state}", person.id, class_id, f"{course}/{lesson}", request.ip)
    say(request, translate("The lesson is open.") if state == "open" else translate("The lesson is locked."))
    return redirect(f"/teach/class/{class_id}#lessons")
