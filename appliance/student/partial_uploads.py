"""Handing in a file piece by piece: what came stays when the Wi-Fi goes, and the rest follows."""

import asyncio
import re
from dataclasses import replace
from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import json

from appliance.errors import Infected, Invalid, TooLarge
from appliance.parts import parts_of
from appliance.storage.files import IncomingFile
from appliance.storage.partial_files import WrongOffset
from appliance.student.hand_in import (
    TOO_LARGE,
    SentAlready,
    check_announced,
    check_room,
    keep,
    limit_of,
    place_of,
)
from appliance.student.materials import OpenMaterial
from appliance.web import csrf
from appliance.web.forms import is_json, json_object, json_text, json_words, number
from appliance.web.identity import person_of
from appliance.web.rendering import translator
from appliance.web.uploads import BROKEN, blocks_of, drain, plain_filename
from appliance.work.partial_uploads import (
    Announced,
    PartialUpload,
    begin_upload,
    remove_upload,
    sweep_uploads,
    upload_of_student,
)
from appliance.work.submissions import check_note

SHA256 = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = 2**40


async def create(request: Request, material_id: int) -> HTTPResponse:
    """Begin: what the file is called and how long it is. Nothing of it has come yet."""
    parts, person = parts_of(request), person_of(request)
    place = await place_of(parts, person, material_id)
    announced = _announced(json_object(request))
    if announced.size_bytes > limit_of(parts, place.material):
        raise TooLarge(TOO_LARGE, "file_too_large", field="file")
    await sweep_uploads(parts.db, parts.partial_files)
    await check_announced(parts, place.material, announced)
    async with parts.db.transaction() as tx:
        upload_id = await begin_upload(tx, place.material.id, person.id, announced)
    return json({"id": upload_id, "received": 0, "size": announced.size_bytes}, status=201)


async def show(request: Request, material_id: int, upload_id: str) -> HTTPResponse:
    return await _state(request, await _upload(request, material_id, upload_id))


async def update(request: Request, material_id: int, upload_id: str) -> HTTPResponse:
    """A piece, from `Upload-Offset` on. Somewhere else than at the end it answers 409 and where the end is."""
    csrf.check_token(request, str(request.headers.get(csrf.HEADER) or ""))
    parts = parts_of(request)
    upload = await _upload(request, material_id, upload_id)
    place = await place_of(parts, person_of(request), material_id)
    if upload.size_bytes > limit_of(parts, place.material):
        raise TooLarge(TOO_LARGE, "file_too_large", field="file")
    await check_room(parts, place.material)
    if upload.submission_id is None:
        try:
            await _append(request, upload)
        except WrongOffset as refusal:
            await drain(request)
            return _elsewhere(request, refusal)
    else:
        await drain(request)
    return await _state(request, upload)


async def finish(request: Request, material_id: int, upload_id: str) -> HTTPResponse:
    """All of it is there: look at it and hand it in. Asked again, the answer is the same.

    Programs may send `note` and `share` once more: what stands in the form now counts.
    """
    parts = parts_of(request)
    upload = await _upload(request, material_id, upload_id)
    if upload.submission_id is None:
        place = await place_of(parts, person_of(request), material_id)
        upload = _as_said_now(request, upload)
        try:
            upload = replace(upload, submission_id=await _hand_in(request, place, upload))
        except WrongOffset as refusal:
            return _elsewhere(request, refusal)
        except SentAlready:
            upload = await _upload(request, material_id, upload_id)
        except (Invalid, Infected):
            # What is wrong with it now will be wrong with it then.
            await _forget(request, upload)
            raise
        await parts.partial_files.remove(upload.stored_name)
    return await _state(request, upload)


async def remove(request: Request, material_id: int, upload_id: str) -> HTTPResponse:
    """Stop and forget what came. What is handed in stays handed in."""
    upload = await _upload(request, material_id, upload_id)
    if upload.submission_id is None:
        await _forget(request, upload)
    return json({"removed": upload.submission_id is None})


async def _upload(request: Request, material_id: int, upload_id: str) -> PartialUpload:
    return await upload_of_student(parts_of(request).db, upload_id, material_id, person_of(request).id)


async def _append(request: Request, upload: PartialUpload) -> None:
    files = parts_of(request).partial_files
    async with files.writing(upload.stored_name, _offset(request), upload.size_bytes) as writer:
        async for block in blocks_of(request):
            await files.write(writer, block)


def _as_said_now(request: Request, upload: PartialUpload) -> PartialUpload:
    """The page may have been loaded again since it was announced. An emptied note says nothing new."""
    if not is_json(request):
        return upload
    said = json_object(request)
    note = _note(said) or upload.note
    check_note(note)
    return replace(upload, note=note, is_shared=said.get("share", upload.is_shared) is True)


async def _hand_in(request: Request, place: OpenMaterial, upload: PartialUpload) -> int:
    """Returns the submission's id."""
    parts = parts_of(request)
    received = await parts.partial_files.received(upload.stored_name)
    if received != upload.size_bytes:
        raise WrongOffset(received)
    path = parts.partial_files.path(upload.stored_name)
    incoming = await asyncio.to_thread(IncomingFile.of, parts.files.folder, path)
    if upload.sha256 and incoming.sha256 != upload.sha256:
        await asyncio.to_thread(incoming.discard)
        raise Invalid(BROKEN, "wrong_sum", field="file")
    await asyncio.to_thread(incoming.finish)
    announced = Announced(upload.filename, upload.size_bytes, note=upload.note, is_shared=upload.is_shared)
    return await keep(request, place.material, incoming, announced, upload.id)


async def _forget(request: Request, upload: PartialUpload) -> None:
    parts = parts_of(request)
    async with parts.db.transaction() as tx:
        await remove_upload(tx, upload.id)
    await parts.partial_files.remove(upload.stored_name)


async def _state(request: Request, upload: PartialUpload) -> HTTPResponse:
    received = upload.size_bytes
    if upload.submission_id is None:
        received = await parts_of(request).partial_files.received(upload.stored_name)
    return json(
        {
            "id": upload.id,
            "received": received,
            "size": upload.size_bytes,
            "submission_id": upload.submission_id,
        }
    )


def _elsewhere(request: Request, refusal: WrongOffset) -> HTTPResponse:
    body = {
        "error": refusal.code,
        "message": translator(request)(refusal.message),
        "request_id": request.ctx.request_id,
        "received": refusal.received,
    }
    return json(body, status=refusal.status)


def _offset(request: Request) -> int:
    offset = number(str(request.headers.get("upload-offset") or ""), -1)
    if offset < 0:
        raise Invalid("Say in Upload-Offset where this piece begins.", "bad_offset")
    return offset


def _announced(said: dict[str, Any]) -> Announced:
    filename, sha256, size = json_text(said, "filename"), json_text(said, "sha256"), said.get("size")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= MOST_BYTES:
        raise Invalid("Say how many bytes the file has.", "bad_upload", field="file")
    if sha256 and not SHA256.fullmatch(sha256):
        raise Invalid("The sum of a file is 64 hex digits.", "bad_upload", field="file")
    return Announced(plain_filename(filename), size, sha256, _note(said), said.get("share") is True)


def _note(said: dict[str, Any]) -> str:
    return json_words(said, "note").replace("\r\n", "\n").strip()
