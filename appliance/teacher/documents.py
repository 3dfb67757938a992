"""A class's papers: uploaded, listed, renamed, tried again, removed, and shown as the helper sees them."""

import logging
from functools import partial

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import Class, class_of_staff, class_of_teacher
from appliance.errors import Invalid, Refusal, Unavailable
from appliance.library.document_kinds import ACCEPTED, accept_document
from appliance.library.documents import (
    create_document,
    document_of_class,
    documents_of_class,
    remove_document,
    rename_document,
    retry_document,
    window_of,
)
from appliance.parts import Parts, parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.refusals import answer, wants_json
from appliance.web.rendering import render, say, translator
from appliance.web.uploads import Upload, receive
from appliance.work.submissions import bytes_of_class

MEGABYTE = 1024 * 1024
TOO_LARGE = (
    "This paper is larger than the limit, which stands below. Split it, or save it with smaller pictures."
)
CLASS_FULL = "The room for this class's files is used up. Remove some papers first; nothing was saved."
NO_FILE = "Choose a file first, then upload it."
BROKEN = "The file did not arrive whole. Check the Wi-Fi and upload it again."
# What web/uploads says to students, in a teacher's words.
SENTENCES = {"missing_file": NO_FILE, "bad_multipart": BROKEN, "upload_stalled": BROKEN}

log = logging.getLogger("chalkbox.documents")


async def index(request: Request, class_id: int) -> HTTPResponse:
    classroom = await class_of_staff(parts_of(request).db, class_id, person_of(request).id)
    return await _list_page(request, classroom)


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts = parts_of(request)
    classroom = await class_of_teacher(parts.db, class_id, person_of(request).id)
    upload = Upload()
    try:
        room = partial(_check_room, parts, classroom.id)
        limit = parts.settings.appliance_document_max_mb * MEGABYTE
        await receive(request, parts.files, limit, TOO_LARGE, upload, room)
        await _keep(request, classroom.id, upload)
    except Unavailable:
        raise
    except Refusal as refusal:
        return await _refused(request, classroom, refusal, upload.fields.get("title", ""))
    parts.jobs.wake()
    say(request, translator(request)("The paper has arrived. The box is reading it now."))
    return redirect(f"/teach/class/{class_id}/library")


async def show(request: Request, class_id: int, document_id: int) -> HTTPResponse:
    return await _text_page(request, class_id, document_id)


async def update(request: Request, class_id: int, document_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    try:
        async with parts.db.transaction() as tx:
            await rename_document(tx, class_id, document_id, forms.text(request, "title"))
            await record_staff(tx, "rename_document", person.id, class_id, str(document_id), request.ip)
    except Invalid as refusal:
        return await _text_page(request, class_id, document_id, refusal)
    say(request, translator(request)("The paper has its new title."))
    return redirect(f"/teach/class/{class_id}/library/{document_id}")


async def retry(request: Request, class_id: int, document_id: int) -> HTTPResponse:
    """Read a paper again that failed: the disk was full, or a page took too long while much else ran."""
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    async with parts.db.transaction() as tx:
        await retry_document(tx, class_id, document_id)
        await record_staff(tx, "retry_document", person.id, class_id, str(document_id), request.ip)
    parts.jobs.wake()
    say(request, translator(request)("The box is reading the paper once more."))
    return redirect(f"/teach/class/{class_id}/library")


async def remove(request: Request, class_id: int, document_id: int) -> HTTPResponse:
    """Also the way to stop one that is being read: the job finds it gone and ends."""
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    async with parts.db.transaction() as tx:
        stored_name = await remove_document(tx, class_id, document_id)
        await record_staff(tx, "remove_document", person.id, class_id, str(document_id), request.ip)
    await parts.files.remove(stored_name)
    say(request, translator(request)("The paper is removed."))
    return redirect(f"/teach/class/{class_id}/library")


async def _keep(request: Request, class_id: int, upload: Upload) -> None:
    """Check, keep the file, then the row: in this order nothing is listed that isn't safe on disk."""
    parts, person = parts_of(request), person_of(request)
    assert upload.file is not None  # noqa: S101 - receive raises when no file came
    kind, stored = await accept_document(parts.files, upload.file, upload.filename)
    try:
        async with parts.db.transaction() as tx:
            title = upload.fields.get("title", "").replace("\x00", "")
            document_id = await create_document(tx, class_id, title, upload.filename, kind, stored)
            await record_staff(tx, "upload_document", person.id, class_id, str(document_id), request.ip)
    except BaseException:
        await parts.files.remove(stored.stored_name)
        raise
    log.info("document id=%d class=%d kind=%s bytes=%d", document_id, class_id, kind, stored.size_bytes)


async def _check_room(parts: Parts, class_id: int) -> None:
    if await bytes_of_class(parts.db, class_id) > parts.settings.appliance_class_quota_mb * MEGABYTE:
        raise Invalid(CLASS_FULL, "class_full", field="file")


async def _refused(request: Request, classroom: Class, refusal: Refusal, title: str) -> HTTPResponse:
    refusal.message = SENTENCES.get(refusal.code, refusal.message)
    if wants_json(request):
        return answer(request, refusal)
    status = 422 if isinstance(refusal, Invalid) else refusal.status
    return await _list_page(request, classroom, refusal, title, status)


async def _list_page(
    request: Request, classroom: Class, refusal: Refusal | None = None, title: str = "", status: int = 200
) -> HTTPResponse:
    parts = parts_of(request)
    return render(
        request,
        "teacher/documents.html",
        status,
        classroom=classroom,
        documents=await documents_of_class(parts.db, classroom.id),
        accepted=ACCEPTED,
        max_mb=parts.settings.appliance_document_max_mb,
        errors=forms.errors(refusal, translator(request)),
        title=title[:200],
    )


async def _text_page(
    request: Request, class_id: int, document_id: int, refusal: Invalid | None = None
) -> HTTPResponse:
    parts = parts_of(request)
    classroom = await class_of_staff(parts.db, class_id, person_of(request).id)
    document = await document_of_class(parts.db, classroom.id, document_id)
    return render(
        request,
        "teacher/document.html",
        422 if refusal else 200,
        classroom=classroom,
        document=document,
        window=await window_of(parts.db, document, forms.page(request)),
        errors=forms.errors(refusal, translator(request)),
        title=forms.typed(request, "title")["title"] if refusal else document.title,
    )
