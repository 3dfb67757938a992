"""Where a video or file of the class stands: moved in its folder, shown or hidden, removed and brought back."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher
from appliance.classroom.media import (
    Media,
    media_in_class,
    move_media,
    remove_media,
    restore_media,
    set_shown,
)
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator


async def move(request: Request, class_id: int, media_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        media = await media_in_class(tx, class_id, media_id)
        await move_media(tx, media, up=forms.text(request, "to", 10) == "up")
        await record_staff(tx, "move_media", person.id, class_id, str(media_id), request.ip)
    return redirect(f"/teach/class/{class_id}/media#media-{media_id}")


async def show(request: Request, class_id: int, media_id: int) -> HTTPResponse:
    """To students, or not: `shown` says which."""
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    is_shown = forms.text(request, "shown", 10) == "1"
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await set_shown(tx, await media_in_class(tx, class_id, media_id), is_shown)
        action = "show_media" if is_shown else "hide_media"
        await record_staff(tx, action, person.id, class_id, str(media_id), request.ip)
    say(
        request,
        translate("Your students see it.") if is_shown else translate("Your students don't see it now."),
    )
    return redirect(f"/teach/class/{class_id}/media#media-{media_id}")


async def remove(request: Request, class_id: int, media_id: int) -> HTTPResponse:
    """A video with its captions; the next page has an undo."""
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        media = await media_in_class(tx, class_id, media_id)
        await remove_media(tx, media)
        await record_staff(tx, "remove_media", person.id, class_id, str(media_id), request.ip)
    undo = f"/teach/class/{class_id}/media/{media_id}/restore"
    say(request, translator(request)("%(title)s is removed.", title=media.title), undo=undo)
    return redirect(_place_of(media))


async def restore(request: Request, class_id: int, media_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        media = await restore_media(tx, class_id, media_id)
        await record_staff(tx, "restore_media", person.id, class_id, str(media_id), request.ip)
    say(request, translator(request)("%(title)s is back.", title=media.title))
    return redirect(_place_of(media))


def _place_of(media: Media) -> str:
    of_video = f"/{media.captions_of}" if media.captions_of else ""
    return f"/teach/class/{media.class_id}/media{of_video}"
