"""Copies of a class's helper conversations: for the school alone, on the disk alone, and only for some days."""

import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from appliance.errors import Unavailable
from appliance.helper.conversations import Kept
from appliance.storage.files import sync_folder

FOLDER = "exports"
NAME = re.compile(r"helper-class-\d+-(\d{8}T\d{6})Z-[0-9a-f]{8}\.json")
HALF = ".half-"
DAY = 24 * 3600
NOT_KEPT = (
    "The copy could not be written, so nothing was deleted. Make room on the box, or forget without a copy."
)


def write_export(data: Path, class_id: int, kept: Sequence[Kept], most_turns: int, now: int) -> Path:
    """Whole and safe on the disk when it returns. Raises Unavailable, and then leaves nothing behind."""
    folder = data / FOLDER
    moment = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%S}Z"
    name = f"helper-class-{class_id}-{moment}-{secrets.token_hex(4)}.json"
    half = folder / f"{HALF}{secrets.token_hex(8)}"
    said = {"class_id": class_id, "made_at": now, "conversations": [_said(each, most_turns) for each in kept]}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Also where somebody made it by hand, or a copy of the data folder lost its modes.
        folder.chmod(0o700)
        try:
            _write(half, json.dumps(said, ensure_ascii=False, indent=1))
            half.rename(folder / name)
        finally:
            half.unlink(missing_ok=True)
        sync_folder(folder)
    except OSError as fault:
        raise Unavailable(NOT_KEPT, "export_unwritable") from fault
    return folder / name


def exports_in(data: Path) -> list[Path]:
    """Oldest first, by the moment in their names."""
    folder = data / FOLDER
    found = folder.iterdir() if folder.is_dir() else iter(())
    return sorted((path for path in found if NAME.fullmatch(path.name)), key=made_at)


def outdated(data: Path, days: int, now: float) -> list[Path]:
    """Copies that are older than they may get, and halves that a power cut left."""
    old = [path for path in exports_in(data) if made_at(path) < now - days * DAY]
    halves = [path for path in (data / FOLDER).glob(f"{HALF}*") if path.stat().st_mtime < now - DAY]
    return [*old, *halves]


def made_at(path: Path) -> float:
    """From the name: a restored or copied file has another time of its own."""
    found = NAME.fullmatch(path.name)
    moment = found[1] if found else "19700101T000000"
    return datetime.strptime(moment, "%Y%m%dT%H%M%S").replace(tzinfo=UTC).timestamp()


def _said(kept: Kept, most_turns: int) -> dict[str, object]:
    return {
        "person": kept.person,
        "lesson": kept.lesson,
        "conversation": kept.id,
        "earlier": kept.memory.summary,
        "turns": [asdict(turn) for turn in kept.memory.turns[-most_turns:]],
    }


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
