"""A student marks their own work by criteria."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.student.lessons import Typed, work_of
from appliance.student.materials import items_of, open_material, page
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator
from appliance.work.outcomes import note_milestone
from appliance.work.responses import save_rubric
from appliance.work.two_devices import CODE, joined_scores, joined_words

SCORE = "score-"


async def update(request: Request, material_id: int) -> HTTPResponse:
    """Criteria that aren't marked, or not with a number of the scale, stay open."""
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    opened = await open_material(parts, person, material_id, ("rubric",))
    scores = {
        item.key: _score(forms.text(request, f"{SCORE}{item.key}"), opened.material.rubric_scale_max)
        for item in await items_of(parts, opened)
    }
    note, seen, shown = forms.whole(request, "note"), forms.whole(request, "seen"), _shown(request)
    try:
        async with parts.db.transaction() as tx:
            marked = await save_rubric(tx, opened.material.id, person.id, scores, note, shown, seen)
            if scores and scores.keys() <= marked.keys():
                await note_milestone(tx, person.id, opened.material.id)
    except Invalid as refusal:
        saved = await work_of(parts, person)
        typed = Typed(
            scores=joined_scores(saved.scored(opened.material.id), scores, shown or {}),
            note=joined_words(saved.note(opened.material.id), note, seen),
            note_error=translate(refusal.message),
            shows_saved=refusal.code == CODE,
        )
        return await page(request, opened, typed, 422)
    say(request, translate("Your marks are saved."))
    return redirect(opened.path)


def _shown(request: Request) -> dict[str, int] | None:
    """The marks that the page had when it was opened or last saved; None from who doesn't say."""
    if not forms.has(request, "shown_scores"):
        return None
    pairs = (word.rpartition("=") for word in forms.whole(request, "shown_scores").split())
    return {key: forms.number(score) for key, _, score in pairs if key}


def _score(text: str, most: int) -> int:
    score = forms.number(text)
    return score if score <= most else 0
