"""What a student has read: said at the end of a lesson, a text or a link, and taken back at any time."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.parts import parts_of
from appliance.student.materials import open_material
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator
from appliance.work.progress import TO_READ
from appliance.work.responses import save_reading


async def update(request: Request, material_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    opened = await open_material(parts, person, material_id, TO_READ)
    is_read = forms.text(request, "read") == "1"
    async with parts.db.transaction() as tx:
        await save_reading(tx, opened.material.id, person.id, is_read)
    say(request, translate("Noted as read.") if is_read else translate("It counts as not yet read."))
    return redirect(f"{opened.material.path}#read")
