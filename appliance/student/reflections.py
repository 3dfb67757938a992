"""What a student writes about a lesson."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.student.lessons import Typed
from appliance.student.materials import open_material, page
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator
from appliance.work.outcomes import note_milestone
from appliance.work.responses import save_reflection
from appliance.work.two_devices import CODE


async def update(request: Request, material_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    opened = await open_material(parts, person, material_id, ("reflection",))
    text = forms.whole(request, "reflection_text")
    try:
        async with parts.db.transaction() as tx:
            await save_reflection(tx, opened.material.id, person.id, text, forms.whole(request, "seen"))
            if text:
                await note_milestone(tx, person.id, opened.material.id)
    except Invalid as refusal:
        typed = Typed(
            reflection=text,
            reflection_error=translate(refusal.message),
            shows_saved=refusal.code == CODE,
        )
        return await page(request, opened, typed, 422)
    say(request, translate("What you wrote is saved."))
    return redirect(opened.path)
