"""The modules of a class: made, moved, hidden, removed and brought back, and never another class's."""

import pytest

from appliance.classroom.classes import Class
from appliance.classroom.material_drafts import MOST_MATERIALS, Draft, create_material
from appliance.classroom.material_places import remove_material
from appliance.classroom.materials import material_of_class
from appliance.classroom.modules import (
    MOST_MODULES,
    create_module,
    modules_of_class,
    move_module,
    remove_module,
    rename_module,
    restore_module,
    set_module_hidden,
)
from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database


async def make(db: Database, classroom: Class, *titles: str) -> list[int]:
    async with db.transaction() as tx:
        return [await create_module(tx, classroom.id, title) for title in titles]


async def titles(db: Database, classroom: Class) -> list[str]:
    return [module.title for module in await modules_of_class(db, classroom.id)]


@pytest.mark.parametrize(
    ("moved", "place", "order"),
    [(2, 0, "cab"), (0, 1, "bac"), (0, 99, "bca"), (1, 1, "abc"), (2, 1, "acb"), (1, -3, "bac")],
)
async def test_a_module_goes_to_its_place_and_the_others_keep_their_order(
    db: Database, b7: Class, moved: int, place: int, order: str
) -> None:
    made = await make(db, b7, "a", "b", "c")
    async with db.transaction() as tx:
        await move_module(tx, b7.id, made[moved], place)
    assert "".join(await titles(db, b7)) == order


async def test_a_removed_module_comes_back_where_it_was(db: Database, b7: Class) -> None:
    made = await make(db, b7, "a", "b", "c")
    async with db.transaction() as tx:
        await remove_module(tx, b7.id, made[1])
    assert await titles(db, b7) == ["a", "c"]
    async with db.transaction() as tx:
        await restore_module(tx, b7.id, made[1])
        await restore_module(tx, b7.id, made[1])
    assert await titles(db, b7) == ["a", "b", "c"]


@pytest.mark.parametrize("title", ["", "   ", "x" * 201])
async def test_a_module_without_a_good_title_is_not_made(db: Database, b7: Class, title: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await make(db, b7, title)
    assert refusal.value.field == "title"
    assert await titles(db, b7) == []


async def test_another_class_changes_none_of_it(db: Database, b7: Class, c8: Class) -> None:
    (made,) = await make(db, b7, "a")
    async with db.transaction() as tx:
        for change in (
            move_module(tx, c8.id, made, 0),
            rename_module(tx, c8.id, made, "stolen"),
            set_module_hidden(tx, c8.id, made, True),
            remove_module(tx, c8.id, made),
            restore_module(tx, c8.id, made),
        ):
            with pytest.raises(NotFound):
                await change
    assert await titles(db, b7) == ["a"]


async def test_what_was_removed_takes_nobody_elses_place(db: Database, b7: Class) -> None:
    async with db.transaction() as tx:
        made = [await create_module(tx, b7.id, "Bees") for _ in range(MOST_MODULES)]
        await remove_module(tx, b7.id, made[0])
        module = await create_module(tx, b7.id, "Wasps")
        drafts = [
            await create_material(tx, module, Draft("text", "Wings", "Two.")) for _ in range(MOST_MATERIALS)
        ]
        await remove_material(tx, await material_of_class(tx, b7.id, drafts[0]))
        await create_material(tx, module, Draft("text", "Stings", "None."))
        with pytest.raises(Invalid):
            await create_material(tx, module, Draft("text", "Nests", "One."))
        with pytest.raises(Invalid):
            await create_module(tx, b7.id, "Ants")
