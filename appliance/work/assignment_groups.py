"""Which groups of its class an assignment is for; none named: the whole class has it."""

from collections.abc import Iterable
from dataclasses import dataclass

from appliance.classroom.groups_of_materials import GroupName
from appliance.errors import Invalid
from appliance.storage.database import Database, Reads, Transaction
from appliance.work.assignments import Assignment

GROUP_GONE = "One of these groups is gone. Look at the groups again."


@dataclass(frozen=True)
class Audience:
    """For `groups` alone, or for everybody. `is_nobody`: the groups that it was for are gone."""

    is_for_groups: bool
    groups: tuple[GroupName, ...]

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(group.id for group in self.groups)

    @property
    def is_nobody(self) -> bool:
        return self.is_for_groups and not self.groups


WHOLE_CLASS = Audience(is_for_groups=False, groups=())


async def audience_of_assignment(db: Database | Reads, assignment_id: int) -> Audience:
    rows = await db.fetch_all(
        """
        SELECT assignments.is_for_groups, groups.id, groups.name, groups.colour
        FROM assignments
          LEFT JOIN assignment_groups ON assignment_groups.assignment_id = assignments.id
          LEFT JOIN groups ON groups.id = assignment_groups.group_id
        WHERE assignments.id = :id
        ORDER BY groups.name COLLATE NOCASE, groups.id
        """,
        id=assignment_id,
    )
    groups = tuple(GroupName(row["id"], row["name"], row["colour"]) for row in rows if row["id"])
    return Audience(bool(rows and rows[0]["is_for_groups"]), groups)


async def give_to_groups(tx: Transaction, assignment: Assignment, group_ids: Iterable[int]) -> None:
    """For these groups alone; none at all: for the whole class. Where it stands on the road it is for the same ones.

    What was hidden there because its only group went is shown again. Raises Invalid for a group that the class hasn't.
    """
    wanted = set(group_ids)
    rows = await tx.fetch_all("SELECT id FROM groups WHERE class_id = :id", id=assignment.class_id)
    if not wanted <= {row["id"] for row in rows}:
        raise Invalid(GROUP_GONE, "group_gone", field="group")
    if (await audience_of_assignment(tx, assignment.id)).is_nobody:
        await tx.execute(
            "UPDATE materials SET is_hidden = 0 WHERE activity_id = :activity_id",
            activity_id=assignment.activity_id,
        )
    await tx.execute(
        "UPDATE assignments SET is_for_groups = :is_for_groups WHERE id = :id",
        is_for_groups=bool(wanted),
        id=assignment.id,
    )
    await tx.execute("DELETE FROM assignment_groups WHERE assignment_id = :id", id=assignment.id)
    await tx.execute(
        """
        DELETE FROM material_groups
        WHERE material_id IN (SELECT id FROM materials WHERE activity_id = :activity_id)
        """,
        activity_id=assignment.activity_id,
    )
    await tx.execute_many(
        "INSERT INTO assignment_groups (assignment_id, group_id) VALUES (:id, :group_id)",
        [{"id": assignment.id, "group_id": group_id} for group_id in sorted(wanted)],
    )
    await tx.execute_many(
        """
        INSERT INTO material_groups (material_id, group_id)
        SELECT id, :group_id FROM materials WHERE activity_id = :activity_id
        """,
        [{"activity_id": assignment.activity_id, "group_id": group_id} for group_id in sorted(wanted)],
    )
