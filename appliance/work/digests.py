"""What a teacher's day starts with: since yesterday, what waits, what opens today. One line a class, in one query."""

from dataclasses import dataclass

from appliance.storage.database import Database

DAY = 24 * 3600


@dataclass(frozen=True)
class Digest:
    """Counts of one class; `last_upload` in UTC seconds, 0 for never; `without_work` handed in nothing at all.

    What is off the road is neither new nor to review.
    """

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
          gone AS (SELECT material_id FROM removed_materials WHERE class_id IN (SELECT class_id FROM mine)),
          -- In this order: left to itself, SQLite walks through everything that the school handed in.
          work AS (
            SELECT mine.class_id,
              sum(submissions.uploaded_at >= :since AND submissions.material_id NOT IN gone) AS recent,
              max(submissions.uploaded_at) AS last, count(DISTINCT students.id) AS authors
            FROM mine
              CROSS JOIN students ON students.class_id = mine.class_id
              CROSS JOIN submissions ON submissions.student_id = students.id
            GROUP BY mine.class_id),
          -- The newest of each place alone, and asked last: nearly everything is reviewed.
          unreviewed AS (
            SELECT mine.class_id, count(*) AS waiting
            FROM mine
              CROSS JOIN students ON students.class_id = mine.class_id
              CROSS JOIN submissions ON submissions.student_id = students.id
            WHERE NOT EXISTS (
                SELECT 1 FROM submission_reviews WHERE submission_reviews.submission_id = submissions.id)
              AND submissions.material_id NOT IN gone
              AND NOT EXISTS (
                SELECT 1 FROM submissions AS newer
                WHERE newer.student_id = submissions.student_id AND newer.material_id = submissions.material_id
                  AND newer.id > submissions.id)
            GROUP BY mine.class_id),
          asked AS (
            SELECT class_id, count(*) AS questions
            FROM student_events
            WHERE happened_at >= :since AND kind IN ('helper_chat_access', 'class_chat')
              AND class_id IN (SELECT class_id FROM mine)
            GROUP BY class_id),
          seated AS (
            SELECT class_id, count(*) AS students, sum(created_at >= :since) AS new
            FROM students
            WHERE class_id IN (SELECT class_id FROM mine)
            GROUP BY class_id)
        SELECT mine.class_id, coalesce(seated.students, 0), coalesce(seated.new, 0), coalesce(work.recent, 0),
          coalesce(asked.questions, 0), coalesce(unreviewed.waiting, 0),
          coalesce(seated.students, 0) - coalesce(work.authors, 0), coalesce(work.last, 0)
        FROM mine
          LEFT JOIN seated ON seated.class_id = mine.class_id
          LEFT JOIN work ON work.class_id = mine.class_id
          LEFT JOIN unreviewed ON unreviewed.class_id = mine.class_id
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
        WHERE class_id = :class_id AND happened_at >= :since AND kind IN ('helper_chat_access', 'class_chat')
        """,
        class_id=class_id,
        since=db.now() - days * 24 * 3600,
    )
    return {"questions": row["questions"], "students": row["students"]} if row else {}
