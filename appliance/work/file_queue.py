"""The queue of what a class handed in: the newest version of each student's work in each place."""

from appliance.errors import NotFound
from appliance.storage.database import Database, Reads
from appliance.work.review_queue import Piece, Queue, piece_of_row
from appliance.work.submissions import Submission, submission_of_row

NO_WORK = "There is no such file in this class, or the student deleted it."
HANDED_IN = """
  SELECT CAST(submissions.id AS TEXT) AS path, 'files' AS pile, submissions.material_id, submissions.student_id,
    students.display_name, materials.kind, materials.title, materials.due_at,
    submissions.uploaded_at AS worked_at, coalesce(submission_reviews.state, 'waiting') AS state,
    submission_reviews.score, submissions.original_filename AS filename,
    (SELECT count(*)
     FROM submissions AS each
     WHERE each.student_id = submissions.student_id AND each.material_id = submissions.material_id) AS versions
  FROM students
    JOIN submissions ON submissions.student_id = students.id
    JOIN materials ON materials.id = submissions.material_id
    LEFT JOIN submission_reviews ON submission_reviews.submission_id = submissions.id
  WHERE students.class_id = :class_id
"""
FILES = Queue(
    f"""
    WITH pieces AS NOT MATERIALIZED (
      {HANDED_IN}
        AND submissions.material_id NOT IN (SELECT material_id FROM removed_materials WHERE class_id = :class_id)
        AND NOT EXISTS (
          SELECT 1 FROM submissions AS newer
          WHERE newer.student_id = submissions.student_id AND newer.material_id = submissions.material_id
            AND newer.id > submissions.id))
    """  # noqa: S608 - a constant
)


async def handed_in_piece(db: Database | Reads, class_id: int, submission_id: int) -> Piece:
    """Any version of a file. Raises NotFound for another class's."""
    row = await db.fetch_one(f"{HANDED_IN} AND submissions.id = :id", id=submission_id, class_id=class_id)
    if row is None:
        raise NotFound(NO_WORK)
    return piece_of_row(row)


async def versions_of_piece(db: Database, piece: Piece) -> list[Submission]:
    """All files that this student handed in here, the newest first."""
    rows = await db.fetch_all(
        """
        SELECT *
        FROM submissions
        WHERE student_id = :student_id AND material_id = :material_id
        ORDER BY id DESC
        """,
        student_id=piece.student_id,
        material_id=piece.material_id,
    )
    return [submission_of_row(row) for row in rows]


async def file_of_class(db: Database, class_id: int, submission_id: int) -> Submission:
    """Raises NotFound for another class's."""
    row = await db.fetch_one(
        """
        SELECT submissions.*
        FROM submissions JOIN students ON students.id = submissions.student_id
        WHERE submissions.id = :id AND students.class_id = :class_id
        """,
        id=submission_id,
        class_id=class_id,
    )
    if row is None:
        raise NotFound(NO_WORK)
    return submission_of_row(row)
