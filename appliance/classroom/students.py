"""Students: a display name and a return code, nothing else."""

import re
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from appliance.auth.device import Device
from appliance.auth.join_codes import new_return_code
from appliance.auth.pseudonyms import LONGEST_NAME
from appliance.errors import NotFound, Unavailable
from appliance.storage.database import Database, Reads, Transaction

# A page view writes "seen" at most this often, so that reading stays reading.
SEEN_SECONDS = 60
SAME_FORM_SECONDS = 60
# When somebody was last here who is on the roster and has not come yet.
NEVER = 0
# Of "Sam 2"; two digits belong to a made-up name.
LAST_NUMBER = re.compile(r" \d$")
NUMBER_CHARACTERS = 6
NO_SUCH_STUDENT = "There is no such student in this class."


@dataclass(frozen=True)
class Student:
    id: int
    class_id: int
    display_name: str
    return_code: str
    created_at: int
    last_seen_at: int


@dataclass(frozen=True)
class LeftFiles:
    """Stored names of what has to go from the disk too: files that were handed in, and halves that were coming."""

    whole: tuple[str, ...]
    partial: tuple[str, ...]


@dataclass(frozen=True)
class RosterLine:
    """One student as the teacher sees the class; the return code is not in it."""

    id: int
    display_name: str
    last_seen_at: int
    ticks: int
    reflections: int
    handed_in: int
    created_at: int


async def student_by_id(db: Database | Reads, student_id: int) -> Student:
    row = await db.fetch_one("SELECT * FROM students WHERE id = :id", id=student_id)
    if row is None:
        raise NotFound("You are no longer in this class. Join it again with the class code.")
    return _student(row)


async def student_of_device(db: Database | Reads, known: Device) -> Student | None:
    """None too where the number of who joined from this device belongs to somebody new."""
    row = await db.fetch_one(
        "SELECT * FROM students WHERE id = :id AND class_id = :class_id AND created_at <= :since",
        id=known.student_id,
        class_id=known.class_id,
        since=known.since,
    )
    return _student(row) if row else None


async def student_by_return_code(db: Database | Reads, class_id: int, return_code: str) -> Student | None:
    """Also by the code of somebody who was merged into them."""
    row = await db.fetch_one(
        """
        SELECT * FROM students WHERE class_id = :class_id AND return_code = :return_code
        UNION ALL
        SELECT students.*
        FROM old_return_codes JOIN students ON students.id = old_return_codes.student_id
        WHERE old_return_codes.class_id = :class_id AND old_return_codes.return_code = :return_code
        """,
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


async def ids_of_form(db: Database | Reads, class_id: int, form_mark: str) -> list[int]:
    """Whom this form made; one with a list of names makes many."""
    rows = await db.fetch_all(
        "SELECT id FROM students WHERE class_id = :class_id AND form_mark = :mark AND form_mark <> ''",
        class_id=class_id,
        mark=form_mark,
    )
    return [row["id"] for row in rows]


async def free_name(db: Database | Reads, class_id: int, name: str) -> str:
    """Like "Sam 2": with the first number that nobody in the class has."""
    rows = await db.fetch_all(
        "SELECT display_name FROM students WHERE class_id = :class_id", class_id=class_id
    )
    taken = {row["display_name"].casefold() for row in rows}
    stem = LAST_NUMBER.sub("", name)[: LONGEST_NAME - NUMBER_CHARACTERS].rstrip()
    numbered = (f"{stem} {number}" for number in count(2))
    return next(free for free in numbered if free.casefold() not in taken)


async def student_of_form(tx: Transaction, class_id: int, form_mark: str) -> Student | None:
    """Whom this very form made a moment ago; it was sent twice then."""
    row = await tx.fetch_one(
        """
        SELECT * FROM students
        WHERE class_id = :class_id AND form_mark = :form_mark AND form_mark <> '' AND created_at > :since
        """,
        class_id=class_id,
        form_mark=form_mark,
        since=tx.now - SAME_FORM_SECONDS,
    )
    return _student(row) if row else None


async def create_student(
    tx: Transaction,
    class_id: int,
    display_name: str,
    return_code: str = "",
    form_mark: str = "",
    is_here: bool = True,
) -> Student:
    """With a return code that nobody else in the class has; one that is given must be such a one.

    Whoever a teacher puts on the roster is not here yet.
    """
    student_id = await tx.insert(
        """
        INSERT INTO students (class_id, display_name, return_code, created_at, last_seen_at, form_mark)
        VALUES (:class_id, :display_name, :return_code, :now, :last_seen_at, :form_mark)
        """,
        class_id=class_id,
        display_name=display_name,
        return_code=return_code or await _free_return_code(tx, class_id),
        now=tx.now,
        last_seen_at=tx.now if is_here else NEVER,
        form_mark=form_mark,
    )
    return await student_by_id(tx, student_id)


async def rename_student(tx: Transaction, class_id: int, student_id: int, display_name: str) -> None:
    """Raises NotFound for a student of another class; two may have one name."""
    renamed = await tx.execute(
        "UPDATE students SET display_name = :name WHERE id = :id AND class_id = :class_id",
        name=display_name,
        id=student_id,
        class_id=class_id,
    )
    if not renamed:
        raise NotFound(NO_SUCH_STUDENT)


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
        WITH gone AS (SELECT material_id FROM removed_materials WHERE class_id = :class_id)
        SELECT students.id, students.display_name, students.last_seen_at, students.created_at,
          (SELECT count(*) FROM checklist_ticks
           WHERE checklist_ticks.student_id = students.id AND material_id NOT IN gone) AS ticks,
          (SELECT count(*) FROM reflections
           WHERE reflections.student_id = students.id AND reflections.body <> ''
             AND material_id NOT IN gone) AS reflections,
          (SELECT count(DISTINCT material_id) FROM submissions
           WHERE submissions.student_id = students.id AND material_id NOT IN gone) AS handed_in
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
            row["created_at"],
        )
        for row in rows
    ]


async def students_of_class(db: Database | Reads, class_id: int) -> list[Student]:
    """In the order of the roster."""
    rows = await db.fetch_all(
        "SELECT * FROM students WHERE class_id = :class_id ORDER BY display_name COLLATE NOCASE, id",
        class_id=class_id,
    )
    return [_student(row) for row in rows]


async def student_of_class(db: Database | Reads, class_id: int, student_id: int) -> Student:
    row = await db.fetch_one(
        "SELECT * FROM students WHERE id = :id AND class_id = :class_id", id=student_id, class_id=class_id
    )
    if row is None:
        raise NotFound(NO_SUCH_STUDENT)
    return _student(row)


async def files_of_student(tx: Transaction, student_id: int) -> LeftFiles:
    whole = await tx.fetch_all("SELECT stored_name FROM submissions WHERE student_id = :id", id=student_id)
    partial = await tx.fetch_all(
        "SELECT stored_name FROM partial_uploads WHERE student_id = :id", id=student_id
    )
    return LeftFiles(_stored_names(whole), _stored_names(partial))


async def remove_student(tx: Transaction, student_id: int) -> LeftFiles:
    """Everything held about one student, but for what counts without a name."""
    left = await files_of_student(tx, student_id)
    await tx.execute("DELETE FROM students WHERE id = :id", id=student_id)
    return left


async def remove_all_students(tx: Transaction, class_id: int) -> LeftFiles:
    """As `remove_student`, for the whole class; whoever is still in is signed out."""
    whole = await tx.fetch_all(
        """
        SELECT submissions.stored_name
        FROM submissions JOIN students ON students.id = submissions.student_id
        WHERE students.class_id = :class_id
        """,
        class_id=class_id,
    )
    partial = await tx.fetch_all(
        """
        SELECT partial_uploads.stored_name
        FROM partial_uploads JOIN students ON students.id = partial_uploads.student_id
        WHERE students.class_id = :class_id
        """,
        class_id=class_id,
    )
    await tx.execute("DELETE FROM students WHERE class_id = :class_id", class_id=class_id)
    await tx.execute(
        "UPDATE classes SET session_epoch = session_epoch + 1 WHERE id = :class_id", class_id=class_id
    )
    return LeftFiles(_stored_names(whole), _stored_names(partial))


def _stored_names(rows: list[sqlite3.Row]) -> tuple[str, ...]:
    return tuple(row["stored_name"] for row in rows)


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
