"""The road on the class home: this week's lesson on top, due work first, and every thing with its state."""

from datetime import date

import pytest

from appliance.classroom.material_drafts import Draft, create_material
from appliance.classroom.materials import materials_of_class
from appliance.classroom.releases import set_timing
from appliance.parts import refresh_school
from appliance.student.road import road_of
from tests.student.conftest import Lamps

# A Friday at the school.
TODAY = date(2027, 1, 15)
HOUR = 3600


async def opens(lamps: Lamps, lesson: str, day: date) -> None:
    async with lamps.cast.parts.db.transaction() as tx:
        await set_timing(tx, lamps.cast.classroom.id, "lamps", lesson, "date", day)


async def now(lamps: Lamps) -> str:
    assert lamps.cast.ben is not None
    road = await road_of(lamps.cast.parts, lamps.cast.classroom.id, lamps.cast.ben.id)
    return road.now.title if road.now else ""


@pytest.mark.parametrize(
    ("circles", "paths", "title"),
    [
        # This week's goes before an older one that is not done.
        (date(2026, 12, 1), date(2027, 1, 13), "One path or two"),
        (date(2027, 1, 11), date(2027, 1, 15), "One path or two"),
        # Both this week: the one nearer to today.
        (date(2027, 1, 14), date(2027, 1, 11), "Circles of light"),
        # Last Sunday was last week.
        (date(2026, 12, 1), date(2027, 1, 10), "Circles of light"),
        # What opens tomorrow is not what to do now.
        (date(2026, 12, 1), date(2027, 1, 16), "Circles of light"),
    ],
)
async def test_this_weeks_lesson_is_what_to_do_now(
    lamps: Lamps, circles: date, paths: date, title: str
) -> None:
    await opens(lamps, "circles", circles)
    await opens(lamps, "paths", paths)
    assert await now(lamps) == title


async def test_when_nothing_is_open_the_page_says_what_comes_next(lamps: Lamps) -> None:
    await opens(lamps, "circles", date(2027, 1, 25))
    await opens(lamps, "paths", date(2027, 1, 18))
    page = (await lamps.ben.get("/student")).text
    assert "Next comes One path or two. It opens on Monday 18 January." in page


async def test_due_work_is_listed_the_earliest_first_and_goes_when_it_is_done(lamps: Lamps) -> None:
    cast = lamps.cast
    module = (await materials_of_class(cast.parts.db, cast.classroom.id))[0].module_id
    start = int(cast.clock.now)
    async with cast.parts.db.transaction() as tx:
        late = await create_material(tx, module, Draft("reflection", "Late one", due_at=start - HOUR))
        await create_material(tx, module, Draft("reflection", "Second one", due_at=start + 2 * HOUR))
        await create_material(tx, module, Draft("reflection", "First one", due_at=start + HOUR))
    page = (await lamps.ben.get("/student")).text
    due = page.split('id="due-title"')[1].split("</section>")[0]
    places = [due.index(title) for title in ("Late one", "First one", "Second one")]
    assert places == sorted(places) and "was due" in due
    await lamps.ben.post(f"/material/{late}/reflection", {"reflection_text": "Here."})
    page = (await lamps.ben.get("/student")).text
    assert "Late one" not in page.split('id="due-title"')[1].split("</section>")[0]
    await lamps.decide("locked")
    assert 'id="due-title"' not in (await lamps.ben.get("/student")).text


async def test_a_module_without_a_lesson_has_its_things_on_the_road(lamps: Lamps) -> None:
    cast = lamps.cast
    async with cast.parts.db.transaction() as tx:
        module = await tx.insert(
            "INSERT INTO modules (class_id, title, position) VALUES (:id, 'Extras', 99)", id=cast.classroom.id
        )
        await create_material(tx, module, Draft("link", "Read on", url="https://example.org"))
    page = (await lamps.ben.get("/student")).text
    assert "Extras" in page and "Read on" in page and "1 thing in it" in page


async def test_an_empty_module_is_not_on_the_road(lamps: Lamps) -> None:
    async with lamps.cast.parts.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO modules (class_id, title, position) VALUES (:id, 'Still empty', 99)",
            id=lamps.cast.classroom.id,
        )
    assert "Still empty" not in (await lamps.ben.get("/student")).text


async def test_younger_students_get_the_rest_folded_away(lamps: Lamps) -> None:
    assert "<summary>More</summary>" not in (await lamps.ben.get("/student")).text
    async with lamps.cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE box SET program_profile = 'elementary'")
    await refresh_school(lamps.cast.app)
    page = (await lamps.ben.get("/student")).text
    assert "Class chat" in page.split("<summary>More</summary>")[1]
