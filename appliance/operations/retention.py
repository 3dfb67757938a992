"""What the box deletes by itself when its days are over."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from appliance.helper.exports import outdated
from appliance.settings import Settings
from appliance.storage.database import Clock

DAY = 24 * 3600.0

log = logging.getLogger("chalkbox.retention")


def overdue(settings: Settings, now: float) -> list[Path]:
    """Files that stayed as long as they may."""
    return outdated(settings.appliance_data, settings.retention_helper_export_days, now)


def events_end(settings: Settings, now: float) -> int | None:
    """Events of students from before this moment have been kept for long enough; None keeps all of them."""
    days = settings.retention_student_events_days
    return int(now - days * DAY) if days else None


def remove(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


async def run_daily(settings: Settings, clock: Clock) -> None:
    """At once and then every day, for as long as the box runs."""
    while True:
        try:
            await asyncio.to_thread(_run, settings, clock())
        except OSError as fault:
            log.warning("retention_failed reason=%s", fault.strerror)
        await asyncio.sleep(DAY)


def _run(settings: Settings, now: float) -> None:
    old = overdue(settings, now)
    remove(old)
    if old:
        log.info("retention files=%d", len(old))
