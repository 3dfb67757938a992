"""When one module is open for its class: locked by hand, opened on a day, or open at once."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher
from appliance.classroom.modules import open_module, set_module_day, set_module_lock
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.teacher.modules import module_page
from appliance.teacher.releases import DATED, day_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator

OPENED = "The module is open."
LOCKED = "The module is locked. Your students see its name and what you wrote about it."
UNLOCKED = "Your lock is off. A module with a day opens on that day."
SAID = {"open": OPENED, "locked": LOCKED, "unlocked": UNLOCKED, "date": DATED}
BAD_STATE = "A module can be open or locked, or open on a day. Use the buttons on its page."
BACK = {"tracker": "lessons#module-{}", "class": "#own-modules", "module": "modules/{}"}


async def update(request: Request, class_id: int, module_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    state = forms.text(request, "state")
    if state not in SAID:
        raise Invalid(BAD_STATE, field="state")
    try:
        opens_on = day_of(forms.text(request, "opens_on", 40)) if state == "date" else None
    except Invalid as refusal:
        return await module_page(request, class_id, module_id, refusal)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        if state == "open":
            await open_module(tx, class_id, module_id)
        elif state == "date":
            await set_module_day(tx, class_id, module_id, opens_on)
        else:
            await set_module_lock(tx, class_id, module_id, state == "locked")
        await record_staff(tx, f"module_{state}", person.id, class_id, str(module_id), request.ip)
    say(request, translator(request)(SAID[state]))
    return redirect(_back(request, class_id, module_id))


def _back(request: Request, class_id: int, module_id: int) -> str:
    place = BACK.get(forms.text(request, "from"), "modules#module-{}").format(module_id)
    return f"/teach/class/{class_id}{'' if place.startswith('#') else '/'}{place}"
