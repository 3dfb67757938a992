"""Ben and Chi in Ada's class, Dee in Olu's, each class with one thing of each kind to do."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.auth.accounts import create_staff
from appliance.classroom.classes import Class, create_class
from appliance.classroom.students import Student, create_student
from appliance.storage.database import Database, Transaction
from appliance.storage.files import FileStore, IncomingFile


@dataclass(frozen=True)
class Room:
    """A class, its teacher and what there is to do in it, by kind."""

    staff_id: int
    classroom: Class
    things: dict[str, int]


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "uploads")


@pytest.fixture
async def adas(db: Database) -> Room:
    async with db.transaction() as tx:
        return await room(tx, "ada", "7B")


@pytest.fixture
async def olus(db: Database) -> Room:
    async with db.transaction() as tx:
        return await room(tx, "olu", "8C")


@pytest.fixture
async def ben(db: Database, adas: Room) -> Student:
    return await seated(db, adas, "Ben")


@pytest.fixture
async def chi(db: Database, adas: Room) -> Student:
    return await seated(db, adas, "Chi")


@pytest.fixture
async def dee(db: Database, olus: Room) -> Student:
    return await seated(db, olus, "Dee")


def arrived(store: FileStore, content: bytes) -> IncomingFile:
    incoming = IncomingFile(store.folder)
    incoming.write(content, 10**8, "Too much.")
    incoming.finish()
    return incoming


async def room(tx: Transaction, username: str, name: str) -> Room:
    staff = await create_staff(tx, username, username, "no hash", "no secret", is_operator=False)
    classroom = await create_class(tx, staff.id, name)
    module_id = await tx.insert(
        "INSERT INTO modules (class_id, title, position) VALUES (:id, 'Light', 1)", id=classroom.id
    )
    things = {kind: await thing(tx, module_id, kind) for kind in ("checklist", "reflection", "upload")}
    return Room(staff.id, classroom, things)


async def thing(tx: Transaction, module_id: int, kind: str) -> int:
    return await tx.insert(
        "INSERT INTO materials (module_id, kind, title, position) VALUES (:id, :kind, :kind, 1)",
        id=module_id,
        kind=kind,
    )


async def seated(db: Database, here: Room, name: str) -> Student:
    async with db.transaction() as tx:
        return await create_student(tx, here.classroom.id, name)
