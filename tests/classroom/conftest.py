"""Ada, Olu and their classes in a fresh database, and courses that a test writes itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.auth.accounts import create_staff
from appliance.classroom.classes import Class, create_class
from appliance.library.courses import Shelf
from appliance.storage.database import Database

WriteCourse = Callable[..., Shelf]


@pytest.fixture
async def ada_id(db: Database) -> int:
    return await staff(db, "ada")


@pytest.fixture
async def olu_id(db: Database) -> int:
    return await staff(db, "olu")


@pytest.fixture
async def b7(db: Database, ada_id: int) -> Class:
    async with db.transaction() as tx:
        return await create_class(tx, ada_id, "7B")


@pytest.fixture
async def c8(db: Database, olu_id: int) -> Class:
    async with db.transaction() as tx:
        return await create_class(tx, olu_id, "8C")


@pytest.fixture
def write_course(tmp_path: Path) -> WriteCourse:
    """Writes the course `light` with these lessons, front matter and text by slug; returns the shelf it is on."""
    folder = tmp_path / "courses" / "light"

    def write(**lessons: str) -> Shelf:
        folder.mkdir(parents=True, exist_ok=True)
        listed = [f"  - slug: {slug}\n    title: {slug}\n    file: {slug}.md\n" for slug in lessons]
        (folder / "course.yaml").write_text("title: Light\nlessons:\n" + "".join(listed))
        for slug, text in lessons.items():
            (folder / f"{slug}.md").write_text(text)
        return Shelf([tmp_path / "courses"])

    return write


async def staff(db: Database, username: str) -> int:
    async with db.transaction() as tx:
        return (await create_staff(tx, username, username, "no hash", "no secret", is_operator=False)).id
