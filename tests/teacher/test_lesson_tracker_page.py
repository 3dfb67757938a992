"""The lesson tracker: done and missing, names in one press, the day that a lesson opens; for one class and for all."""

import re

import pytest

from appliance.classroom.decisions import Decision
from appliance.classroom.releases import decisions_of_class
from appliance.classroom.students import create_student
from tests.conftest import COURSE, Cast
from tests.teacher.road import Road

LESSON = "who-lets-it-through"
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20


async def press(road: Road, state: str, **fields: str) -> int:
    form = {"course": COURSE, "lesson": LESSON, "state": state, "from": "tracker", **fields}
    return (await road.ada.post(f"{road.base}/releases", form)).status_code


async def decided(road: Road) -> Decision:
    found = await decisions_of_class(road.cast.parts.db, road.cast.classroom.id)
    return found.get((COURSE, LESSON), Decision())


def line(page: str, material: int) -> str:
    return page.split(f'id="material-{material}"')[1].split("</li>\n<li class")[0]


async def test_who_has_done_it_and_who_is_missing_is_one_press_away(road: Road, cast: Cast) -> None:
    made = await road.material("upload", "Photo", accepted_extensions=".png")
    ben = await cast.student(cast.ben)
    await ben.get("/student")
    await ben.post(f"/material/{made}/upload", {"note": ""}, files={"file": ("a.png", PNG)})
    found = line((await road.ada.get(f"{road.base}/lessons")).text, made)
    assert "1 done, 1 missing" in found and "Chi" in found and "Last file" in found
    assert f"/review?material={made}" in found and f"/exports/material/{made}/latest.zip" in found
    chi = await cast.student(cast.chi)
    await chi.get("/student")
    await chi.post(f"/material/{made}/upload", {"note": ""}, files={"file": ("a.png", PNG)})
    assert "All 2 done" in (await road.ada.get(f"{road.base}/lessons")).text


async def test_work_for_a_group_is_missing_from_its_students_alone(road: Road, cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        red = await tx.insert(
            "INSERT INTO groups (class_id, name, colour) VALUES (:id, 'Red', 'red')", id=cast.classroom.id
        )
        assert cast.ben is not None
        await tx.execute("INSERT INTO group_students VALUES (:red, :ben)", red=red, ben=cast.ben.id)
    made = await road.material("reflection", "For red", body="Why?", group=str(red))
    found = line((await road.ada.get(f"{road.base}/lessons")).text, made)
    assert "0 done, 1 missing" in found and "Ben" in found and "Chi" not in found


async def test_notes_of_the_lesson_are_on_the_page_for_its_teacher(road: Road) -> None:
    page = (await road.ada.get(f"{road.base}/lessons")).text
    assert "Only teachers see this" in page and "Before the lesson" in page


async def test_every_class_of_the_teacher_is_on_one_page_and_nobody_elses(road: Road) -> None:
    page = (await road.ada.get("/teach/lessons")).text
    assert "7B" in page and "8C" not in page and "Who lets it through?" in page
    page = (await (await road.cast.olu()).get("/teach/lessons")).text
    assert "8C" in page and "7B" not in page


async def test_each_button_does_what_it_says_and_is_noted(road: Road) -> None:
    assert await press(road, "date", opens_on="2099-03-01") == 302
    assert (await decided(road)).timing == "date"
    page = (await road.ada.get(f"{road.base}/lessons")).text
    assert "Opens on Sunday 1 March" in page and 'value="2099-03-01"' in page
    await press(road, "locked")
    await press(road, "unlocked")
    # Taking the lock off opened nothing.
    assert "Opens on Sunday 1 March" in (await road.ada.get(f"{road.base}/lessons")).text
    await press(road, "open")
    assert await decided(road) == Decision(False, "open")
    await press(road, "course")
    assert await decided(road) == Decision()
    said = ["lesson_date", "lesson_locked", "lesson_unlocked", "lesson_open", "lesson_course"]
    assert await road.actions() == said


@pytest.mark.parametrize("day", ["", "soon", "2027-02-30", "20270301", "2027-W01-1", "99999-01-01"])
async def test_a_day_that_is_none_is_shown_again_and_changes_nothing(road: Road, day: str) -> None:
    form = {"course": COURSE, "lesson": LESSON, "state": "date", "opens_on": day}
    page = await road.ada.post(f"{road.base}/releases", form)
    assert page.status_code == 422 and "Choose a day" in page.text
    assert await decided(road) == Decision()


async def test_the_page_of_a_class_takes_the_same_queries_for_any_number_of_students(road: Road) -> None:
    db = road.cast.parts.db
    await road.cast.parts.jobs.stop()
    for path in (f"{road.base}/lessons", "/teach/lessons"):
        counts = []
        for _ in range(2):
            before = db.queries
            await road.ada.get(path)
            counts.append(db.queries - before)
            async with db.transaction() as tx:
                for number in range(20):
                    await create_student(tx, road.cast.classroom.id, f"Student {number}")
        assert counts[0] == counts[1] <= 12


async def test_a_lesson_whose_file_is_gone_takes_nothing_else_away(road: Road) -> None:
    async with road.cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE materials SET lesson_slug = 'gone' WHERE module_id = 1")
    page = await road.ada.get(f"{road.base}/lessons")
    assert page.status_code == 200 and re.search(r"Who lets it through\?", page.text)
    assert (await road.ada.get(f"{road.base}/modules")).status_code == 200
    assert (await (await road.cast.student(road.cast.ben)).get("/student")).status_code == 200
