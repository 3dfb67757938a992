"""A fresh database and a fresh folder of files for every test; only the test moves the clock."""

from pathlib import Path

import pytest

from appliance.storage.database import Database
from appliance.storage.files import FileStore


@pytest.fixture
async def db(db: Database) -> Database:
    """With a table of the tests' own."""
    async with db.transaction() as tx:
        await tx.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")
    return db


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "uploads")
