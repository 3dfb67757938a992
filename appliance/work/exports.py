"""What a teacher takes along: the files of a day or of one place, and how the class worked, as rows."""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from appliance.storage.database import Database
from appliance.storage.zip_streams import Names

ACTIVE_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class Export:
    """A file and the path that it has in an archive."""

    path: str
    stored_name: str
    moment: datetime


@dataclass(frozen=True)
class StudentSummary:
    """Counts of one student; moments are UTC seconds."""

    student_id: int
    display_name: str
    created_at: int
    last_seen_at: int
    joins: int
    rejoins: int
    submissions: int
    rubrics: int
    helper_questions: int


@dataclass(frozen=True)
class LessonSummary:
    title: str
    submissions: int
    submitters: int
    rubric_responders: int


async def files_of_day(db: Database, class_id: int, day: date, zone: ZoneInfo) -> list[Export]:
    """Every file handed in on that day at the school: student/material/time_name; of removed places too."""
    start = datetime.combine(day, time(), zone)
    rows = await db.fetch_all(
        """
        SELECT submissions.*, students.display_name, materials.title
        FROM students
          JOIN submissions ON submissions.student_id = students.id
          JOIN materials ON materials.id = submissions.material_id
        WHERE students.class_id = :class_id
          AND submissions.uploaded_at >= :start AND submissions.uploaded_at < :end
        ORDER BY students.display_name COLLATE NOCASE, students.id, submissions.id
        """,
        class_id=class_id,
        start=int(start.timestamp()),
        end=int((start + timedelta(days=1)).timestamp()),
    )
    folders, names = _Folders(), Names()
    return [
        Export(
            names.path(
                folders.of(row["student_id"], row["display_name"]),
                row["title"],
                f"{(moment := _moment(row, zone)):%H%M%S}_{row['original_filename']}",
            ),
            row["stored_name"],
            moment,
        )
        for row in rows
    ]


async def latest_files(db: Database, class_id: int, material_id: int, zone: ZoneInfo) -> list[Export]:
    """The newest file of each student in one place: student/name."""
    rows = await db.fetch_all(
        """
        SELECT submissions.*, students.display_name
        FROM students JOIN submissions ON submissions.student_id = students.id
        WHERE students.class_id = :class_id AND submissions.material_id = :material_id
          AND NOT EXISTS (
            SELECT 1 FROM submissions AS newer
            WHERE newer.student_id = submissions.student_id AND newer.material_id = submissions.material_id
              AND newer.id > submissions.id)
        ORDER BY students.display_name COLLATE NOCASE, students.id
        """,
        class_id=class_id,
        material_id=material_id,
    )
    folders, names = _Folders(), Names()
    return [
        Export(
            names.path(folders.of(row["student_id"], row["display_name"]), row["original_filename"]),
            row["stored_name"],
            _moment(row, zone),
        )
        for row in rows
    ]


async def student_summaries(db: Database, class_id: int) -> list[StudentSummary]:
    rows = await db.fetch_all(
        """
        WITH gone AS (SELECT material_id FROM removed_materials WHERE class_id = :class_id)
        SELECT students.id, students.display_name, students.created_at, students.last_seen_at,
          coalesce(events.joins, 0), coalesce(events.rejoins, 0),
          (SELECT count(*) FROM submissions
           WHERE submissions.student_id = students.id AND material_id NOT IN gone),
          (SELECT count(DISTINCT material_id) FROM rubric_scores
           WHERE rubric_scores.student_id = students.id AND material_id NOT IN gone),
          coalesce(events.asked, 0)
        FROM students
          LEFT JOIN (
            SELECT student_id,
              sum(kind = 'class_join') AS joins,
              sum(kind LIKE 'session_rejoin%') AS rejoins,
              sum(kind IN ('helper_chat_access', 'class_chat')) AS asked
            FROM student_events
            WHERE class_id = :class_id
            GROUP BY student_id
          ) AS events ON events.student_id = students.id
        WHERE students.class_id = :class_id
        ORDER BY students.display_name COLLATE NOCASE, students.id
        """,
        class_id=class_id,
    )
    return [StudentSummary(*row) for row in rows]


async def lesson_summaries(db: Database, class_id: int) -> list[LessonSummary]:
    """By module, in the order of the road."""
    rows = await db.fetch_all(
        """
        SELECT modules.title, count(DISTINCT submissions.id), count(DISTINCT submissions.student_id),
          count(DISTINCT rubric_scores.student_id)
        FROM modules
          LEFT JOIN materials ON materials.module_id = modules.id AND materials.removed_at IS NULL
          LEFT JOIN submissions ON submissions.material_id = materials.id
          LEFT JOIN rubric_scores ON rubric_scores.material_id = materials.id
        WHERE modules.class_id = :class_id AND modules.removed_at IS NULL
        GROUP BY modules.id
        ORDER BY modules.position, modules.id
        """,
        class_id=class_id,
    )
    return [LessonSummary(*row) for row in rows]


def _moment(row: sqlite3.Row, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(row["uploaded_at"], zone)


class _Folders:
    """A folder for each student: two of one name get two."""

    def __init__(self) -> None:
        self._names, self._folders = Names(), dict[int, str]()

    def of(self, student_id: int, display_name: str) -> str:
        if student_id not in self._folders:
            self._folders[student_id] = self._names.path(display_name)
        return self._folders[student_id]
