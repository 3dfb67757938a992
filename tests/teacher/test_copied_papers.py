"""Papers go along with a copied class: its own files, text and vectors, and never more open than they were."""

import errno
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from appliance.auth import sessions
from appliance.classroom.students import create_student
from appliance.classroom.tunings import tuning_of
from appliance.inference.scripted import ScriptedEngine
from appliance.library.document_search import search_documents
from appliance.library.documents import Document, documents_of_class
from appliance.library.index import Vector
from appliance.storage import files
from appliance.study import reading
from appliance.work.submissions import sweep_files
from tests.conftest import COURSE, Browser, Cast
from tests.made_documents import LEAVES, ROOTS, SEEDS, pdf
from tests.student.class_chats import opened, told
from tests.teacher.road import Road
from tests.teacher.test_copied_media import Disk, copied_class, without_links
from tests.teacher.test_copies_page import nines
from tests.teacher.test_document_pages import upload
from tests.teacher.test_material_pages import published_quiz

LESSON = "who-lets-it-through"
QUESTION = "what is chlorophyll"


async def papers_in(cast: Cast, class_id: int) -> dict[str, Document]:
    return {paper.title: paper for paper in await documents_of_class(cast.parts.db, class_id)}


async def filled(road: Road) -> dict[str, Document]:
    """Plants, which is read, and a scan, which could not be."""
    for title, content in (("Plants", pdf(LEAVES, ROOTS, SEEDS)), ("Scan", pdf(""))):
        await upload(road.ada, f"{road.base}/library", content, title=title)
    await road.cast.at_rest()
    return await papers_in(road.cast, road.cast.classroom.id)


async def copied(road: Road) -> int:
    made = await copied_class(road)
    await road.cast.at_rest()
    return made


async def student_of(cast: Cast, class_id: int) -> Browser:
    async with cast.parts.db.transaction() as tx:
        student = await create_student(tx, class_id, "Eve")
        return cast.with_session(await sessions.begin_student(tx, student.id, 1))


async def passages(cast: Cast, paper: Document) -> list[tuple[object, ...]]:
    rows = await cast.parts.db.fetch_all(
        "SELECT page, heading, position, body, embedding FROM document_passages WHERE document_id = :id ORDER BY id",
        id=paper.id,
    )
    return [tuple(row) for row in rows]


async def test_a_copied_class_has_the_papers_word_for_word_and_asks_no_model_again(
    road: Road, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await filled(road)

    asked: list[str] = []

    async def embeds_nothing(engine: ScriptedEngine, texts: Sequence[str]) -> list[Vector]:
        asked.extend(texts)
        return []

    monkeypatch.setattr(ScriptedEngine, "embed", embeds_nothing)
    after = await papers_in(cast, await copied(road))
    first, second = before["Plants"], after["Plants"]
    assert asked == []
    assert (second.state, second.progress, second.pages, second.kind) == ("ready", 1.0, 3, "pdf")
    assert await passages(cast, second) == await passages(cast, first) != []
    assert all(row[-1] is not None for row in await passages(cast, second))
    assert second.stored_name != first.stored_name
    assert cast.parts.files.path(second.stored_name).samefile(cast.parts.files.path(first.stored_name))
    assert list(after) == list(before)
    assert (after["Scan"].state, after["Scan"].message) == ("failed", reading.NO_TEXT)


async def test_the_class_chat_of_the_copy_finds_its_own_paper(road: Road, cast: Cast) -> None:
    before = await filled(road)
    made = await copied(road)
    eve, theirs = await student_of(cast, made), (await papers_in(cast, made))["Plants"]
    chat = await opened(eve)
    cast.engine.will_say("It catches the light [L1].")
    answer = (await told(eve, chat, "What does chlorophyll do in leaves?"))[-1][1]
    assert f"/student/library/{theirs.id}?page=1#p-1" in [each["url"] for each in answer["citations"]]
    assert (await eve.get(f"/student/library/{theirs.id}")).status_code == 200
    assert (await eve.get(f"/student/library/{before['Plants'].id}")).status_code == 404


@pytest.mark.parametrize("removed", ["source", "copy"])
async def test_a_paper_that_one_class_removes_stays_in_the_other(
    road: Road, cast: Cast, removed: str
) -> None:
    await filled(road)
    made, first = await copied(road), cast.classroom.id
    gone, stays = (first, made) if removed == "source" else (made, first)
    left = await papers_in(cast, stays)
    kept = await passages(cast, left["Plants"])
    for paper in (await papers_in(cast, gone)).values():
        await road.ada.post(f"/teach/class/{gone}/library/{paper.id}/remove")
    assert await papers_in(cast, gone) == {} and await papers_in(cast, stays) == left
    assert await passages(cast, left["Plants"]) == kept
    found = await search_documents(cast.parts.db, QUESTION, stays, None, 1)
    assert [each.document_id for each in found] == [left["Plants"].id]
    assert await search_documents(cast.parts.db, QUESTION, gone, None, 1) == []
    assert (await sweep_files(cast.parts.db, cast.parts.files)).put_aside == 0
    assert cast.parts.files.path(left["Plants"].stored_name).exists()


async def test_a_helper_that_quotes_one_paper_alone_quotes_its_copy_alone(road: Road, cast: Cast) -> None:
    before = await filled(road)
    tuned = f"{road.base}/helper/tuning/{COURSE}/{LESSON}"
    await road.ada.post(tuned, {"reference": f"paper:{before['Plants'].id}"})
    made = await copied(road)
    theirs = (await papers_in(cast, made))["Plants"]
    assert (await tuning_of(cast.parts.db, made, COURSE, LESSON)).reference == f"paper:{theirs.id}"


async def test_where_that_paper_cannot_go_along_nothing_else_is_quoted(road: Road, cast: Cast) -> None:
    before = await filled(road)
    await road.ada.post(f"{road.base}/helper/tuning", {"reference": f"paper:{before['Plants'].id}"})
    cast.parts.files.path(before["Plants"].stored_name).unlink()
    made = await copied(road)
    assert set(await papers_in(cast, made)) == {"Scan"}
    assert (await tuning_of(cast.parts.db, made)).reference == "paper:0"


async def test_questions_made_from_a_paper_lead_to_the_page_of_the_copy(road: Road, cast: Cast) -> None:
    before = await filled(road)
    quiz = await published_quiz(road)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE questions SET document_id = :id, page = 2", id=before["Plants"].id)
    module = await road.module()
    await road.material("quiz", "Try it", module, activity=str(quiz))
    made, nine = await copied(road), await nines(cast)
    await road.ada.post(f"{road.base}/modules/{module}/copy", {"class_id": str(nine)})

    async def led_to(class_id: int) -> set[tuple[int | None, int | None]]:
        rows = await cast.parts.db.fetch_all(
            """
            SELECT questions.document_id, questions.page
            FROM questions JOIN activities ON activities.id = questions.activity_id
            WHERE activities.class_id = :class_id
            """,
            class_id=class_id,
        )
        return {(row["document_id"], row["page"]) for row in rows}

    assert await led_to(made) == {((await papers_in(cast, made))["Plants"].id, 2)}
    assert await led_to(nine) == {(None, None)} and await papers_in(cast, nine) == {}


async def test_a_paper_without_text_yet_is_read_from_its_own_file(road: Road, cast: Cast) -> None:
    first = (await filled(road))["Plants"]
    async with cast.parts.db.transaction() as tx:
        await tx.execute("DELETE FROM document_passages WHERE document_id = :id", id=first.id)
        await tx.execute("UPDATE documents SET state = 'reading', pages = 0 WHERE id = :id", id=first.id)
        await tx.execute("UPDATE jobs SET state = 'running' WHERE kind = 'read_document'")
    made = await copied_class(road)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE jobs SET state = 'done' WHERE kind = 'read_document'")
    await cast.at_rest()
    theirs = (await papers_in(cast, made))["Plants"]
    assert (theirs.state, theirs.pages) == ("ready", 3) and len(await passages(cast, theirs)) == 3


async def test_passages_that_had_no_vector_get_theirs_in_the_copy(road: Road, cast: Cast) -> None:
    first = (await filled(road))["Plants"]
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE document_passages SET embedding = NULL WHERE page = 2")
        await tx.execute("UPDATE documents SET progress = 0.8 WHERE id = :id", id=first.id)
    theirs = (await papers_in(cast, await copied(road)))["Plants"]
    assert theirs.progress == 1.0
    assert all(row[-1] is not None for row in await passages(cast, theirs))


async def test_a_long_paper_is_copied_in_turns_that_let_others_write(
    road: Road, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "COPIED_BATCH", 2)
    first = (await filled(road))["Plants"]
    blob = np.ones(384, np.float16).tobytes()
    async with cast.parts.db.transaction() as tx:
        await tx.execute_many(
            """
            INSERT INTO document_passages (document_id, page, position, body, embedding)
            VALUES (:id, 3, :position, 'More of it.', :blob)
            """,
            [{"id": first.id, "position": position, "blob": blob} for position in range(3, 9)],
        )
    theirs = (await papers_in(cast, await copied(road)))["Plants"]
    assert await passages(cast, theirs) == await passages(cast, first) and theirs.pages == 3


async def test_a_class_pressed_twice_has_each_paper_once(road: Road, cast: Cast) -> None:
    await filled(road)
    key = await road.key(f"{road.base}/copy")
    for _ in range(2):
        await road.ada.post(f"{road.base}/copy", {"name": "Twin", "form_key": key})
    await cast.at_rest()
    assert await cast.count("documents") == 4 == len(await cast.parts.files.names())


async def test_papers_count_in_the_room_of_the_new_class(road: Road, cast: Cast) -> None:
    await filled(road)
    before = await road.everything()
    object.__setattr__(cast.parts.settings, "appliance_class_quota_mb", 0)
    refused = await road.ada.post(f"{road.base}/copy", {"name": "Next year"})
    assert refused.status_code == 409 and "nothing was copied" in refused.text
    assert await road.everything() == before and await cast.count("documents") == 2
    assert len(await cast.parts.files.names()) == 2


async def test_a_disk_that_fills_between_two_papers_leaves_nothing_of_the_copy(
    road: Road, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(road)
    without_links(monkeypatch)
    free = iter([10**12, 0])
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Disk(10**12, 0, next(free)))
    before = [await cast.count(table) for table in ("classes", "documents", "jobs")]
    refused = await road.ada.post(f"{road.base}/copy", {"name": "Next year"})
    monkeypatch.undo()
    assert refused.status_code == 503 and files.DISK_FULL in refused.text
    assert [await cast.count(table) for table in ("classes", "documents", "jobs")] == before
    assert len(await cast.parts.files.names()) == 2
    assert (await papers_in(cast, await copied(road)))["Plants"].state == "ready"


async def test_a_copy_asks_the_database_the_same_number_of_times_however_many_passages_there_are(
    road: Road, cast: Cast
) -> None:
    first = (await filled(road))["Plants"]

    async def asked() -> int:
        before = cast.parts.db.queries
        await copied_class(road)
        return cast.parts.db.queries - before

    few = await asked()
    await cast.at_rest()
    async with cast.parts.db.transaction() as tx:
        await tx.execute_many(
            "INSERT INTO document_passages (document_id, page, position, body) VALUES (:id, 3, :at, 'More.')",
            [{"id": first.id, "at": position} for position in range(3, 203)],
        )
    assert await asked() <= few
    await cast.at_rest()


async def test_a_file_system_without_second_names_gets_whole_papers(
    road: Road, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = (await filled(road))["Plants"]

    def refuse(path: Path, target: Path) -> None:
        raise OSError(errno.EMLINK, "too many links")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    theirs = (await papers_in(cast, await copied(road)))["Plants"]
    mine, copy = (cast.parts.files.path(paper.stored_name) for paper in (first, theirs))
    assert copy.read_bytes() == mine.read_bytes() and not copy.samefile(mine)
