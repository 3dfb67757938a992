"""Classes: made by a teacher, entered with a join code, locked and unlocked."""

import sqlite3
from dataclasses import dataclass, field, replace

from appliance.auth.join_codes import new_join_code, normal
from appliance.classroom.rights import MAY, Kind, Role
from appliance.errors import Conflict, Forbidden, Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction

NAME_CHARACTERS = 80
ENROLLMENT_MODES = ("open", "invite_only", "closed")
CODE_TAKEN = "Another class has this code. Choose another."
ONLY_LOOKS = "You may look at this class but not change it. Ask one of its teachers."
ONLY_REVIEWS = "You may review work in this class but change nothing else. Ask one of its teachers."
HAS_ENDED = "This class has ended. Bring it back first."
NOT_YOURS = "There is no such class, or it isn't yours."


@dataclass(frozen=True)
class Class:
    """`session_epoch` is in every student's session: raising it signs all of them out.

    `role` is that of whom the class was fetched for, where it was fetched for somebody of its staff.
    """

    id: int
    name: str
    join_code: str
    is_locked: bool
    enrollment_mode: str
    session_epoch: int
    landing_title: str
    landing_message: str
    landing_media_id: int | None = None
    ended_at: int | None = None
    role: Role | None = field(default=None, compare=False)

    @property
    def may_change(self) -> bool:
        return self.may("change")

    @property
    def may_review(self) -> bool:
        return self.may("review")

    def may(self, kind: Kind) -> bool:
        return self.role is not None and kind in MAY[self.role]

    @property
    def has_ended(self) -> bool:
        return self.ended_at is not None

    @property
    def spaced_join_code(self) -> str:
        """In two groups of four, as people read it aloud."""
        return f"{self.join_code[:4]} {self.join_code[4:]}"


@dataclass(frozen=True)
class ClassSummary:
    id: int
    name: str
    join_code: str
    is_locked: bool
    students: int
    handed_in: int


async def create_class(tx: Transaction, staff_id: int, name: str, join_code: str = "") -> Class:
    """A class of this teacher, with a code nobody else has; raises Conflict where `join_code` is taken."""
    code = normal(join_code) or await _free_join_code(tx)
    if join_code and await class_by_join_code(tx, code) is not None:
        raise Conflict(CODE_TAKEN, "join_code_conflict", field="join_code")
    class_id = await tx.insert(
        "INSERT INTO classes (name, join_code, created_at) VALUES (:name, :join_code, :now)",
        name=checked_name(name),
        join_code=code,
        now=tx.now,
    )
    await tx.execute(
        "INSERT INTO class_staff (class_id, staff_id) VALUES (:class_id, :staff_id)",
        class_id=class_id,
        staff_id=staff_id,
    )
    return await class_of_staff(tx, class_id, staff_id)


async def class_of_staff(db: Database | Reads, class_id: int, staff_id: int) -> Class:
    """Raises NotFound for a class that isn't this person's."""
    row = await db.fetch_one(
        """
        SELECT classes.*, class_staff.role
        FROM classes JOIN class_staff ON class_staff.class_id = classes.id
        WHERE classes.id = :class_id AND class_staff.staff_id = :staff_id
        """,
        class_id=class_id,
        staff_id=staff_id,
    )
    if row is None:
        raise NotFound(NOT_YOURS)
    return replace(class_from(row), role=row["role"])


async def class_of_teacher(
    db: Database | Reads, class_id: int, staff_id: int, kind: Kind = "change"
) -> Class:
    """For all that is more than looking. Raises NotFound for a class that isn't theirs, Forbidden for whose role
    doesn't have this kind of doing.
    """
    classroom = await class_of_staff(db, class_id, staff_id)
    if not classroom.may(kind):
        raise Forbidden(ONLY_REVIEWS if classroom.may_review else ONLY_LOOKS, "read_only")
    return classroom


async def class_by_id(db: Database | Reads, class_id: int) -> Class:
    row = await db.fetch_one("SELECT * FROM classes WHERE id = :id", id=class_id)
    if row is None:
        raise NotFound(NOT_YOURS)
    return class_from(row)


async def class_by_join_code(db: Database | Reads, join_code: str) -> Class | None:
    row = await db.fetch_one("SELECT * FROM classes WHERE join_code = :code", code=normal(join_code))
    return class_from(row) if row else None


async def classes_of_staff(db: Database, staff_id: int, ended: bool = False) -> list[ClassSummary]:
    """Those that go on, or those that have ended."""
    rows = await db.fetch_all(
        """
        SELECT classes.id, classes.name, classes.join_code, classes.is_locked,
          (SELECT count(*) FROM students WHERE students.class_id = classes.id) AS students,
          (SELECT count(*)
           FROM submissions JOIN students ON students.id = submissions.student_id
           WHERE students.class_id = classes.id
             AND submissions.material_id NOT IN (SELECT material_id FROM removed_materials)) AS handed_in
        FROM classes JOIN class_staff ON class_staff.class_id = classes.id
        WHERE class_staff.staff_id = :staff_id
          AND (classes.ended_at IS NOT NULL) = :ended
        ORDER BY classes.name COLLATE NOCASE, classes.id
        """,
        staff_id=staff_id,
        ended=ended,
    )
    return [
        ClassSummary(
            row["id"],
            row["name"],
            row["join_code"],
            bool(row["is_locked"]),
            row["students"],
            row["handed_in"],
        )
        for row in rows
    ]


async def is_class_locked(db: Database | Reads, class_id: int) -> bool:
    """False where there is no such class: a preview belongs to none."""
    row = await db.fetch_one("SELECT is_locked FROM classes WHERE id = :id", id=class_id)
    return row is not None and bool(row["is_locked"])


async def set_locked(tx: Transaction, class_id: int, is_locked: bool) -> None:
    """A locked class lets nobody in, new or known; whoever is in stays in, without the helper.

    Raises Conflict for one that has ended.
    """
    changed = await tx.execute(
        "UPDATE classes SET is_locked = :is_locked WHERE id = :id AND (:is_locked OR ended_at IS NULL)",
        is_locked=is_locked,
        id=class_id,
    )
    if not changed:
        raise Conflict(HAS_ENDED, "class_ended")


async def set_enrollment_mode(tx: Transaction, class_id: int, mode: str) -> bool:
    """Who may become new in the class: open, invite_only or closed. Says whether that is a change."""
    if mode not in ENROLLMENT_MODES:
        raise Invalid("Choose who may join this class.", "invalid_enrollment_mode", field="enrollment_mode")
    changed = await tx.execute(
        "UPDATE classes SET enrollment_mode = :mode WHERE id = :id AND enrollment_mode <> :mode",
        mode=mode,
        id=class_id,
    )
    return bool(changed)


async def set_landing_message(tx: Transaction, class_id: int, message: str) -> None:
    """What students read first when they come in; plain text."""
    await tx.execute(
        "UPDATE classes SET landing_message = :message WHERE id = :id", message=message, id=class_id
    )


async def rotate_join_code(tx: Transaction, class_id: int) -> str:
    """A new code for newcomers; the old one is worth nothing from now on. Nobody is signed out."""
    code = await _free_join_code(tx)
    await tx.execute("UPDATE classes SET join_code = :code WHERE id = :id", code=code, id=class_id)
    return code


async def _free_join_code(tx: Transaction) -> str:
    while True:
        code = new_join_code()
        if await class_by_join_code(tx, code) is None:
            return code


def checked_name(given: str) -> str:
    """On one line; raises Invalid."""
    name = " ".join(given.split())
    if not name:
        raise Invalid("Give the class a name, such as 7B Science.", field="name")
    if len(name) > NAME_CHARACTERS:
        raise Invalid("The name of a class may have 80 characters at most.", field="name")
    return name


def class_from(row: sqlite3.Row) -> Class:
    return Class(
        row["id"],
        row["name"],
        row["join_code"],
        bool(row["is_locked"]),
        row["enrollment_mode"],
        row["session_epoch"],
        row["landing_title"],
        row["landing_message"],
        row["landing_media_id"],
        row["ended_at"],
    )
