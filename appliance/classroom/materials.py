"""Modules and materials: a course becomes a class's road of lessons with things to do."""

import sqlite3
from dataclasses import dataclass

from appliance.errors import NotFound
from appliance.library.courses import Course
from appliance.library.lessons import Lesson
from appliance.storage.database import Database, Reads, Transaction

NOT_IN_CLASS = "This is not part of your class. Go back to your class page."
# What ClassHub's packs mean when they name no type.
DEFAULT_EXTENSIONS = ".sb3"


@dataclass(frozen=True)
class Material:
    """One thing in a class. `lesson_slug` is the lesson it is, or belongs to; empty for a material of its own."""

    id: int
    class_id: int
    kind: str
    title: str
    body: str
    course_slug: str
    lesson_slug: str
    accepted_extensions: str
    max_upload_mb: int
    due_at: int | None = None

    @property
    def extensions(self) -> tuple[str, ...]:
        return tuple(part for part in self.accepted_extensions.split(",") if part)

    @property
    def lesson_path(self) -> str:
        return f"/course/{self.course_slug}/{self.lesson_slug}"


async def add_course(tx: Transaction, class_id: int, course: Course, lessons: list[Lesson]) -> None:
    """Put every lesson of the course on the class's road; a lesson that is there already stays as it is."""
    taken = {
        (material.course_slug, material.lesson_slug) for material in await _materials(tx, class_id, "lesson")
    }
    start = await _last_position(tx, class_id)
    for number, lesson in enumerate(lessons, start=1):
        if (course.slug, lesson.slug) not in taken:
            module_id = await _add_module(tx, class_id, lesson.title, start + number)
            await _add_lesson(tx, module_id, course.slug, lesson)


async def courses_of_class(db: Database, class_id: int) -> list[str]:
    """Slugs, in the order of the road."""
    rows = await db.fetch_all(
        """
        SELECT materials.course_slug
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE modules.class_id = :class_id AND materials.kind = 'lesson'
          AND materials.removed_at IS NULL AND modules.removed_at IS NULL
        GROUP BY materials.course_slug
        ORDER BY min(modules.position)
        """,
        class_id=class_id,
    )
    return [row["course_slug"] for row in rows]


async def materials_of_class(db: Database, class_id: int) -> list[Material]:
    """The whole road, in order."""
    return await _materials(db, class_id, "")


async def materials_of_lesson(
    db: Database, class_id: int, course_slug: str, lesson_slug: str
) -> dict[str, Material]:
    """The lesson's activities for this class, by kind."""
    rows = await db.fetch_all(
        """
        SELECT materials.*, modules.class_id
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE modules.class_id = :class_id AND materials.course_slug = :course_slug
          AND materials.lesson_slug = :lesson_slug
          AND materials.removed_at IS NULL AND modules.removed_at IS NULL
        ORDER BY materials.position DESC, materials.id DESC
        """,
        class_id=class_id,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
    )
    return {row["kind"]: _material(row) for row in rows}


async def material_of_class(db: Database, class_id: int, material_id: int, kind: str) -> Material:
    """Raises NotFound for another class's material, or one of another kind."""
    row = await db.fetch_one(
        """
        SELECT materials.*, modules.class_id
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE materials.id = :id AND modules.class_id = :class_id AND materials.kind = :kind
          AND materials.removed_at IS NULL AND modules.removed_at IS NULL
        """,
        id=material_id,
        class_id=class_id,
        kind=kind,
    )
    if row is None:
        raise NotFound(NOT_IN_CLASS)
    return _material(row)


async def _materials(db: Database | Reads, class_id: int, kind: str) -> list[Material]:
    rows = await db.fetch_all(
        """
        SELECT materials.*, modules.class_id
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE modules.class_id = :class_id AND (:kind = '' OR materials.kind = :kind)
          AND materials.removed_at IS NULL AND modules.removed_at IS NULL
        ORDER BY modules.position, modules.id, materials.position, materials.id
        """,
        class_id=class_id,
        kind=kind,
    )
    return [_material(row) for row in rows]


async def _last_position(tx: Transaction, class_id: int) -> int:
    row = await tx.fetch_one(
        "SELECT coalesce(max(position), 0) AS last FROM modules WHERE class_id = :class_id", class_id=class_id
    )
    return int(row["last"]) if row else 0


async def _add_module(tx: Transaction, class_id: int, title: str, position: int) -> int:
    return await tx.insert(
        "INSERT INTO modules (class_id, title, position) VALUES (:class_id, :title, :position)",
        class_id=class_id,
        title=title,
        position=position,
    )


async def _add_lesson(tx: Transaction, module_id: int, course_slug: str, lesson: Lesson) -> None:
    """The lesson itself, then whichever activities its file names."""
    activities = [("lesson", lesson.title, "")]
    if lesson.checklist is not None:
        activities.append(("checklist", lesson.checklist.title, ""))
    if lesson.reflection is not None:
        activities.append(("reflection", lesson.reflection.title, ""))
    if lesson.submission is not None:
        activities.append(
            ("upload", lesson.title, ",".join(lesson.submission.accepted) or DEFAULT_EXTENSIONS)
        )
    for position, (kind, title, extensions) in enumerate(activities):
        await tx.execute(
            """
            INSERT INTO materials (module_id, kind, title, course_slug, lesson_slug, accepted_extensions, position)
            VALUES (:module_id, :kind, :title, :course_slug, :lesson_slug, :extensions, :position)
            """,
            module_id=module_id,
            kind=kind,
            title=title,
            course_slug=course_slug,
            lesson_slug=lesson.slug,
            extensions=extensions,
            position=position,
        )


def _material(row: sqlite3.Row) -> Material:
    return Material(
        row["id"],
        row["class_id"],
        row["kind"],
        row["title"],
        row["body"],
        row["course_slug"],
        row["lesson_slug"],
        row["accepted_extensions"],
        row["max_upload_mb"],
        due_at=row["due_at"],
    )
