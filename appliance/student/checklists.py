"""Ticks on a lesson's checklist."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.materials import material_of_class
from appliance.parts import parts_of
from appliance.student.lessons import open_activity
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.work.responses import save_ticks


async def update(request: Request, material_id: int) -> HTTPResponse:
    """What is ticked now; keys that the list doesn't have are left out."""
    parts, person = parts_of(request), person_of(request)
    material = await material_of_class(parts.db, person.class_id, material_id, "checklist")
    opened = await open_activity(parts, person, material)
    checklist = opened.lesson.checklist
    keys = {item.key for item in checklist.items} if checklist else set()
    async with parts.db.transaction() as tx:
        await save_ticks(tx, material.id, person.id, keys & set(forms.texts(request, "checked_item")))
    return redirect(f"{opened.path}#checklist")
