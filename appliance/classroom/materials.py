"""Modules and materials: a course becomes a class's road of lessons with things to do."""

import sqlite3
from dataclasses import dataclass

from appliance.classroom.decisions import NO_GATE, Decision, module_decision
from appliance.errors import NotFound
from appliance.library.courses import Course
from appliance.library.lessons import Lesson
from appliance.storage.database import Database, Reads, Transaction

NOT_IN_CLASS = "This is not part of your class. Go back to your class page."
# What ClassHub's packs mean when they name no type.
DEFAULT_EXTENSIONS = ".sb3"
# Something to read or to play has no lock of its own; what is to be done opens with its lesson.
NEVER_LOCKED = ("link", "text", "quiz", "cards")
MATERIALS = """
  SELECT materials.*, modules.class_id, modules.title AS module_title, modules.is_hidden AS is_module_hidden,
    modules.intro AS module_intro, modules.is_locked AS is_module_locked, modules.opens_on AS module_opens_on,
    assignments.id AS assignment_id, coalesce(assignments.due_at, materials.due_at) AS shown_due_at,
    (SELECT first.course_slug || '/' || first.lesson_slug
     FROM materials AS first
     WHERE first.module_id = materials.module_id AND first.kind = 'lesson' AND first.removed_at IS NULL
     ORDER BY first.position, first.id
     LIMIT 1) AS module_lesson
  FROM materials
    JOIN modules ON modules.id = materials.module_id
    LEFT JOIN assignments ON assignments.activity_id = materials.activity_id
"""


@dataclass(frozen=True)
class Material:
    """One thing in a class. `lesson_slug` is the lesson it is, or was made by; empty for a material of its own.

    `locked_by` is the lesson whose lock is also its lock, beside that of its module; `due_at` (UTC seconds) of a
    quiz is its assignment's.
    """

    id: int
    class_id: int
    kind: str
    title: str
    body: str
    course_slug: str
    lesson_slug: str
    accepted_extensions: str
    max_upload_mb: int
    module_id: int = 0
    module_title: str = ""
    url: str = ""
    rubric_scale_max: int = 4
    activity_id: int = 0
    assignment_id: int = 0
    due_at: int | None = None
    is_hidden: bool = False
    is_module_hidden: bool = False
    locked_by: tuple[str, str] | None = None
    module_intro: str = ""
    module_decision: Decision = NO_GATE

    @property
    def extensions(self) -> tuple[str, ...]:
        return tuple(part for part in self.accepted_extensions.split(",") if part)

    @property
    def lesson_path(self) -> str:
        return f"/course/{self.course_slug}/{self.lesson_slug}"

    @property
    def is_shown(self) -> bool:
        """To the class, or to those of its groups that it is for."""
        return not self.is_hidden and not self.is_module_hidden

    @property
    def is_of_lesson(self) -> bool:
        """It came with a lesson, whose file says what is in it."""
        return bool(self.lesson_slug) and self.kind != "lesson"

    @property
    def path(self) -> str:
        """Where a student finds it."""
        if self.kind == "lesson":
            return self.lesson_path
        if self.assignment_id:
            return f"/student/study/{self.assignment_id}"
        return f"/material/{self.id}"


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


async def materials_of_class(db: Database | Reads, class_id: int) -> list[Material]:
    """The whole road as its teachers see it, in order; what was removed is not on it."""
    return await _materials(db, class_id, "")


async def materials_of_staff(
    db: Database | Reads, staff_id: int, class_id: int = 0, kind: str = ""
) -> list[Material]:
    """The roads of all classes of this person, or of one of them, class by class; hidden things too."""
    rows = await db.fetch_all(
        f"""
        {MATERIALS} JOIN class_staff ON class_staff.class_id = modules.class_id
        WHERE class_staff.staff_id = :staff_id AND (:class_id = 0 OR modules.class_id = :class_id)
          AND (:kind = '' OR materials.kind = :kind)
          AND materials.removed_at IS NULL AND modules.removed_at IS NULL
        ORDER BY modules.class_id, modules.position, modules.id, materials.position, materials.id
        """,
        staff_id=staff_id,
        class_id=class_id,
        kind=kind,
    )
    return [_material(row) for row in rows]


async def materials_of_student(db: Database | Reads, student_id: int) -> list[Material]:
    """The road as this student sees it, in order: not what is hidden, nor what is for other groups."""
    rows = await db.fetch_all(
        f"""
        {MATERIALS} JOIN student_materials ON student_materials.material_id = materials.id
        WHERE student_materials.student_id = :student_id
        ORDER BY modules.position, modules.id, materials.position, materials.id
        """,
        student_id=student_id,
    )
    return [_material(row) for row in rows]


async def material_of_student(
    db: Database | Reads, student_id: int, material_id: int, kinds: tuple[str, ...] = ()
) -> Material:
    """Raises NotFound for what this student doesn't see, and for another kind than these."""
    rows = await db.fetch_all(
        f"""
        {MATERIALS} JOIN student_materials ON student_materials.material_id = materials.id
        WHERE student_materials.student_id = :student_id AND materials.id = :id
        """,
        student_id=student_id,
        id=material_id,
    )
    if not rows or (kinds and rows[0]["kind"] not in kinds):
        raise NotFound(NOT_IN_CLASS)
    return _material(rows[0])


async def course_lessons_of_student(
    db: Database | Reads, student_id: int, course_slug: str
) -> frozenset[str]:
    """Slugs of those lessons of the course that this student sees, open or not."""
    rows = await db.fetch_all(
        """
        SELECT materials.lesson_slug
        FROM student_materials JOIN materials ON materials.id = student_materials.material_id
        WHERE student_materials.student_id = :student_id
          AND materials.kind = 'lesson' AND materials.course_slug = :course_slug
        """,
        student_id=student_id,
        course_slug=course_slug,
    )
    return frozenset(row["lesson_slug"] for row in rows)


async def lessons_of_student(
    db: Database | Reads, class_id: int, student_id: int, course_slug: str
) -> frozenset[str] | None:
    """Slugs of those of a course that this student sees; None where the course never stood on the class's road."""
    rows = await db.fetch_all(
        """
        SELECT materials.lesson_slug, student_materials.student_id IS NOT NULL AS is_theirs
        FROM materials
          JOIN modules ON modules.id = materials.module_id
          LEFT JOIN student_materials
            ON student_materials.material_id = materials.id AND student_materials.student_id = :student_id
        WHERE modules.class_id = :class_id AND materials.kind = 'lesson' AND materials.course_slug = :course_slug
        """,
        class_id=class_id,
        student_id=student_id,
        course_slug=course_slug,
    )
    return frozenset(row["lesson_slug"] for row in rows if row["is_theirs"]) if rows else None


async def materials_of_lesson(
    db: Database | Reads, class_id: int, course_slug: str, lesson_slug: str
) -> dict[str, Material]:
    """The lesson's activities for this class, by kind."""
    found = await materials_of_class(db, class_id)
    return _by_kind(found, course_slug, lesson_slug)


async def lesson_of_student(
    db: Database | Reads, student_id: int, course_slug: str, lesson_slug: str
) -> dict[str, Material]:
    """The lesson and its activities that this student sees, by kind; without the kind lesson it isn't theirs."""
    rows = await db.fetch_all(
        f"""
        {MATERIALS} JOIN student_materials ON student_materials.material_id = materials.id
        WHERE student_materials.student_id = :student_id
          AND materials.course_slug = :course_slug AND materials.lesson_slug = :lesson_slug
        ORDER BY modules.position, modules.id, materials.position, materials.id
        """,
        student_id=student_id,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
    )
    return _by_kind([_material(row) for row in rows], course_slug, lesson_slug)


async def material_of_class(
    db: Database | Reads, class_id: int, material_id: int, kind: str = ""
) -> Material:
    """Raises NotFound for another class's material, or one of another kind; hidden ones are found."""
    row = await db.fetch_one(
        f"""
        {MATERIALS}
        WHERE materials.id = :id AND modules.class_id = :class_id AND (:kind = '' OR materials.kind = :kind)
          AND materials.removed_at IS NULL AND modules.removed_at IS NULL
        """,
        id=material_id,
        class_id=class_id,
        kind=kind,
    )
    if row is None:
        raise NotFound(NOT_IN_CLASS)
    return _material(row)


def _by_kind(materials: list[Material], course_slug: str, lesson_slug: str) -> dict[str, Material]:
    """The first of each kind."""
    here = (course_slug, lesson_slug)
    return {
        material.kind: material
        for material in reversed(materials)
        if (material.course_slug, material.lesson_slug) == here
    }


async def _materials(db: Database | Reads, class_id: int, kind: str) -> list[Material]:
    rows = await db.fetch_all(
        f"""
        {MATERIALS}
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
    own = (row["course_slug"], row["lesson_slug"])
    locked_by = own if own[1] else None
    if locked_by is None and row["module_lesson"] and row["kind"] not in NEVER_LOCKED:
        course_slug, _, lesson_slug = row["module_lesson"].partition("/")
        locked_by = (course_slug, lesson_slug)
    return Material(
        id=row["id"],
        class_id=row["class_id"],
        kind=row["kind"],
        title=row["title"],
        body=row["body"],
        course_slug=row["course_slug"],
        lesson_slug=row["lesson_slug"],
        accepted_extensions=row["accepted_extensions"],
        max_upload_mb=row["max_upload_mb"],
        module_id=row["module_id"],
        module_title=row["module_title"],
        url=row["url"],
        rubric_scale_max=row["rubric_scale_max"],
        activity_id=row["activity_id"] or 0,
        assignment_id=row["assignment_id"] or 0,
        due_at=row["shown_due_at"],
        is_hidden=bool(row["is_hidden"]),
        is_module_hidden=bool(row["is_module_hidden"]),
        locked_by=locked_by,
        module_intro=row["module_intro"],
        module_decision=module_decision(row, "is_module_locked", "module_opens_on"),
    )
