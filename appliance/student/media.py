"""A video or another file of a lesson: played or shown where a browser does so safely, else downloaded."""

import asyncio
from typing import Any

from sanic import Request

from appliance.classroom.classes import class_of_staff
from appliance.classroom.media import NOT_HERE, Media, media_by_id, media_of_student
from appliance.errors import Forbidden, NotFound
from appliance.parts import Parts, parts_of
from appliance.student.lessons import LOCKED, open_lesson
from appliance.web.headers import SANDBOX
from appliance.web.identity import Person, person_of
from appliance.web.ranges import disposition, send_file
from appliance.work.file_kinds import extension_of
from appliance.work.previews import MEDIA_TYPES

# Never HTML or SVG: those could run or load something under our name.
INLINE = {**MEDIA_TYPES, ".ogv": "video/ogg", ".pdf": "application/pdf", ".vtt": "text/vtt; charset=utf-8"}
DOWNLOAD = "application/octet-stream"
# A lesson that is locked again must not be read for long from what a browser kept.
KEPT_SECONDS = 60


async def show(request: Request, media_id: int) -> Any:
    parts = parts_of(request)
    media = await _media_of(parts, person_of(request), media_id)
    path = parts.files.path(media.stored_name)
    if media.source_url or not await asyncio.to_thread(path.is_file):
        raise NotFound(NOT_HERE)
    content_type = INLINE.get(extension_of(media.original_filename), DOWNLOAD)
    headers = {
        "Content-Disposition": disposition(
            media.original_filename, "attachment" if content_type == DOWNLOAD else "inline"
        ),
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": f"private, max-age={KEPT_SECONDS}",
    }
    return send_file(request, path, media.size_bytes, content_type, headers)


async def _media_of(parts: Parts, person: Person, media_id: int) -> Media:
    """Raises NotFound for another class's and for hidden ones, Forbidden while its lesson is locked."""
    if person.is_staff:
        media = await media_by_id(parts.db, media_id)
        await class_of_staff(parts.db, media.class_id, person.id)
        return media
    media = await media_of_student(parts.db, person.class_id, media_id)
    if media.lesson and not media.is_landing:
        opened = await open_lesson(parts, person, media.course_slug, media.lesson_slug)
        if not opened.release.is_open:
            raise Forbidden(LOCKED, "lesson_locked")
    return media
