"""Assignments: a published activity given to a class or to groups of it, whoever joins them later included."""

import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from appliance.classroom.box import today
from appliance.classroom.decisions import NO_GATE, Decision, gate_of
from appliance.classroom.releases import Release, release_of_module
from appliance.errors import Conflict, Forbidden, Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction
from appliance.work.activities import Activity

QUIZ_ATTEMPTS = 2
CARDS_ATTEMPTS = 1
CLOSED = "The module with this work is closed just now. Ask your teacher when it opens."
NOT_IN_CLASS = "There is no such work in this class."
# At the ends of the calendar other time zones have no such day.
YEARS = range(1970, 2200)
BAD_DUE = "Due date is invalid."
DUE_IS_PAST = "This due date is in the past. Choose a later one, or none."
# What the module of an assignment says, asked beside a row of `activities` and one of `student_assignments`: of several
# that this student sees the one that opens first, and nothing where it is in none.
GATE = """
  (SELECT json_array(modules.is_locked, modules.opens_on, modules.title, modules.intro)
   FROM student_materials
     JOIN materials ON materials.id = student_materials.material_id
     JOIN modules ON modules.id = materials.module_id
   WHERE materials.activity_id = activities.id AND student_materials.student_id = student_assignments.student_id
   ORDER BY modules.is_locked, coalesce(modules.opens_on, '')
   LIMIT 1) AS gate
"""
ANSWERS_ARE_OUT = "The due date has passed and students have seen the answers. Make a copy and assign that."


@dataclass(frozen=True)
class Assignment:
    """`due_at` is None when it may be done at any time; `gate` is what its module says about when it is open."""

    id: int
    activity_id: int
    class_id: int
    kind: str
    title: str
    instructions: str
    state: str
    due_at: int | None
    attempt_limit: int
    gate: Decision = NO_GATE
    module_title: str = ""
    module_intro: str = ""

    @property
    def is_quiz(self) -> bool:
        return self.kind == "quiz"

    def is_past_due(self, now: int) -> bool:
        return self.due_at is not None and now > self.due_at


@dataclass(frozen=True)
class Standing:
    """How one student stands with one assignment; `best` is None before the first finished attempt."""

    finished: int
    is_under_way: bool
    best: int | None
    score_override: int | None
    comment: str
    is_reviewed: bool
    is_unread: bool

    @property
    def score(self) -> int | None:
        """What counts: the teacher's word, else the best attempt."""
        return self.best if self.score_override is None else self.score_override


@dataclass(frozen=True)
class StudyLine:
    """An assignment on a student's list; `release` is its module's."""

    assignment: Assignment
    standing: Standing
    items: int
    is_late: bool
    release: Release

    @property
    def is_done(self) -> bool:
        return self.standing.finished > 0

    @property
    def is_due(self) -> bool:
        return not self.is_done and not self.is_late and self.release.is_open


@dataclass(frozen=True)
class Result:
    """An assignment's row for one student; `answered` counts the answers of an attempt that is under way."""

    student_id: int
    display_name: str
    standing: Standing
    answered: int


async def assign(tx: Transaction, activity: Activity, due_at: int | None) -> int:
    """To the whole class, until groups are named. Assigning it once more only changes the due date."""
    if activity.state != "published":
        raise Conflict("Publish it first: students only get what is published.", "not_published")
    if activity.is_assigned:
        await change_due(tx, await assignment_of_class(tx, activity.class_id, activity.assignment_id), due_at)
        return activity.assignment_id
    _check_due(due_at, tx.now)
    return await tx.insert(
        """
        INSERT INTO assignments (activity_id, due_at, attempt_limit, created_at)
        VALUES (:activity_id, :due_at, :attempt_limit, :now)
        """,
        activity_id=activity.id,
        due_at=due_at,
        attempt_limit=QUIZ_ATTEMPTS if activity.is_quiz else CARDS_ATTEMPTS,
        now=tx.now,
    )


async def change_due(tx: Transaction, assignment: Assignment, due_at: int | None) -> None:
    """Raises Conflict once it has passed: the answers of a quiz are no secret any more."""
    if assignment.due_at == due_at:
        return
    if assignment.is_quiz and assignment.is_past_due(tx.now):
        raise Conflict(ANSWERS_ARE_OUT, "answers_are_out")
    _check_due(due_at, tx.now)
    await tx.execute(
        "UPDATE assignments SET due_at = :due_at WHERE id = :id", due_at=due_at, id=assignment.id
    )


async def assignment_of_class(db: Database | Reads, class_id: int, assignment_id: int) -> Assignment:
    """Raises NotFound for another class's assignment."""
    row = await db.fetch_one(
        """
        SELECT assignments.id, assignments.activity_id, assignments.due_at, assignments.attempt_limit,
          activities.class_id, activities.kind, activities.title, activities.instructions, activities.state
        FROM assignments JOIN activities ON activities.id = assignments.activity_id
        WHERE assignments.id = :id AND activities.class_id = :class_id AND activities.removed_at IS NULL
        """,
        id=assignment_id,
        class_id=class_id,
    )
    if row is None:
        raise NotFound(NOT_IN_CLASS)
    return _assignment(row)


async def assignment_of_student(db: Database | Reads, student_id: int, assignment_id: int) -> Assignment:
    """Raises NotFound for another class's assignment, and for one that this student doesn't see."""
    row = await db.fetch_one(
        f"""
        SELECT assignments.id, assignments.activity_id, assignments.due_at, assignments.attempt_limit,
          activities.class_id, activities.kind, activities.title, activities.instructions, activities.state,
          {GATE}
        FROM assignments
          JOIN activities ON activities.id = assignments.activity_id
          JOIN student_assignments ON student_assignments.assignment_id = assignments.id
        WHERE assignments.id = :id AND student_assignments.student_id = :student_id
        """,  # noqa: S608 - a constant
        id=assignment_id,
        student_id=student_id,
    )
    if row is None:
        raise NotFound(NOT_IN_CLASS)
    return _gated(row)


async def open_assignment(tx: Transaction, student_id: int, assignment_id: int, day: date) -> Assignment:
    """For whoever does something in it. Raises NotFound for what isn't theirs, Forbidden while its module is closed."""
    assignment = await assignment_of_student(tx, student_id, assignment_id)
    if not release_of_module(assignment.gate, day).is_open:
        raise Forbidden(CLOSED, "module_closed")
    return assignment


async def study_of_student(db: Database, class_id: int, student_id: int) -> list[StudyLine]:
    """What is due first, then what is done, then what is over or closed; a student's own class alone."""
    rows = await db.fetch_all(
        f"""
        SELECT assignments.id, assignments.activity_id, assignments.due_at, assignments.attempt_limit,
          activities.class_id, activities.kind, activities.title, activities.instructions, activities.state,
          count(attempts.finished_at) AS finished, count(attempts.id) AS started, max(attempts.score) AS best,
          reviews.score_override, reviews.comment, reviews.reviewed_at, reviews.read_at,
          (SELECT count(*) FROM questions WHERE questions.activity_id = activities.id)
            + (SELECT count(*) FROM cards WHERE cards.activity_id = activities.id) AS items,
          {GATE}
        FROM student_assignments
          JOIN assignments ON assignments.id = student_assignments.assignment_id
          JOIN activities ON activities.id = assignments.activity_id
          LEFT JOIN attempts ON attempts.assignment_id = assignments.id AND attempts.student_id = :student_id
          LEFT JOIN reviews ON reviews.assignment_id = assignments.id AND reviews.student_id = :student_id
        WHERE student_assignments.class_id = :class_id AND student_assignments.student_id = :student_id
          AND activities.state = 'published'
        GROUP BY assignments.id
        ORDER BY assignments.due_at IS NULL, assignments.due_at, assignments.id
        """,  # noqa: S608 - a constant
        class_id=class_id,
        student_id=student_id,
    )
    now, day = db.now(), await today(db)
    lines = [
        StudyLine(
            assignment := _gated(row),
            _standing(row),
            row["items"],
            assignment.is_past_due(now),
            release_of_module(assignment.gate, day),
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: (not line.is_due, not line.is_done))


async def results_of_assignment(db: Database, assignment: Assignment) -> list[Result]:
    """Every student who is in the class now and has it, or has done some of it, by name."""
    rows = await db.fetch_all(
        """
        SELECT students.id AS student_id, students.display_name,
          count(attempts.finished_at) AS finished, count(attempts.id) AS started, max(attempts.score) AS best,
          reviews.score_override, reviews.comment, reviews.reviewed_at, reviews.read_at,
          (SELECT count(*)
           FROM answers JOIN attempts AS open ON open.id = answers.attempt_id
           WHERE open.assignment_id = :assignment_id AND open.student_id = students.id
             AND open.finished_at IS NULL) AS answered
        FROM students
          LEFT JOIN attempts ON attempts.assignment_id = :assignment_id AND attempts.student_id = students.id
          LEFT JOIN reviews ON reviews.assignment_id = :assignment_id AND reviews.student_id = students.id
        WHERE students.class_id = :class_id
          AND (
            attempts.id IS NOT NULL OR reviews.student_id IS NOT NULL
            OR EXISTS (
              SELECT 1 FROM student_assignments
              WHERE student_assignments.assignment_id = :assignment_id
                AND student_assignments.student_id = students.id))
        GROUP BY students.id
        ORDER BY students.display_name COLLATE NOCASE, students.id
        """,
        assignment_id=assignment.id,
        class_id=assignment.class_id,
    )
    return [Result(row["student_id"], row["display_name"], _standing(row), row["answered"]) for row in rows]


def due_of(text: str, zone: ZoneInfo) -> int | None:
    """UTC seconds of a date and time as a form sends it; without an offset it is in the school's zone.

    Blank is None. Raises Invalid.
    """
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        if moment.year not in YEARS:
            raise ValueError(moment.year)
        return int(moment.astimezone(UTC).timestamp())
    except ValueError as error:
        raise Invalid(BAD_DUE, "bad_due", field="due") from error


def due_text(due_at: int | None, zone: ZoneInfo) -> str:
    """The same the other way round: what a date field shows."""
    if due_at is None:
        return ""
    return datetime.fromtimestamp(due_at, zone).strftime("%Y-%m-%dT%H:%M")


def _check_due(due_at: int | None, now: int) -> None:
    if due_at is not None and due_at <= now:
        raise Invalid(DUE_IS_PAST, "due_is_past", field="due")


def _assignment(row: sqlite3.Row) -> Assignment:
    return Assignment(
        row["id"],
        row["activity_id"],
        row["class_id"],
        row["kind"],
        row["title"],
        row["instructions"],
        row["state"],
        row["due_at"],
        row["attempt_limit"],
    )


def _gated(row: sqlite3.Row) -> Assignment:
    """Of a student: with what its module says."""
    assignment = _assignment(row)
    if row["gate"] is None:
        return assignment
    is_locked, day, title, intro = json.loads(row["gate"])
    gate = gate_of(bool(is_locked), day or "")
    return replace(assignment, gate=gate, module_title=title, module_intro=intro)


def _standing(row: sqlite3.Row) -> Standing:
    is_reviewed = row["reviewed_at"] is not None
    return Standing(
        row["finished"],
        row["started"] > row["finished"],
        row["best"],
        row["score_override"],
        row["comment"] or "",
        is_reviewed,
        is_reviewed and row["read_at"] is None,
    )
