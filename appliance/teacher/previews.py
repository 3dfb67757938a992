"""A handed-in file inside the review page: pictures, sound and film as they are, PDFs as pictures of their pages."""

import asyncio
from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import raw

from appliance.classroom.classes import class_of_staff
from appliance.errors import NotFound
from appliance.parts import parts_of
from appliance.web.headers import SANDBOX
from appliance.web.identity import person_of
from appliance.web.ranges import send_file
from appliance.work.file_kinds import extension_of
from appliance.work.file_queue import file_of_class
from appliance.work.previews import MEDIA_TYPES

# The bytes behind a stored name never change, and going back and forth in the queue is common.
HEADERS = {"Content-Security-Policy": SANDBOX, "Cache-Control": "private, max-age=600"}
NO_PREVIEW = "This kind of file can't be shown in a page. Download it instead."
GONE = "This file is no longer on the box."


async def show(request: Request, class_id: int, submission_id: int) -> Any:
    parts = parts_of(request)
    await class_of_staff(parts.db, class_id, person_of(request).id)
    submission = await file_of_class(parts.db, class_id, submission_id)
    media_type = MEDIA_TYPES.get(extension_of(submission.original_filename))
    if media_type is None:
        raise NotFound(NO_PREVIEW)
    path = parts.files.path(submission.stored_name)
    if not await asyncio.to_thread(path.is_file):
        raise NotFound(GONE)
    return send_file(request, path, submission.size_bytes, media_type, HEADERS)


async def page(request: Request, class_id: int, submission_id: int, number: int) -> HTTPResponse:
    parts = parts_of(request)
    await class_of_staff(parts.db, class_id, person_of(request).id)
    submission = await file_of_class(parts.db, class_id, submission_id)
    if extension_of(submission.original_filename) != ".pdf" or number < 1:
        raise NotFound(NO_PREVIEW)
    path = parts.files.path(submission.stored_name)
    if not await asyncio.to_thread(path.is_file):
        raise NotFound(GONE)
    picture = await parts.page_pictures.page(path, number)
    return raw(picture, content_type="image/png", headers=HEADERS)
