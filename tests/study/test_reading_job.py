"""The job that reads papers: ready with its pages, failed with a reason, and going on after a restart."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from appliance.errors import Conflict, NotFound
from appliance.inference.scripted import ScriptedEngine
from appliance.library import document_kinds, documents
from appliance.library.document_kinds import Kind
from appliance.library.document_reader import Line
from appliance.library.document_search import search_documents
from appliance.library.documents import (
    Document,
    create_document,
    document_of_class,
    remove_document,
    window_of,
)
from appliance.library.index import Embed, Vector
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.storage.files import FileStore, IncomingFile
from appliance.storage.jobs import FAILED, MAX_ATTEMPTS, Handler, Job, JobRunner
from appliance.study import reading
from appliance.study.reading import read_document
from tests.conftest import Cast, Clock, seat, started
from tests.made_documents import LEAVES, ROOTS, SEEDS, pdf, plants_docx, plants_pptx

PAGES = tuple(
    f"Page {number} tells what the plant does on day {number} of its life." for number in range(1, 101)
)


async def bag_of_words(text: str) -> Vector | None:
    return np.array([len(text), text.count("e"), text.count("a")], np.float32)


async def no_model(text: str) -> Vector | None:
    return None


class Gate:
    """A search model that stops after some vectors until it is opened."""

    def __init__(self, vectors: int) -> None:
        self.vectors = vectors
        self.asked: list[str] = []
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def __call__(self, text: str) -> Vector | None:
        if len(self.asked) == self.vectors:
            self.reached.set()
            await self.opened.wait()
        self.asked.append(text)
        return await bag_of_words(text)


class Box:
    """One life of a box, as far as papers are concerned."""

    def __init__(self, folder: Path) -> None:
        self.db = Database(folder / "box.sqlite3", lambda: 1_800_000_000.0)
        self.files = FileStore(folder / "uploads")
        self.class_id = 0
        self.runner: JobRunner | None = None

    async def add_class(self, code: str = "AAAA2222") -> int:
        async with self.db.transaction() as tx:
            self.class_id = await tx.insert(
                "INSERT INTO classes (name, join_code, created_at) VALUES ('7B', :code, :now)",
                code=code,
                now=tx.now,
            )
        return self.class_id

    async def upload(self, content: bytes, kind: Kind = "pdf", title: str = "Plants") -> int:
        incoming = IncomingFile(self.files.folder)
        incoming.write(content, 10**9, "too large")
        incoming.finish()
        stored = incoming.keep(f".{kind}")
        async with self.db.transaction() as tx:
            return await create_document(tx, self.class_id, title, f"plants.{kind}", kind, stored)

    async def work(self, embed: Embed = bag_of_words, handler: Handler | None = None) -> None:
        async def run(job: Job) -> None:
            await read_document(job, self.db, self.files, embed, pauses=())

        self.runner = JobRunner(self.db, {documents.JOB: handler or run})
        await self.runner.start()

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.stop()

    async def seen(self, document_id: int) -> Document:
        return await document_of_class(self.db, self.class_id, document_id)

    async def ended(self, document_id: int) -> Document:
        async with asyncio.timeout(60):
            while (document := await self.seen(document_id)).is_in_work:  # noqa: ASYNC110 - another task of the box reads it
                await asyncio.sleep(0.01)
        return document

    async def count(self, condition: str = "1") -> int:
        row = await self.db.fetch_one(f"SELECT count(*) AS n FROM document_passages WHERE {condition}")  # noqa: S608 - ours
        return int(row["n"]) if row else -1


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    made = Box(tmp_path)
    await made.db.open(tmp_path / "backups")
    await made.add_class()
    yield made
    await made.stop()
    await made.db.close()


# ---- ready


@pytest.mark.parametrize(
    ("content", "kind", "pages"),
    [(pdf(LEAVES, ROOTS, SEEDS), "pdf", 3), (plants_docx(), "docx", 2), (plants_pptx(), "pptx", 11)],
)
async def test_a_paper_is_read_and_searched_by_meaning(
    box: Box, content: bytes, kind: Kind, pages: int
) -> None:
    document_id = await box.upload(content, kind)
    assert (await box.seen(document_id)).state == "waiting"
    await box.work()
    document = await box.ended(document_id)
    assert (document.state, document.progress, document.pages, document.message) == ("ready", 1.0, pages, "")
    assert await box.count("embedding IS NULL") == 0 < await box.count()


async def test_the_page_that_is_found_is_the_page_it_stands_on(box: Box) -> None:
    document_id = await box.upload(pdf(LEAVES, "", ROOTS, SEEDS))
    await box.work()
    document = await box.ended(document_id)
    (found, *_) = await search_documents(box.db, "what do roots drink?", box.class_id, None, 1)
    assert (found.page, found.body) == (3, ROOTS)
    window = await window_of(box.db, document, 3)
    assert [(page.number, page.paragraphs[0].body) for page in window.pages] == [
        (1, LEAVES),
        (3, ROOTS),
        (4, SEEDS),
    ]


async def test_what_is_missing_is_said(box: Box) -> None:
    pictures = await box.upload(pdf(LEAVES, ""))
    long = await box.upload(pdf(*["There is a little text on this page."] * 501))
    await box.work()
    assert (await box.ended(pictures)).message == reading.SOME_ARE_PICTURES
    document = await box.ended(long)
    assert (document.state, document.pages, document.message) == ("ready", 500, reading.ONLY_THE_FIRST)


async def test_without_a_search_model_it_is_ready_and_taken_up_again_at_the_next_start(box: Box) -> None:
    document_id = await box.upload(pdf(LEAVES, ROOTS))
    await box.work(no_model)
    document = await box.ended(document_id)
    assert document.state == "ready" and document.progress < 1
    assert await search_documents(box.db, "chlorophyll", box.class_id, None, 1)
    await box.stop()
    async with box.db.transaction() as tx:
        assert await documents.enqueue_unfinished(tx) == 1
    await box.work()
    async with asyncio.timeout(10):
        while (document := await box.seen(document_id)).progress < 1:
            assert document.state == "ready"
            await asyncio.sleep(0.01)
    async with box.db.transaction() as tx:
        assert await documents.enqueue_unfinished(tx) == 0


async def test_a_busy_search_model_gets_another_chance(box: Box) -> None:
    document_id = await box.upload(pdf(LEAVES))
    answers: list[Vector | None] = [None, np.ones(3, np.float32)]

    async def busy(text: str) -> Vector | None:
        return answers.pop(0)

    async def run(job: Job) -> None:
        await read_document(job, box.db, box.files, busy, pauses=(0.0,))

    await box.work(handler=run)
    assert (await box.ended(document_id)).progress == 1


# ---- failed


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (pdf("", ""), "pdf", reading.NO_TEXT),
        (b"%PDF-1.7 and nothing else", "pdf", document_kinds.DAMAGED),
        (plants_docx()[:5000], "docx", document_kinds.DAMAGED),
    ],
)
async def test_a_paper_that_cannot_be_read_says_why_and_leaves_nothing(
    box: Box, content: bytes, kind: Kind, message: str
) -> None:
    document_id = await box.upload(content, kind)
    await box.work()
    document = await box.ended(document_id)
    assert (document.state, document.message, document.pages) == ("failed", message, 0)
    assert await box.count() == 0


async def test_a_file_that_is_gone_from_the_disk_fails_with_a_sentence(box: Box) -> None:
    document_id = await box.upload(pdf(LEAVES))
    await box.files.remove((await box.seen(document_id)).stored_name)
    await box.work()
    assert (await box.ended(document_id)).message == document_kinds.DAMAGED


async def test_a_job_that_was_given_up_shows_as_failed(box: Box, caplog: pytest.LogCaptureFixture) -> None:
    document_id = await box.upload(pdf(LEAVES))
    async with box.db.transaction() as tx:
        await tx.execute("UPDATE jobs SET attempts = :most", most=MAX_ATTEMPTS - 1)

    async def breaks(job: Job) -> None:
        raise RuntimeError("not the file's fault")

    with caplog.at_level(logging.CRITICAL):
        await box.work(handler=breaks)
        document = await box.ended(document_id)
    assert (document.state, document.message) == ("failed", FAILED)


# ---- interrupted


async def test_a_restart_in_the_middle_of_the_text_begins_it_again(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = await box.upload(pdf(*PAGES))
    stuck = asyncio.Event()
    close = reading._Incoming._close

    async def stops(*given: object) -> None:
        stuck.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(reading._Incoming, "_close", stops)
    await box.work()
    async with asyncio.timeout(30):
        await stuck.wait()
    half = await box.seen(document_id)
    assert (half.state, half.pages) == ("reading", 0) and await box.count() == 100
    await box.stop()
    monkeypatch.setattr(reading._Incoming, "_close", close)
    await box.work()
    assert (await box.ended(document_id)).pages == 100
    assert await box.count() == 100


async def test_a_restart_in_the_middle_of_the_vectors_goes_on_where_it_was(box: Box) -> None:
    document_id = await box.upload(pdf(*PAGES))
    gate = Gate(70)
    await box.work(gate)
    async with asyncio.timeout(30):
        await gate.reached.wait()
    await box.stop()
    kept = await box.count("embedding IS NOT NULL")
    assert kept == 64 and 0.5 < (await box.seen(document_id)).progress < 1
    again = Gate(1000)
    await box.work(again)
    assert (await box.ended(document_id)).state == "ready"
    assert len(again.asked) == 100 - kept


async def test_removing_a_paper_while_it_is_read_ends_the_reading(box: Box) -> None:
    document_id = await box.upload(pdf(*PAGES))
    other = await box.upload(pdf(LEAVES), title="Other")
    gate = Gate(40)
    await box.work(gate)
    async with asyncio.timeout(30):
        await gate.reached.wait()
    async with box.db.transaction() as tx:
        await box.files.remove(await remove_document(tx, box.class_id, document_id))
    gate.opened.set()
    assert (await box.ended(other)).state == "ready"
    with pytest.raises(NotFound):
        await box.seen(document_id)
    assert await box.count() == 1
    assert len(gate.asked) < 100


async def test_a_paper_of_pictures_that_is_removed_is_not_read_to_its_end(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = await box.upload(pdf(*[""] * 200))
    take, taken = reading._Incoming.take, []

    async def takes(incoming: reading._Incoming, line: Line) -> None:
        taken.append(line)
        if len(taken) == 3:
            async with box.db.transaction() as tx:
                await remove_document(tx, box.class_id, document_id)
        await take(incoming, line)

    monkeypatch.setattr(reading._Incoming, "take", takes)
    await read_document(Job(1, documents.JOB, {"document": document_id}, 1), box.db, box.files, bag_of_words)
    assert len(taken) < 50


async def test_a_paper_removed_between_two_steps_ends_quietly(box: Box) -> None:
    document_id = await box.upload(pdf(*PAGES))
    async with box.db.transaction() as tx:
        await remove_document(tx, box.class_id, document_id)
    await read_document(Job(1, documents.JOB, {"document": document_id}, 1), box.db, box.files, bag_of_words)
    assert await box.count() == 0


# ---- bounded


async def test_ten_may_wait_and_no_more(box: Box) -> None:
    for _ in range(documents.MOST_WAITING):
        await box.upload(pdf(LEAVES))
    with pytest.raises(Conflict) as refusal:
        await box.upload(pdf(LEAVES))
    assert refusal.value.message == documents.LINE_FULL
    await box.add_class("BBBB3333")
    await box.upload(pdf(LEAVES))


def test_a_title_comes_from_the_files_name() -> None:
    assert documents.title_of("the_water-cycle (final).PDF") == "the water-cycle (final)"
    assert documents.title_of("_.pdf") == "_.pdf"
    assert len(documents.title_of("x" * 300 + ".pdf")) == documents.TITLE_CHARACTERS


async def test_a_box_that_is_stopped_and_started_again_reads_on_by_itself(
    settings: Settings, clock: Clock, engine: ScriptedEngine
) -> None:
    async with started(settings, clock, engine) as (app, url):
        people = Cast(app, url, clock, engine)
        await seat(people)
        await people.parts.jobs.stop()
        first = Box(settings.appliance_data)
        first.db, first.files, first.class_id = people.parts.db, people.parts.files, people.classroom.id
        document_id = await first.upload(pdf(*PAGES))
        async with first.db.transaction() as tx:
            await tx.execute("UPDATE jobs SET state = 'running', attempts = 1 WHERE kind = 'read_document'")
            await tx.execute("UPDATE documents SET state = 'reading', progress = 0.1")
    async with started(settings, clock, ScriptedEngine()) as (app, _):
        first.db = app.ctx.parts.db
        document = await first.ended(document_id)
        assert (document.state, document.pages, document.progress) == ("ready", 100, 1.0)
