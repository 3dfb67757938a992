"""A data folder with something in each of its parts, made without starting a box."""

import sqlite3
from contextlib import closing
from pathlib import Path

from appliance.operations import data_folder
from appliance.storage.migrate import migrate

NOW = 1_800_000_000.0


def box_with_everything(data: Path, school: str = "Elm School") -> Path:
    data_folder.prepare(data)
    migrate(data / "box.sqlite3", data / "backups")
    set_school(data, school)
    for name in ("secrets/device", "uploads/ab/abcd", "uploads/arriving/half", "uploads/partial/piece",
                 "uploads/thumbnails/abcd", "courses/own/course.yaml",
                 "library/own.zim", "models/models.json", "models/small.gguf", "cache/helper"):  # fmt: skip
        (data / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / name).write_text(f"{name} of {school}")
    return data


def set_school(data: Path, name: str) -> None:
    with closing(sqlite3.connect(data / "box.sqlite3")) as box, box:
        box.execute("DELETE FROM box")
        box.execute(
            "INSERT INTO box (id, school_name, language, timezone, set_up_at) VALUES (1, ?, 'en', 'UTC', 0)",
            (name,),
        )


def school_of(data: Path) -> str:
    with closing(sqlite3.connect(f"file:{data / 'box.sqlite3'}?mode=ro", uri=True)) as box:
        return str(box.execute("SELECT school_name FROM box").fetchone()[0])
