"""A file that was handed in, for whoever handed it in and for the teachers of the class."""

import asyncio
from typing import Any

from sanic import Request
from sanic.response import raw

from appliance.errors import NotFound
from appliance.parts import parts_of
from appliance.student.materials import open_material
from appliance.web.headers import SANDBOX
from appliance.web.identity import person_of
from appliance.web.ranges import disposition, send_file
from appliance.work.gallery import shown_to_student
from appliance.work.pictures import NO_THUMBNAIL
from appliance.work.previews import kind_of
from appliance.work.submissions import Submission, submission_of_staff

PNG = b"\x89PNG"
# The picture behind an id never changes; and what is taken out of the gallery is out within ten minutes.
THUMBNAIL_HEADERS = {"Content-Security-Policy": SANDBOX, "Cache-Control": "private, max-age=600"}


async def show(request: Request, submission_id: int) -> Any:
    """Always a download, never a page: nobody's file runs under our name."""
    parts = parts_of(request)
    submission = await _seen(request, submission_id)
    path = parts.files.path(submission.stored_name)
    if not await asyncio.to_thread(path.is_file):
        raise NotFound("This file is no longer on the box. Hand it in once more, or tell your teacher.")
    headers = {
        "Content-Disposition": disposition(submission.original_filename),
        "Content-Security-Policy": SANDBOX,
    }
    return send_file(request, path, submission.size_bytes, "application/octet-stream", headers)


async def thumbnail(request: Request, submission_id: int) -> Any:
    """A small picture of a picture, made by the box itself. Raises NotFound for anything else."""
    parts = parts_of(request)
    submission = await _seen(request, submission_id)
    if kind_of(submission.original_filename) != "image":
        raise NotFound(NO_THUMBNAIL)
    path = await parts.pictures.thumbnail(parts.files, submission.stored_name)
    picture = await asyncio.to_thread(path.read_bytes)
    kind = "image/png" if picture.startswith(PNG) else "image/jpeg"
    return raw(picture, content_type=kind, headers=THUMBNAIL_HEADERS)


async def _seen(request: Request, submission_id: int) -> Submission:
    """Raises NotFound for whoever may not see it, Forbidden while its gallery is closed."""
    parts, person = parts_of(request), person_of(request)
    if person.is_staff:
        return await submission_of_staff(parts.db, submission_id, person.id)
    submission = await shown_to_student(parts.db, submission_id, person.id)
    if submission.student_id != person.id:
        # One's own work is there always; a classmate's as long as its gallery is open.
        await open_material(parts, person, submission.material_id, ("gallery",))
    return submission
