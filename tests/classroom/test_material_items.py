"""The lines of a list: whatever a teacher does to them, nobody's tick moves to another line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.classroom.classes import Class
from appliance.classroom.material_drafts import Draft, create_material
from appliance.classroom.material_items import Edited, arranged, items_of_material, lines_from, save_items
from appliance.classroom.modules import create_module
from appliance.classroom.students import create_student
from appliance.errors import Invalid
from appliance.library.lessons import Item
from appliance.storage.database import Database

LIST = [Item("k1", "wire"), Item("k2", "lamp"), Item("k3", "switch")]


def edited(**changes: tuple[str, int]) -> list[Edited]:
    lines = {item.key: (item.text, place) for place, item in enumerate(LIST, start=1)} | changes
    return [Edited(key, text, place) for key, (text, place) in lines.items()]


@pytest.mark.parametrize(
    ("changes", "added", "expected"),
    [
        ({}, [], ["k1 wire", "k2 lamp", "k3 switch"]),
        ({"k3": ("switch", 1)}, [], ["k3 switch", "k1 wire", "k2 lamp"]),
        ({"k1": ("wire", 3)}, [], ["k2 lamp", "k3 switch", "k1 wire"]),
        ({"k1": ("wire", 2)}, [], ["k2 lamp", "k1 wire", "k3 switch"]),
        ({"k2": ("a brighter lamp", 2)}, [], ["k1 wire", "k2 a brighter lamp", "k3 switch"]),
        ({"k2": ("  ", 2)}, [], ["k1 wire", "k3 switch"]),
    ],
)
def test_a_line_keeps_its_key_wherever_it_goes(
    changes: dict[str, tuple[str, int]], added: list[str], expected: list[str]
) -> None:
    assert [f"{item.key} {item.text}" for item in arranged(LIST, edited(**changes), added)] == expected


def test_a_new_line_gets_a_key_of_its_own() -> None:
    items = arranged(LIST, edited(), ["battery", "battery"])
    assert [item.text for item in items[3:]] == ["battery", "battery"]
    assert len({item.key for item in items}) == 5


def test_a_key_that_is_not_of_this_list_is_no_line() -> None:
    assert arranged(LIST, [Edited("forged", "hello", 1)], []) == []


def test_bullets_numbers_and_boxes_in_front_are_not_part_of_a_line() -> None:
    text = "- wire\n* lamp\n3. switch\n4) bell\n- [ ] fuse\n[x] cell\n\n  1 volt  \n- 2. both\n•\n"
    expected = ["wire", "lamp", "switch", "bell", "fuse", "cell", "1 volt", "2. both"]
    assert lines_from(text) == expected


@given(st.text())
def test_lines_are_never_blank_whatever_is_typed(text: str) -> None:
    assert all(line.strip() for line in lines_from(text))


async def test_ticks_stay_with_their_line_and_go_with_it(db: Database, b7: Class) -> None:
    async with db.transaction() as tx:
        module = await create_module(tx, b7.id, "Circuits")
        made = await create_material(tx, module, Draft("checklist", "List", items=tuple(LIST)))
        ben = await create_student(tx, b7.id, "Ben")
        for key in ("k1", "k2"):
            await tx.execute(
                "INSERT INTO checklist_ticks VALUES (:material, :student, :key, :now)",
                material=made,
                student=ben.id,
                key=key,
                now=tx.now,
            )
        await save_items(tx, made, [Item("k9", "first"), LIST[2], Item("k2", "the lamp")])
    assert [item.key for item in await items_of_material(db, made)] == ["k9", "k3", "k2"]
    rows = await db.fetch_all("SELECT item_key FROM checklist_ticks")
    assert [row["item_key"] for row in rows] == ["k2"]


@pytest.mark.parametrize("items", [[Item(str(n), "x") for n in range(61)], [Item("k", "x" * 301)]])
async def test_a_list_too_long_is_refused(db: Database, b7: Class, items: list[Item]) -> None:
    with pytest.raises(Invalid) as refusal:
        async with db.transaction() as tx:
            module = await create_module(tx, b7.id, "Circuits")
            await create_material(tx, module, Draft("checklist", "List", items=tuple(items)))
    assert refusal.value.field == "lines"
    assert await db.fetch_all("SELECT * FROM materials") == []
