"""Everything that a student made, by module, with what teachers said of it: for the student, and to take along."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from appliance.errors import Refusal
from appliance.library.courses import Shelf
from appliance.storage.database import Database
from appliance.work.response_reviews import ResponseReview, response_reviews_of_student
from appliance.work.submission_reviews import Feedback, feedback_of_student
from appliance.work.versions import Version, versions_of_student


@dataclass(frozen=True)
class Mark:
    """A line of a rubric with the points that the student gave their own work."""

    body: str
    score: int
    most: int


@dataclass(frozen=True)
class Work:
    """One material and what the student did in it; everything else is empty. `review` is of what isn't a file."""

    title: str
    module_title: str
    versions: tuple[Version, ...]
    ticked: tuple[str, ...]
    reflection: str
    marks: tuple[Mark, ...]
    note: str
    review: ResponseReview | None


@dataclass(frozen=True)
class Held:
    """Work in the order of the road, and counts and names of the rest. `chats` are (title, messages)."""

    works: tuple[Work, ...]
    feedback: Mapping[int, Feedback]
    chats: tuple[tuple[str, int], ...]
    groups: tuple[str, ...]
    announcements_read: int
    readings: int
    attempts: int
    outcomes: Mapping[str, int]
    certificates: tuple[tuple[str, int], ...]
    events: Mapping[str, int]

    @property
    def files(self) -> int:
        return sum(len(work.versions) for work in self.works)

    @property
    def has_words(self) -> bool:
        """A teacher said something about it."""
        return bool(self.feedback) or any(work.review for work in self.works)

    @property
    def modules(self) -> list[tuple[str, list[Work]]]:
        """Neighbours of one module together."""
        grouped: list[tuple[str, list[Work]]] = []
        for work in self.works:
            if not grouped or grouped[-1][0] != work.module_title:
                grouped.append((work.module_title, []))
            grouped[-1][1].append(work)
        return grouped


async def held_of_student(db: Database, shelf: Shelf, student_id: int) -> Held:
    """As many queries for a year of work as for a day."""
    return Held(
        works=await _works(db, shelf, student_id),
        feedback={each.submission_id: each for each in await feedback_of_student(db, student_id)},
        chats=tuple(
            (row["title"], row["messages"])
            for row in await db.fetch_all(
                """
                SELECT chat_sessions.title, count(chat_messages.id) AS messages
                FROM chat_sessions LEFT JOIN chat_messages ON chat_messages.session_id = chat_sessions.id
                WHERE chat_sessions.student_id = :id
                GROUP BY chat_sessions.id
                ORDER BY chat_sessions.last_at DESC
                """,
                id=student_id,
            )
        ),
        groups=await _groups(db, student_id),
        announcements_read=await _number(
            db, "SELECT count(*) AS number FROM announcement_reads WHERE student_id = :id", student_id
        ),
        readings=await _number(
            db, "SELECT count(*) AS number FROM readings WHERE student_id = :id", student_id
        ),
        attempts=await _number(
            db, "SELECT count(*) AS number FROM attempts WHERE student_id = :id", student_id
        ),
        outcomes=await _counts(
            db,
            "SELECT kind, count(*) AS number FROM outcomes WHERE student_id = :id GROUP BY kind",
            student_id,
        ),
        certificates=await _certificates(db, student_id),
        events=await _counts(
            db,
            "SELECT kind, count(*) AS number FROM student_events WHERE student_id = :id GROUP BY kind ORDER BY kind",
            student_id,
        ),
    )


async def _works(db: Database, shelf: Shelf, student_id: int) -> tuple[Work, ...]:
    versions = await versions_of_student(db, student_id)
    ticks: dict[int, set[str]] = {}
    for row in await db.fetch_all(
        "SELECT material_id, item_key FROM checklist_ticks WHERE student_id = :id", id=student_id
    ):
        ticks.setdefault(row["material_id"], set()).add(row["item_key"])
    scores: dict[int, dict[str, int]] = {}
    for row in await db.fetch_all("SELECT * FROM rubric_scores WHERE student_id = :id", id=student_id):
        scores.setdefault(row["material_id"], {})[row["item_key"]] = row["score"]
    items = await _items(db, student_id)
    reviews = await response_reviews_of_student(db, student_id)
    return tuple(
        Work(
            title=row["title"],
            module_title=row["module_title"],
            versions=tuple(versions.get(row["id"], ())),
            ticked=_ticked(shelf, row, items.get(row["id"], {}), ticks.get(row["id"], set())),
            reflection=row["reflection"] or "",
            marks=tuple(
                Mark(items.get(row["id"], {}).get(key, key), score, row["rubric_scale_max"])
                for key, score in scores.get(row["id"], {}).items()
            ),
            note=row["note"] or "",
            review=reviews.get(row["id"]),
        )
        for row in await _materials(db, student_id)
    )


async def _materials(db: Database, student_id: int) -> list[sqlite3.Row]:
    """Removed ones too, as long as the box holds something of this student in them."""
    return await db.fetch_all(
        """
        SELECT materials.*, modules.title AS module_title, reflections.body AS reflection, rubric_notes.body AS note
        FROM materials
          JOIN modules ON modules.id = materials.module_id
          LEFT JOIN reflections ON reflections.material_id = materials.id AND reflections.student_id = :id
          LEFT JOIN rubric_notes ON rubric_notes.material_id = materials.id AND rubric_notes.student_id = :id
        WHERE materials.id IN (
          SELECT material_id FROM submissions WHERE student_id = :id
          UNION SELECT material_id FROM checklist_ticks WHERE student_id = :id
          UNION SELECT material_id FROM reflections WHERE student_id = :id AND body <> ''
          UNION SELECT material_id FROM rubric_scores WHERE student_id = :id
          UNION SELECT material_id FROM rubric_notes WHERE student_id = :id AND body <> '')
        ORDER BY modules.position, modules.id, materials.position, materials.id
        """,
        id=student_id,
    )


async def _items(db: Database, student_id: int) -> dict[int, dict[str, str]]:
    """The words of lists and rubrics that stand in the database."""
    rows = await db.fetch_all(
        """
        SELECT material_id, item_key, body
        FROM material_items
        WHERE material_id IN (
          SELECT material_id FROM checklist_ticks WHERE student_id = :id
          UNION SELECT material_id FROM rubric_scores WHERE student_id = :id)
        ORDER BY material_id, position
        """,
        id=student_id,
    )
    items: dict[int, dict[str, str]] = {}
    for row in rows:
        items.setdefault(row["material_id"], {})[row["item_key"]] = row["body"]
    return items


def _ticked(shelf: Shelf, row: sqlite3.Row, items: Mapping[str, str], keys: set[str]) -> tuple[str, ...]:
    """The words of what was ticked; of an item that is gone, nothing but that it was there."""
    words: dict[str, str] = {}
    if keys and row["lesson_slug"]:
        try:
            checklist = shelf.lesson(row["course_slug"], row["lesson_slug"]).checklist
        except Refusal:
            checklist = None
        words.update({item.key: item.text for item in checklist.items} if checklist else {})
    words.update(items)
    return tuple(words.get(key, "…") for key in sorted(keys, key=[*words, *sorted(keys - set(words))].index))


async def _groups(db: Database, student_id: int) -> tuple[str, ...]:
    rows = await db.fetch_all(
        """
        SELECT groups.name
        FROM groups JOIN group_students ON group_students.group_id = groups.id
        WHERE group_students.student_id = :id
        ORDER BY groups.name
        """,
        id=student_id,
    )
    return tuple(row["name"] for row in rows)


async def _certificates(db: Database, student_id: int) -> tuple[tuple[str, int], ...]:
    rows = await db.fetch_all(
        "SELECT code, issued_at FROM certificates WHERE student_id = :id ORDER BY issued_at", id=student_id
    )
    return tuple((row["code"], row["issued_at"]) for row in rows)


async def _number(db: Database, sql: str, student_id: int) -> int:
    row = await db.fetch_one(sql, id=student_id)
    return int(row["number"]) if row else 0


async def _counts(db: Database, sql: str, student_id: int) -> dict[str, int]:
    return {row["kind"]: row["number"] for row in await db.fetch_all(sql, id=student_id)}
