"""Which groups of a class a material is for."""

from collections.abc import Iterable
from dataclasses import dataclass

from appliance.storage.database import Database, Reads, Transaction


@dataclass(frozen=True)
class GroupName:
    id: int
    name: str
    colour: str


async def group_names(db: Database | Reads, class_id: int) -> list[GroupName]:
    """Of a class, by name."""
    rows = await db.fetch_all(
        "SELECT id, name, colour FROM groups WHERE class_id = :class_id ORDER BY name COLLATE NOCASE, id",
        class_id=class_id,
    )
    return [GroupName(row["id"], row["name"], row["colour"]) for row in rows]


async def set_groups(tx: Transaction, material_id: int, group_ids: Iterable[int]) -> None:
    """For these groups of its class alone; none at all: for the whole class. A quiz is given to the same ones."""
    await tx.execute("DELETE FROM material_groups WHERE material_id = :id", id=material_id)
    for group_id in sorted(set(group_ids)):
        await tx.execute(
            """
            INSERT INTO material_groups (material_id, group_id)
            SELECT materials.id, groups.id
            FROM materials
              JOIN modules ON modules.id = materials.module_id
              JOIN groups ON groups.class_id = modules.class_id
            WHERE materials.id = :material_id AND groups.id = :group_id
            """,
            material_id=material_id,
            group_id=group_id,
        )
    await give_quiz_to_the_same(tx, material_id)


async def groups_of_materials(db: Database | Reads, class_id: int) -> dict[int, frozenset[int]]:
    """Which groups each material of the class is for; one that isn't named is for everybody."""
    rows = await db.fetch_all(
        """
        SELECT material_groups.*
        FROM material_groups JOIN groups ON groups.id = material_groups.group_id
        WHERE groups.class_id = :class_id
        """,
        class_id=class_id,
    )
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row["material_id"], set()).add(row["group_id"])
    return {material_id: frozenset(group_ids) for material_id, group_ids in found.items()}


async def give_quiz_to_the_same(tx: Transaction, material_id: int) -> None:
    """A quiz is also on the study page, and may stand on the road twice: it is for the same groups everywhere."""
    await tx.execute(
        """
        DELETE FROM material_groups
        WHERE material_id IN (
          SELECT other.id
          FROM materials JOIN materials AS other ON other.activity_id = materials.activity_id
          WHERE materials.id = :id AND other.id <> :id)
        """,
        id=material_id,
    )
    await tx.execute(
        """
        INSERT INTO material_groups (material_id, group_id)
        SELECT other.id, material_groups.group_id
        FROM material_groups
          JOIN materials ON materials.id = material_groups.material_id
          JOIN materials AS other ON other.activity_id = materials.activity_id
        WHERE materials.id = :id AND other.id <> :id
        """,
        id=material_id,
    )
    await tx.execute(
        """
        DELETE FROM assignment_groups
        WHERE assignment_id IN (
          SELECT assignments.id
          FROM assignments JOIN materials ON materials.activity_id = assignments.activity_id
          WHERE materials.id = :id)
        """,
        id=material_id,
    )
    await tx.execute(
        """
        INSERT INTO assignment_groups (assignment_id, group_id)
        SELECT assignments.id, material_groups.group_id
        FROM material_groups
          JOIN materials ON materials.id = material_groups.material_id
          JOIN assignments ON assignments.activity_id = materials.activity_id
        WHERE materials.id = :id
        """,
        id=material_id,
    )
    await tx.execute(
        """
        UPDATE assignments
        SET is_for_groups = EXISTS (SELECT 1 FROM material_groups WHERE material_id = :id)
        WHERE activity_id = (SELECT activity_id FROM materials WHERE id = :id)
        """,
        id=material_id,
    )
