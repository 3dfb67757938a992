"""All that a class said to the helper, forgotten in one step; with a copy for the school first where it is wished."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from appliance.classroom.audit import record_staff
from appliance.errors import Invalid, Unavailable
from appliance.helper.conversations import Kept
from appliance.helper.exports import write_export
from appliance.helper.pipeline import Helper
from appliance.settings import Settings
from appliance.storage.database import Database

ACTION = "forget_conversations"
NO_COPIES = "This box keeps no copies of conversations: forget them without one, or ask whoever runs the box."

log = logging.getLogger("chalkbox.helper")


@dataclass(frozen=True)
class Reset:
    """Who wishes it for which class, and whether a copy stays."""

    class_id: int
    staff_id: int
    address: str
    with_copy: bool


@dataclass(frozen=True)
class Forgotten:
    """`copy` is None where none was wished, or where there was nothing to keep."""

    conversations: int
    copy: Path | None


async def forget_class(helper: Helper, db: Database, settings: Settings, reset: Reset) -> Forgotten:
    """Copy, audit trail, deletion: whatever fails, nothing after it happens. Raises Unavailable or Invalid."""
    if reset.with_copy and not settings.helper_class_reset_archive_enabled:
        raise Invalid(NO_COPIES, "export_disabled", field="keep_copy")
    written: list[Path] = []

    async def before(kept: list[Kept]) -> None:
        if reset.with_copy and kept:
            written.append(await _copied(settings, reset.class_id, kept, db.now()))
        await _record(db, reset, kept, written)

    try:
        kept = await helper.conversations.forget_class(reset.class_id, before)
    except BaseException:
        # What was not forgotten is copied anew the next time.
        await asyncio.to_thread(_remove, written)
        raise
    helper.sharing.answers.forget_class(reset.class_id)
    helper.tickets.forget_heard(f"student:{reset.class_id}")
    log.info("helper_forgotten class_id=%d conversations=%d copy=%d", reset.class_id, len(kept), len(written))
    return Forgotten(len(kept), written[0] if written else None)


async def forget_person(helper: Helper, class_id: int, student_id: int) -> None:
    """For a student who leaves. Never raises: what the cache can't delete now ends by itself within its hour."""
    person = f"student:{class_id}:{student_id}"
    try:
        await helper.conversations.forget_person(class_id, person)
    except Unavailable:
        log.warning("helper_person_kept class_id=%d", class_id)
    helper.sharing.answers.forget_person(person)
    helper.tickets.forget_heard(person)


async def _copied(settings: Settings, class_id: int, kept: list[Kept], now: int) -> Path:
    most = settings.helper_class_reset_archive_max_messages
    return await asyncio.to_thread(write_export, settings.appliance_data, class_id, kept, most, now)


async def _record(db: Database, reset: Reset, kept: list[Kept], written: list[Path]) -> None:
    target = " ".join([f"conversations={len(kept)}", *(f"copy={path.name}" for path in written)])
    async with db.transaction() as tx:
        await record_staff(tx, ACTION, reset.staff_id, reset.class_id, target, reset.address)


def _remove(written: list[Path]) -> None:
    for path in written:
        path.unlink(missing_ok=True)
