"""Which student sees which material: asked in one place, for hidden, removed and group work alike."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from appliance.classroom.classes import Class
from appliance.classroom.groups_of_materials import set_groups
from appliance.classroom.material_drafts import Draft, create_material, update_material
from appliance.classroom.material_places import remove_material, restore_material, set_material_hidden
from appliance.classroom.materials import (
    add_course,
    lesson_of_student,
    material_of_class,
    material_of_student,
    materials_of_student,
)
from appliance.classroom.modules import create_module, remove_module, set_module_hidden
from appliance.classroom.students import create_student
from appliance.errors import NotFound
from appliance.library.courses import Shelf
from appliance.storage.database import Database, Transaction
from tests.classroom.conftest import WriteCourse

Change = Callable[[Transaction], Awaitable[None]]
LESSON = "---\nchecklist: [one, two]\nreflection: {prompt: Why?}\n---\nLight."


@dataclass(frozen=True)
class Seats:
    """Ben is in the group Red, Chi in none; `link` is a material of the class."""

    classroom: Class
    ben: int
    chi: int
    red: int
    module: int
    link: int


@pytest.fixture
async def seats(db: Database, b7: Class) -> Seats:
    async with db.transaction() as tx:
        ben, chi = [(await create_student(tx, b7.id, name)).id for name in ("Ben", "Chi")]
        red = await tx.insert(
            "INSERT INTO groups (class_id, name, colour) VALUES (:id, 'Red', 'red')", id=b7.id
        )
        await tx.execute("INSERT INTO group_students VALUES (:red, :ben)", red=red, ben=ben)
        module = await create_module(tx, b7.id, "Light")
        link = await create_material(tx, module, Draft("link", "Read", url="https://example.org"))
    return Seats(b7, ben, chi, red, module, link)


async def seen(db: Database, student_id: int) -> list[str]:
    return [material.title for material in await materials_of_student(db, student_id)]


async def test_what_is_for_nobody_special_is_for_everybody_of_the_class_and_nobody_else(
    db: Database, seats: Seats, c8: Class
) -> None:
    async with db.transaction() as tx:
        dee = await create_student(tx, c8.id, "Dee")
    assert await seen(db, seats.ben) == await seen(db, seats.chi) == ["Read"]
    assert await seen(db, dee.id) == []
    with pytest.raises(NotFound):
        await material_of_student(db, dee.id, seats.link)


async def test_what_is_for_a_group_is_seen_by_its_students_alone(db: Database, seats: Seats) -> None:
    async with db.transaction() as tx:
        await set_groups(tx, seats.link, {seats.red})
    assert await seen(db, seats.ben) == ["Read"]
    assert await seen(db, seats.chi) == []
    with pytest.raises(NotFound):
        await material_of_student(db, seats.chi, seats.link)
    async with db.transaction() as tx:
        await set_groups(tx, seats.link, ())
    assert await seen(db, seats.chi) == ["Read"]


async def test_a_group_of_another_class_is_no_group(db: Database, seats: Seats, c8: Class) -> None:
    async with db.transaction() as tx:
        theirs = await tx.insert(
            "INSERT INTO groups (class_id, name, colour) VALUES (:id, 'Red', 'red')", id=c8.id
        )
        await set_groups(tx, seats.link, {theirs})
    assert await db.fetch_all("SELECT * FROM material_groups") == []


async def test_what_is_hidden_or_removed_is_not_there_and_comes_back(db: Database, seats: Seats) -> None:
    link = await material_of_class(db, seats.classroom.id, seats.link)
    async with db.transaction() as tx:
        await set_material_hidden(tx, link, True)
    assert await seen(db, seats.ben) == []
    async with db.transaction() as tx:
        await set_material_hidden(tx, link, False)
        await remove_material(tx, link)
    assert await seen(db, seats.ben) == []
    async with db.transaction() as tx:
        await restore_material(tx, seats.classroom.id, seats.link)
    assert await seen(db, seats.ben) == ["Read"]


async def test_what_is_in_a_hidden_or_removed_module_is_not_there(db: Database, seats: Seats) -> None:
    async with db.transaction() as tx:
        await set_module_hidden(tx, seats.classroom.id, seats.module, True)
    assert await seen(db, seats.ben) == []
    async with db.transaction() as tx:
        await set_module_hidden(tx, seats.classroom.id, seats.module, False)
        await remove_module(tx, seats.classroom.id, seats.module)
    assert await seen(db, seats.ben) == []


async def on_road(db: Database, seats: Seats, shelf: Shelf) -> int:
    async with db.transaction() as tx:
        await add_course(tx, seats.classroom.id, shelf.course("light"), shelf.lessons("light"))
    found = await lesson_of_student(db, seats.chi, "light", "prisms")
    return found["lesson"].id


async def test_a_lesson_takes_along_what_came_with_it(
    db: Database, seats: Seats, write_course: WriteCourse
) -> None:
    lesson_id = await on_road(db, seats, write_course(prisms=LESSON))
    lesson = await material_of_class(db, seats.classroom.id, lesson_id)
    presses: list[tuple[Change, Change]] = [
        (lambda tx: set_material_hidden(tx, lesson, True), lambda tx: set_material_hidden(tx, lesson, False)),
        (lambda tx: remove_material(tx, lesson), lambda tx: restore_material(tx, lesson.class_id, lesson.id)),
    ]
    for change, back in presses:
        async with db.transaction() as tx:
            await change(tx)
        assert await seen(db, seats.chi) == ["Read"]
        async with db.transaction() as tx:
            await back(tx)
        assert len(await seen(db, seats.chi)) == 4
    async with db.transaction() as tx:
        await update_material(tx, lesson, Draft("lesson", "prisms", group_ids=frozenset({seats.red})))
    assert await seen(db, seats.chi) == ["Read"] and len(await seen(db, seats.ben)) == 4


async def test_bringing_back_a_lesson_brings_back_nothing_that_went_before_it(
    db: Database, seats: Seats, write_course: WriteCourse
) -> None:
    lesson_id = await on_road(db, seats, write_course(prisms=LESSON))
    found = await lesson_of_student(db, seats.chi, "light", "prisms")
    async with db.transaction() as tx:
        await remove_material(tx, found["reflection"])
        await tx.execute("UPDATE materials SET removed_at = removed_at - 60 WHERE removed_at IS NOT NULL")
        await remove_material(tx, found["lesson"])
    async with db.transaction() as tx:
        await restore_material(tx, seats.classroom.id, lesson_id)
    assert set(await lesson_of_student(db, seats.chi, "light", "prisms")) == {"lesson", "checklist"}


async def test_what_is_to_be_done_is_locked_by_the_first_lesson_of_its_module(
    db: Database, seats: Seats, write_course: WriteCourse
) -> None:
    lesson_id = await on_road(db, seats, write_course(prisms=LESSON))
    module_id = (await material_of_class(db, seats.classroom.id, lesson_id)).module_id
    async with db.transaction() as tx:
        upload = await create_material(tx, module_id, Draft("upload", "Photo", accepted_extensions=".png"))
        text = await create_material(tx, module_id, Draft("text", "Words", "Read this."))
        alone = await create_material(tx, seats.module, Draft("reflection", "Alone"))
    locks = {
        made: (await material_of_class(db, seats.classroom.id, made)).locked_by
        for made in (upload, text, alone)
    }
    assert locks == {upload: ("light", "prisms"), text: None, alone: None}
