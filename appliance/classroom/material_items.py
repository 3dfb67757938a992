"""The lines of a checklist and the criteria of a rubric: each keeps its key, wherever it moves and whatever it says."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.errors import Invalid
from appliance.library.lessons import Item
from appliance.storage.database import Database, Reads, Transaction, Value

MOST_ITEMS = 60
ITEM_CHARACTERS = 300
BULLETS = "-*+•·"
TOO_MANY = "There is room for 60 lines at most."
TOO_LONG = "Each line may have 300 characters at most."


@dataclass(frozen=True)
class Edited:
    """A line as the form has it now; `place` counts from 1, and a line without text goes."""

    key: str
    text: str
    place: int


async def items_of_material(db: Database | Reads, material_id: int) -> list[Item]:
    rows = await db.fetch_all(
        """
        SELECT item_key, body
        FROM material_items
        WHERE material_id = :material_id
        ORDER BY position, item_key
        """,
        material_id=material_id,
    )
    return [Item(row["item_key"], row["body"]) for row in rows]


async def items_of_class(db: Database | Reads, class_id: int) -> dict[int, list[Item]]:
    """By material."""
    rows = await db.fetch_all(
        """
        SELECT material_items.*
        FROM material_items
          JOIN materials ON materials.id = material_items.material_id
          JOIN modules ON modules.id = materials.module_id
        WHERE modules.class_id = :class_id
        ORDER BY material_items.position, material_items.item_key
        """,
        class_id=class_id,
    )
    found: dict[int, list[Item]] = {}
    for row in rows:
        found.setdefault(row["material_id"], []).append(Item(row["item_key"], row["body"]))
    return found


def lines_from(text: str) -> list[str]:
    """One line each, without the bullet, number or box that people type in front."""
    found = (_plain(line) for line in text.splitlines())
    return [line for line in found if line]


def arranged(present: Sequence[Item], edited: Iterable[Edited], added: Iterable[str]) -> list[Item]:
    """The items in their new order. What moved up stands before, and what moved down behind, what was there."""
    known = {item.key: place for place, item in enumerate(present, start=1)}
    kept = [line for line in edited if line.key in known and line.text.strip()]
    kept.sort(key=lambda line: (line.place, _sign(line.place - known[line.key]), known[line.key]))
    items = [Item(line.key, " ".join(line.text.split())) for line in kept]
    return items + [Item(_new_key(), text) for text in added]


async def save_items(tx: Transaction, material_id: int, items: Sequence[Item]) -> None:
    """Exactly these from now on. Ticks and scores of a line that went go with it; those of all others stay."""
    _check(items)
    before = {item.key for item in await items_of_material(tx, material_id)}
    gone: list[dict[str, Value]] = [
        {"material_id": material_id, "key": key} for key in before - {item.key for item in items}
    ]
    for statement in (
        "DELETE FROM checklist_ticks WHERE material_id = :material_id AND item_key = :key",
        "DELETE FROM rubric_scores WHERE material_id = :material_id AND item_key = :key",
    ):
        await tx.execute_many(statement, gone)
    await replace_items(tx, material_id, items)


async def replace_items(tx: Transaction, material_id: int, items: Sequence[Item]) -> None:
    """Exactly these from now on; nobody's ticks go, for a lesson's own lines may come back. Raises Invalid."""
    _check(items)
    await tx.execute("DELETE FROM material_items WHERE material_id = :id", id=material_id)
    await tx.execute_many(
        """
        INSERT INTO material_items (material_id, item_key, body, position)
        VALUES (:material_id, :key, :body, :position)
        """,
        [
            {"material_id": material_id, "key": item.key, "body": item.text, "position": position}
            for position, item in enumerate(items)
        ],
    )


def _check(items: Sequence[Item]) -> None:
    if len(items) > MOST_ITEMS:
        raise Invalid(TOO_MANY, "too_many", field="lines")
    if any(len(item.text) > ITEM_CHARACTERS for item in items):
        raise Invalid(TOO_LONG, "too_long", field="lines")


def _plain(line: str) -> str:
    words = line.split()
    if words and (words[0] in BULLETS or _is_number(words[0])):
        words = words[1:]
    if words[:2] == ["[", "]"]:
        words = words[2:]
    elif words and words[0].casefold() in ("[]", "[x]", "☐", "☑"):
        words = words[1:]
    return " ".join(words)


def _is_number(word: str) -> bool:
    return word[-1] in ".)" and word[:-1].isascii() and word[:-1].isdigit()


def _sign(difference: int) -> int:
    return (difference > 0) - (difference < 0)


def _new_key() -> str:
    return secrets.token_hex(6)
