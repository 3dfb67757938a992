"""Pictures and sheets of a course open with the lessons that show them, and no guess at a name opens another."""

import os
from urllib.parse import quote

import pytest

from appliance.classroom.groups_of_materials import set_groups
from appliance.classroom.material_drafts import Draft, create_material
from appliance.classroom.material_places import remove_material, set_material_hidden
from appliance.classroom.materials import add_course
from appliance.classroom.modules import create_module, set_module_lock
from appliance.classroom.students import create_student
from tests.conftest import COURSE, Browser
from tests.student.conftest import CIRCLES, LATER, PATHS, PNG, Lamps

FILES = (
    "open.png",
    "sheets/a_b c.png",
    "first.png",
    "second.png",
    "later.png",
    "soon.png",
    "key.png",
    "no one's.png",
)


@pytest.fixture
async def files(lamps: Lamps) -> Lamps:
    folder = lamps.cast.parts.settings.appliance_data / "courses" / "lamps"
    for name in FILES:
        path = folder / "assets" / name.replace("'", "")
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(PNG)
    circles = CIRCLES.replace(
        "## Teacher notes",
        "![x](../assets/open.png) [the sheet](<assets/sheets/a\\_b%20c.png>)\n\n"
        "## Teacher notes\n\n![The answers](../assets/key.png)",
    )
    paths = PATHS.replace("everybody.", "everybody.\n\n![First](../assets/first.png)")
    later = LATER.replace("coming.", "coming. ![Soon](assets/soon.png)") + "\n![Later](assets/later.png)\n"
    for number, text in enumerate((circles, paths + "\n![Second](assets/second.png)\n", later), start=1):
        (folder / "lessons" / f"{number}.md").write_text(text)
    return lamps


async def status(browser: Browser, name: str) -> int:
    return (await browser.get(f"/course/lamps/assets/{quote(name)}")).status_code


async def test_an_open_lesson_brings_its_files_however_they_are_spelt(files: Lamps) -> None:
    shown = ("open.png", "sheets/a_b c.png", "first.png", "second.png")
    assert {name: await status(files.ben, name) for name in shown} == dict.fromkeys(shown, 200)
    page = (await files.ben.get(files.path)).text
    assert 'src="/course/lamps/assets/open.png"' in page
    assert 'href="/course/lamps/assets/sheets/a_b%20c.png"' in page


async def test_a_locked_lesson_shows_the_pictures_of_its_introduction_and_no_others(files: Lamps) -> None:
    await files.decide("locked", "paths")
    names = ("first.png", "second.png", "soon.png", "later.png", "open.png")
    assert [await status(files.ben, name) for name in names] == [200, 403, 200, 403, 200]
    await files.decide("open", "paths")
    assert await status(files.ben, "second.png") == 200


@pytest.mark.parametrize("how", ["hidden", "removed", "for others", "locked module"])
async def test_a_lesson_that_is_not_theirs_brings_no_file(files: Lamps, how: str) -> None:
    lesson = files.work["lesson"]
    async with files.cast.parts.db.transaction() as tx:
        if how == "hidden":
            await set_material_hidden(tx, lesson, True)
        elif how == "removed":
            await remove_material(tx, lesson)
        elif how == "locked module":
            await set_module_lock(tx, lesson.class_id, lesson.module_id, True)
        else:
            red = await tx.insert(
                "INSERT INTO groups (class_id, name, colour) VALUES (:id, 'Red', 'red')", id=lesson.class_id
            )
            await set_groups(tx, lesson.id, [red])
    assert await status(files.ben, "open.png") == (403 if how == "locked module" else 404)
    assert await status(files.ben, "second.png") == 200


async def test_what_only_the_teachers_part_shows_or_nothing_does_is_for_staff(files: Lamps) -> None:
    ada = await files.cast.ada()
    for name in ("key.png", "no ones.png", "later.png"):
        assert await status(ada, name) == 200
        assert await status(files.ben, name) in (403, 404)
    assert await status(files.ben, "nothing.png") == 404


async def test_what_the_teacher_links_in_a_text_of_their_own_opens_with_that_text(files: Lamps) -> None:
    text = Draft("text", "Early", body="Look at [this](/course/lamps/assets/later.png).")
    link = Draft("link", "The key", url="/course/lamps/assets/key.png")
    class_id = files.cast.classroom.id
    async with files.cast.parts.db.transaction() as tx:
        module = await create_module(tx, class_id, "Early birds")
        for draft in (text, link):
            await create_material(tx, module, draft)
    names = ("later.png", "key.png", "no ones.png")
    assert [await status(files.ben, name) for name in names] == [200, 200, 404]
    async with files.cast.parts.db.transaction() as tx:
        await set_module_lock(tx, class_id, module, True)
    assert [await status(files.ben, name) for name in names] == [403, 404, 404]


async def test_another_class_and_visitors_get_none(files: Lamps) -> None:
    assert files.cast.other is not None
    async with files.cast.parts.db.transaction() as tx:
        dee = await create_student(tx, files.cast.other.id, "Dee")
    assert await status(await files.cast.student(dee), "open.png") == 404
    assert await status(files.cast.visitor(), "open.png") in (302, 303, 401)


async def test_a_picture_is_fetched_once_and_asked_for_again_without_its_bytes(files: Lamps) -> None:
    address = "/course/lamps/assets/second.png"
    first = await files.ben.get(address)
    assert first.headers["cache-control"] == "private, max-age=600"
    known = {"If-None-Match": first.headers["etag"]}
    again = await files.ben.get(address, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == first.headers["cache-control"]
    picture = files.cast.parts.settings.appliance_data / "courses" / "lamps" / "assets" / "second.png"
    picture.write_bytes(PNG + b"and more")
    os.utime(picture, (1, 1))
    assert (await files.ben.get(address, headers=known)).content == PNG + b"and more"
    await files.decide("locked", "paths")
    assert (await files.ben.get(address, headers=known)).status_code == 403


async def test_a_picture_costs_four_queries_however_long_the_road_is(files: Lamps) -> None:
    await status(files.ben, "open.png")
    await files.cast.at_rest()
    before = files.cast.parts.db.queries
    await status(files.ben, "open.png")
    assert files.cast.parts.db.queries - before <= 4


async def test_every_picture_of_the_shipped_course_opens_with_its_lessons(files: Lamps) -> None:
    cast = files.cast
    async with cast.parts.db.transaction() as tx:
        shelf = cast.parts.shelf
        await add_course(tx, cast.classroom.id, shelf.course(COURSE), shelf.lessons(COURSE))
    names = [path.name for path in (cast.parts.shelf.course(COURSE).folder / "assets").iterdir()]
    assert {(await files.ben.get(f"/course/{COURSE}/assets/{name}")).status_code for name in names} == {200}
