"""What a student writes about a lesson."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.materials import material_of_class
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.student.lessons import Typed, open_activity, page
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator
from appliance.work.responses import save_reflection

MOST_TYPED = 50_000


async def update(request: Request, material_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    material = await material_of_class(parts.db, person.class_id, material_id, "reflection")
    opened = await open_activity(parts, person, material)
    text = forms.text(request, "reflection_text", MOST_TYPED)
    try:
        async with parts.db.transaction() as tx:
            await save_reflection(tx, material.id, person.id, text)
    except Invalid as refusal:
        return await page(
            request, opened, Typed(reflection=text, reflection_error=translate(refusal.message)), 422
        )
    say(request, translate("What you wrote is saved."))
    return redirect(f"{opened.path}#reflection")
