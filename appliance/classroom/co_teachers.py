"""Co-teachers: who else may change a class, who reviews its work, and who may only look at it."""

from dataclasses import dataclass

from appliance.classroom.rights import ROLES, Role
from appliance.errors import Conflict, Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction

NOBODY = "Nobody on this box has this username. Ask whoever runs the box to add them."
LAST = "A class needs at least one teacher. Make somebody else a teacher first."


@dataclass(frozen=True)
class CoTeacher:
    staff_id: int
    username: str
    display_name: str
    role: Role


async def co_teachers_of_class(db: Database | Reads, class_id: int) -> list[CoTeacher]:
    """Teachers first, then assistants, then those who only look."""
    rows = await db.fetch_all(
        """
        SELECT staff.id, staff.username, staff.display_name, class_staff.role
        FROM class_staff JOIN staff ON staff.id = class_staff.staff_id
        WHERE class_staff.class_id = :class_id
        ORDER BY class_staff.role <> 'teacher', class_staff.role, staff.display_name COLLATE NOCASE, staff.id
        """,
        class_id=class_id,
    )
    return [CoTeacher(row["id"], row["username"], row["display_name"], row["role"]) for row in rows]


async def add_co_teacher(tx: Transaction, class_id: int, username: str, role: str) -> CoTeacher:
    """Raises Invalid for a username that nobody has; somebody who is there already gets the new role."""
    checked = _role(role)
    row = await tx.fetch_one(
        "SELECT id, username, display_name FROM staff WHERE username = :username AND is_active",
        username=username.strip(),
    )
    if row is None:
        raise Invalid(NOBODY, "no_such_staff", field="username")
    if checked != "teacher":
        await _insist_on_another(tx, class_id, row["id"])
    await tx.execute(
        """
        INSERT INTO class_staff (class_id, staff_id, role)
        VALUES (:class_id, :staff_id, :role)
        ON CONFLICT (class_id, staff_id) DO UPDATE SET role = excluded.role
        """,
        class_id=class_id,
        staff_id=row["id"],
        role=checked,
    )
    return CoTeacher(row["id"], row["username"], row["display_name"], checked)


async def set_role(tx: Transaction, class_id: int, staff_id: int, role: str) -> None:
    """Raises Conflict where the class would be left without a teacher."""
    checked = _role(role)
    if checked != "teacher":
        await _insist_on_another(tx, class_id, staff_id)
    changed = await tx.execute(
        "UPDATE class_staff SET role = :role WHERE class_id = :class_id AND staff_id = :staff_id",
        class_id=class_id,
        staff_id=staff_id,
        role=checked,
    )
    if not changed:
        raise NotFound("This person doesn't teach in this class.")


async def remove_co_teacher(tx: Transaction, class_id: int, staff_id: int) -> None:
    """Raises Conflict where the class would be left without a teacher; twice does no harm."""
    await _insist_on_another(tx, class_id, staff_id)
    await tx.execute(
        "DELETE FROM class_staff WHERE class_id = :class_id AND staff_id = :staff_id",
        class_id=class_id,
        staff_id=staff_id,
    )


async def _insist_on_another(tx: Transaction, class_id: int, staff_id: int) -> None:
    """Somebody who can't sign in any more is no such other."""
    rows = await tx.fetch_all(
        """
        SELECT staff.id
        FROM class_staff JOIN staff ON staff.id = class_staff.staff_id
        WHERE class_staff.class_id = :class_id AND class_staff.role = 'teacher' AND staff.is_active
        """,
        class_id=class_id,
    )
    if [row["id"] for row in rows] == [staff_id]:
        raise Conflict(LAST, "last_teacher", field="username")


def _role(given: str) -> Role:
    for role in ROLES:
        if given == role:
            return role
    raise Invalid("Choose what they may do here.", field="role")
