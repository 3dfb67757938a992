"""Materials as their teacher makes, changes and reads them."""

import re

import pytest

from appliance.classroom.material_items import items_of_material
from appliance.classroom.materials import material_of_class
from appliance.classroom.students import create_student
from appliance.insights.classes import insights_of_class
from appliance.work.gradebook import gradebook_of_class
from tests.conftest import COURSE, Cast
from tests.teacher.road import Road

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20
UNDO = re.compile(r'action="([^"]+/restore)"')
KINDS: dict[str, dict[str, str]] = {
    "link": {"url": "https://example.org/read"},
    "text": {"body": "## Read\n\n**This** first."},
    "checklist": {"lines": "- wire\n- lamp"},
    "reflection": {"body": "What surprised you?"},
    "rubric": {"lines": "neat\nworks", "rubric_scale_max": "5"},
    "upload": {"accepted_extensions": ".png .pdf", "max_upload_mb": "5"},
    "gallery": {"accepted_extensions": ".png"},
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_is_made_shown_and_opened_by_a_student(road: Road, cast: Cast, kind: str) -> None:
    made = await road.material(kind, f"My {kind}", form={"due": "2027-02-01T10:00", **KINDS[kind]})
    assert f"My {kind}" in (await road.ada.get(f"{road.base}/modules")).text
    assert (await road.ada.get(f"{road.base}/materials/{made}")).status_code == 200
    ben = await cast.student(cast.ben)
    home = (await ben.get("/student")).text
    assert f"My {kind}" in home and f"/material/{made}" in home
    page = await ben.get(f"/material/{made}")
    assert page.status_code == 200 and f"My {kind}" in page.text and "due" in page.text


@pytest.mark.parametrize(
    ("kind", "form", "sentence"),
    [
        ("link", {"title": "Kept", "url": "javascript:alert(1)"}, "https://"),
        ("text", {"title": "", "body": "Kept"}, "title"),
        ("text", {"title": "Kept", "body": ""}, "Write the text"),
        ("checklist", {"title": "Kept", "lines": ""}, "at least one line"),
        ("checklist", {"title": "Kept", "lines": "x" * 301}, "300 characters"),
        ("upload", {"title": "Kept", "accepted_extensions": "*"}, "endings"),
        ("upload", {"title": "Kept", "accepted_extensions": ".png", "max_upload_mb": "many"}, "number"),
        ("text", {"title": "Kept", "body": "Kept", "due": "soon"}, "Due date is invalid"),
        ("text", {"title": "Kept", "body": "Kept", "due": "0001-01-01T00:00"}, "Due date is invalid"),
        ("text", {"title": "Kept", "body": "Kept", "group": "77"}, "groups is gone"),
        ("quiz", {"title": "Kept", "activity": ""}, "Nothing of this kind"),
        ("poster", {"title": "Kept", "body": "Kept"}, "Kept"),
    ],
)
async def test_bad_input_keeps_what_was_typed_and_makes_nothing(
    road: Road, kind: str, form: dict[str, str], sentence: str
) -> None:
    before = await road.cast.count("materials")
    page = await road.ada.post(f"{road.base}/modules/1/materials", {"kind": kind, **form})
    assert page.status_code == 422 and "Kept" in page.text and sentence in page.text
    assert await road.cast.count("materials") == before


async def test_pressing_twice_makes_one_material_and_one_copy(road: Road) -> None:
    key = await road.key(f"{road.base}/modules/1/materials/new?kind=text")
    form = {"kind": "text", "title": "Once", "body": "Words", "form_key": key}
    for _ in range(2):
        assert (await road.ada.post(f"{road.base}/modules/1/materials", form)).status_code == 302
    made = (await road.inside(1))[-1]
    key = await road.key(f"{road.base}/modules")
    for _ in range(2):
        await road.ada.post(f"{road.base}/materials/{made.id}/duplicate", {"form_key": key})
    assert [material.title for material in (await road.inside(1))[-2:]] == ["Once", "Copy of Once"]


async def test_editing_a_list_moves_nobodys_tick(road: Road, cast: Cast) -> None:
    made = await road.material("checklist", lines="wire\nlamp\nswitch")
    wire, lamp, switch = await items_of_material(cast.parts.db, made)
    ben = await cast.student(cast.ben)
    await ben.post(f"/material/{made}/checklist", {"checked_item": [lamp.key]})
    form = {"title": "Mine", "lines": "battery"}
    for place, item, text in ((3, wire, "wire"), (1, lamp, "the brightest lamp"), (2, switch, "")):
        form |= {f"place-{item.key}": str(place), f"line-{item.key}": text}
    assert (await road.ada.post(f"{road.base}/materials/{made}", form)).status_code == 302
    items = await items_of_material(cast.parts.db, made)
    assert [item.text for item in items] == ["the brightest lamp", "wire", "battery"]
    page = (await ben.get(f"/material/{made}")).text
    assert re.search(rf'value="{lamp.key}" checked', page) and "1 of 3" in page


async def test_a_material_moves_within_its_module_and_into_another(road: Road) -> None:
    module, other = await road.module("One"), await road.module("Two")
    first = await road.material("text", "a", module, body="x")
    await road.material("text", "b", module, body="x")
    await road.ada.post(f"{road.base}/materials/{first}/move", {"place": "1"})
    assert [material.title for material in await road.inside(module)] == ["b", "a"]
    await road.ada.post(f"{road.base}/materials/{first}/move", {"place": "99999", "module": str(other)})
    assert [material.title for material in await road.inside(other)] == ["a"]
    assert (await road.ada.post(f"{road.base}/materials/{first}/move", {"module": "999"})).status_code == 404


async def test_a_removed_material_comes_back_with_what_was_done_in_it(road: Road, cast: Cast) -> None:
    made = await road.material("reflection", "Think", body="Why?")
    ben = await cast.student(cast.ben)
    await ben.post(f"/material/{made}/reflection", {"reflection_text": "Because."})
    await road.ada.post(f"{road.base}/materials/{made}/remove")
    assert (await ben.get(f"/material/{made}")).status_code == 404
    assert (await ben.post(f"/material/{made}/reflection", {"reflection_text": "x"})).status_code == 404
    undo = UNDO.search((await road.ada.get(f"{road.base}/modules")).text)
    assert undo is not None
    await road.ada.post(undo[1])
    assert "Because." in (await ben.get(f"/material/{made}")).text


async def test_a_teacher_reads_ticks_words_and_marks_by_student(road: Road, cast: Cast) -> None:
    module = await road.module()
    words = await road.material("reflection", "Think", module, body="Why?")
    marks = await road.material("rubric", "Judge", module, lines="neat\nworks")
    ticks = await road.material("checklist", "List", module, lines="wire\nlamp")
    ben = await cast.student(cast.ben)
    await ben.post(f"/material/{words}/reflection", {"reflection_text": "Because of <b>light</b>."})
    neat, works = await items_of_material(cast.parts.db, marks)
    await ben.post(
        f"/material/{marks}/rubric", {f"score-{neat.key}": "4", f"score-{works.key}": "2", "note": "Tape!"}
    )
    wire = (await items_of_material(cast.parts.db, ticks))[0]
    await ben.post(f"/material/{ticks}/checklist", {"checked_item": wire.key})
    page = (await road.ada.get(f"{road.base}/materials/{words}")).text
    assert "Because of &lt;b&gt;light" in page and "1 of 2 done" in page
    page = (await road.ada.get(f"{road.base}/materials/{marks}")).text
    assert "neat: <strong>4</strong>" in page and "Tape!" in page and "1 of 2 done" in page
    page = (await road.ada.get(f"{road.base}/materials/{ticks}")).text
    assert "1 of 2" in page and "0 of 2 done" in page


async def test_reading_the_answers_takes_the_same_queries_for_any_number_of_students(
    road: Road, cast: Cast
) -> None:
    made = await road.material("reflection", "Think", body="Why?")
    await cast.parts.jobs.stop()
    db, counts = cast.parts.db, []
    for _ in range(2):
        before = db.queries
        await road.ada.get(f"{road.base}/materials/{made}")
        counts.append(db.queries - before)
        async with db.transaction() as tx:
            for number in range(20):
                await create_student(tx, cast.classroom.id, f"Student {number}")
    assert counts[0] == counts[1] <= 14


async def test_a_material_for_a_group_says_so_and_others_do_not_find_it(road: Road, cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        red = await tx.insert(
            "INSERT INTO groups (class_id, name, colour) VALUES (:id, 'Red table', 'red')",
            id=cast.classroom.id,
        )
        assert cast.ben is not None
        await tx.execute("INSERT INTO group_students VALUES (:red, :ben)", red=red, ben=cast.ben.id)
    made = await road.material("text", "For red", body="Words", group=str(red))
    assert "Red table" in (await road.ada.get(f"{road.base}/modules")).text
    ben, chi = await cast.student(cast.ben), await cast.student(cast.chi)
    assert "For red" in (await ben.get("/student")).text and "For red" not in (await chi.get("/student")).text
    assert (await chi.get(f"/material/{made}")).status_code == 404
    # The form shows the mark again, and without it the whole class has it.
    page = (await road.ada.get(f"{road.base}/materials/{made}/edit")).text
    assert re.search(rf'name="group" value="{red}" checked', page)
    await road.ada.post(f"{road.base}/materials/{made}", {"title": "For all", "body": "Words"})
    assert (await chi.get(f"/material/{made}")).status_code == 200


async def published_quiz(road: Road) -> int:
    answer = await road.ada.post(
        f"{road.base}/activities", {"kind": "quiz", "title": "Circuits quiz", "by": "hand"}
    )
    path = answer.headers["location"]
    question = {"stem": "What glows?", "answer": "0", "explanation": "It does."}
    question |= {
        f"choice-{number}": text for number, text in enumerate(("A lamp", "A wire", "A cell", "Air"))
    }
    assert (await road.ada.post(f"{path}/items", question)).status_code == 302
    await road.ada.post(f"{path}/publish")
    return int(path.rsplit("/", 1)[1])


async def test_a_quiz_on_the_road_is_given_to_the_class_with_its_due_date(road: Road, cast: Cast) -> None:
    quiz = await published_quiz(road)
    made = await road.material("quiz", "Try it", activity=str(quiz), due="2027-02-01T10:00")
    material = await material_of_class(cast.parts.db, cast.classroom.id, made)
    assert material.assignment_id and material.due_at
    ben = await cast.student(cast.ben)
    answer = await ben.get(f"/material/{made}")
    assert answer.headers["location"] == f"/student/study/{material.assignment_id}"
    past = await road.ada.post(f"{road.base}/materials/{made}", {"title": "Try", "due": "2020-01-01T10:00"})
    assert past.status_code == 422 and "in the past" in past.text
    await road.ada.post(f"{road.base}/materials/{made}", {"title": "Try", "due": ""})
    row = await cast.parts.db.fetch_one("SELECT due_at FROM assignments")
    assert row is not None and row["due_at"] is None


async def test_a_quiz_for_a_group_is_on_no_other_students_study_page(road: Road, cast: Cast) -> None:
    quiz = await published_quiz(road)
    async with cast.parts.db.transaction() as tx:
        red = await tx.insert(
            "INSERT INTO groups (class_id, name, colour) VALUES (:id, 'Red', 'red')", id=cast.classroom.id
        )
        assert cast.ben is not None
        await tx.execute("INSERT INTO group_students VALUES (:red, :ben)", red=red, ben=cast.ben.id)
    await road.material("quiz", "Try it", activity=str(quiz), group=str(red))
    ben, chi = await cast.student(cast.ben), await cast.student(cast.chi)
    assert "Circuits quiz" in (await ben.get("/student/study")).text
    assert "Circuits quiz" not in (await chi.get("/student/study")).text
    assert (await ben.get("/student/study/1")).status_code == 200
    assert (await chi.get("/student/study/1")).status_code == 404
    assert (await chi.post("/student/study/1/attempts")).status_code == 404


async def test_another_classes_quiz_is_not_found(road: Road, cast: Cast) -> None:
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        theirs = await tx.insert(
            """
            INSERT INTO activities (class_id, kind, title, state, created_at)
            VALUES (:id, 'quiz', 'Theirs', 'published', 0)
            """,
            id=cast.other.id,
        )
    form = {"kind": "quiz", "title": "Stolen", "activity": str(theirs)}
    assert (await road.ada.post(f"{road.base}/modules/1/materials", form)).status_code == 404


async def test_what_came_with_a_lesson_keeps_its_lines_and_can_get_a_due_date(road: Road, cast: Cast) -> None:
    checklist = next(material for material in await road.inside(1) if material.kind == "checklist")
    page = (await road.ada.get(f"{road.base}/materials/{checklist.id}/edit")).text
    assert "words come from the lesson" in page and 'name="lines"' in page
    form = {"title": "Renamed", "due": "2027-01-20T10:00"}
    assert (await road.ada.post(f"{road.base}/materials/{checklist.id}", form)).status_code == 302
    assert await items_of_material(cast.parts.db, checklist.id) == []
    ben = await cast.student(cast.ben)
    home = (await ben.get("/student")).text
    assert "Renamed" in home[: home.index("road-title")] and "due" in home
    moved = await ben.get(f"/material/{checklist.id}")
    assert moved.headers["location"] == f"{checklist.lesson_path}#checklist"


async def test_a_lesson_is_not_duplicated_and_its_list_becomes_ones_own(road: Road, cast: Cast) -> None:
    lesson, checklist = [m for m in await road.inside(1) if m.kind in ("lesson", "checklist")]
    assert (await road.ada.post(f"{road.base}/materials/{lesson.id}/duplicate")).status_code == 409
    await road.ada.post(f"{road.base}/materials/{checklist.id}/duplicate")
    copy = next(m for m in await road.inside(1) if m.title.startswith("Copy of"))
    assert not copy.is_of_lesson and len(await items_of_material(cast.parts.db, copy.id)) > 2


async def test_a_quiz_that_the_road_hides_is_hidden_on_the_study_page_too(road: Road, cast: Cast) -> None:
    made = await road.material("quiz", activity=str(await published_quiz(road)))
    ben = await cast.student(cast.ben)
    assert "Circuits quiz" in (await ben.get("/student/study")).text
    await road.ada.post(f"{road.base}/materials/{made}/hide", {"hidden": "1"})
    assert "Circuits quiz" not in (await ben.get("/student/study")).text
    assert (await ben.get("/student/study/1")).status_code == 404
    await road.ada.post(f"{road.base}/materials/{made}/hide", {"hidden": "0"})
    assert (await ben.get("/student/study/1")).status_code == 200


async def test_a_quiz_of_a_removed_group_is_nobodys(road: Road, cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        red = await tx.insert("INSERT INTO groups (class_id, name, colour) VALUES (1, 'Red', 'red')")
    await road.material("quiz", activity=str(await published_quiz(road)), group=str(red))
    await road.ada.post(f"{road.base}/groups/{red}/remove")
    ben = await cast.student(cast.ben)
    assert "Circuits quiz" not in (await ben.get("/student/study")).text
    assert (await ben.get("/student/study/1")).status_code == 404


async def test_nobody_is_late_in_the_gradebook_with_what_they_never_saw(road: Road, cast: Cast) -> None:
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        red = await tx.insert("INSERT INTO groups (class_id, name, colour) VALUES (1, 'Red', 'red')")
        await tx.execute("INSERT INTO group_students VALUES (:red, :ben)", red=red, ben=cast.ben.id)
    for kind, more in (("upload", KINDS["upload"]), ("quiz", {"activity": str(await published_quiz(road))})):
        await road.material(kind, kind, form={"due": "2027-02-01T10:00", "group": str(red), **more})
    cast.clock.now += 365 * 24 * 3600
    book = await gradebook_of_class(cast.parts.db, 1)
    places = [number for number, column in enumerate(book.columns) if column.due_at]
    states = {line.display_name: [line.cells[place].state for place in places] for line in book.lines}
    assert states == {"Ben": ["late", "late"], "Chi": ["not_theirs", "not_theirs"]}


async def test_a_lesson_comes_back_only_where_it_does_not_stand_already(road: Road) -> None:
    """Removed, put on the road anew, and then the undo of before."""
    lesson = (await road.inside(1))[0]
    await road.ada.post(f"{road.base}/materials/{lesson.id}/remove")
    await road.ada.post(f"{road.base}/courses", {"course": COURSE})
    refused = await road.ada.post(f"{road.base}/materials/{lesson.id}/restore")
    assert refused.status_code == 409 and "stands on the road" in refused.text
    module = (await road.inside(2))[0].module_id
    await road.ada.post(f"{road.base}/modules/{module}/remove")
    await road.ada.post(f"{road.base}/courses", {"course": COURSE})
    assert (await road.ada.post(f"{road.base}/modules/{module}/restore")).status_code == 409


async def test_a_quiz_of_another_group_is_no_work_that_somebody_has_not_done(road: Road, cast: Cast) -> None:
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        red = await tx.insert("INSERT INTO groups (class_id, name, colour) VALUES (1, 'Red', 'red')")
        await tx.execute("INSERT INTO group_students VALUES (:red, :ben)", red=red, ben=cast.ben.id)
    await road.material("quiz", activity=str(await published_quiz(road)), group=str(red))
    insights = await insights_of_class(cast.parts.db, 1)
    assert {line.learner.name: line.completion for line in insights.learners} == {"Ben": 0, "Chi": None}
