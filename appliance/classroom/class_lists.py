"""The classes of a person with what programs ask about them: who may join, how many are in, and in which role."""

from dataclasses import dataclass

from appliance.classroom.classes import NOT_YOURS, Class, class_from
from appliance.classroom.rights import Role
from appliance.errors import NotFound
from appliance.storage.database import Database


@dataclass(frozen=True)
class ListedClass:
    classroom: Class
    students: int
    role: Role


async def listed_classes(db: Database, staff_id: int) -> list[ListedClass]:
    rows = await db.fetch_all(
        """
        SELECT classes.*, class_staff.role,
          (SELECT count(*) FROM students WHERE students.class_id = classes.id) AS students
        FROM class_staff JOIN classes ON classes.id = class_staff.class_id
        WHERE class_staff.staff_id = :staff_id
          AND classes.ended_at IS NULL
        ORDER BY classes.name COLLATE NOCASE, classes.id
        """,
        staff_id=staff_id,
    )
    return [ListedClass(class_from(row), row["students"], row["role"]) for row in rows]


async def listed_class(db: Database, class_id: int, staff_id: int) -> ListedClass:
    """Raises NotFound for a class that isn't this person's."""
    row = await db.fetch_one(
        """
        SELECT classes.*, class_staff.role,
          (SELECT count(*) FROM students WHERE students.class_id = classes.id) AS students
        FROM class_staff JOIN classes ON classes.id = class_staff.class_id
        WHERE class_staff.staff_id = :staff_id AND classes.id = :class_id
        """,
        class_id=class_id,
        staff_id=staff_id,
    )
    if row is None:
        raise NotFound(NOT_YOURS)
    return ListedClass(class_from(row), row["students"], row["role"])


async def landing_picture_path(db: Database, class_id: int) -> str:
    """Of the picture above the landing message; empty without one, and while it is hidden."""
    row = await db.fetch_one(
        """
        SELECT media.id
        FROM classes JOIN media ON media.id = classes.landing_media_id AND media.class_id = classes.id
        WHERE classes.id = :class_id AND media.is_shown = 1 AND media.removed_at IS NULL
        """,
        class_id=class_id,
    )
    return f"/lesson-media/{row['id']}" if row else ""
