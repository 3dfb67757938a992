"""Ticks on a checklist."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.parts import parts_of
from appliance.student.materials import items_of, open_material
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.work.outcomes import note_milestone
from appliance.work.responses import save_ticks


async def update(request: Request, material_id: int) -> HTTPResponse:
    """What is ticked now; keys that the list doesn't have are left out."""
    parts, person = parts_of(request), person_of(request)
    opened = await open_material(parts, person, material_id, ("checklist",))
    keys = {item.key for item in await items_of(parts, opened)}
    async with parts.db.transaction() as tx:
        sent = keys & set(forms.texts(request, "checked_item"))
        ticked = await save_ticks(tx, opened.material.id, person.id, sent, _shown(request, keys))
        if keys and ticked >= keys:
            await note_milestone(tx, person.id, opened.material.id)
    return redirect(opened.path)


def _shown(request: Request, keys: set[str]) -> set[str] | None:
    """What was ticked on the page that was sent; nothing from a form that doesn't say so."""
    if not forms.has(request, "shown_items"):
        return None
    return keys & set(forms.whole(request, "shown_items").split())
