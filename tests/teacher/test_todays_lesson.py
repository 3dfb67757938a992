"""What the class page puts first: who is here, what waits for review, and which lesson is on today."""

import re

from tests.conftest import COURSE, Browser, Cast


async def class_page(cast: Cast, teacher: Browser) -> str:
    return (await teacher.get(f"/teach/class/{cast.classroom.id}")).text


def lesson_shown(page: str) -> str:
    found = re.search(r'class="class-now-lesson"><a href="([^"]+)"', page)
    return found[1].rpartition("/")[2] if found else ""


async def lock(cast: Cast, teacher: Browser, lesson: str) -> None:
    releases = f"/teach/class/{cast.classroom.id}/releases"
    await teacher.post(releases, {"course": COURSE, "lesson": lesson, "state": "locked"})


async def lessons(cast: Cast) -> list[str]:
    rows = await cast.parts.db.fetch_all(
        "SELECT lesson_slug FROM materials WHERE kind = 'lesson' ORDER BY id"
    )
    return [row["lesson_slug"] for row in rows]


async def write(cast: Cast, lesson: str) -> None:
    """Words of both students for the one reflection of this lesson."""
    row = await cast.parts.db.fetch_one(
        "SELECT id FROM materials WHERE kind = 'reflection' AND lesson_slug = :lesson", lesson=lesson
    )
    assert row is not None
    for each in (cast.ben, cast.chi):
        student = await cast.student(each)
        await student.post(f"/material/{row['id']}/reflection", {"reflection_text": "It goes round."})


async def test_the_first_open_lesson_that_is_mostly_undone_is_todays(cast: Cast) -> None:
    ada, first = await cast.ada(), (await lessons(cast))[0]
    assert lesson_shown(await class_page(cast, ada)) == first


async def test_a_lesson_that_is_locked_gives_way_to_the_next_open_one(cast: Cast) -> None:
    ada, (first, second, *_) = await cast.ada(), await lessons(cast)
    await lock(cast, ada, first)
    assert lesson_shown(await class_page(cast, ada)) == second


async def test_once_half_of_its_work_is_done_the_next_lesson_is_todays(cast: Cast) -> None:
    """The third lesson has a list and a reflection: two of four pieces are done."""
    ada, (first, second, third, fourth, *_) = await cast.ada(), await lessons(cast)
    await lock(cast, ada, first)
    await lock(cast, ada, second)
    page = await class_page(cast, ada)
    assert lesson_shown(page) == third
    assert "0 of 4 pieces of work done" in page
    await write(cast, third)
    assert lesson_shown(await class_page(cast, ada)) == fourth


async def test_with_everything_locked_the_page_offers_to_open_the_first_lesson(cast: Cast) -> None:
    ada, slugs = await cast.ada(), await lessons(cast)
    for slug in slugs:
        await lock(cast, ada, slug)
    page = await class_page(cast, ada)
    assert lesson_shown(page) == slugs[0]
    assert "Open it" in page


async def test_a_student_who_looked_in_just_now_is_here_by_name(cast: Cast) -> None:
    cast.clock.now += 3600
    ada = await cast.ada()
    assert 'class="here-names"' not in await class_page(cast, ada)
    await (await cast.student(cast.ben)).get("/student")
    names = re.search(r'class="here-names">(.*?)</ul>', await class_page(cast, ada), re.S)
    assert names is not None
    assert "Ben" in names[1]
    assert "Chi" not in names[1]
