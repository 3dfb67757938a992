"""Handing in a file, all of it at once: what a form without script does."""

from functools import partial

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.materials import material_of_student
from appliance.errors import Invalid, Refusal
from appliance.parts import parts_of
from appliance.student.hand_in import KINDS, TOO_LARGE, check_room, keep, limit_of, place_of
from appliance.student.lessons import Typed
from appliance.student.materials import OpenMaterial, page
from appliance.web.identity import person_of
from appliance.web.refusals import answer, wants_json, with_wait
from appliance.web.rendering import translator
from appliance.web.uploads import Upload, receive
from appliance.work.partial_uploads import Announced


async def new(request: Request, material_id: int) -> HTTPResponse:
    """The place where the file goes: in its lesson, or on a page of its own."""
    parts, person = parts_of(request), person_of(request)
    material = await material_of_student(parts.db, person.id, material_id, KINDS)
    return redirect(f"{material.lesson_path}#hand-in" if material.is_of_lesson else material.path)


async def create(request: Request, material_id: int) -> HTTPResponse:
    place = await place_of(parts_of(request), person_of(request), material_id)
    upload = Upload()
    try:
        await _take(request, place, upload)
    except Refusal as refusal:
        return await _refused(request, place, refusal, upload)
    return redirect(place.path)


async def _take(request: Request, place: OpenMaterial, upload: Upload) -> None:
    parts, material = parts_of(request), place.material
    room = partial(check_room, parts, material)
    await receive(request, parts.files, limit_of(parts, material), TOO_LARGE, upload, room)
    assert upload.file is not None  # noqa: S101 - receive raises when no file came
    announced = Announced(
        upload.filename,
        upload.file.size_bytes,
        note=_note(upload),
        is_shared=_is_to_show(upload),
    )
    await keep(request, material, upload.file, announced)


def _note(upload: Upload) -> str:
    """Browsers send a line end as two characters and count it as one."""
    return upload.fields.get("note", "").replace("\x00", "").replace("\r\n", "\n").strip()


def _is_to_show(upload: Upload) -> bool:
    return bool(upload.fields.get("share"))


async def _refused(request: Request, place: OpenMaterial, refusal: Refusal, upload: Upload) -> HTTPResponse:
    if wants_json(request):
        return answer(request, refusal)
    status = 422 if isinstance(refusal, Invalid) else refusal.status
    said = translator(request)(refusal.message)
    typed = Typed(upload_error=said, upload_note=_note(upload), is_to_show=_is_to_show(upload))
    return with_wait(await page(request, place, typed, status), refusal)
