"""Ada's class with the shipped course, Olu's with a paper, and a generation whose model says what a test tells it."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.auth.accounts import create_staff
from appliance.classroom.classes import create_class
from appliance.classroom.materials import add_course
from appliance.inference.circuit import Circuit
from appliance.inference.engine import Engine
from appliance.inference.queue import FairQueue
from appliance.inference.router import Patience, Router
from appliance.inference.scripted import ScriptedEngine
from appliance.library.courses import Shelf
from appliance.library.index import index_course
from appliance.storage.database import Database, Transaction
from appliance.storage.jobs import Job
from appliance.study.generation import Generation, order_activity
from appliance.study.writing import Writer
from appliance.work.activities import Activity, activity_of_class
from tests.conftest import COURSE

CONTENT = Path(__file__).parent.parent.parent / "content" / "courses"
CELLS = """A cell is the smallest living part of a plant or an animal. Every cell has a thin membrane around it.
The nucleus is the part of a cell that holds its instructions. Plant cells have a stiff wall as well."""
LEAVES = """A leaf is the part of a plant that makes sugar from light. Chlorophyll is the green stuff that
catches the light. Photosynthesis is how a plant makes sugar from water and air. One square metre of leaves makes
1.5 grams of sugar in an hour."""
ROOTS = """A root is the part of a plant that drinks water from the soil.
The roots of an old oak reach 12 metres down."""
PAPER = ((1, "Cells", CELLS), (2, "Leaves", LEAVES), (3, "Roots", ROOTS))


@dataclass
class Desk:
    """Where things are made: a class, its teacher, and the model that is asked."""

    db: Database
    engine: ScriptedEngine
    class_id: int
    staff_id: int
    routers: list[Router] = field(default_factory=list)

    def generation(self, engine: Engine | None = None, queue: FairQueue | None = None) -> Generation:
        asked = engine or self.engine
        line = queue or FairQueue(lambda: asked.slots, 5, 1.0, self.db.now)
        router = Router(asked, line, Circuit(50, 1.0, self.db.now), Patience(backoff=0.0))
        self.routers.append(router)
        return Generation(self.db, Writer(router, wait=0.0))

    async def order(self, kind: str, count: int, topic_key: str = "") -> int:
        async with self.db.transaction() as tx:
            return await order_activity(
                tx, self.class_id, self.staff_id, kind, count, "Made", "Read well.", topic_key
            )

    async def job_of(self, activity_id: int) -> Job:
        row = await self.db.fetch_one(
            "SELECT jobs.* FROM jobs JOIN activities ON activities.job_id = jobs.id WHERE activities.id = :id",
            id=activity_id,
        )
        assert row is not None
        return Job(row["id"], row["kind"], json.loads(row["payload"]), 1)

    async def make(self, kind: str, count: int, generation: Generation | None = None) -> Activity:
        activity_id = await self.order(kind, count)
        await (generation or self.generation()).make_activity(await self.job_of(activity_id))
        return await self.activity(activity_id)

    async def activity(self, activity_id: int) -> Activity:
        return await activity_of_class(self.db, self.class_id, activity_id)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(slots=1)


@pytest.fixture
async def lessons(db: Database, engine: ScriptedEngine) -> Desk:
    """The shipped course and no paper."""
    shelf = Shelf([CONTENT])
    await index_course(db, shelf.course(COURSE))
    async with db.transaction() as tx:
        staff = await create_staff(tx, "ada", "Ada", "no hash", "no secret", is_operator=False)
        classroom = await create_class(tx, staff.id, "7B")
        await add_course(tx, classroom.id, shelf.course(COURSE), shelf.lessons(COURSE))
    return Desk(db, engine, classroom.id, staff.id)


@pytest.fixture
async def papers(db: Database, engine: ScriptedEngine) -> Desk:
    """One paper of three pages and no course."""
    async with db.transaction() as tx:
        staff = await create_staff(tx, "olu", "Olu", "no hash", "no secret", is_operator=False)
        classroom = await create_class(tx, staff.id, "8C")
        await add_paper(tx, classroom.id, "Plants", PAPER)
    return Desk(db, engine, classroom.id, staff.id)


@pytest.fixture
async def bare(db: Database, engine: ScriptedEngine) -> Desk:
    """A class that has nothing to read."""
    async with db.transaction() as tx:
        staff = await create_staff(tx, "eve", "Eve", "no hash", "no secret", is_operator=False)
        classroom = await create_class(tx, staff.id, "9D")
    return Desk(db, engine, classroom.id, staff.id)


async def add_paper(
    tx: Transaction,
    class_id: int,
    title: str,
    passages: tuple[tuple[int, str, str], ...],
    state: str = "ready",
) -> int:
    document_id = await tx.insert(
        """
        INSERT INTO documents (class_id, title, original_filename, stored_name, kind, size_bytes, state, created_at)
        VALUES (:class_id, :title, 'paper.pdf', :stored, 'pdf', 1, :state, :now)
        """,
        class_id=class_id,
        title=title,
        stored=f"{class_id}-{title}",
        state=state,
        now=tx.now,
    )
    for position, (page, heading, body) in enumerate(passages):
        await tx.execute(
            """
            INSERT INTO document_passages (document_id, page, heading, position, body)
            VALUES (:id, :page, :heading, :position, :body)
            """,
            id=document_id,
            page=page,
            heading=heading,
            position=position,
            body=body,
        )
    return document_id


def said(**parts: object) -> str:
    """What a model writes under the grammar."""
    return json.dumps(parts)
