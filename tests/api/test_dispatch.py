"""/v1/materials: a paper read again when its teacher wants it, and what comes of the line."""

import asyncio

import pytest

from appliance.api import materials
from appliance.library.documents import document_by_id, enqueue_reading
from appliance.study.reading import NO_TEXT
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
    path = cast.parts.files.path(f"{cast.classroom.id}-Plants")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return paper


async def jobs_of(cast: Cast) -> int:
    row = await cast.parts.db.fetch_one("SELECT count(*) AS n FROM jobs WHERE kind = 'read_document'")
    assert row is not None
    return int(row["n"])


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


async def test_a_paper_that_can_not_be_read_is_told_with_its_reason(program: Program, cast: Cast) -> None:
    paper = await a_paper(cast, pdf(""))
    asked = {"class_id": str(cast.classroom.id), "material_id": str(paper)}
    await (await ada(program)).data("/v1/materials/dispatch", asked)
    told = await program.data("/v1/materials/process", {})
    assert (told["processed"], told["failed"], told["succeeded"]) == (1, 1, 0)
    assert told["errors"] == [f"{paper}: {NO_TEXT}"]
    assert (await program.data("/v1/materials/process", {}))["triggered"] is False


async def test_a_reading_that_breaks_is_told_as_tried_again_later(program: Program, cast: Cast) -> None:
    """The line stands still here, and the test writes what it would: one try, and another one later."""
    paper = await a_paper(cast, b"", "waiting")
    await cast.parts.jobs.stop()
    async with cast.parts.db.transaction() as tx:
        await enqueue_reading(tx, paper)
    looked = cast.parts.db.queries + 2
    asked = asyncio.create_task(program.data("/v1/materials/process", {}))
    while cast.parts.db.queries < looked:  # noqa: ASYNC110 - at the line, and at how the reading stands
        await asyncio.sleep(0.01)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE jobs SET attempts = 1, message = 'It broke.' WHERE kind = 'read_document'")
    told = await asked
    assert (told["processed"], told["retried"], told["failed"]) == (1, 1, 0), told
    assert told["errors"] == [f"{paper}: It broke."]


async def test_nobody_waits_for_ever_for_a_line_that_does_not_move(
    program: Program, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = await a_paper(cast, pdf("A leaf is green and catches the light of the sun."), "waiting")
    await cast.parts.jobs.stop()
    monkeypatch.setattr(materials, "WAIT_SECONDS", 0.3)
    async with cast.parts.db.transaction() as tx:
        await enqueue_reading(tx, paper)
    told = await program.data("/v1/materials/process", {})
    assert told == {
        "triggered": True, "processed": 0, "succeeded": 0, "failed": 0, "retried": 0, "errors": [],
    }  # fmt: skip


@pytest.mark.parametrize("size", [0, 26, -1, True, "3", 2.5, None])
async def test_a_batch_is_of_1_to_25(program: Program, size: object) -> None:
    assert await program.refused("/v1/materials/process", {"batch_size": size}) == (422, "validation_error")


@pytest.mark.parametrize("material", ["0", "-1", "999", "abc", "9" * 19, "9" * 400, "1; DROP", "٣"])
async def test_a_paper_that_is_not_there_is_not_found(program: Program, cast: Cast, material: str) -> None:
    caller = await ada(program)
    asked = {"class_id": str(cast.classroom.id), "material_id": material}
    assert await caller.refused("/v1/materials/dispatch", asked) == (404, "not_found")
    swapped = {"class_id": material, "material_id": "1"}
    assert await caller.refused("/v1/materials/dispatch", swapped) == (404, "not_found")


@pytest.mark.parametrize("fields", [{"class_id": 1}, {"material_id": None}, {"trigger_worker": "yes"}])
async def test_fields_of_another_kind_are_refused(
    program: Program, cast: Cast, fields: dict[str, object]
) -> None:
    asked = {"class_id": str(cast.classroom.id), "material_id": "1", **fields}
    assert await (await ada(program)).refused("/v1/materials/dispatch", asked) == (422, "validation_error")


async def test_only_the_teachers_of_the_class_have_its_papers_read(program: Program, cast: Cast) -> None:
    assert cast.other is not None
    paper = await a_paper(cast, pdf("A leaf is green."))
    asked = {"class_id": str(cast.classroom.id), "material_id": str(paper)}
    olu, ben = await program.for_staff(cast.olu_id), await program.for_student(cast.ben)
    assert await olu.refused("/v1/materials/dispatch", asked) == (404, "not_found")
    through_own = {**asked, "class_id": str(cast.other.id)}
    assert await olu.refused("/v1/materials/dispatch", through_own) == (404, "not_found")
    assert await ben.refused("/v1/materials/dispatch", asked) == (403, "forbidden")
    assert await program.refused("/v1/materials/dispatch", asked) == (401, "user_token_required")
    assert await jobs_of(cast) == 0
