"""The class page and everything that hangs on it."""

import pytest

from appliance.auth.join_codes import JOIN_CODE_LENGTH, normal
from appliance.classroom.students import create_student
from tests.conftest import COURSE, Cast


async def audit(cast: Cast) -> list[str]:
    rows = await cast.parts.db.fetch_all("SELECT action FROM audit_events ORDER BY id")
    return [row["action"] for row in rows]


async def count(cast: Cast, table: str) -> int:
    statements = {
        "students": "SELECT count(*) AS n FROM students",
        "classes": "SELECT count(*) AS n FROM classes",
        "modules": "SELECT count(*) AS n FROM modules",
    }
    row = await cast.parts.db.fetch_one(statements[table])
    return int(row["n"]) if row else 0


async def test_a_teacher_sees_the_code_the_roster_and_the_road(cast: Cast) -> None:
    page = await (await cast.ada()).get(f"/teach/class/{cast.classroom.id}")
    assert cast.classroom.join_code[:4] in page.text
    assert "Ben" in page.text
    assert "Who lets it through?" in page.text


async def test_a_new_class_comes_with_its_course_and_a_code(cast: Cast) -> None:
    ada = await cast.ada()
    await ada.get("/teach/class/new")
    created = await ada.post("/teach/class", {"name": "  9A   Physics ", "course": COURSE})
    assert created.status_code == 302
    page = await ada.get(created.headers["location"])
    assert "9A Physics" in page.text
    assert "Switches that decide" in page.text
    row = await cast.parts.db.fetch_one("SELECT join_code FROM classes WHERE name = '9A Physics'")
    assert row is not None
    assert len(normal(row["join_code"])) == JOIN_CODE_LENGTH


@pytest.mark.parametrize(("name", "sentence"), [("", "Give the class a name"), ("x" * 81, "80 characters")])
async def test_a_class_without_a_good_name_is_not_made_and_keeps_what_was_typed(
    cast: Cast, name: str, sentence: str
) -> None:
    ada, before = await cast.ada(), await count(cast, "classes")
    page = await ada.post("/teach/class", {"name": name, "course": COURSE})
    assert page.status_code == 422
    assert sentence in page.text
    assert name in page.text
    assert await count(cast, "classes") == before


async def test_a_class_with_a_course_that_is_not_there_is_not_made(cast: Cast) -> None:
    ada, before = await cast.ada(), await count(cast, "classes")
    page = await ada.post("/teach/class", {"name": "9A", "course": "no-such-course"})
    assert page.status_code == 422
    assert await count(cast, "classes") == before


async def test_a_locked_class_says_so_and_opens_again(cast: Cast) -> None:
    ada, address = await cast.ada(), f"/teach/class/{cast.classroom.id}"
    await ada.post(f"{address}/lock", {"locked": "1"})
    assert "Open the class" in (await ada.get(address)).text
    refused = await cast.visitor().post(
        "/join", {"class_code": cast.classroom.join_code, "display_name": "Dee"}
    )
    assert "locked just now" in refused.text
    await ada.post(f"{address}/lock", {"locked": "0"})
    joined = await cast.visitor().post(
        "/join", {"class_code": cast.classroom.join_code, "display_name": "Dee"}
    )
    assert joined.headers["location"] == "/student"


async def test_a_new_code_replaces_the_old_one_and_leaves_students_in(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    await ada.post(f"/teach/class/{cast.classroom.id}/join-code")
    refused = await cast.visitor().post(
        "/join", {"class_code": cast.classroom.join_code, "display_name": "Dee"}
    )
    assert "no class with this code" in refused.text
    assert (await ben.get("/student")).status_code == 200


async def test_adding_a_course_twice_does_not_double_the_road(cast: Cast) -> None:
    ada, before = await cast.ada(), await count(cast, "modules")
    for _ in range(2):
        await ada.post(f"/teach/class/{cast.classroom.id}/courses", {"course": COURSE})
    assert await count(cast, "modules") == before


async def test_a_locked_lesson_is_locked_for_this_class_until_it_is_opened(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    lesson = {"course": COURSE, "lesson": "who-lets-it-through"}
    releases = f"/teach/class/{cast.classroom.id}/releases"
    await ada.post(releases, {**lesson, "state": "locked"})
    assert "locked just now" in (await ben.get(f"/course/{COURSE}/who-lets-it-through")).text
    await ada.post(releases, {**lesson, "state": "open"})
    assert "locked just now" not in (await ben.get(f"/course/{COURSE}/who-lets-it-through")).text


@pytest.mark.parametrize(
    "form",
    [
        {"course": COURSE, "lesson": "who-lets-it-through", "state": "ajar"},
        {"course": COURSE, "lesson": "no-such-lesson", "state": "open"},
        {"course": "", "lesson": "", "state": ""},
    ],
)
async def test_nonsense_about_a_lesson_changes_nothing(cast: Cast, form: dict[str, object]) -> None:
    answer = await (await cast.ada()).post(f"/teach/class/{cast.classroom.id}/releases", form)
    assert answer.status_code in (400, 404)
    assert await cast.parts.db.fetch_all("SELECT * FROM releases") == []


async def test_the_return_code_is_not_on_the_class_page(cast: Cast) -> None:
    assert cast.ben is not None
    page = await (await cast.ada()).get(f"/teach/class/{cast.classroom.id}")
    assert cast.ben.return_code not in page.text


async def test_removing_a_student_leaves_the_others_signed_in(cast: Cast) -> None:
    assert cast.ben is not None
    ben, chi = await cast.student(cast.ben), await cast.student(cast.chi)
    await (await cast.ada()).post(f"/teach/class/{cast.classroom.id}/student/{cast.ben.id}/remove")
    assert (await chi.get("/student")).status_code == 200
    assert (await ben.get("/student")).status_code == 302
    assert await count(cast, "students") == 1


async def test_a_student_of_another_class_is_not_found_through_this_one(cast: Cast) -> None:
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        eva = await create_student(tx, cast.other.id, "Eva")
    ada = await cast.ada()
    assert (await ada.get(f"/teach/class/{cast.classroom.id}/student/{eva.id}")).status_code == 404
    assert (await ada.post(f"/teach/class/{cast.classroom.id}/student/{eva.id}/remove")).status_code == 404


async def test_join_cards_carry_the_code_and_a_square_to_scan(cast: Cast) -> None:
    page = await (await cast.ada()).get(f"/teach/class/{cast.classroom.id}/join-card")
    assert page.text.count('class="join-card"') == 8
    assert "<svg" in page.text
    assert cast.classroom.join_code[4:] in page.text


async def test_the_number_of_queries_does_not_grow_with_the_class(cast: Cast) -> None:
    ada, db, address = await cast.ada(), cast.parts.db, f"/teach/class/{cast.classroom.id}"
    # What is indexed meanwhile would be counted too.
    await cast.parts.jobs.stop()
    await ada.get(address)
    before = db.queries
    await ada.get(address)
    few = db.queries - before
    async with db.transaction() as tx:
        for number in range(40):
            await create_student(tx, cast.classroom.id, f"Student {number}")
    before = db.queries
    await ada.get(address)
    assert db.queries - before == few


async def test_the_first_page_offers_the_first_step(cast: Cast) -> None:
    page = await (await cast.max()).get("/teach")
    assert "Create your first class" in page.text


async def test_every_course_is_on_the_shelf(cast: Cast) -> None:
    page = await (await cast.ada()).get("/teach/lessons")
    assert "Electricity you can touch" in page.text
    assert "Build something that matters" in page.text
