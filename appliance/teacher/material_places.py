"""Moving, hiding, removing and bringing back a material."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher
from appliance.classroom.material_places import (
    move_material,
    remove_material,
    restore_material,
    set_material_hidden,
)
from appliance.classroom.materials import material_of_class
from appliance.parts import parts_of
from appliance.teacher.module_places import place_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator


async def move(request: Request, class_id: int, material_id: int) -> HTTPResponse:
    """To a place in its own module, or in the one that `module` names."""
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        material = await material_of_class(tx, class_id, material_id)
        module_id = forms.number(forms.text(request, "module", 20), material.module_id)
        await move_material(tx, material, module_id, place_of(request))
        await record_staff(tx, "move_material", person.id, class_id, str(material_id), request.ip)
    say(request, translator(request)("%(title)s is in its new place.", title=material.title))
    return redirect(f"/teach/class/{class_id}/modules#material-{material_id}")


async def hide(request: Request, class_id: int, material_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    hidden = forms.text(request, "hidden") == "1"
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        material = await material_of_class(tx, class_id, material_id)
        await set_material_hidden(tx, material, hidden)
        action = "hide_material" if hidden else "show_material"
        await record_staff(tx, action, person.id, class_id, str(material_id), request.ip)
    if hidden:
        say(request, translate("Your students don't see it now. What they did in it stays."))
    else:
        say(request, translate("Your students see it again."))
    return redirect(f"/teach/class/{class_id}/modules#material-{material_id}")


async def remove(request: Request, class_id: int, material_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        material = await material_of_class(tx, class_id, material_id)
        await remove_material(tx, material)
        await record_staff(tx, "remove_material", person.id, class_id, str(material_id), request.ip)
    undo = f"/teach/class/{class_id}/materials/{material_id}/restore"
    say(request, translate("%(title)s is removed.", title=material.title), undo=undo)
    return redirect(f"/teach/class/{class_id}/modules#module-{material.module_id}")


async def restore(request: Request, class_id: int, material_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await restore_material(tx, class_id, material_id)
        await record_staff(tx, "restore_material", person.id, class_id, str(material_id), request.ip)
    say(request, translator(request)("It is back, with everything that was in it."))
    return redirect(f"/teach/class/{class_id}/modules#material-{material_id}")
