"""The gallery of a class: what its students chose to show one another."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.materials import Material
from appliance.errors import Forbidden, Invalid
from appliance.parts import parts_of
from appliance.student.lessons import Typed
from appliance.student.materials import open_material
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.web.site_mode import CLASS_ENDED
from appliance.work.gallery import gallery_of_material, share
from appliance.work.versions import versions_of_student


async def show(request: Request, material_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    opened = await open_material(parts, person, material_id, ("gallery",))
    return await page(request, opened.material, forms.page(request))


async def page(
    request: Request, material: Material, number: int, typed: Typed | None = None, status: int = 200
) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    return render(
        request,
        "student/gallery.html",
        status,
        material=material,
        versions=(await versions_of_student(parts.db, person.id, material.id)).get(material.id, []),
        gallery=await gallery_of_material(parts.db, material.id, person.id, number),
        typed=typed or Typed(),
        upload_mb=min(material.max_upload_mb, parts.settings.appliance_upload_max_mb),
    )


async def update(request: Request, submission_id: int) -> HTTPResponse:
    """Show one's own work to the class while its gallery is open; or take it back, at any time, for no reason given."""
    parts, person = parts_of(request), person_of(request)
    is_shared = forms.text(request, "share") == "1"
    translate = translator(request)
    if is_shared and person.class_has_ended:
        raise Forbidden(CLASS_ENDED, "class_ended")
    async with parts.db.transaction() as tx:
        try:
            submission = await share(tx, submission_id, person.id, is_shared)
            if is_shared:
                await open_material(parts, person, submission.material_id, ("gallery",))
        except Invalid as refusal:
            say(request, translate(refusal.message), "warning")
            return redirect("/student")
    say(
        request,
        translate("Your class can see it now.")
        if is_shared
        else translate("It is out of the gallery again."),
    )
    return redirect(f"/material/{submission.material_id}/gallery")
