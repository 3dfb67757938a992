"""Handing in a file."""

import logging

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_student
from appliance.classroom.materials import Material, material_of_student
from appliance.errors import Invalid, Refusal, Unavailable
from appliance.parts import Parts, parts_of
from appliance.student.lessons import Typed
from appliance.student.materials import OpenMaterial, open_material, page
from appliance.web.identity import person_of
from appliance.web.refusals import answer, wants_json
from appliance.web.rendering import say, translator
from appliance.web.uploads import Upload, receive
from appliance.work.submissions import accept, bytes_of_class, create_submission

MEGABYTE = 1024 * 1024
KINDS = ("upload", "gallery")
TOO_LARGE = (
    "This file is larger than your teacher's limit, which stands below. Make it smaller, or ask your teacher."
)
CLASS_FULL = "The room for your class's files is used up. Tell your teacher; nothing was saved."

log = logging.getLogger("chalkbox.uploads")


async def new(request: Request, material_id: int) -> HTTPResponse:
    """The place where the file goes: in its lesson, or on a page of its own."""
    parts, person = parts_of(request), person_of(request)
    material = await material_of_student(parts.db, person.id, material_id, KINDS)
    return redirect(f"{material.lesson_path}#hand-in" if material.is_of_lesson else material.path)


async def create(request: Request, material_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    opened = await open_material(parts, person, material_id, KINDS)
    try:
        await _take(request, opened.material)
    except Unavailable:
        raise
    except Refusal as refusal:
        return await _refused(request, opened, refusal)
    say(request, translator(request)("Your file is handed in and safe."))
    return redirect(opened.path)


async def _take(request: Request, material: Material) -> None:
    """Stream, check, keep the file, then the row: in this order nothing is listed that isn't safe on disk."""
    parts, person = parts_of(request), person_of(request)
    await _check_room(parts, material)
    limit = min(material.max_upload_mb, parts.settings.appliance_upload_max_mb) * MEGABYTE
    upload: Upload = await receive(request, parts.files, limit, TOO_LARGE)
    assert upload.file is not None  # noqa: S101 - receive raises when no file came
    stored = await accept(parts.files, upload.file, upload.filename, material.extensions)
    try:
        async with parts.db.transaction() as tx:
            note = upload.fields.get("note", "")
            submission_id = await create_submission(tx, material.id, person.id, upload.filename, stored, note)
            details = {
                "material_id": material.id,
                "submission_id": submission_id,
                "size_bytes": stored.size_bytes,
            }
            await record_student(tx, "submission_upload", material.class_id, person.id, details, request.ip)
    except BaseException:
        await parts.files.remove(stored.stored_name)
        raise
    log.info("submission id=%d material=%d bytes=%d", submission_id, material.id, stored.size_bytes)


async def _check_room(parts: Parts, material: Material) -> None:
    used = await bytes_of_class(parts.db, material.class_id)
    if used > parts.settings.appliance_class_quota_mb * MEGABYTE:
        raise Invalid(CLASS_FULL, "class_full", field="file")


async def _refused(request: Request, opened: OpenMaterial, refusal: Refusal) -> HTTPResponse:
    if wants_json(request):
        return answer(request, refusal)
    status = 422 if isinstance(refusal, Invalid) else refusal.status
    return await page(request, opened, Typed(upload_error=translator(request)(refusal.message)), status)
