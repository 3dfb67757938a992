"""A fresh database and a fresh folder of files for every test; only the test moves the clock."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.storage.database import Clock, Database
from appliance.storage.files import FileStore


@pytest.fixture
async def db(tmp_path: Path, clock: Clock) -> AsyncIterator[Database]:
    database = Database(tmp_path / "box.sqlite3", clock)
    await database.open(tmp_path / "backups")
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")
    yield database
    await database.close()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "uploads")
