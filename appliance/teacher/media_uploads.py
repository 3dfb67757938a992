"""Videos and files on their way into a class, one or several at once: each is kept or refused by itself."""

import asyncio
import logging
from dataclasses import replace

from sanic import Request

from appliance.classroom.audit import record_staff
from appliance.classroom.media import CAPTIONS, MediaDraft, create_media
from appliance.errors import Invalid, Refusal, Unavailable
from appliance.library.documents import title_of
from appliance.parts import Parts, parts_of
from appliance.storage.files import IncomingFile
from appliance.web.identity import person_of
from appliance.web.many_uploads import Arrived, Uploads
from appliance.work.file_kinds import MAGIC, TEXT_EXTENSIONS
from appliance.work.submissions import accept, bytes_of_class

MEGABYTE = 1024 * 1024
ACCEPTED = tuple(sorted({*MAGIC, *TEXT_EXTENSIONS} - {CAPTIONS}))
CLASS_FULL = "The room for this class's files is used up. Remove some first; nothing was saved."

log = logging.getLogger("chalkbox.media")


async def check_room(parts: Parts, class_id: int) -> None:
    if await bytes_of_class(parts.db, class_id) > parts.settings.appliance_class_quota_mb * MEGABYTE:
        raise Invalid(CLASS_FULL, "class_full", field="file")


async def keep_each(request: Request, class_id: int, uploads: Uploads, draft: MediaDraft) -> None:
    """Each file with its row, or its refusal beside it. Raises Unavailable, and then the rest is not kept."""
    is_alone = len(uploads.files) == 1
    try:
        for arrived in uploads.files:
            if arrived.file is not None:
                said = draft if is_alone and draft.title else _named(draft, arrived)
                await _keep_or_refuse(request, class_id, arrived, arrived.file, said)
    except BaseException:
        await uploads.discard()
        raise


def _named(draft: MediaDraft, arrived: Arrived) -> MediaDraft:
    """Called as its file; several can't share one title."""
    return replace(draft, title=title_of(arrived.filename))


async def _keep_or_refuse(
    request: Request, class_id: int, arrived: Arrived, incoming: IncomingFile, draft: MediaDraft
) -> None:
    try:
        await check_room(parts_of(request), class_id)
        await _keep(request, class_id, arrived, incoming, draft)
    except Unavailable:
        raise
    except Refusal as refusal:
        await asyncio.to_thread(incoming.discard)
        arrived.file, arrived.refusal = None, refusal


async def _keep(
    request: Request, class_id: int, arrived: Arrived, incoming: IncomingFile, draft: MediaDraft
) -> None:
    """The file is safe on disk before its row is there."""
    parts, person = parts_of(request), person_of(request)
    stored = await accept(parts.files, incoming, arrived.filename, ACCEPTED)
    try:
        async with parts.db.transaction() as tx:
            media_id = await create_media(tx, class_id, draft, arrived.filename, stored)
            await record_staff(tx, "create_media", person.id, class_id, str(media_id), request.ip)
    except BaseException:
        await parts.files.remove(stored.stored_name)
        raise
    # Its name is the row's now: nobody discards it with the others.
    arrived.file = None
    log.info("media id=%d class=%d bytes=%d", media_id, class_id, stored.size_bytes)
