"""The class home: the one thing to do now, and the road it lies on."""

from datetime import date

from appliance.classroom.announcements import create_announcement
from appliance.classroom.materials import add_course
from appliance.classroom.releases import set_timing
from appliance.classroom.students import create_student
from tests.conftest import COURSE, Browser, Cast
from tests.student.conftest import PNG, Lamps


async def queries(lamps: Lamps, browser: Browser, path: str = "/student") -> int:
    # What is indexed meanwhile would be counted too.
    await lamps.cast.parts.jobs.stop()
    before = lamps.cast.parts.db.queries
    assert (await browser.get(path)).status_code == 200
    return lamps.cast.parts.db.queries - before


def now(page: str) -> str:
    """The lesson on the card of what to do now; its place on the road comes after."""
    return page[: page.index("road-title")]


async def test_the_first_open_lesson_with_something_to_do_is_what_to_do_now(lamps: Lamps) -> None:
    page = (await lamps.ben.get("/student")).text
    assert "Hello, Ben" in page and "Circles of light" in now(page)
    assert "Tick the list: 0 of 3" in page and "0 of 3 done" in page


async def test_what_to_do_now_moves_on_as_the_work_is_done(lamps: Lamps) -> None:
    keys = [item.key for item in lamps.cast.parts.shelf.lesson("lamps", "circles").checklist.items]  # type: ignore[union-attr]
    await lamps.ben.post(f"/material/{lamps.work['checklist'].id}/checklist", {"checked_item": keys[:2]})
    assert "Tick the list: 2 of 3" in (await lamps.ben.get("/student")).text
    await lamps.ben.post(f"/material/{lamps.work['checklist'].id}/checklist", {"checked_item": keys})
    await lamps.ben.post(
        f"/material/{lamps.work['reflection'].id}/reflection", {"reflection_text": "The dark."}
    )
    assert "Circles of light" in now((await lamps.ben.get("/student")).text)
    await lamps.hand_in("loop.png", PNG)
    page = (await lamps.ben.get("/student")).text
    assert "One path or two" in now(page) and "1 of 3 done" in page


async def test_a_locked_lesson_is_never_what_to_do_now(lamps: Lamps) -> None:
    await lamps.decide("locked")
    page = (await lamps.ben.get("/student")).text
    assert "One path or two" in now(page) and "Circles of light" not in now(page)
    await lamps.decide("locked", "paths")
    assert "Nothing to do just now" in (await lamps.ben.get("/student")).text


async def test_a_lesson_with_a_date_says_when_it_opens(lamps: Lamps) -> None:
    assert "Opens on Sunday 1 March" in (await lamps.ben.get("/student")).text


async def test_the_number_of_queries_does_not_grow_with_lessons_students_or_work(lamps: Lamps) -> None:
    parts = lamps.cast.parts
    home, lesson = await queries(lamps, lamps.ben), await queries(lamps, lamps.ben, lamps.path)
    async with parts.db.transaction() as tx:
        await add_course(tx, lamps.cast.classroom.id, parts.shelf.course(COURSE), parts.shelf.lessons(COURSE))
        for number in range(30):
            await create_student(tx, lamps.cast.classroom.id, f"Student {number}")
    for number in range(5):
        await lamps.hand_in(f"{number}.png", PNG)
    assert await queries(lamps, lamps.ben) == home <= 15
    assert await queries(lamps, lamps.ben, lamps.path) == lesson <= 15


async def test_the_class_home_does_not_show_the_return_code(lamps: Lamps) -> None:
    assert lamps.cast.ben is not None
    code = lamps.cast.ben.return_code
    assert code not in (await lamps.ben.get("/student")).text
    assert code in (await lamps.ben.get("/student/return-code")).text
    program = await lamps.ben.get("/student/return-code", headers={"Accept": "application/json"})
    assert program.json() == {"return_code": code}


async def test_a_course_whose_files_are_gone_does_not_take_the_others_away(lamps: Lamps) -> None:
    folder = lamps.cast.parts.settings.appliance_data / "courses" / "lamps"
    (folder / "lessons" / "1.md").unlink()
    page = await lamps.ben.get("/student")
    assert page.status_code == 200 and "One path or two" in page.text
    assert (await lamps.ben.get(lamps.path)).status_code == 503


async def test_being_here_is_noted_once_a_minute(lamps: Lamps) -> None:
    async def seen() -> int:
        row = await lamps.cast.parts.db.fetch_one(
            "SELECT last_seen_at FROM students WHERE display_name = 'Ben'"
        )
        assert row is not None
        return int(row["last_seen_at"])

    before = await seen()
    for later, expected in ((59, before), (61, before + 61)):
        lamps.cast.clock.now = before + later
        await lamps.ben.get("/student")
        assert await seen() == expected


async def test_there_is_one_thing_to_do_first_whatever_else_is_new(lamps: Lamps) -> None:
    cast = lamps.cast
    assert cast.ben is not None
    await lamps.hand_in("loop.png", PNG)
    ada = await cast.ada()
    await ada.post("/teach/class/1/review/1", {"state": "returned", "comment": "Once more, please."})
    page = (await lamps.ben.get("/student")).text
    assert "1 new" in page and page.count("button-primary") == 1


async def test_what_came_back_stands_first_in_what_is_due(lamps: Lamps) -> None:
    await lamps.hand_in("loop.png", PNG)
    assert 'id="due-title"' not in (await lamps.ben.get("/student")).text
    ada = await lamps.cast.ada()
    await ada.post("/teach/class/1/review/1", {"state": "returned", "comment": "Draw plus and minus."})
    due = (await lamps.ben.get("/student")).text.split('id="due-title"')[1].split("</section>")[0]
    assert "Once more, please" in due
    lesson = (await lamps.ben.get(lamps.path)).text
    assert "Draw plus and minus." in lesson and 'id="hand-in" data-state="open"' in lesson
    await lamps.hand_in("loop-2.png", PNG)
    assert 'id="due-title"' not in (await lamps.ben.get("/student")).text


async def test_what_came_back_is_what_to_do_now_even_before_this_weeks_lesson(lamps: Lamps) -> None:
    cast, today = lamps.cast, date(2027, 1, 15)
    async with cast.parts.db.transaction() as tx:
        await set_timing(tx, cast.classroom.id, "lamps", "circles", "date", date(2026, 12, 1))
        await set_timing(tx, cast.classroom.id, "lamps", "paths", "date", today)
    await lamps.hand_in("loop.png", PNG)
    assert "One path or two" in now_in((await lamps.ben.get("/student")).text)
    ada = await cast.ada()
    await ada.post("/teach/class/1/review/1", {"state": "returned", "comment": "Draw plus and minus."})
    page = (await lamps.ben.get("/student")).text
    assert "One path or two" not in now_in(page) and "Your teacher has looked at it" in now_in(page)
    assert f'href="/material/{lamps.work["upload"].id}"' in now_in(page)
    assert page.count('class="stop stop-now"') == 1 and page.count("button-primary") == 1
    await lamps.decide("locked")
    assert "One path or two" in now_in((await lamps.ben.get("/student")).text)
    await lamps.decide("open")
    await lamps.hand_in("loop-2.png", PNG)
    assert "One path or two" in now_in((await lamps.ben.get("/student")).text)


def now_in(page: str) -> str:
    return page.split('class="card card-now"')[1].split("</section>")[0]


async def test_what_is_simply_open_on_the_road_needs_no_word(lamps: Lamps) -> None:
    page = (await lamps.ben.get("/student")).text
    lines = page.split('class="road-line"')[1:]
    assert lines and not any("pill-open" in line.split("</li>")[0] for line in lines)


async def test_many_announcements_are_folded_so_that_the_road_is_in_reach(lamps: Lamps) -> None:
    cast = lamps.cast
    for number in range(3):
        await say_to_class(cast, f"Number {number}.")
    assert "1 more" not in (await lamps.ben.get("/student")).text
    await say_to_class(cast, "The newest.")
    page = (await lamps.ben.get("/student")).text
    shown, folded = page.split("<summary>1 more</summary>")
    assert "The newest." in shown and "Number 0." in folded and "Number 0." not in shown


async def say_to_class(cast: Cast, words: str) -> None:
    cast.clock.now += 60
    async with cast.parts.db.transaction() as tx:
        await create_announcement(tx, cast.classroom.id, cast.ada_id, words, "", date(2027, 1, 15))
