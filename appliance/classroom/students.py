"""Students: a display name and a return code, nothing else."""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass

from appliance.auth.join_codes import new_return_code
from appliance.errors import NotFound, Unavailable
from appliance.storage.database import Database, Reads, Transaction

# A page view writes "seen" at most this often, so that reading stays reading.
SEEN_SECONDS = 60


@dataclass(frozen=True)
class Student:
    id: int
    class_id: int
    display_name: str
    return_code: str
    created_at: int
    last_seen_at: int


@dataclass(frozen=True)
class RosterLine:
    """One student as the teacher sees the class; the return code is not in it."""

    id: int
    display_name: str
    last_seen_at: int
    ticks: int
    reflections: int
    handed_in: int


async def student_by_id(db: Database | Reads, student_id: int) -> Student:
    row = await db.fetch_one("SELECT * FROM students WHERE id = :id", id=student_id)
    if row is None:
        raise NotFound("You are no longer in this class. Join it again with the class code.")
    return _student(row)


async def student_by_return_code(db: Database | Reads, class_id: int, return_code: str) -> Student | None:
    row = await db.fetch_one(
        "SELECT * FROM students WHERE class_id = :class_id AND return_code = :return_code",
        class_id=class_id,
        return_code=return_code,
    )
    return _student(row) if row else None


async def namesakes(db: Database | Reads, class_id: int, display_name: str) -> list[Student]:
    """Students of the class with this name, whatever its capitals."""
    rows = await db.fetch_all(
        "SELECT * FROM students WHERE class_id = :class_id ORDER BY id", class_id=class_id
    )
    wanted = display_name.casefold()
    return [student for row in rows if (student := _student(row)).display_name.casefold() == wanted]


async def create_student(tx: Transaction, class_id: int, display_name: str, return_code: str = "") -> Student:
    """With a return code that nobody else in the class has; one that is given must be such a one."""
    student_id = await tx.insert(
        """
        INSERT INTO students (class_id, display_name, return_code, created_at, last_seen_at)
        VALUES (:class_id, :display_name, :return_code, :now, :now)
        """,
        class_id=class_id,
        display_name=display_name,
        return_code=return_code or await _free_return_code(tx, class_id),
        now=tx.now,
    )
    return await student_by_id(tx, student_id)


async def mark_seen(db: Database, student: Student) -> None:
    if db.now() - student.last_seen_at < SEEN_SECONDS:
        return
    # A full disk or a long line must not cost anyone the page that they came for.
    with suppress(Unavailable):
        async with db.transaction() as tx:
            await tx.execute(
                "UPDATE students SET last_seen_at = :now WHERE id = :id", now=tx.now, id=student.id
            )


async def roster(db: Database, class_id: int) -> list[RosterLine]:
    rows = await db.fetch_all(
        """
        SELECT students.id, students.display_name, students.last_seen_at,
          (SELECT count(*) FROM checklist_ticks WHERE checklist_ticks.student_id = students.id) AS ticks,
          (SELECT count(*) FROM reflections
           WHERE reflections.student_id = students.id AND reflections.body <> '') AS reflections,
          (SELECT count(DISTINCT material_id) FROM submissions
           WHERE submissions.student_id = students.id) AS handed_in
        FROM students
        WHERE students.class_id = :class_id
        ORDER BY students.display_name COLLATE NOCASE, students.id
        """,
        class_id=class_id,
    )
    return [
        RosterLine(
            row["id"],
            row["display_name"],
            row["last_seen_at"],
            row["ticks"],
            row["reflections"],
            row["handed_in"],
        )
        for row in rows
    ]


async def student_of_class(db: Database, class_id: int, student_id: int) -> Student:
    row = await db.fetch_one(
        "SELECT * FROM students WHERE id = :id AND class_id = :class_id", id=student_id, class_id=class_id
    )
    if row is None:
        raise NotFound("There is no such student in this class.")
    return _student(row)


async def remove_student(tx: Transaction, student_id: int) -> list[str]:
    """Remove everything held about one student; returns the stored names of the files that have to go too."""
    rows = await tx.fetch_all("SELECT stored_name FROM submissions WHERE student_id = :id", id=student_id)
    await tx.execute("DELETE FROM students WHERE id = :id", id=student_id)
    return [row["stored_name"] for row in rows]


async def _free_return_code(tx: Transaction, class_id: int) -> str:
    while True:
        code = new_return_code()
        if await student_by_return_code(tx, class_id, code) is None:
            return code


def _student(row: sqlite3.Row) -> Student:
    return Student(
        row["id"],
        row["class_id"],
        row["display_name"],
        row["return_code"],
        row["created_at"],
        row["last_seen_at"],
    )
