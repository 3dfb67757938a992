"""The teacher's word on what students write, tick and mark: its queue, its next, and what the student reads."""

import re

import pytest

from appliance.classroom.materials import Material, materials_of_lesson
from appliance.classroom.students import Student
from tests.conftest import COURSE, Browser, Cast
from tests.teacher.road import Road
from tests.teacher.test_class_roles import seated

LESSON = "who-lets-it-through"
WRITTEN = "/teach/class/1/review/written"
TICK = re.compile(r'name="checked_item" value="([^"]+)"')
MARK = re.compile(r'name="score-([^"]+)"')


async def work_of(cast: Cast) -> dict[str, Material]:
    return await materials_of_lesson(cast.parts.db, cast.classroom.id, COURSE, LESSON)


async def wrote(cast: Cast, student: Browser, text: str) -> int:
    material = (await work_of(cast))["reflection"]
    answer = await student.post(f"/material/{material.id}/reflection", {"reflection_text": text})
    assert answer.status_code == 302
    cast.clock.now += 60
    return material.id


async def ticked(cast: Cast, student: Browser, count: int) -> int:
    """The first lines of the lesson's list, and no others."""
    material = (await work_of(cast))["checklist"]
    keys = TICK.findall((await student.get(material.lesson_path)).text)[:count]
    answer = await student.post(f"/material/{material.id}/checklist", {"checked_item": keys})
    assert answer.status_code == 302
    cast.clock.now += 60
    return material.id


def piece(material_id: int, student: Student | None) -> str:
    assert student is not None
    return f"{WRITTEN}/{material_id}/{student.id}"


async def seen_at(ada: Browser, path: str) -> str:
    found = re.search(r'name="seen_at" value="(\d+)"', (await ada.get(path)).text)
    assert found is not None
    return found[1]


async def test_words_wait_from_the_oldest_to_the_next_until_none_is_left(cast: Cast) -> None:
    ada, ben, chi = await cast.ada(), await cast.student(cast.ben), await cast.student(cast.chi)
    material = await wrote(cast, ben, "I thought <b>copper</b> would not.")
    await wrote(cast, chi, "Wood surprised me.")
    page = (await ada.get(WRITTEN)).text
    assert page.index(">Ben<") < page.index(">Chi<")
    assert "2 reflections to read" in (await ada.get("/teach")).text
    first, second = piece(material, cast.ben), piece(material, cast.chi)
    shown = (await ada.get(f"{first}?pile=words&show=waiting")).text
    assert "I thought &lt;b&gt;copper&lt;/b&gt; would not." in shown and f"{second}?" in shown
    saved = await ada.post(f"{first}?pile=words&show=waiting", {"state": "reviewed", "score": "85"})
    assert saved.headers["location"] == f"{second}?pile=words&show=waiting"
    saved = await ada.post(f"{second}?pile=words&show=waiting", {"state": "reviewed"})
    assert saved.headers["location"] == f"{WRITTEN}?pile=words&show=waiting"
    assert "Nothing waits for you" in (await ada.get(WRITTEN)).text
    assert "85" in (await ada.get(f"{WRITTEN}?show=reviewed")).text
    assert "to read" not in (await ada.get("/teach")).text


async def test_the_word_reaches_the_student_with_a_mark_until_it_is_read_and_nobody_else(cast: Cast) -> None:
    ada, ben, chi = await cast.ada(), await cast.student(cast.ben), await cast.student(cast.chi)
    material = await wrote(cast, ben, "My words.")
    form = {"state": "reviewed", "score": "90 %", "comment": "<b>Well</b> seen."}
    await ada.post(piece(material, cast.ben), form)
    assert "1 new" in (await ben.get("/student")).text
    page = (await ben.get("/student/feedback")).text
    assert "&lt;b&gt;Well&lt;/b&gt; seen." in page and "90" in page and "#reflection" in page
    assert "1 new" not in (await ben.get("/student")).text
    assert "Well" not in (await chi.get("/student/feedback")).text
    assert "&lt;b&gt;Well&lt;/b&gt; seen." in (await ben.get("/student/my-data")).text
    assert "not read yet" not in (await ada.get(piece(material, cast.ben))).text


async def test_a_returned_reflection_asks_for_a_change_and_waits_again_once_it_came(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    material = await wrote(cast, ben, "Dunno.")
    path = piece(material, cast.ben)
    refused = await ada.post(path, {"state": "returned", "comment": " "})
    assert refused.status_code == 422 and "what the student should change" in refused.text
    await ada.post(path, {"state": "returned", "comment": "Say why."})
    assert "Once more, please" in (await ben.get("/student")).text
    assert "Change it" in (await ben.get("/student/feedback")).text
    assert "Say why." in (await ben.get((await work_of(cast))["reflection"].lesson_path)).text
    assert piece(material, cast.ben) not in (await ada.get(WRITTEN)).text
    await wrote(cast, ben, "Dunno.")
    assert path not in (await ada.get(WRITTEN)).text
    await wrote(cast, ben, "Because it is a metal.")
    assert "Once more, please" not in (await ben.get("/student")).text
    assert "You changed it" in (await ben.get("/student/feedback")).text
    assert path in (await ada.get(WRITTEN)).text
    assert "Changed since your last word" in (await ada.get(path)).text


async def test_what_a_student_changes_while_the_teacher_types_waits_again(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    material = await wrote(cast, ben, "First.")
    path = piece(material, cast.ben)
    before = await seen_at(ada, path)
    await wrote(cast, ben, "Second.")
    await ada.post(path, {"state": "reviewed", "comment": "Good.", "seen_at": before})
    assert path in (await ada.get(WRITTEN)).text


async def test_lists_and_self_checks_wait_in_a_pile_of_their_own(cast: Cast, road: Road) -> None:
    ben = await cast.student(cast.ben)
    checklist = await ticked(cast, ben, 2)
    rubric = await road.material("rubric", "How was it", lines="Is tidy\nWorks")
    marks = sorted(set(MARK.findall((await ben.get(f"/material/{rubric}")).text)))
    form = {f"score-{key}": "3" for key in marks}
    await ben.post(f"/material/{rubric}/rubric", {**form, "note": "I would solder it."})
    assert "/review/written/" not in (await road.ada.get(f"{WRITTEN}?pile=words")).text
    page = (await road.ada.get(f"{WRITTEN}?pile=lists")).text
    assert piece(checklist, cast.ben) in page and piece(rubric, cast.ben) in page
    shown = (await road.ada.get(piece(checklist, cast.ben))).text
    assert "not ticked" in shown
    shown = (await road.ada.get(piece(rubric, cast.ben))).text
    assert "I would solder it." in shown and "3 of 4" in shown
    await road.ada.post(piece(rubric, cast.ben), {"state": "returned", "comment": "Be kinder to yourself."})
    page = (await ben.get("/student/feedback")).text
    assert "Be kinder to yourself." in page and f'href="/material/{rubric}"' in page


async def test_a_tick_that_is_taken_back_lets_the_list_wait_again(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    path = piece(await ticked(cast, ben, 2), cast.ben)
    await ada.post(path, {"state": "returned", "comment": "The second is not done."})
    assert path not in (await ada.get(f"{WRITTEN}?pile=lists")).text
    await ticked(cast, ben, 1)
    assert path in (await ada.get(f"{WRITTEN}?pile=lists")).text


async def test_the_gradebook_has_a_column_once_one_was_answered(cast: Cast) -> None:
    ada, ben, chi = await cast.ada(), await cast.student(cast.ben), await cast.student(cast.chi)
    material = await wrote(cast, ben, "Mine.")
    await wrote(cast, chi, "Also mine.")
    gradebook = "/teach/class/1/gradebook"
    assert f"material={material}" not in (await ada.get(gradebook)).text
    await ada.post(piece(material, cast.ben), {"state": "reviewed", "score": "70"})
    page = (await ada.get(gradebook)).text
    assert f"pile=words&amp;show=all&amp;material={material}" in page and "70%" in page
    assert f'href="{piece(material, cast.chi)}?' in page
    table = (await ada.get(f"{gradebook}.csv")).text
    ben_line = next(line for line in table.splitlines() if line.startswith("Ben"))
    assert "70" in ben_line


async def test_a_viewer_looks_and_does_not_write(cast: Cast, road: Road) -> None:
    material = await wrote(cast, await cast.student(cast.ben), "Mine.")
    await road.make_viewer(cast.olu_id)
    olu, path = await cast.olu(), piece(material, cast.ben)
    page = await olu.get(path)
    assert page.status_code == 200 and "Mine." in page.text and "Done, next" not in page.text
    assert (await olu.post(path, {"state": "reviewed", "comment": "x"})).status_code == 403
    assert (await olu.post(path, {"put_in": "1", "saved": "x"})).status_code == 403
    assert await cast.count("response_reviews") == 0


async def test_work_of_another_class_is_not_there(cast: Cast) -> None:
    material = await wrote(cast, await cast.student(cast.ben), "Mine.")
    assert cast.other and cast.ben
    olu = await cast.olu()
    elsewhere = f"/teach/class/{cast.other.id}/review/written/{material}/{cast.ben.id}"
    for path in (piece(material, cast.ben), elsewhere):
        assert (await olu.get(path)).status_code in (403, 404)
        assert (await olu.post(path, {"state": "reviewed", "comment": "x"})).status_code in (403, 404)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"state": "reviewed", "score": "101"}, "from 0 to 100"),
        ({"state": "reviewed", "comment": "x" * 2001}, "2000 characters at most"),
        ({"comment": "What I typed"}, "Choose whether it is done"),
    ],
)
async def test_a_word_that_cannot_be_keeps_what_was_typed(
    cast: Cast, form: dict[str, str], sentence: str
) -> None:
    material = await wrote(cast, await cast.student(cast.ben), "Mine.")
    page = await (await cast.ada()).post(piece(material, cast.ben), form)
    assert page.status_code == 422 and sentence in page.text
    assert form.get("comment", "")[:1500] in page.text
    assert await cast.count("response_reviews") == 0


async def test_a_kept_comment_is_put_in_without_script_and_nothing_is_saved(cast: Cast) -> None:
    ada = await cast.ada()
    material = await wrote(cast, await cast.student(cast.ben), "Mine.")
    await ada.post("/teach/comments", {"saved": "Add a drawing."})
    form = {"put_in": "1", "saved": "Add a drawing.", "comment": "Good start.", "score": "60"}
    page = await ada.post(piece(material, cast.ben), form)
    assert page.status_code == 200 and 'value="60"' in page.text
    assert "Good start.\nAdd a drawing.</textarea>" in page.text
    assert await cast.count("response_reviews") == 0


async def test_a_kept_comment_is_changed_by_its_owner_alone(cast: Cast) -> None:
    ada, olu = await cast.ada(), await cast.olu()
    for words in ("One.", "Two."):
        await ada.post("/teach/comments", {"saved": words})
    assert (await olu.post("/teach/comments/1", {"saved": "Mine now."})).status_code == 404
    twin = await ada.post("/teach/comments/1", {"saved": "Two."})
    assert twin.status_code == 422 and "these very words" in twin.text
    assert (await ada.post("/teach/comments/1", {"saved": " "})).status_code == 422
    await ada.post("/teach/comments/1", {"saved": "One, and more."})
    page = (await ada.get("/teach/comments")).text
    assert "One, and more." in page and "One.<" not in page


async def test_a_lessons_own_hand_in_is_marked_by_the_teachers_criteria(cast: Cast, road: Road) -> None:
    upload = (await work_of(cast))["upload"]
    page = (await road.ada.get(f"{road.base}/materials/{upload.id}/edit")).text
    assert "Criteria to mark it by" in page
    form = {"title": upload.title, "accepted_extensions": upload.accepted_extensions, "max_upload_mb": "50"}
    saved = await road.ada.post(
        f"{road.base}/materials/{upload.id}", {**form, "rubric_scale_max": "5", "lines": "Is tidy\nWorks"}
    )
    assert saved.status_code == 302
    rows = await cast.parts.db.fetch_all(
        "SELECT body FROM material_items WHERE material_id = :id ORDER BY position", id=upload.id
    )
    assert [row["body"] for row in rows] == ["Is tidy", "Works"]
    assert "Is tidy" in (await road.ada.get(f"{road.base}/materials/{upload.id}")).text
    key = await road.key(f"{road.base}/modules")
    await road.ada.post(f"{road.base}/materials/{upload.id}/duplicate", {"form_key": key})
    assert await cast.count("material_items") == 4


async def test_an_assistant_says_a_word_on_what_was_written_and_a_viewer_reads_it(cast: Cast) -> None:
    address = piece(await wrote(cast, await cast.student(cast.ben), "Mine."), cast.ben)
    olu = await seated(cast, "assistant")
    assert 'name="comment"' in (await olu.get(address)).text
    said = {"state": "returned", "score": "60", "comment": "Say why."}
    assert (await olu.post(address, said)).status_code == 302
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE class_staff SET role = 'viewer' WHERE staff_id = :id", id=cast.olu_id)
    page = (await olu.get(address)).text
    assert "Say why." in page and "60%" in page and 'name="comment"' not in page
    assert (await olu.post(address, said)).status_code == 403
