"""A student marks their own work by criteria."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.student.lessons import Typed
from appliance.student.materials import items_of, open_material, page
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator
from appliance.work.outcomes import note_milestone
from appliance.work.responses import save_rubric

SCORE = "score-"


async def update(request: Request, material_id: int) -> HTTPResponse:
    """Criteria that aren't marked, or not with a number of the scale, stay open."""
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    opened = await open_material(parts, person, material_id, ("rubric",))
    scores = {
        item.key: _score(forms.text(request, f"{SCORE}{item.key}"), opened.material.rubric_scale_max)
        for item in await items_of(parts, opened)
    }
    note = forms.whole(request, "note")
    try:
        async with parts.db.transaction() as tx:
            await save_rubric(tx, opened.material.id, person.id, scores, note)
            if scores and all(scores.values()):
                await note_milestone(tx, person.id, opened.material.id)
    except Invalid as refusal:
        typed = Typed(scores=scores, note=note, note_error=translate(refusal.message))
        return await page(request, opened, typed, 422)
    say(request, translate("Your marks are saved."))
    return redirect(opened.path)


def _score(text: str, most: int) -> int:
    score = forms.number(text)
    return score if score <= most else 0
