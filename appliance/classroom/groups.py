"""Groups of a class: a name, a colour, and who is in it. What is given to a group, only its students see."""

from collections.abc import Iterable
from dataclasses import dataclass

from appliance.errors import Conflict, Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction

NAME_CHARACTERS = 40
MOST_GROUPS = 40
# Each is a token of the style sheets; the name always stands beside it.
COLOURS = ("red", "orange", "green", "blue", "violet", "grey")
TAKEN = "This class has a group with this name already. Choose another name."
NO_GROUP = "There is no such group in this class."
GONE = "This group is back already, or it is gone for good. Look at the groups."
# One insert, so that what stands in it can't be half of it.
KEEP = """
  INSERT INTO removed_groups (class_id, name, colour, students, materials, hidden, assignments, removed_at)
  SELECT class_id, name, colour,
    (SELECT json_group_array(student_id) FROM group_students WHERE group_id = groups.id),
    (SELECT json_group_array(material_id) FROM material_groups WHERE group_id = groups.id),
    (SELECT json_group_array(materials.id)
     FROM materials
     WHERE materials.is_hidden = 0
       AND materials.id IN (SELECT material_id FROM material_groups WHERE group_id = groups.id)
       AND materials.id NOT IN (SELECT material_id FROM material_groups WHERE group_id <> groups.id)),
    (SELECT json_group_array(assignment_id) FROM assignment_groups WHERE group_id = groups.id),
    :now
  FROM groups
  WHERE id = :id AND class_id = :class_id
"""
# In this order: what is for somebody else by now, or for everybody, is known before anything is shown again.
GIVE_BACK = (
    """
    INSERT INTO group_students (group_id, student_id)
    SELECT :group_id, students.id
    FROM removed_groups, json_each(removed_groups.students) AS kept JOIN students ON students.id = kept.value
    WHERE removed_groups.id = :removed_id AND students.class_id = :class_id
    """,
    """
    INSERT INTO material_groups (material_id, group_id)
    SELECT materials.id, :group_id
    FROM removed_groups, json_each(removed_groups.materials) AS kept
      JOIN materials ON materials.id = kept.value
      JOIN modules ON modules.id = materials.module_id
    WHERE removed_groups.id = :removed_id AND modules.class_id = :class_id
      AND (materials.is_hidden = 1
        OR EXISTS (SELECT 1 FROM material_groups AS now_for WHERE now_for.material_id = materials.id))
    """,
    """
    UPDATE materials
    SET is_hidden = 0
    WHERE id IN (SELECT value FROM removed_groups, json_each(hidden) WHERE removed_groups.id = :removed_id)
      AND id IN (SELECT material_id FROM material_groups WHERE group_id = :group_id)
    """,
    """
    INSERT INTO assignment_groups (assignment_id, group_id)
    SELECT assignments.id, :group_id
    FROM removed_groups, json_each(removed_groups.assignments) AS kept
      JOIN assignments ON assignments.id = kept.value AND assignments.is_for_groups = 1
      JOIN activities ON activities.id = assignments.activity_id
    WHERE removed_groups.id = :removed_id AND activities.class_id = :class_id
    """,
    "DELETE FROM removed_groups WHERE id = :removed_id AND class_id = :class_id",
)


@dataclass(frozen=True)
class Group:
    id: int
    name: str
    colour: str
    student_ids: frozenset[int]


async def groups_of_class(db: Database | Reads, class_id: int) -> list[Group]:
    """By name, in two queries."""
    groups = await db.fetch_all(
        "SELECT id, name, colour FROM groups WHERE class_id = :class_id ORDER BY name COLLATE NOCASE",
        class_id=class_id,
    )
    members = await db.fetch_all(
        """
        SELECT group_students.group_id, group_students.student_id
        FROM group_students JOIN groups ON groups.id = group_students.group_id
        WHERE groups.class_id = :class_id
        """,
        class_id=class_id,
    )
    inside: dict[int, set[int]] = {row["id"]: set() for row in groups}
    for row in members:
        inside.setdefault(row["group_id"], set()).add(row["student_id"])
    return [Group(row["id"], row["name"], row["colour"], frozenset(inside[row["id"]])) for row in groups]


async def create_group(tx: Transaction, class_id: int, name: str, colour: str) -> int:
    """Raises Invalid, and Conflict for a name that the class has already."""
    name, colour = await _checked(tx, class_id, name, colour, 0)
    row = await tx.fetch_one(
        "SELECT count(*) AS groups FROM groups WHERE class_id = :class_id", class_id=class_id
    )
    if row is not None and row["groups"] >= MOST_GROUPS:
        raise Invalid("A class may have 40 groups at most. Remove one first.", field="name")
    return await tx.insert(
        "INSERT INTO groups (class_id, name, colour) VALUES (:class_id, :name, :colour)",
        class_id=class_id,
        name=name,
        colour=colour,
    )


async def update_group(
    tx: Transaction, class_id: int, group_id: int, name: str, colour: str, student_ids: Iterable[int]
) -> None:
    """Students of other classes are passed over. Raises NotFound, Invalid, Conflict."""
    name, colour = await _checked(tx, class_id, name, colour, group_id)
    changed = await tx.execute(
        "UPDATE groups SET name = :name, colour = :colour WHERE id = :id AND class_id = :class_id",
        id=group_id,
        class_id=class_id,
        name=name,
        colour=colour,
    )
    if not changed:
        raise NotFound(NO_GROUP)
    await tx.execute("DELETE FROM group_students WHERE group_id = :id", id=group_id)
    for student_id in sorted(set(student_ids)):
        await tx.execute(
            """
            INSERT INTO group_students (group_id, student_id)
            SELECT :group_id, id FROM students WHERE id = :student_id AND class_id = :class_id
            """,
            group_id=group_id,
            student_id=student_id,
            class_id=class_id,
        )


async def remove_group(tx: Transaction, class_id: int, group_id: int) -> int:
    """What was given to this group alone is given to nobody until the teacher says to whom: a material is hidden.

    Returns the number under which it can be put back.
    """
    removed_id = await tx.insert(KEEP, id=group_id, class_id=class_id, now=tx.now)
    if not await tx.execute(
        "DELETE FROM groups WHERE id = :id AND class_id = :class_id", id=group_id, class_id=class_id
    ):
        raise NotFound(NO_GROUP)
    await tx.execute(
        """
        UPDATE materials
        SET is_hidden = 1
        WHERE id IN (SELECT value FROM removed_groups, json_each(hidden) WHERE removed_groups.id = :removed_id)
        """,
        removed_id=removed_id,
    )
    return removed_id


async def restore_group(tx: Transaction, class_id: int, removed_id: int) -> int:
    """With those of its students who are still in the class, and what was for it and isn't for everybody since.

    Returns its new number. Raises NotFound where it is back already or swept, Conflict where its name is taken.
    """
    row = await tx.fetch_one(
        "SELECT * FROM removed_groups WHERE id = :id AND class_id = :class_id",
        id=removed_id,
        class_id=class_id,
    )
    if row is None:
        raise NotFound(GONE)
    group_id = await create_group(tx, class_id, row["name"], row["colour"])
    for statement in GIVE_BACK:
        await tx.execute(statement, group_id=group_id, removed_id=removed_id, class_id=class_id)
    return group_id


async def _checked(tx: Transaction, class_id: int, given: str, colour: str, group_id: int) -> tuple[str, str]:
    name = " ".join(given.split())
    if not name:
        raise Invalid("Give the group a name, such as Table 3.", field="name")
    if len(name) > NAME_CHARACTERS:
        raise Invalid("The name of a group may have 40 characters at most.", field="name")
    if colour not in COLOURS:
        raise Invalid("Choose one of the colours.", field="colour")
    for other in await groups_of_class(tx, class_id):
        if other.id != group_id and other.name.casefold() == name.casefold():
            raise Conflict(TAKEN, "name_taken", field="name")
    return name, colour
