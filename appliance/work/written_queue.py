"""The queue of what a class wrote, ticked and marked: each student's reflection, list or self-check."""

from appliance.errors import NotFound
from appliance.storage.database import Database, Reads
from appliance.work.review_queue import Piece, Pile, Queue, piece_of_row

WRITTEN_KINDS = ("reflection", "checklist", "rubric")
WRITTEN_PILES: tuple[Pile, ...] = ("words", "lists")
NO_WORK = "There is nothing of this student here: it was taken back, or its place was removed."
# From the class's students on: left to itself, SQLite walks through everything that the school wrote.
WRITTEN = Queue(
    """
    WITH written AS (
      SELECT reflections.student_id, reflections.material_id, reflections.updated_at AS changed_at
      FROM students CROSS JOIN reflections ON reflections.student_id = students.id
      WHERE students.class_id = :class_id AND trim(reflections.body) <> ''
      UNION ALL
      SELECT checklist_ticks.student_id, checklist_ticks.material_id, max(checklist_ticks.ticked_at)
      FROM students CROSS JOIN checklist_ticks ON checklist_ticks.student_id = students.id
      WHERE students.class_id = :class_id
      GROUP BY checklist_ticks.student_id, checklist_ticks.material_id
      UNION ALL
      SELECT rubric_notes.student_id, rubric_notes.material_id, rubric_notes.updated_at
      FROM students CROSS JOIN rubric_notes ON rubric_notes.student_id = students.id
      WHERE students.class_id = :class_id
        AND (trim(rubric_notes.body) <> '' OR EXISTS (
          SELECT 1 FROM rubric_scores
          WHERE rubric_scores.material_id = rubric_notes.material_id
            AND rubric_scores.student_id = rubric_notes.student_id))),
    pieces AS (
      SELECT written.material_id || '/' || written.student_id AS path,
        CASE materials.kind WHEN 'reflection' THEN 'words' ELSE 'lists' END AS pile,
        written.material_id, written.student_id, students.display_name, materials.kind, materials.title,
        materials.due_at, written.changed_at AS worked_at,
        CASE WHEN response_reviews.seen_at >= written.changed_at THEN response_reviews.state
          ELSE 'waiting' END AS state,
        response_reviews.score, '' AS filename, 1 AS versions
      FROM written
        JOIN students ON students.id = written.student_id
        JOIN materials ON materials.id = written.material_id
        JOIN modules ON modules.id = materials.module_id
        LEFT JOIN response_reviews
          ON response_reviews.material_id = written.material_id
          AND response_reviews.student_id = written.student_id
      WHERE materials.removed_at IS NULL AND modules.removed_at IS NULL)
    """
)


async def waiting_in_piles(db: Database, class_id: int) -> dict[Pile, int]:
    """How many pieces nobody has looked at since they were last changed."""
    rows = await db.fetch_all(
        f"""
        {WRITTEN.pieces}
        SELECT pile, count(*) AS waiting
        FROM pieces
        WHERE state = 'waiting'
        GROUP BY pile
        """,  # noqa: S608 - a constant
        class_id=class_id,
    )
    found = {row["pile"]: row["waiting"] for row in rows}
    return {pile: found.get(pile, 0) for pile in WRITTEN_PILES}


async def written_piece(db: Database | Reads, class_id: int, material_id: int, student_id: int) -> Piece:
    """Raises NotFound for another class's."""
    row = await db.fetch_one(
        f"""
        {WRITTEN.pieces}
        SELECT *
        FROM pieces
        WHERE material_id = :material_id AND student_id = :student_id
        """,  # noqa: S608 - a constant
        class_id=class_id,
        material_id=material_id,
        student_id=student_id,
    )
    if row is None:
        raise NotFound(NO_WORK)
    return piece_of_row(row)
