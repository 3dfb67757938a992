"""Work goes in, the teacher's word comes back: the queue, the previews, the gradebook and what students read."""

import asyncio
import io
import json
import zipfile
from pathlib import Path

import pytest

from appliance.classroom.materials import materials_of_lesson
from appliance.storage.files import IncomingFile
from appliance.work.submissions import accept, create_submission
from tests.conftest import COURSE, Cast
from tests.made_documents import pdf

PNG = b"\x89PNG\r\n\x1a\n a picture"
QUEUE = "/teach/class/1/review"


async def upload_id(cast: Cast, lesson: str = "who-lets-it-through") -> int:
    work = await materials_of_lesson(cast.parts.db, cast.classroom.id, COURSE, lesson)
    return work["upload"].id


async def handed_in(
    cast: Cast, student_id: int, name: str = "a.png", content: bytes = PNG, note: str = ""
) -> int:
    files = cast.parts.files
    incoming = IncomingFile(files.folder)
    incoming.write(content, 10_000_000, "")
    incoming.finish()
    stored = await accept(files, incoming, name, (Path(name).suffix,))
    async with cast.parts.db.transaction() as tx:
        created = await create_submission(tx, await upload_id(cast), student_id, name, stored, note)
    cast.clock.now += 60
    return created


async def test_the_queue_goes_from_the_oldest_to_the_next_until_nothing_waits(cast: Cast) -> None:
    assert cast.ben and cast.chi
    first, second = await handed_in(cast, cast.ben.id), await handed_in(cast, cast.chi.id)
    ada = await cast.ada()
    page = (await ada.get(QUEUE)).text
    assert page.index(">Ben<") < page.index(">Chi<")
    assert '<span class="count">2</span>' in page and 'data-label="State"' not in page
    assert 'data-label="State"' in (await ada.get(f"{QUEUE}?show=all")).text
    saved = await ada.post(
        f"{QUEUE}/{first}?show=waiting", {"state": "reviewed", "score": "85", "comment": "Good."}
    )
    assert saved.headers["location"] == f"{QUEUE}/{second}?show=waiting"
    saved = await ada.post(f"{QUEUE}/{second}?show=waiting", {"state": "reviewed", "comment": ""})
    assert saved.headers["location"] == f"{QUEUE}?show=waiting"
    assert "Nothing waits for you" in (await ada.get(QUEUE)).text
    assert "85" in (await ada.get(f"{QUEUE}?show=reviewed")).text


async def test_what_the_teacher_says_reaches_the_student_with_a_mark_until_it_is_read(cast: Cast) -> None:
    assert cast.ben
    work = await handed_in(cast, cast.ben.id)
    ada, ben, chi = await cast.ada(), await cast.student(cast.ben), await cast.student(cast.chi)
    await ada.post(
        f"{QUEUE}/{work}", {"state": "reviewed", "score": "90 %", "comment": "<b>Clear</b> drawing."}
    )
    assert "1 new" in (await ben.get("/student")).text
    page = (await ben.get("/student/feedback")).text
    assert "&lt;b&gt;Clear&lt;/b&gt; drawing." in page and "90" in page
    assert "1 new" not in (await ben.get("/student")).text
    assert "Clear" not in (await chi.get("/student/feedback")).text
    assert "not read yet" not in (await ada.get(f"{QUEUE}/{work}?show=all")).text


async def test_a_returned_piece_asks_for_another_version_and_that_one_waits_again(cast: Cast) -> None:
    assert cast.ben
    work = await handed_in(cast, cast.ben.id)
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    refused = await ada.post(f"{QUEUE}/{work}", {"state": "returned", "comment": " "})
    assert refused.status_code == 422 and "what the student should change" in refused.text
    await ada.post(f"{QUEUE}/{work}", {"state": "returned", "comment": "Name the parts."})
    page = (await ben.get("/student/feedback")).text
    assert "Once more, please" in page and "Hand in another version" in page
    home = (await ben.get("/student")).text
    assert "Once more, please" in home and "Hand in another version" in home
    again = await handed_in(cast, cast.ben.id, "b.png")
    assert "Once more, please" not in (await ben.get("/student")).text
    assert "You handed in another version" in (await ben.get("/student/feedback")).text
    queue = (await ada.get(QUEUE)).text
    assert f"{QUEUE}/{again}?" in queue and f"{QUEUE}/{work}?" not in queue
    assert "2 versions" in (await ada.get(f"{QUEUE}/{again}")).text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"state": "reviewed", "score": "101"}, "from 0 to 100"),
        ({"state": "reviewed", "score": "-3"}, "from 0 to 100"),
        ({"state": "reviewed", "score": "٣"}, "from 0 to 100"),
        ({"state": "reviewed", "comment": "x" * 2001}, "2000 characters at most"),
        ({"state": "lost", "comment": "What I typed"}, "Choose whether it is done"),
        ({"comment": "What I typed"}, "Choose whether it is done"),
    ],
)
async def test_a_word_that_cannot_be_keeps_what_was_typed(
    cast: Cast, form: dict[str, str], sentence: str
) -> None:
    assert cast.ben
    work = await handed_in(cast, cast.ben.id)
    page = await (await cast.ada()).post(f"{QUEUE}/{work}", form)
    assert page.status_code == 422 and sentence in page.text
    assert form.get("comment", "")[:1500] in page.text
    assert await cast.count("submission_reviews") == 0


async def test_a_rubric_gives_the_score_and_the_student_sees_each_line(cast: Cast) -> None:
    assert cast.ben
    work, material = await handed_in(cast, cast.ben.id), await upload_id(cast)
    async with cast.parts.db.transaction() as tx:
        for position, (key, body) in enumerate((("a", "Is tidy"), ("b", "Works"))):
            await tx.execute(
                "INSERT INTO material_items VALUES (:material, :key, :body, :position)",
                material=material, key=key, body=body, position=position,
            )  # fmt: skip
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    page = await ada.post(f"{QUEUE}/{work}", {"state": "reviewed", "criterion-0": "5", "criterion-1": "1"})
    assert page.status_code == 422
    await ada.post(f"{QUEUE}/{work}", {"state": "reviewed", "criterion-0": "4", "criterion-1": "2"})
    page = await ben.get("/student/feedback")
    assert "Is tidy" in page.text and "4 of 4" in page.text and "75" in page.text
    assert "75" in (await ada.get("/teach/class/1/gradebook")).text


async def test_kept_comments_are_ones_own_and_kept_once(cast: Cast) -> None:
    assert cast.ben
    work = await handed_in(cast, cast.ben.id)
    ada, olu = await cast.ada(), await cast.olu()
    for _ in range(2):
        await ada.post(f"{QUEUE}/{work}", {"state": "reviewed", "comment": "Add a drawing.", "keep": "1"})
    assert await cast.count("saved_comments") == 1
    assert "Add a drawing." in (await ada.get("/teach/comments")).text
    assert "Add a drawing." not in (await olu.get("/teach/comments")).text
    await olu.post("/teach/comments/1/remove")
    assert await cast.count("saved_comments") == 1
    assert (await ada.post("/teach/comments", {"saved": " "})).status_code == 422
    await ada.post("/teach/comments/1/remove")
    assert await cast.count("saved_comments") == 0


async def test_with_fifty_kept_comments_the_review_is_saved_and_known_words_are_no_fault(cast: Cast) -> None:
    assert cast.ben
    work, ada = await handed_in(cast, cast.ben.id), await cast.ada()
    for number in range(50):
        await ada.post("/teach/comments", {"saved": f"Comment {number}"})
    assert await cast.count("saved_comments") == 50
    form = {"state": "reviewed", "comment": "Comment 7", "keep": "1"}
    saved = await ada.post(f"{QUEUE}/{work}", form)
    assert saved.status_code == 302
    assert "not kept" not in (await ada.get(saved.headers["location"])).text
    saved = await ada.post(f"{QUEUE}/{work}", {**form, "comment": "Quite new."})
    assert saved.status_code == 302
    page = (await ada.get(saved.headers["location"])).text
    assert "The comment was not kept for next time. You have 50 comments kept already." in page
    assert "Quite new." in (await ada.get(f"{QUEUE}/{work}?show=all")).text
    assert await cast.count("saved_comments") == 50


async def test_work_of_another_class_is_not_there(cast: Cast) -> None:
    assert cast.ben
    work = await handed_in(cast, cast.ben.id, "a.pdf", pdf("Hello"))
    olu = await cast.olu()
    for path in ("", "/file", "/pages/1"):
        assert (await olu.get(f"/teach/class/2/review/{work}{path}")).status_code == 404
    assert (await olu.post(f"/teach/class/2/review/{work}", {"state": "reviewed"})).status_code == 404
    ada = await cast.ada()
    for odd in ("?show=x&material=y&student=-1", "?material=99999999999", "?page=0"):
        assert (await ada.get(f"{QUEUE}{odd}")).status_code == 200


async def test_a_picture_is_shown_as_it_is_and_nothing_in_it_may_run(cast: Cast) -> None:
    assert cast.ben
    work = await handed_in(cast, cast.ben.id)
    ada = await cast.ada()
    shown = await ada.get(f"{QUEUE}/{work}/file")
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, PNG, "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    part = await ada.get(f"{QUEUE}/{work}/file", headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")
    assert part.headers["content-range"] == f"bytes 1-3/{len(PNG)}"
    assert part.headers["content-length"] == "3"
    assert (await ada.get(f"{QUEUE}/{work}/file", headers={"Range": "bytes=900-"})).status_code == 416
    assert f'src="{QUEUE}/{work}/file"' in (await ada.get(f"{QUEUE}/{work}")).text


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "notes.txt", "code.py"])
async def test_text_is_shown_and_never_run(cast: Cast, name: str) -> None:
    assert cast.ben
    work = await handed_in(cast, cast.ben.id, name, b"<script>alert(1)</script>\n<svg onload=alert(2)>")
    ada = await cast.ada()
    page = (await ada.get(f"{QUEUE}/{work}")).text
    shown = page.split('<pre class="review-text"')[1].split("</pre>")[0]
    assert "alert" in shown and "<script" not in shown and "<svg" not in shown
    assert (await ada.get(f"{QUEUE}/{work}/file")).status_code == 404


async def test_a_pdf_is_shown_as_pictures_of_its_pages(cast: Cast) -> None:
    assert cast.ben
    work = await handed_in(cast, cast.ben.id, "a.pdf", pdf("Plants make sugar.", "Animals eat plants."))
    ada = await cast.ada()
    page = (await ada.get(f"{QUEUE}/{work}")).text
    assert f"{QUEUE}/{work}/pages/2" in page and f"{QUEUE}/{work}/pages/3" not in page
    picture = await ada.get(f"{QUEUE}/{work}/pages/2")
    assert picture.headers["content-type"] == "image/png" and picture.content.startswith(PNG[:8])
    assert (await ada.get(f"{QUEUE}/{work}/pages/3")).status_code == 400
    broken = await handed_in(cast, cast.ben.id, "b.pdf", b"%PDF-1.7 nothing more")
    assert "Download it instead" in (await ada.get(f"{QUEUE}/{broken}")).text


async def test_a_scratch_project_shows_its_sprites_and_a_broken_one_a_sentence(cast: Cast) -> None:
    assert cast.ben
    targets = [{"name": "Cat", "blocks": {"a": {"topLevel": True}, "b": {"topLevel": False}}}]
    ada = await cast.ada()
    for project, words in (
        ({"targets": targets}, ">Cat<"),
        ({"targets": [{"name": "Cat", "blocks": []}]}, "Download it instead"),
        ({"targets": 7}, "Download it instead"),
        ([], "Download it instead"),
    ):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("project.json", json.dumps(project))
        work = await handed_in(cast, cast.ben.id, "game.sb3", archive.getvalue())
        page = await ada.get(f"{QUEUE}/{work}")
        assert page.status_code == 200 and words in page.text


async def test_the_gradebook_shows_every_student_and_its_table_is_safe_for_spreadsheets(cast: Cast) -> None:
    assert cast.ben
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE students SET display_name = '=SUM(A1)' WHERE id = :id", id=cast.ben.id)
    work = await handed_in(cast, cast.ben.id)
    ada = await cast.ada()
    page = (await ada.get("/teach/class/1/gradebook")).text
    assert "Chi" in page and "to review" in page
    await ada.post(f"{QUEUE}/{work}", {"state": "reviewed", "score": "70", "comment": ""})
    table = (await ada.get("/teach/class/1/gradebook.csv")).text
    assert "'=SUM(A1)," in table and ",70," in table
    assert "downloaded the gradebook" in (await ada.get("/teach/class/1/audit")).text


async def test_the_gradebook_asks_as_many_questions_for_many_students_as_for_few(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from appliance.work.gradebook import gradebook_of_class

    await cast.at_rest()
    db, asked = cast.parts.db, []
    real, here = db.fetch_all, asyncio.current_task()

    async def counted(query: str, **values: object) -> list[object]:
        # What the box does in the background asks the same database.
        if asyncio.current_task() is here:
            asked.append(query)
        return await real(query, **values)  # type: ignore[arg-type,return-value]

    monkeypatch.setattr(db, "fetch_all", counted)
    await gradebook_of_class(db, 1)
    few = len(asked)
    async with db.transaction() as tx:
        for number in range(40):
            await tx.execute(
                """
                INSERT INTO students (class_id, display_name, return_code, created_at, last_seen_at)
                VALUES (1, :name, :name, 1, 1)
                """,
                name=f"S{number}",
            )
    asked.clear()
    book = await gradebook_of_class(db, 1)
    assert len(asked) == few and len(book.lines) == 42


async def test_a_returned_piece_whose_place_was_removed_asks_for_nothing_and_waits_for_nobody(
    cast: Cast,
) -> None:
    assert cast.ben and cast.chi
    work, waits = await handed_in(cast, cast.ben.id), await handed_in(cast, cast.chi.id)
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    await ada.post(f"{QUEUE}/{work}", {"state": "returned", "comment": "Label it, please."})
    place = await upload_id(cast)
    await ada.post(f"/teach/class/1/materials/{place}/remove")
    page = (await ben.get("/student/feedback")).text
    assert "Label it, please." in page and "The place for this work was taken away" in page
    assert "Hand in another version" not in page and "Once more, please" not in page
    assert ">Chi<" not in (await ada.get(QUEUE)).text
    for address in ("/teach", "/teach/class/1"):
        assert f'href="/teach/class/1/review/{waits}' not in (await ada.get(address)).text
        assert "1 piece of work to review" not in (await ada.get(address)).text
    refused = await ada.post(f"{QUEUE}/{waits}", {"state": "returned", "comment": "Again."})
    assert refused.status_code == 422 and "The place for this work was removed" in refused.text
    await ada.post(f"/teach/class/1/materials/{place}/restore")
    assert "Hand in another version" in (await ben.get("/student/feedback")).text
    assert ">Chi<" in (await ada.get(QUEUE)).text


@pytest.mark.parametrize(("name", "content"), [("a.txt", b"words"), ("a.pdf", pdf("One", "Two"))])
async def test_the_page_opens_though_the_file_is_gone(cast: Cast, name: str, content: bytes) -> None:
    assert cast.ben
    work = await handed_in(cast, cast.ben.id, name, content)
    for path in cast.parts.files.folder.glob("??/*"):
        path.unlink()
    page = await (await cast.ada()).get(f"{QUEUE}/{work}")
    assert page.status_code == 200 and "a." in page.text
