"""What every way to hand in a file shares: where it goes, whether there is room, and how it is kept."""

import logging

from sanic import Request

from appliance.auth import sessions
from appliance.classroom.audit import record_student
from appliance.classroom.materials import Material
from appliance.classroom.students import Student, student_by_id
from appliance.errors import Conflict, Invalid
from appliance.parts import Parts, parts_of
from appliance.storage.database import Transaction
from appliance.storage.files import IncomingFile
from appliance.student.materials import OpenMaterial, open_material
from appliance.web.identity import Person, session_token
from appliance.web.rendering import say, translator
from appliance.work.partial_uploads import Announced, finish_upload
from appliance.work.pictures import State
from appliance.work.submissions import accept_work, bytes_of_class, check_kind, check_note, create_submission

MEGABYTE = 1024 * 1024
KINDS = ("upload", "gallery")
TOO_LARGE = (
    "This file is larger than your teacher's limit, which stands below. Make it smaller, or ask your teacher."
)
CLASS_FULL = "The room for your class's files is used up. Tell your teacher; nothing was saved."
EMPTY = "This file is empty. Save it again and hand it in once more."
log = logging.getLogger("chalkbox.uploads")


class SentAlready(Conflict):
    """Two pages finished the same upload; the other one was first."""


async def place_of(parts: Parts, person: Person, material_id: int) -> OpenMaterial:
    """Where a file is handed in. Raises NotFound for what isn't theirs, Forbidden while it is locked."""
    return await open_material(parts, person, material_id, KINDS)


def limit_of(parts: Parts, material: Material) -> int:
    """Bytes that one file may have."""
    return min(material.max_upload_mb, parts.settings.appliance_upload_max_mb) * MEGABYTE


async def check_room(parts: Parts, material: Material, more: int = 0) -> None:
    used = await bytes_of_class(parts.db, material.class_id)
    if used + more > parts.settings.appliance_class_quota_mb * MEGABYTE:
        raise Invalid(CLASS_FULL, "class_full", field="file")


async def check_announced(parts: Parts, material: Material, announced: Announced) -> None:
    """Say no before the first byte comes, where that is known already."""
    check_kind(parts.pictures, announced.filename, material.extensions)
    check_note(announced.note)
    if announced.size_bytes < 1:
        raise Invalid(EMPTY, "empty_file", field="file")
    await check_room(parts, material, announced.size_bytes)


async def keep(
    request: Request, material: Material, incoming: IncomingFile, announced: Announced, upload_id: str = ""
) -> int:
    """Check, keep the file, then the row: in this order nothing is listed that isn't safe on disk.

    Returns the submission's id. The next page says what was done. Raises SentAlready.
    """
    parts = parts_of(request)
    accepted = await accept_work(
        parts.files, parts.pictures, incoming, announced.filename, material.extensions
    )
    wants_shown = announced.is_shared and material.kind == "gallery"
    is_shared = wants_shown and accepted.picture != "as_it_came"
    try:
        async with parts.db.transaction() as tx:
            student = await _still_in(tx, request)
            submission_id = await create_submission(
                tx, material.id, student.id, accepted.filename, accepted.stored, announced.note,
                accepted.picture, is_shared,
            )  # fmt: skip
            if upload_id and not await finish_upload(tx, upload_id, submission_id):
                raise SentAlready("This file is handed in already.", "sent_already")
            details = {
                "material_id": material.id,
                "submission_id": submission_id,
                "size_bytes": accepted.stored.size_bytes,
                **({"scan_status": accepted.stored.scan} if accepted.stored.scan else {}),
            }
            await record_student(tx, "submission_upload", material.class_id, student.id, details, request.ip)
    except BaseException:
        await parts.files.remove(accepted.stored.stored_name)
        raise
    log.info("submission id=%d material=%d bytes=%d", submission_id, material.id, accepted.stored.size_bytes)
    say(request, _said(request, accepted.picture, wants_shown and not is_shared))
    return submission_id


async def _still_in(tx: Transaction, request: Request) -> Student:
    """A file may be minutes on its way: whoever sends it may be another entry of the roster by now, or none.

    Raises NotFound.
    """
    session = await sessions.session_of(tx, session_token(request), tx.now)
    return await student_by_id(tx, (session.student_id if session else None) or 0)


def _said(request: Request, picture: State, is_not_shown: bool) -> str:
    """That it is safe, and what happened to a photo on the way."""
    translate = translator(request)
    done = {
        "stripped": translate(
            "What the camera wrote into your photo, such as where it was taken, is not kept."
        ),
        "turned": translate("Your photo was turned upright; where it was taken is not kept."),
        "converted": translate("Your photo was made a JPEG, upright; where it was taken is not kept."),
        "as_it_came": translate(
            "The box could not open this picture. "
            "It is kept just as it came, with whatever the camera wrote into it."
        ),
    }
    said = [translate("Your file is handed in and safe."), done.get(picture, "")]
    if is_not_shown:
        said.append(translate("It is not in the gallery: the box shows only pictures that it could open."))
    return " ".join(sentence for sentence in said if sentence)
