"""Where a material stands and whether it is there at all: moved, hidden, removed, and brought back."""

from appliance.classroom.groups_of_materials import give_quiz_to_the_same
from appliance.classroom.materials import NOT_IN_CLASS, Material
from appliance.classroom.modules import check_lessons, module_of_class
from appliance.errors import NotFound
from appliance.storage.database import Transaction


async def move_material(tx: Transaction, material: Material, module_id: int, place: int) -> None:
    """Into this module of its class, at this place counted from 0. Raises NotFound for another class's module."""
    module = await module_of_class(tx, material.class_id, module_id)
    rows = await tx.fetch_all(
        """
        SELECT id
        FROM materials
        WHERE module_id = :module_id AND removed_at IS NULL AND id <> :id
        ORDER BY position, id
        """,
        module_id=module.id,
        id=material.id,
    )
    order = [row["id"] for row in rows]
    order.insert(min(max(place, 0), len(order)), material.id)
    await tx.execute_many(
        "UPDATE materials SET module_id = :module_id, position = :position WHERE id = :id",
        [{"module_id": module.id, "position": position, "id": each} for position, each in enumerate(order)],
    )


async def set_material_hidden(tx: Transaction, material: Material, is_hidden: bool) -> None:
    """Nobody in the class sees it; what was done in it stays. A lesson takes along what came with it.

    A quiz that is shown again after its only group went is the whole class's, as its line on the road says.
    """
    await tx.execute_many(
        "UPDATE materials SET is_hidden = :is_hidden WHERE id = :id",
        [{"id": each, "is_hidden": is_hidden} for each in await with_its_own(tx, material)],
    )
    if not is_hidden:
        await give_quiz_to_the_same(tx, material.id)


async def remove_material(tx: Transaction, material: Material) -> None:
    """Gone for everybody at once, and swept later: until then it can come back with what was done in it."""
    await tx.execute_many(
        "UPDATE materials SET removed_at = :now WHERE id = :id AND removed_at IS NULL",
        [{"id": each, "now": tx.now} for each in await with_its_own(tx, material)],
    )


async def restore_material(tx: Transaction, class_id: int, material_id: int) -> None:
    """Back where it was, with what went in the same press. Restoring what is there changes nothing. Raises Conflict."""
    row = await tx.fetch_one(
        """
        SELECT materials.id, materials.removed_at, materials.course_slug, materials.lesson_slug, materials.kind
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE materials.id = :id AND modules.class_id = :class_id
        """,
        id=material_id,
        class_id=class_id,
    )
    if row is None:
        raise NotFound(NOT_IN_CLASS)
    await tx.execute(
        """
        UPDATE materials
        SET removed_at = NULL
        WHERE id = :id
          OR (:kind = 'lesson' AND removed_at = :removed_at
            AND course_slug = :course_slug AND lesson_slug = :lesson_slug
            AND module_id IN (SELECT id FROM modules WHERE class_id = :class_id))
        """,
        class_id=class_id,
        **dict(row),
    )
    # A quiz that leads nowhere is none.
    await tx.execute(
        """
        UPDATE activities
        SET removed_at = NULL
        WHERE id = (SELECT activity_id FROM materials WHERE id = :id)
        """,
        id=material_id,
    )
    if row["kind"] == "lesson":
        await check_lessons(tx, class_id)


async def with_its_own(tx: Transaction, material: Material) -> list[int]:
    """Its id and, of a lesson, those of what came with it: without the lesson they would stand nowhere."""
    if material.kind != "lesson":
        return [material.id]
    rows = await tx.fetch_all(
        """
        SELECT materials.id
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE modules.class_id = :class_id
          AND materials.course_slug = :course_slug AND materials.lesson_slug = :lesson_slug
        ORDER BY materials.id
        """,
        class_id=material.class_id,
        course_slug=material.course_slug,
        lesson_slug=material.lesson_slug,
    )
    return [row["id"] for row in rows]
