"""Moving, hiding, removing and bringing back a module."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher
from appliance.classroom.modules import (
    module_of_class,
    move_module,
    remove_module,
    restore_module,
    set_module_hidden,
)
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator


async def move(request: Request, class_id: int, module_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await move_module(tx, class_id, module_id, place_of(request))
        module = await module_of_class(tx, class_id, module_id)
        await record_staff(tx, "move_module", person.id, class_id, str(module_id), request.ip)
    say(request, translator(request)("%(title)s is in its new place.", title=module.title))
    return redirect(f"/teach/class/{class_id}/modules#module-{module_id}")


async def hide(request: Request, class_id: int, module_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    hidden = forms.text(request, "hidden") == "1"
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await set_module_hidden(tx, class_id, module_id, hidden)
        action = "hide_module" if hidden else "show_module"
        await record_staff(tx, action, person.id, class_id, str(module_id), request.ip)
    if hidden:
        say(request, translate("Your students don't see this module now. Nothing in it is lost."))
    else:
        say(request, translate("Your students see this module again."))
    return redirect(f"/teach/class/{class_id}/modules#module-{module_id}")


async def remove(request: Request, class_id: int, module_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        module = await module_of_class(tx, class_id, module_id)
        await remove_module(tx, class_id, module_id)
        await record_staff(tx, "remove_module", person.id, class_id, str(module_id), request.ip)
    undo = f"/teach/class/{class_id}/modules/{module_id}/restore"
    say(request, translate("%(title)s is removed.", title=module.title), undo=undo)
    return redirect(f"/teach/class/{class_id}/modules")


async def restore(request: Request, class_id: int, module_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await restore_module(tx, class_id, module_id)
        await record_staff(tx, "restore_module", person.id, class_id, str(module_id), request.ip)
    say(request, translator(request)("It is back, with everything that was in it."))
    return redirect(f"/teach/class/{class_id}/modules#module-{module_id}")


def place_of(request: Request) -> int:
    """Counted from 0; what is no such number means the beginning."""
    return forms.number(forms.text(request, "place", 20))
