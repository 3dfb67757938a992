"""A paper as students read it: where the numbers under an answer lead, and closed to every other class."""

import asyncio
import re

from appliance.classroom.students import create_student
from appliance.helper.scope import scope_of_lesson, sign
from appliance.library.document_kinds import accept_document
from appliance.library.documents import Document, create_document, document_by_id
from appliance.storage.files import IncomingFile
from tests.conftest import COURSE, Cast
from tests.made_documents import LEAVES, ROOTS, SEEDS, pdf

LESSON = "who-lets-it-through"


async def paper(cast: Cast, content: bytes = pdf(LEAVES, ROOTS, SEEDS), title: str = "Plants") -> Document:
    """In Ada's class, read to its end."""
    incoming = IncomingFile(cast.parts.files.folder)
    incoming.write(content, 10**9, "too large")
    incoming.finish()
    kind, stored = await accept_document(cast.parts.files, incoming, "plants.pdf")
    async with cast.parts.db.transaction() as tx:
        document_id = await create_document(tx, cast.classroom.id, title, "plants.pdf", kind, stored)
    cast.parts.jobs.wake()
    async with asyncio.timeout(60):
        while (document := await document_by_id(cast.parts.db, document_id)).is_in_work:  # noqa: ASYNC110 - another task of the box reads it
            await asyncio.sleep(0.02)
    return document


async def asked(cast: Cast, question: str) -> dict[str, object]:
    """Ben's question on a lesson, over HTTP."""
    scope = scope_of_lesson(cast.parts.shelf.lesson(COURSE, LESSON), cast.classroom.id, "student")
    token = sign(cast.parts.secrets.scope, scope, cast.clock())
    ben = await cast.student(cast.ben)
    answer = await ben.post_json("/helper/chat", {"message": question, "scope_token": token})
    assert answer.status_code == 200
    body: dict[str, object] = answer.json()
    return body


async def test_a_student_reads_a_paper_of_the_class_page_by_page(cast: Cast) -> None:
    document = await paper(cast)
    shown = await (await cast.student(cast.ben)).get(f"/student/library/{document.id}")
    assert shown.status_code == 200
    assert re.search(rf'id="p-1".*{LEAVES}.*id="p-2".*{ROOTS}', shown.text, re.DOTALL)


async def test_the_helper_cites_the_page_of_a_paper_and_its_link_opens_that_page(cast: Cast) -> None:
    document = await paper(cast)
    cast.engine.will_say("They catch light with chlorophyll [L1].")
    answer = await asked(cast, "What does chlorophyll do in leaves?")
    assert answer["grounded"]
    citations = answer["citations"]
    assert isinstance(citations, list)
    (cited,) = [citation for citation in citations if citation["text"] == LEAVES]
    assert cited["source"] == "Plants, page 1"
    assert cited["url"] == f"/student/library/{document.id}?page=1#p-1"
    page = (await (await cast.student(cast.ben)).get(cited["url"])).text
    assert 'id="p-1"' in page and LEAVES in page
    assert f"[{cited['id']}] Plants, page 1: {LEAVES}" in cast.engine.asked[-1].messages[-1].content


async def test_the_lesson_comes_first_and_a_paper_gets_the_last_place(cast: Cast) -> None:
    await paper(
        cast, pdf("A conductor lets the current through; copper is a good conductor of electric current.")
    )
    citations = (await asked(cast, "What is a conductor of electric current?"))["citations"]
    assert isinstance(citations, list)
    are_papers = [citation["source"] == "Plants, page 1" for citation in citations]
    assert are_papers == [False, False, True]


async def test_without_a_model_the_answer_quotes_the_paper(cast: Cast) -> None:
    await paper(cast)
    cast.engine.state = "off"
    answer = await asked(cast, "What does chlorophyll do in leaves?")
    assert LEAVES in str(answer["text"]) and "Plants, page 1 [L1]" in str(answer["text"])


async def test_a_question_from_another_class_finds_nothing_of_it(cast: Cast) -> None:
    document = await paper(cast)
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        stranger = await create_student(tx, cast.other.id, "Ola")
    assert (await (await cast.student(stranger)).get(f"/student/library/{document.id}")).status_code == 404


async def test_teachers_look_only_at_papers_of_their_own_classes(cast: Cast) -> None:
    document = await paper(cast)
    address = f"/student/library/{document.id}"
    assert (await (await cast.ada()).get(address)).status_code == 200
    assert (await (await cast.olu()).get(address)).status_code == 404


async def test_a_paper_that_was_not_read_is_not_there_for_students(cast: Cast) -> None:
    document = await paper(cast, pdf("", ""))
    assert document.state == "failed"
    assert (await (await cast.student(cast.ben)).get(f"/student/library/{document.id}")).status_code == 404


async def test_a_visitor_is_sent_to_the_first_page(cast: Cast) -> None:
    assert (await cast.visitor().get("/student/library/1")).headers["location"] == "/"
