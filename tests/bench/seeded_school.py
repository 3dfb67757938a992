"""A school after a year: teachers, classes, students and all that they handed in, ticked, wrote and were told."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from appliance.auth import accounts
from appliance.auth.totp import new_secret
from appliance.classroom.box import set_up_box
from appliance.classroom.classes import create_class
from appliance.classroom.materials import add_course
from appliance.library.courses import Shelf
from appliance.storage.database import Database, Transaction, Value
from tests.conftest import COURSE, hashed_password

DAY = 24 * 3600
YEAR_DAYS = 280
LINES = 5
QUIZZES = 4
REVIEWED = 0.85
# How often each asked the helper, handed in and came back.
EVENTS_EACH = 100
# What a photo made small takes; each submission's file is one more name of the same bytes.
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 160
Row = dict[str, Value]


@dataclass(frozen=True)
class SchoolSize:
    teachers: int = 12
    classes: int = 40
    students: int = 1000
    # Each is handed in twice.
    places: int = 30

    @property
    def submissions(self) -> int:
        return self.students * self.places * 2


@dataclass(frozen=True)
class Seat:
    student_id: int
    class_id: int


@dataclass(frozen=True)
class _Road:
    """Ids of one class's materials."""

    uploads: tuple[int, ...]
    lists: tuple[int, ...]
    reflections: tuple[int, ...]
    modules: tuple[int, ...]
    quizzes: tuple[int, ...]


async def seed(db: Database, uploads: Path, shelf: Shelf, size: SchoolSize) -> None:
    """Into a fresh box, the same every time but for the day."""
    random, now = Random(7), int(db.now())
    async with db.transaction() as tx:
        await set_up_box(tx, "Hill School", "en", "Europe/Madrid")
        staff = [await _teacher(tx, f"teacher{number}") for number in range(size.teachers)]
        roads = {}
        for number in range(size.classes):
            made = await create_class(tx, staff[number % len(staff)], f"Class {number + 1}")
            await add_course(tx, made.id, shelf.course(COURSE), shelf.lessons(COURSE))
            roads[made.id] = await _furnish(tx, made.id, size.places, now)
        seats = await _seat_students(tx, list(roads), size.students, now)
    for class_id, road in roads.items():
        sitting = [seat for seat in seats if seat.class_id == class_id]
        async with db.transaction() as tx:
            await _do_everything(tx, road, sitting, random, now)
    _link_files(uploads, size.submissions)


async def _teacher(tx: Transaction, username: str) -> int:
    made = await accounts.create_staff(
        tx, username, username.capitalize(), hashed_password(), new_secret(), is_operator=False
    )
    await accounts.confirm_totp(tx, made.id, 1)
    return made.id


async def _furnish(tx: Transaction, class_id: int, places: int, now: int) -> _Road:
    """Own modules beside the course, until there are so many places to hand in to."""
    taking = len(await _ids(tx, class_id, "upload"))
    while taking < places:
        module_id = await tx.insert(
            "INSERT INTO modules (class_id, title, position) VALUES (:class_id, 'Our own work', :position)",
            class_id=class_id,
            position=100 + taking,
        )
        more = min(3, places - taking)
        for position, kind in enumerate(("text", "checklist", *("upload",) * more)):
            await _add_material(tx, module_id, kind, position, now)
        taking += more
    quizzes = [await _quiz(tx, class_id, number, now) for number in range(QUIZZES)]
    await tx.execute(
        "INSERT INTO announcements (class_id, body, created_at) VALUES (:id, 'Bring a spoon.', :now)",
        id=class_id,
        now=now,
    )
    modules = await tx.fetch_all("SELECT id FROM modules WHERE class_id = :id", id=class_id)
    return _Road(
        tuple((await _ids(tx, class_id, "upload"))[:places]),
        tuple(await _ids(tx, class_id, "checklist")),
        tuple(await _ids(tx, class_id, "reflection")),
        tuple(row["id"] for row in modules),
        tuple(quizzes),
    )


async def _ids(tx: Transaction, class_id: int, kind: str) -> list[int]:
    rows = await tx.fetch_all(
        """
        SELECT materials.id
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE modules.class_id = :class_id AND materials.kind = :kind
        ORDER BY materials.id
        """,
        class_id=class_id,
        kind=kind,
    )
    return [row["id"] for row in rows]


async def _add_material(tx: Transaction, module_id: int, kind: str, position: int, now: int) -> None:
    material_id = await tx.insert(
        """
        INSERT INTO materials (module_id, kind, title, body, accepted_extensions, due_at, position)
        VALUES (:module_id, :kind, :title, 'Read this first.', '.png,.jpg,.pdf', :due_at, :position)
        """,
        module_id=module_id,
        kind=kind,
        title=f"{kind.capitalize()} {position}",
        due_at=now + (position - 3) * DAY if kind == "upload" else None,
        position=position,
    )
    if kind == "checklist":
        lines: list[Row] = [{"id": material_id, "key": str(line), "at": line} for line in range(LINES)]
        await tx.execute_many(
            """
            INSERT INTO material_items (material_id, item_key, body, position)
            VALUES (:id, :key, 'One more thing to tick', :at)
            """,
            lines,
        )


async def _quiz(tx: Transaction, class_id: int, number: int, now: int) -> int:
    """Returns the id of its assignment."""
    activity_id = await tx.insert(
        """
        INSERT INTO activities (class_id, kind, title, topic_key, state, created_at, published_at)
        VALUES (:class_id, 'quiz', :title, :topic, 'published', :now, :now)
        """,
        class_id=class_id,
        title=f"Quiz {number + 1}",
        topic=f"topic-{number}",
        now=now - 60 * DAY,
    )
    return await tx.insert(
        "INSERT INTO assignments (activity_id, due_at, created_at) VALUES (:id, :due_at, :now)",
        id=activity_id,
        due_at=now - 30 * DAY,
        now=now - 60 * DAY,
    )


async def _seat_students(tx: Transaction, class_ids: list[int], students: int, now: int) -> list[Seat]:
    seats = [Seat(number + 1, class_ids[number % len(class_ids)]) for number in range(students)]
    rows: list[Row] = [
        {
            "id": seat.student_id,
            "class_id": seat.class_id,
            "name": f"Student {seat.student_id}",
            "code": f"C{seat.student_id:05}",
            "then": now - YEAR_DAYS * DAY,
            "seen": now - seat.student_id * 60,
        }
        for seat in seats
    ]
    await tx.execute_many(
        """
        INSERT INTO students (id, class_id, display_name, return_code, created_at, last_seen_at)
        VALUES (:id, :class_id, :name, :code, :then, :seen)
        """,
        rows,
    )
    return seats


async def _do_everything(tx: Transaction, road: _Road, seats: list[Seat], random: Random, now: int) -> None:
    handed_in = list(_submissions(road, seats, random, now))
    await tx.execute_many(
        """
        INSERT INTO submissions
          (id, material_id, student_id, original_filename, stored_name, size_bytes, sha256, note, uploaded_at)
        VALUES (:id, :material_id, :student_id, 'my drawing.png', :stored_name, :size, :sha256, :note, :at)
        """,
        handed_in,
    )
    await tx.execute_many(
        """
        INSERT INTO submission_reviews (submission_id, state, score, comment, reviewed_at)
        VALUES (:id, 'reviewed', :score, 'Well seen. Now say why.', :at)
        """,
        [
            {"id": each["id"], "score": random.randint(40, 100), "at": now - DAY}
            for each in handed_in
            if random.random() < REVIEWED
        ],
    )
    for statement, rows in (
        (TICKS, _pairs(road.lists, seats, now, LINES)),
        (REFLECTIONS, _pairs(road.reflections, seats, now)),
        (ATTEMPTS, _pairs(road.quizzes, seats, now)),
        (ARTIFACTS, _pairs(road.uploads, seats, now)),
        (SESSIONS, _pairs(road.modules, seats, now)),
        (EVENTS, _pairs(range(EVENTS_EACH), seats, now)),
        (CERTIFICATES, _pairs((0,), seats, now)),
    ):
        await tx.execute_many(statement, list(rows))


def _submissions(road: _Road, seats: list[Seat], random: Random, now: int) -> Iterator[Row]:
    """The first of each place in the year, the second of a few of them today."""
    each = len(road.uploads) * 2
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    for seat in seats:
        first = (seat.student_id - 1) * each
        for number in range(each):
            yield {
                "id": first + number + 1,
                "material_id": road.uploads[number // 2],
                "student_id": seat.student_id,
                "stored_name": stored_name(first + number),
                "size": len(PICTURE),
                "sha256": sha256,
                "note": "I tried it twice." if number % 2 else "",
                "at": now - random.randint(0, YEAR_DAYS * DAY) // (2 if number % 2 else 1),
            }


def _pairs(ids: range | tuple[int, ...], seats: list[Seat], now: int, lines: int = 1) -> Iterator[Row]:
    for seat in seats:
        for number, each in enumerate(ids):
            for line in range(lines):
                yield {
                    "id": each,
                    "student_id": seat.student_id,
                    "class_id": seat.class_id,
                    "key": str(line),
                    "score": 40 + (seat.student_id * 7 + number * 13) % 61,
                    "at": now - (number + 1) * DAY // 2,
                }


def stored_name(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:32] + ".png"


def _link_files(uploads: Path, submissions: int) -> None:
    """A name for each submission; a file system allows no more than 65,000 for one file."""
    source = uploads / "picture"
    for number in range(submissions):
        if number % 30_000 == 0:
            source.unlink(missing_ok=True)
            source.write_bytes(PICTURE)
        name = stored_name(number)
        folder = uploads / name[:2]
        folder.mkdir(exist_ok=True)
        os.link(source, folder / name)
    source.unlink()


TICKS = """
  INSERT INTO checklist_ticks (material_id, student_id, item_key, ticked_at)
  VALUES (:id, :student_id, :key, :at)
"""
REFLECTIONS = """
  INSERT INTO reflections (material_id, student_id, body, updated_at)
  VALUES (:id, :student_id, 'I did not expect that a pencil lets it through.', :at)
"""
ATTEMPTS = """
  INSERT INTO attempts (assignment_id, student_id, number, started_at, finished_at, score)
  VALUES (:id, :student_id, 1, :at, :at, :score)
"""
ARTIFACTS = """
  INSERT INTO outcomes (class_id, student_id, kind, material_id, happened_at)
  VALUES (:class_id, :student_id, 'artifact_submitted', :id, :at)
"""
SESSIONS = """
  INSERT INTO outcomes (class_id, student_id, kind, module_id, happened_at)
  VALUES (:class_id, :student_id, 'session_completed', :id, :at)
"""
EVENTS = """
  INSERT INTO student_events (class_id, student_id, kind, happened_at)
  VALUES (:class_id, :student_id, 'helper_chat_access', :at)
"""
CERTIFICATES = """
  INSERT INTO certificates
    (class_id, student_id, code, student_name, class_name, school_name, sessions, artifacts, milestones, issued_at)
  VALUES (:class_id, :student_id, 'C' || :student_id, 'Student', 'Class', 'Hill School', 8, 6, 0, :at)
"""
