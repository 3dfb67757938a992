"""What a teacher's day starts with: since yesterday, what waits, what opens today. One line a class, in one query."""

from dataclasses import dataclass

from appliance.storage.database import Database

DAY = 24 * 3600


@dataclass(frozen=True)
class Digest:
    """Counts of one class; `last_upload` in UTC seconds, 0 for never; `without_work` handed in nothing at all."""

    class_id: int
    students: int
    new_students: int
    new_files: int
    helper_questions: int
    to_review: int
    without_work: int
    last_upload: int


async def digests_of_staff(db: Database, staff_id: int) -> dict[int, Digest]:
    """By class."""
    rows = await db.fetch_all(
        """
        WITH mine AS (SELECT class_id FROM class_staff WHERE staff_id = :staff_id),
          newest AS (
            SELECT students.class_id, submissions.student_id, submissions.material_id,
              max(submissions.id) AS id, max(submissions.uploaded_at) AS last,
              sum(submissions.uploaded_at >= :since) AS recent
            -- In this order: left to itself, SQLite walks through everything that the school handed in.
            FROM mine
              CROSS JOIN students ON students.class_id = mine.class_id
              CROSS JOIN submissions ON submissions.student_id = students.id
            GROUP BY submissions.student_id, submissions.material_id),
          work AS (
            SELECT newest.class_id, sum(newest.recent) AS recent, max(newest.last) AS last,
              count(DISTINCT newest.student_id) AS authors,
              sum(submission_reviews.submission_id IS NULL) AS waiting
            FROM newest LEFT JOIN submission_reviews ON submission_reviews.submission_id = newest.id
            GROUP BY newest.class_id),
          asked AS (
            SELECT class_id, count(*) AS questions
            FROM student_events
            WHERE happened_at >= :since AND kind = 'helper_chat_access'
              AND class_id IN (SELECT class_id FROM mine)
            GROUP BY class_id),
          seated AS (
            SELECT class_id, count(*) AS students, sum(created_at >= :since) AS new
            FROM students
            WHERE class_id IN (SELECT class_id FROM mine)
            GROUP BY class_id)
        SELECT mine.class_id, coalesce(seated.students, 0), coalesce(seated.new, 0), coalesce(work.recent, 0),
          coalesce(asked.questions, 0), coalesce(work.waiting, 0),
          coalesce(seated.students, 0) - coalesce(work.authors, 0), coalesce(work.last, 0)
        FROM mine
          LEFT JOIN seated ON seated.class_id = mine.class_id
          LEFT JOIN work ON work.class_id = mine.class_id
          LEFT JOIN asked ON asked.class_id = mine.class_id
        """,
        staff_id=staff_id,
        since=db.now() - DAY,
    )
    return {row[0]: Digest(*row) for row in rows}


async def asked_in_class(db: Database, class_id: int, days: int) -> dict[str, int]:
    """How often the helper was asked in the last days, and by how many students; never what."""
    row = await db.fetch_one(
        """
        SELECT count(*) AS questions, count(DISTINCT student_id) AS students
        FROM student_events
        WHERE class_id = :class_id AND happened_at >= :since AND kind = 'helper_chat_access'
        """,
        class_id=class_id,
        since=db.now() - days * 24 * 3600,
    )
    return {"questions": row["questions"], "students": row["students"]} if row else {}
