"""A course on a class's road: put there once, grown later, and never on another class's road."""

import pytest

from appliance.classroom.classes import Class
from appliance.classroom.materials import (
    DEFAULT_EXTENSIONS,
    Material,
    add_course,
    courses_of_class,
    material_of_class,
    materials_of_class,
    materials_of_lesson,
)
from appliance.errors import NotFound
from appliance.library.courses import Shelf
from appliance.storage.database import Database
from tests.classroom.conftest import WriteCourse

PLAIN = "# Shadows\n\nStand in the sun."
FULL = """---
title: Prisms
checklist:
  title: Try
  items: [I saw red., I saw blue.]
reflection:
  prompt: Why?
submission:
  type: file
  accepted: [.png, .JPG]
---
Light bends."""
ANY_FILE = "---\nsubmission:\n  type: file\n---\nHand it in."


async def put(db: Database, classroom: Class, shelf: Shelf) -> None:
    async with db.transaction() as tx:
        await add_course(tx, classroom.id, shelf.course("light"), shelf.lessons("light"))


def road(materials: list[Material]) -> list[tuple[str, str]]:
    return [(material.lesson_slug, material.kind) for material in materials]


async def test_a_lesson_brings_the_things_to_do_that_its_file_names(
    db: Database, b7: Class, write_course: WriteCourse
) -> None:
    await put(db, b7, write_course(shadows=PLAIN, prisms=FULL))
    assert road(await materials_of_class(db, b7.id)) == [
        ("shadows", "lesson"),
        ("prisms", "lesson"),
        ("prisms", "checklist"),
        ("prisms", "reflection"),
        ("prisms", "upload"),
    ]
    found = await materials_of_lesson(db, b7.id, "light", "prisms")
    assert found["upload"].extensions == (".png", ".jpg")
    assert found["lesson"].lesson_path == "/course/light/prisms"


async def test_a_hand_in_that_names_no_kinds_takes_the_packs_usual_one(
    db: Database, b7: Class, write_course: WriteCourse
) -> None:
    await put(db, b7, write_course(scratch=ANY_FILE))
    found = await materials_of_lesson(db, b7.id, "light", "scratch")
    assert found["upload"].extensions == (DEFAULT_EXTENSIONS,)


async def test_adding_a_course_twice_adds_nothing(db: Database, b7: Class, write_course: WriteCourse) -> None:
    shelf = write_course(shadows=PLAIN, prisms=FULL)
    await put(db, b7, shelf)
    before = await materials_of_class(db, b7.id)
    await put(db, b7, shelf)
    assert await materials_of_class(db, b7.id) == before


async def test_a_lesson_that_came_later_goes_to_the_end_and_moves_nobodys_work(
    db: Database, b7: Class, write_course: WriteCourse
) -> None:
    await put(db, b7, write_course(prisms=FULL))
    before = await materials_of_class(db, b7.id)
    await put(db, b7, write_course(shadows=PLAIN, prisms=FULL))
    after = await materials_of_class(db, b7.id)
    assert after[: len(before)] == before
    assert road(after[len(before) :]) == [("shadows", "lesson")]


async def test_a_lesson_that_left_the_course_keeps_its_place_and_its_work(
    db: Database, b7: Class, write_course: WriteCourse
) -> None:
    await put(db, b7, write_course(shadows=PLAIN, prisms=FULL))
    before = await materials_of_class(db, b7.id)
    await put(db, b7, write_course(shadows=PLAIN))
    assert await materials_of_class(db, b7.id) == before


async def test_a_road_is_one_classs_own(
    db: Database, b7: Class, c8: Class, write_course: WriteCourse
) -> None:
    await put(db, b7, write_course(prisms=FULL))
    assert await courses_of_class(db, b7.id) == ["light"]
    assert await courses_of_class(db, c8.id) == []
    assert await materials_of_lesson(db, c8.id, "light", "prisms") == {}
    upload = (await materials_of_lesson(db, b7.id, "light", "prisms"))["upload"]
    assert await material_of_class(db, b7.id, upload.id, "upload") == upload
    with pytest.raises(NotFound):
        await material_of_class(db, c8.id, upload.id, "upload")
    with pytest.raises(NotFound):
        await material_of_class(db, b7.id, upload.id, "checklist")


async def test_the_road_takes_one_query_however_long_it_is(
    db: Database, b7: Class, write_course: WriteCourse
) -> None:
    await put(db, b7, write_course(**{f"lesson-{number}": PLAIN for number in range(30)}))
    before = db.queries
    assert len(await materials_of_class(db, b7.id)) == 30
    assert db.queries - before == 1
