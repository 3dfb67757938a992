"""Groups: named, coloured, filled from the class alone."""

import pytest

from appliance.classroom.classes import Class
from appliance.classroom.groups import (
    MOST_GROUPS,
    create_group,
    groups_of_class,
    remove_group,
    restore_group,
    update_group,
)
from appliance.classroom.students import create_student, remove_student
from appliance.errors import Conflict, Invalid, NotFound
from appliance.storage.database import Database


async def test_a_group_holds_students_of_its_class_alone(db: Database, b7: Class, c8: Class) -> None:
    async with db.transaction() as tx:
        ben, dee = await create_student(tx, b7.id, "Ben"), await create_student(tx, c8.id, "Dee")
        group = await create_group(tx, b7.id, "  Table   3 ", "green")
        await update_group(tx, b7.id, group, "Table 3", "blue", [ben.id, dee.id, 999, ben.id])
    (found,) = await groups_of_class(db, b7.id)
    assert (found.name, found.colour, set(found.student_ids)) == ("Table 3", "blue", {ben.id})
    assert await groups_of_class(db, c8.id) == []


@pytest.mark.parametrize(("name", "colour"), [("", "red"), ("x" * 41, "red"), ("A", "pink"), ("A", "")])
async def test_a_group_that_cannot_be_is_refused_with_a_sentence(
    db: Database, b7: Class, name: str, colour: str
) -> None:
    with pytest.raises(Invalid):
        async with db.transaction() as tx:
            await create_group(tx, b7.id, name, colour)
    assert await groups_of_class(db, b7.id) == []


async def test_two_groups_of_a_class_have_two_names(db: Database, b7: Class, c8: Class) -> None:
    async with db.transaction() as tx:
        await create_group(tx, b7.id, "Red table", "red")
        await create_group(tx, c8.id, "Red table", "red")
    with pytest.raises(Conflict):
        async with db.transaction() as tx:
            await create_group(tx, b7.id, "RED TABLE", "red")


async def test_another_classes_group_is_not_there(db: Database, b7: Class, c8: Class) -> None:
    async with db.transaction() as tx:
        group = await create_group(tx, b7.id, "Ours", "red")
    with pytest.raises(NotFound):
        async with db.transaction() as tx:
            await update_group(tx, c8.id, group, "Theirs", "red", [])
    with pytest.raises(NotFound):
        async with db.transaction() as tx:
            await remove_group(tx, c8.id, group)
    assert [each.name for each in await groups_of_class(db, b7.id)] == ["Ours"]


async def test_there_is_a_bound_on_groups(db: Database, b7: Class) -> None:
    async with db.transaction() as tx:
        for number in range(MOST_GROUPS):
            await create_group(tx, b7.id, f"Group {number}", "grey")
    with pytest.raises(Invalid):
        async with db.transaction() as tx:
            await create_group(tx, b7.id, "One more", "grey")


async def test_what_was_given_to_a_removed_group_alone_is_shown_to_nobody(db: Database, b7: Class) -> None:
    async with db.transaction() as tx:
        group = await create_group(tx, b7.id, "Ours", "red")
        other = await create_group(tx, b7.id, "Others", "red")
        module = await tx.insert(
            "INSERT INTO modules (class_id, title, position) VALUES (:class_id, 'Week 1', 1)", class_id=b7.id
        )
        for title, groups in (("for one", [group]), ("for both", [group, other])):
            material = await tx.insert(
                "INSERT INTO materials (module_id, kind, title, position) VALUES (:id, 'text', :title, 1)",
                id=module,
                title=title,
            )
            for each in groups:
                await tx.execute(
                    "INSERT INTO material_groups (material_id, group_id) VALUES (:material, :each)",
                    material=material,
                    each=each,
                )
        await remove_group(tx, b7.id, group)
    rows = await db.fetch_all("SELECT title, is_hidden FROM materials ORDER BY id")
    assert [tuple(row) for row in rows] == [("for one", 1), ("for both", 0)]


async def test_a_group_that_comes_back_takes_in_no_newcomer_and_the_old_undo_no_other_group(
    db: Database, b7: Class
) -> None:
    async with db.transaction() as tx:
        ben = await create_student(tx, b7.id, "Ben")
        group = await create_group(tx, b7.id, "Owls", "red")
        await update_group(tx, b7.id, group, "Owls", "red", [ben.id])
        removed = await remove_group(tx, b7.id, group)
        await remove_student(tx, ben.id)
        await create_student(tx, b7.id, "Eve")
        await restore_group(tx, b7.id, removed)
    (found,) = await groups_of_class(db, b7.id)
    assert (found.name, list(found.student_ids)) == ("Owls", [])
    async with db.transaction() as tx:
        await remove_group(tx, b7.id, await create_group(tx, b7.id, "Hens", "red"))
        with pytest.raises(NotFound):
            await restore_group(tx, b7.id, removed)
