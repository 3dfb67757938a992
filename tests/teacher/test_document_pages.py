"""The teacher's papers: uploaded without script, listed with how they stand, renamed, read, removed."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from appliance.library import document_kinds, documents
from appliance.library.documents import Document, documents_of_class
from appliance.settings import Settings
from appliance.study import reading
from appliance.teacher import documents as room
from appliance.work.submissions import sweep_files
from tests.conftest import Browser, Cast
from tests.made_documents import LEAVES, ROOTS, SEEDS, pdf, plants_docx

THREE = pdf(LEAVES, ROOTS, SEEDS)


def shelf(cast: Cast) -> str:
    return f"/teach/class/{cast.classroom.id}/library"


async def upload(
    browser: Browser,
    address: str,
    content: bytes = THREE,
    name: str = "plants.pdf",
    title: str = "",
    **headers: str,
) -> httpx.Response:
    if not browser.token:
        await browser.get("/privacy")
    fields = {"csrf_token": browser.token, "title": title}
    files = {"file": (name, content, "application/octet-stream")}
    return await browser.client.post(address, data=fields, files=files, headers=headers)


async def papers(cast: Cast) -> list[Document]:
    return await documents_of_class(cast.parts.db, cast.classroom.id)


async def read(cast: Cast) -> list[Document]:
    """The papers, once none of them is in work."""
    async with asyncio.timeout(60):
        while True:
            found = await papers(cast)
            if not any(paper.is_in_work for paper in found):
                return found
            await asyncio.sleep(0.02)


async def test_a_paper_is_uploaded_read_and_shown_as_the_helper_sees_it(cast: Cast) -> None:
    ada = await cast.ada()
    sent = await upload(ada, shelf(cast), title=" All about  plants ")
    assert (sent.status_code, sent.headers["location"]) == (302, shelf(cast))
    (paper,) = await read(cast)
    assert (paper.state, paper.title, paper.pages) == ("ready", "All about plants", 3)
    listed = (await ada.get(shelf(cast))).text
    assert "All about plants" in listed and "Ready" in listed and "3 pages" in listed
    shown = (await ada.get(f"{shelf(cast)}/{paper.id}")).text
    assert re.search(rf'id="p-2".*{ROOTS}.*id="p-3"', shown, re.DOTALL)


async def test_without_a_title_it_is_called_as_its_file(cast: Cast) -> None:
    await upload(await cast.ada(), shelf(cast), plants_docx(), "all_about_plants.docx")
    assert [(paper.title, paper.kind) for paper in await papers(cast)] == [("all about plants", "docx")]


async def test_a_letter_that_comes_in_two_pieces_stays_one(cast: Cast) -> None:
    ada = await cast.ada()
    await ada.get(shelf(cast))
    sent = httpx.Request(
        "POST",
        "http://box",
        data={"csrf_token": ada.token, "title": "El niño"},
        files={"file": ("leaves.pdf", pdf(LEAVES), "application/pdf")},
    )
    body = sent.read()
    middle = body.index("ñ".encode()) + 1

    async def pieces() -> AsyncIterator[bytes]:
        yield body[:middle]
        await asyncio.sleep(0)
        yield body[middle:]

    head = {"Content-Type": sent.headers["content-type"]}
    assert (await ada.client.post(shelf(cast), content=pieces(), headers=head)).status_code == 302
    assert [paper.title for paper in await papers(cast)] == ["El niño"]


async def test_a_paper_in_work_shows_how_far_it_is_and_how_to_look_again(cast: Cast) -> None:
    await upload(await cast.ada(), shelf(cast))
    (paper,) = await read(cast)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE documents SET state = 'reading', progress = 0.25")
        await tx.execute("UPDATE jobs SET state = 'running' WHERE kind = 'read_document'")
    listed = (await (await cast.ada()).get(shelf(cast))).text
    assert "Being read" in listed and 'value="25"' in listed and "Look again" in listed
    assert 'data-behaviour="refresh"' in listed and f'id="paper-{paper.id}" data-part="in-work"' in listed


async def test_why_a_paper_was_not_read_stands_in_the_list(cast: Cast) -> None:
    ada = await cast.ada()
    await upload(ada, shelf(cast), pdf("", ""), "scan.pdf")
    await read(cast)
    listed = (await ada.get(shelf(cast))).text
    assert "Not read" in listed and reading.NO_TEXT in listed


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("notes.txt", b"some notes", document_kinds.WRONG_KIND),
        ("plants.pdf", b"not a PDF at all", "doesn&#39;t fit its name"),
        ("plants.docx", plants_docx()[:4000], document_kinds.DAMAGED),
        ("plants.pdf", b"", "This file is empty."),
    ],
)
async def test_a_refused_file_keeps_what_was_typed_and_leaves_nothing(
    cast: Cast, name: str, content: bytes, sentence: str
) -> None:
    refused = await upload(await cast.ada(), shelf(cast), content, name, "My title")
    assert refused.status_code == 422
    assert sentence in refused.text and 'value="My title"' in refused.text
    assert await papers(cast) == [] and await cast.parts.files.names() == []


async def test_a_title_that_is_too_long_is_refused_and_leaves_nothing(cast: Cast) -> None:
    refused = await upload(await cast.ada(), shelf(cast), title="x" * 121)
    assert refused.status_code == 422 and documents.TITLE_TOO_LONG in refused.text
    assert await papers(cast) == [] and await cast.parts.files.names() == []


async def test_a_form_without_a_file_is_answered_in_a_teachers_words(cast: Cast) -> None:
    ada = await cast.ada()
    await ada.get(shelf(cast))
    refused = await ada.client.post(
        shelf(cast), data={"csrf_token": ada.token}, files={"file": ("", b"", "application/octet-stream")}
    )
    assert refused.status_code == 422 and room.NO_FILE in refused.text


async def test_a_program_gets_the_refusal_as_json(cast: Cast) -> None:
    refused = await upload(await cast.ada(), shelf(cast), b"MZ", "a.exe", accept="application/json")
    assert (refused.status_code, refused.json()["error"]) == (400, "wrong_kind")


async def test_a_full_line_and_a_full_class_are_said(cast: Cast, settings: Settings) -> None:
    ada = await cast.ada()
    await cast.parts.jobs.stop()
    for _ in range(documents.MOST_WAITING):
        assert (await upload(ada, shelf(cast))).status_code == 302
    refused = await upload(ada, shelf(cast))
    assert refused.status_code == 409 and documents.LINE_FULL in refused.text
    assert len(await cast.parts.files.names()) == documents.MOST_WAITING
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            "UPDATE documents SET size_bytes = :most", most=settings.appliance_class_quota_mb * 2**20
        )
    full = await upload(ada, shelf(cast), title="Plants, chapter 2")
    assert "used up" in full.text and 'value="Plants, chapter 2"' in full.text


async def test_a_file_above_the_limit_is_refused_and_leaves_nothing(cast: Cast, settings: Settings) -> None:
    large = THREE + bytes(settings.appliance_document_max_mb * 2**20)
    refused = await upload(await cast.ada(), shelf(cast), large)
    assert refused.status_code == 413 and room.TOO_LARGE in refused.text
    assert await cast.parts.files.names() == []


async def test_a_paper_gets_another_title(cast: Cast) -> None:
    ada = await cast.ada()
    await upload(ada, shelf(cast))
    (paper,) = await read(cast)
    address = f"{shelf(cast)}/{paper.id}"
    renamed = await ada.post(address, {"title": "Chapter 2 <b>"})
    assert renamed.headers["location"] == address
    shown = (await ada.get(address)).text
    assert "Chapter 2 &lt;b&gt;" in shown and "Chapter 2 <b>" not in shown
    refused = await ada.post(address, {"title": "  "})
    assert refused.status_code == 422 and documents.NO_TITLE in refused.text
    assert [paper.title for paper in await papers(cast)] == ["Chapter 2 <b>"]


async def test_a_removed_paper_is_gone_with_its_file_and_a_second_press_does_no_harm(cast: Cast) -> None:
    ada = await cast.ada()
    await upload(ada, shelf(cast))
    (paper,) = await read(cast)
    address = f"{shelf(cast)}/{paper.id}/remove"
    assert (await ada.post(address)).headers["location"] == shelf(cast)
    assert await papers(cast) == [] and await cast.parts.files.names() == []
    assert await cast.count("document_passages") == 0
    assert (await ada.post(address)).status_code == 404


async def test_a_long_paper_is_shown_a_stretch_at_a_time(cast: Cast) -> None:
    ada = await cast.ada()
    await upload(
        ada, shelf(cast), pdf(*[f"This is what stands on page {number}." for number in range(1, 91)])
    )
    (paper,) = await read(cast)
    address = f"{shelf(cast)}/{paper.id}"
    first, later = (await ada.get(address)).text, (await ada.get(f"{address}?page=57")).text
    assert 'id="p-40"' in first and 'id="p-41"' not in first and "?page=41" in first
    assert 'id="p-57"' in later and 'id="p-40"' not in later and "?page=40" in later and "?page=81" in later
    for odd in ("0", "-3", "abc", "999999999999", "9999999", "²"):
        assert (await ada.get(f"{address}?page={odd}")).status_code == 200


async def test_a_file_is_put_aside_only_when_no_paper_knows_it(cast: Cast) -> None:
    await upload(await cast.ada(), shelf(cast))
    await read(cast)
    assert (await sweep_files(cast.parts.db, cast.parts.files)).put_aside == 0
    async with cast.parts.db.transaction() as tx:
        await tx.execute("DELETE FROM documents")
    assert (await sweep_files(cast.parts.db, cast.parts.files)).put_aside == 1


async def test_the_class_page_leads_to_its_papers(cast: Cast) -> None:
    assert f'href="{shelf(cast)}"' in (await (await cast.ada()).get(f"/teach/class/{cast.classroom.id}")).text


async def test_the_other_teacher_finds_nothing_there(cast: Cast) -> None:
    await upload(await cast.ada(), shelf(cast))
    (paper,) = await read(cast)
    olu = await cast.olu()
    assert cast.other is not None
    own = f"/teach/class/{cast.other.id}/library/{paper.id}"
    for address in (shelf(cast), f"{shelf(cast)}/{paper.id}", own):
        assert (await olu.get(address)).status_code == 404
    assert (await upload(olu, shelf(cast))).status_code == 404
    for address in (f"{shelf(cast)}/{paper.id}", own):
        assert (await olu.post(address, {"title": "Mine"})).status_code == 404
        assert (await olu.post(f"{address}/remove")).status_code == 404
    assert [(found.id, found.title) for found in await papers(cast)] == [(paper.id, "plants")]


async def test_an_upload_with_a_forged_token_is_refused(cast: Cast) -> None:
    ada = await cast.ada()
    ada.token = "0" * 64
    assert (await upload(ada, shelf(cast))).status_code == 403
    assert await papers(cast) == [] and await cast.parts.files.names() == []


async def test_a_visitor_is_sent_to_sign_in(cast: Cast) -> None:
    sent = await cast.visitor().get(shelf(cast))
    assert sent.headers["location"] == f"/sign-in?next={shelf(cast)}"


def buttons(page: str, paper: Document, cast: Cast) -> set[str]:
    """What can be done with this paper on the list."""
    return set(re.findall(rf'action="{shelf(cast)}/{paper.id}/(\w+)"', page))


async def test_a_paper_that_failed_is_read_again_when_asked(cast: Cast) -> None:
    ada = await cast.ada()
    await upload(ada, shelf(cast))
    (paper,) = await read(cast)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("DELETE FROM document_passages")
        await tx.execute("UPDATE documents SET state = 'failed', pages = 0, message = 'The disk was full.'")
    for address in (shelf(cast), f"{shelf(cast)}/{paper.id}"):
        assert {"retry", "remove"} <= buttons((await ada.get(address)).text, paper, cast)
    retried = await ada.post(f"{shelf(cast)}/{paper.id}/retry")
    assert retried.headers["location"] == shelf(cast)
    (paper,) = await read(cast)
    assert (paper.state, paper.pages, paper.message) == ("ready", 3, "")
    assert buttons((await ada.get(shelf(cast))).text, paper, cast) == {"remove"}


async def test_trying_again_twice_is_one_reading_and_a_ready_paper_is_not_read_again(cast: Cast) -> None:
    ada = await cast.ada()
    await upload(ada, shelf(cast))
    (paper,) = await read(cast)
    refused = await ada.post(f"{shelf(cast)}/{paper.id}/retry")
    assert refused.status_code == 409 and documents.NOTHING_TO_RETRY in refused.text
    await cast.parts.jobs.stop()
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE documents SET state = 'failed'")
    for _ in range(2):
        assert (await ada.post(f"{shelf(cast)}/{paper.id}/retry")).status_code == 302
    waiting = "SELECT count(*) AS n FROM jobs WHERE kind = 'read_document' AND state = 'waiting'"
    row = await cast.parts.db.fetch_one(waiting)
    assert row is not None and row["n"] == 1


async def test_a_paper_given_up_by_its_job_can_be_tried_again(cast: Cast) -> None:
    ada = await cast.ada()
    await upload(ada, shelf(cast))
    (paper,) = await read(cast)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE documents SET state = 'reading', pages = 0")
        await tx.execute("UPDATE jobs SET state = 'failed' WHERE kind = 'read_document'")
    assert (await papers(cast))[0].state == "failed"
    await ada.post(f"{shelf(cast)}/{paper.id}/retry")
    (paper,) = await read(cast)
    assert (paper.state, paper.pages) == ("ready", 3)
    assert await cast.count("document_passages") == 3


async def test_nobody_else_has_a_paper_read_again(cast: Cast) -> None:
    await upload(await cast.ada(), shelf(cast))
    (paper,) = await read(cast)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE documents SET state = 'failed'")
    olu = await cast.olu()
    assert cast.other is not None
    for of_class in (cast.classroom.id, cast.other.id):
        assert (await olu.post(f"/teach/class/{of_class}/library/{paper.id}/retry")).status_code == 404
    assert (await papers(cast))[0].state == "failed"


async def test_a_paper_in_work_can_be_stopped(cast: Cast) -> None:
    ada = await cast.ada()
    await cast.parts.jobs.stop()
    await upload(ada, shelf(cast))
    (paper,) = await papers(cast)
    assert "Stop and remove" in (await ada.get(shelf(cast))).text
    await ada.post(f"{shelf(cast)}/{paper.id}/remove")
    assert await papers(cast) == [] and await cast.parts.files.names() == []
