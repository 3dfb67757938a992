"""/v1/materials: a paper read again when its teacher wants it, and what comes of the line."""

import asyncio

from appliance.library.documents import document_by_id
from tests.api.conftest import Program
from tests.conftest import Cast
from tests.made_documents import pdf
from tests.study.conftest import add_paper


async def ada(program: Program) -> Program:
    return await program.for_staff(program.cast.ada_id)


async def a_paper(cast: Cast, content: bytes, state: str = "failed") -> int:
    """A paper whose file is there and which nobody is reading."""
    async with cast.parts.db.transaction() as tx:
        paper = await add_paper(tx, cast.classroom.id, "Plants", (), state)
    name = f"{cast.classroom.id}-Plants"
    await asyncio.to_thread(cast.parts.files.path(name).write_bytes, content)
    return paper


async def test_a_paper_is_read_and_asking_again_changes_nothing(program: Program, cast: Cast) -> None:
    paper = await a_paper(cast, pdf("A leaf is the part of a plant that makes sugar from light."))
    caller, asked = await ada(program), {"class_id": str(cast.classroom.id), "material_id": str(paper)}
    quiet = {**asked, "trigger_worker": False}
    assert await caller.data("/v1/materials/dispatch", quiet) == {"enqueued": True, "triggered": False}
    assert await caller.data("/v1/materials/dispatch", asked) == {"enqueued": True, "triggered": True}
    assert await jobs_of(cast) == 1
    told = await program.data("/v1/materials/process", {"batch_size": 5})
    assert told == {
        "triggered": True, "processed": 1, "succeeded": 1, "failed": 0, "retried": 0, "errors": [],
    }  # fmt: skip
    assert (await document_by_id(cast.parts.db, paper)).state == "ready"
    assert await caller.data("/v1/materials/dispatch", asked) == {"enqueued": False, "triggered": False}
    assert await jobs_of(cast) == 1
