"""What students of a class read first: a title and a message."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.landing import save_landing
from appliance.classroom.media import landing_picture, media_of_class
from appliance.errors import Invalid
from appliance.library.rendering import render as render_markdown
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator

MOST_TYPED = 20_000


async def edit(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def update(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            title, message = forms.text(request, "title"), forms.text(request, "message", MOST_TYPED)
            await save_landing(tx, class_id, title, message, _picture(request))
            await record_staff(tx, "change_landing", person.id, class_id, "", request.ip)
    except Invalid as refusal:
        return await _page(request, class_id, refusal)
    say(request, translator(request)("Your students read it on their class page from now on."))
    return redirect(f"/teach/class/{class_id}/landing")


def _picture(request: Request) -> int:
    """0, no picture, for whatever is no number."""
    return forms.number(forms.text(request, "picture", 100))


async def _page(request: Request, class_id: int, refusal: Invalid | None = None) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    title = forms.typed_text(request, "title", MOST_TYPED) if refusal else classroom.landing_title
    message = forms.typed_text(request, "message", MOST_TYPED) if refusal else classroom.landing_message
    return render(
        request,
        "teacher/landing.html",
        forms.status_of(refusal),
        classroom=classroom,
        title=title,
        message=message,
        picture=_picture(request) if refusal else classroom.landing_media_id or 0,
        pictures=[media for media in await media_of_class(parts.db, class_id) if media.is_image],
        shown_picture=await landing_picture(parts.db, class_id),
        preview=render_markdown(classroom.landing_message, "").html,
        errors=forms.errors(refusal, translator(request)),
    )
