"""Responses: ticks on a checklist and the words of a reflection."""

from collections.abc import Iterable
from dataclasses import dataclass

from appliance.errors import Invalid
from appliance.storage.database import Database, Transaction

REFLECTION_CHARACTERS = 4000


@dataclass(frozen=True)
class Responses:
    """What one student ticked and wrote, by material."""

    ticks: dict[int, frozenset[str]]
    reflections: dict[int, str]

    def ticked(self, material_id: int) -> frozenset[str]:
        return self.ticks.get(material_id, frozenset())

    def reflection(self, material_id: int) -> str:
        return self.reflections.get(material_id, "")


async def responses_of_student(db: Database, student_id: int) -> Responses:
    ticks = await db.fetch_all(
        "SELECT material_id, item_key FROM checklist_ticks WHERE student_id = :id", id=student_id
    )
    reflections = await db.fetch_all(
        "SELECT material_id, body FROM reflections WHERE student_id = :id", id=student_id
    )
    by_material: dict[int, set[str]] = {}
    for row in ticks:
        by_material.setdefault(row["material_id"], set()).add(row["item_key"])
    return Responses(
        {material_id: frozenset(keys) for material_id, keys in by_material.items()},
        {row["material_id"]: row["body"] for row in reflections},
    )


async def save_ticks(tx: Transaction, material_id: int, student_id: int, keys: Iterable[str]) -> None:
    """Exactly these items are ticked from now on; when each was first ticked is kept."""
    wanted = set(keys)
    rows = await tx.fetch_all(
        "SELECT item_key FROM checklist_ticks WHERE material_id = :material_id AND student_id = :student_id",
        material_id=material_id,
        student_id=student_id,
    )
    present = {row["item_key"] for row in rows}
    ids = {"material_id": material_id, "student_id": student_id}
    await tx.execute_many(
        """
        DELETE FROM checklist_ticks
        WHERE material_id = :material_id AND student_id = :student_id AND item_key = :key
        """,
        [{**ids, "key": key} for key in present - wanted],
    )
    await tx.execute_many(
        """
        INSERT INTO checklist_ticks (material_id, student_id, item_key, ticked_at)
        VALUES (:material_id, :student_id, :key, :now)
        """,
        [{**ids, "key": key, "now": tx.now} for key in wanted - present],
    )


async def save_reflection(tx: Transaction, material_id: int, student_id: int, body: str) -> None:
    if len(body) > REFLECTION_CHARACTERS:
        raise Invalid(
            "This is longer than 4000 characters. Make it a little shorter.", "too_long", field="body"
        )
    await tx.execute(
        """
        INSERT INTO reflections (material_id, student_id, body, updated_at)
        VALUES (:material_id, :student_id, :body, :now)
        ON CONFLICT (material_id, student_id) 
          DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at
        """,
        material_id=material_id,
        student_id=student_id,
        body=body,
        now=tx.now,
    )
