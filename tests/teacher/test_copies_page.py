"""Copies of modules and classes: all that the teacher built, nothing of the students, and once for a double press."""

import pytest

from appliance.classroom.classes import class_of_staff, create_class
from appliance.classroom.decisions import Decision
from appliance.classroom.materials import materials_of_class
from appliance.classroom.releases import decisions_of_class, set_lock
from appliance.classroom.students import create_student
from appliance.work.assignments import study_of_student
from tests.conftest import COURSE, Cast
from tests.teacher.road import Road
from tests.teacher.test_material_pages import published_quiz

WORK = ("checklist_ticks", "reflections", "submissions", "rubric_scores", "attempts", "student_events")


async def nines(cast: Cast) -> int:
    async with cast.parts.db.transaction() as tx:
        return (await create_class(tx, cast.ada_id, "9A")).id


async def summary(cast: Cast, class_id: int) -> list[tuple[str, str, str, str]]:
    return [
        (material.module_title, material.kind, material.title, material.lesson_slug)
        for material in await materials_of_class(cast.parts.db, class_id)
    ]


async def test_a_copied_class_has_the_road_the_locks_and_the_first_page_and_nobody_in_it(
    road: Road, cast: Cast
) -> None:
    quiz = await published_quiz(road)
    module = await road.module()
    await road.material("quiz", "Try it", module, activity=str(quiz))
    await road.material("checklist", "List", module, lines="wire\nlamp", due="2020-01-01T10:00")
    await road.ada.post(f"{road.base}/landing", {"title": "Welcome", "message": "**Hello**"})
    async with cast.parts.db.transaction() as tx:
        await set_lock(tx, cast.classroom.id, COURSE, "who-lets-it-through", True)
    ben = await cast.student(cast.ben)
    await ben.post("/material/3/reflection", {"reflection_text": "Mine"})
    before = [await cast.count(table) for table in ("students", *WORK)]
    answer = await road.ada.post(f"{road.base}/copy", {"name": "7B next year"})
    made = int(answer.headers["location"].rsplit("/", 1)[1])
    assert await summary(cast, made) == await summary(cast, cast.classroom.id)
    assert (await decisions_of_class(cast.parts.db, made))[COURSE, "who-lets-it-through"] == Decision(True)
    copied = await class_of_staff(cast.parts.db, made, cast.ada_id)
    assert (copied.landing_title, copied.landing_message) == ("Welcome", "**Hello**")
    assert copied.join_code != cast.classroom.join_code
    assert [await cast.count(table) for table in ("students", *WORK)] == before
    theirs = {material.title: material for material in await materials_of_class(cast.parts.db, made)}
    assert theirs["Try it"].activity_id != quiz and theirs["Try it"].assignment_id
    assert theirs["List"].due_at is None
    row = await cast.parts.db.fetch_one(
        "SELECT count(*) AS lines FROM material_items WHERE material_id = :id", id=theirs["List"].id
    )
    assert row is not None and row["lines"] == 2


async def test_a_class_pressed_twice_is_copied_once(road: Road, cast: Cast) -> None:
    key, before = await road.key(f"{road.base}/copy"), await cast.count("classes")
    answers = [await road.ada.post(f"{road.base}/copy", {"name": "Twin", "form_key": key}) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert await cast.count("classes") == before + 1


async def test_a_copy_without_a_name_keeps_what_was_typed(road: Road) -> None:
    page = await road.ada.post(f"{road.base}/copy", {"name": "x" * 81})
    assert page.status_code == 422 and "x" * 81 in page.text


async def test_a_module_goes_into_another_class_of_mine_once(road: Road, cast: Cast) -> None:
    nine = await nines(cast)
    key = await road.key(f"{road.base}/modules/1")
    for _ in range(2):
        answer = await road.ada.post(f"{road.base}/modules/1/copy", {"class_id": str(nine), "form_key": key})
        assert answer.status_code == 302
    assert await summary(cast, nine) == [
        line for line in await summary(cast, 1) if line[0] == "A circle makes light"
    ]
    # Pressed again on a fresh form the lesson is left out: it stands there already.
    await road.ada.post(f"{road.base}/modules/1/copy", {"class_id": str(nine)})
    assert [line[1] for line in await summary(cast, nine)].count("lesson") == 1


async def test_what_was_for_a_group_stays_for_a_group_of_that_name(road: Road, cast: Cast) -> None:
    nine = await nines(cast)
    async with cast.parts.db.transaction() as tx:
        red = await tx.insert("INSERT INTO groups (class_id, name, colour) VALUES (1, 'Red', 'red')")
    module = await road.module()
    await road.material("text", "For red", module, body="x", group=str(red))
    await road.ada.post(f"{road.base}/modules/{module}/copy", {"class_id": str(nine)})
    rows = await cast.parts.db.fetch_all(
        """
        SELECT groups.name
        FROM material_groups JOIN groups ON groups.id = material_groups.group_id
        WHERE groups.class_id = :nine
        """,
        nine=nine,
    )
    assert [row["name"] for row in rows] == ["Red"]


async def test_nothing_is_copied_into_a_class_that_is_not_mine(road: Road, cast: Cast) -> None:
    assert cast.other is not None
    before = await road.everything()
    for class_id in (cast.other.id, 999, "x", cast.classroom.id):
        answer = await road.ada.post(f"{road.base}/modules/1/copy", {"class_id": str(class_id)})
        assert answer.status_code == 404
    await road.make_viewer(cast.olu_id)
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO class_staff (class_id, staff_id, role) VALUES (:id, :ada, 'viewer')",
            id=cast.other.id,
            ada=cast.ada_id,
        )
    answer = await road.ada.post(f"{road.base}/modules/1/copy", {"class_id": str(cast.other.id)})
    assert answer.status_code == 403
    assert await road.everything() == before


async def test_a_duplicated_module_stands_behind_the_first_without_its_lesson(road: Road) -> None:
    first = (await road.titles())[0]
    await road.ada.post(f"{road.base}/modules/1/duplicate")
    assert (await road.titles())[:2] == [first, f"Copy of {first}"]
    kinds = {material.kind for material in await road.inside(1)}
    rows = await road.cast.parts.db.fetch_all("SELECT max(id) AS id FROM modules")
    assert {material.kind for material in await road.inside(rows[0]["id"])} == kinds - {"lesson"}


async def test_the_same_form_copies_into_each_class_that_is_chosen(road: Road, cast: Cast) -> None:
    """Whoever goes back and chooses another class has the form of before."""
    nine, ten = await nines(cast), await nines(cast)
    key = await road.key(f"{road.base}/modules/1")
    for class_id in (nine, ten):
        await road.ada.post(f"{road.base}/modules/1/copy", {"class_id": str(class_id), "form_key": key})
    assert await summary(cast, nine) == await summary(cast, ten) != []


async def test_a_quiz_for_a_group_is_for_that_group_alone_in_the_copied_class_too(
    road: Road, cast: Cast
) -> None:
    async with cast.parts.db.transaction() as tx:
        red = await tx.insert("INSERT INTO groups (class_id, name, colour) VALUES (1, 'Red', 'red')")
    await road.material("quiz", "Try it", activity=str(await published_quiz(road)), group=str(red))
    answer = await road.ada.post(f"{road.base}/copy", {"name": "7B next year"})
    made = int(answer.headers["location"].rsplit("/", 1)[1])
    async with cast.parts.db.transaction() as tx:
        eve = await create_student(tx, made, "Eve")
    assert await study_of_student(cast.parts.db, made, eve.id) == []
    rows = await cast.parts.db.fetch_all(
        """
        SELECT groups.class_id
        FROM assignment_groups JOIN groups ON groups.id = assignment_groups.group_id
        ORDER BY groups.class_id
        """
    )
    assert [row["class_id"] for row in rows] == [1, made]


@pytest.mark.parametrize(
    ("page", "path", "form", "table"),
    [
        ("/teach/class/new", "/teach/class", {"name": "9A"}, "classes"),
        (
            "/teach/class/1/announcements",
            "/teach/class/1/announcements",
            {"body": "Bring foil."},
            "announcements",
        ),
        ("/teach/class/1/invites", "/teach/class/1/invites", {"label": "Summer"}, "invites"),
        (
            "/teach/class/1/activities",
            "/teach/class/1/activities",
            {"kind": "quiz", "title": "Loops", "by": "hand"},
            "activities",
        ),
    ],
)
async def test_whatever_a_form_makes_it_makes_once(
    road: Road, cast: Cast, page: str, path: str, form: dict[str, str], table: str
) -> None:
    key, before = await road.key(page), await cast.count(table)
    answers = [await road.ada.post(path, {**form, "form_key": key}) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert await cast.count(table) == before + 1
