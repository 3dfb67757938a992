"""A course pack in the older format, and courses written on the spot."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from appliance.library.courses import Shelf
from appliance.storage.database import Database

PACKS = Path(__file__).parent / "packs"
SHIPPED = Path(__file__).parents[2] / "content" / "courses"
MANIFEST = "title: Kites\nlessons:\n  - slug: wind\n    title: Wind\n    file: lessons/wind.md\n"

WriteCourse = Callable[..., Path]


@pytest.fixture
def older_packs() -> Shelf:
    return Shelf([PACKS])


@pytest.fixture
def shipped() -> Shelf:
    return Shelf([SHIPPED])


@pytest.fixture
def write_course(tmp_path: Path) -> WriteCourse:
    """Writes `courses/<slug>` from file names and texts; returns its folder."""

    def write(slug: str = "kites", manifest: str = MANIFEST, **files: str | bytes) -> Path:
        folder = tmp_path / "courses" / slug
        texts: dict[str, str | bytes] = {"course.yaml": manifest, "lessons/wind.md": "Hello wind.\n", **files}
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    return write


@pytest.fixture
async def passage_db(tmp_path: Path) -> AsyncIterator[Database]:
    db = Database(tmp_path / "box.sqlite3", lambda: 1_800_000_000.0)
    await db.open(tmp_path / "backups")
    yield db
    await db.close()
