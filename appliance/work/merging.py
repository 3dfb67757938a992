"""Two students who turn out to be one: everything of the one goes over to the other, and nothing is lost."""

from dataclasses import dataclass

from appliance.classroom.students import Student, student_of_class
from appliance.errors import Invalid
from appliance.storage.database import Database, Transaction

# Numbers of attempts on their way to new ones; nobody comes near.
ASIDE = 1_000_000

# Rows that stand alone: they change their owner.
MOVE = (
    "UPDATE submissions SET student_id = :kept WHERE student_id = :gone",
    "UPDATE partial_uploads SET student_id = :kept WHERE student_id = :gone",
    "UPDATE chat_sessions SET student_id = :kept WHERE student_id = :gone",
    "UPDATE student_events SET student_id = :kept WHERE student_id = :gone",
    # Two that become one are one: a word that three students used may be no longer theirs.
    "DELETE FROM question_words WHERE student_id = :gone",
    "UPDATE counted_questions SET student_id = :kept WHERE student_id = :gone",
    # Whoever is in stays in.
    "UPDATE sessions SET student_id = :kept WHERE student_id = :gone",
    "UPDATE old_return_codes SET student_id = :kept WHERE student_id = :gone",
)
# Rows of which a student has one each: what both have stays as the kept one has it.
FILL_IN = (
    "UPDATE OR IGNORE checklist_ticks SET student_id = :kept WHERE student_id = :gone",
    "UPDATE OR IGNORE rubric_scores SET student_id = :kept WHERE student_id = :gone",
    "UPDATE OR IGNORE readings SET student_id = :kept WHERE student_id = :gone",
    "UPDATE OR IGNORE group_students SET student_id = :kept WHERE student_id = :gone",
    "UPDATE OR IGNORE announcement_reads SET student_id = :kept WHERE student_id = :gone",
)
# Of two attempts that were both under way the later one goes on, with what only the other one answered.
ONE_UNDER_WAY = (
    """
    UPDATE OR IGNORE answers
    SET attempt_id = (
      SELECT latest.id
      FROM attempts AS own
        JOIN attempts AS latest
          ON latest.assignment_id = own.assignment_id AND latest.student_id = own.student_id
          AND latest.finished_at IS NULL
      WHERE own.id = answers.attempt_id
      ORDER BY latest.started_at DESC, latest.id DESC
      LIMIT 1)
    WHERE attempt_id IN (SELECT id FROM attempts WHERE student_id = :kept AND finished_at IS NULL)
    """,
    """
    DELETE FROM attempts
    WHERE student_id = :kept AND finished_at IS NULL AND EXISTS (
      SELECT 1 FROM attempts AS later
      WHERE later.assignment_id = attempts.assignment_id AND later.student_id = attempts.student_id
        AND later.finished_at IS NULL AND (later.started_at, later.id) > (attempts.started_at, attempts.id))
    """,
)
# Where both wrote, and a teacher has seen but the words of one, what is put together waits again.
SEEN_IN_PART = """
  UPDATE response_reviews
  SET seen_at = 0
  WHERE student_id IN (:kept, :gone)
    AND material_id IN (
      SELECT own.material_id
      FROM reflections AS own JOIN reflections AS other ON other.material_id = own.material_id
      WHERE own.student_id = :kept AND other.student_id = :gone
        AND trim(own.body) <> '' AND trim(other.body) NOT IN ('', trim(own.body))
      UNION ALL
      SELECT own.material_id
      FROM rubric_notes AS own JOIN rubric_notes AS other ON other.material_id = own.material_id
      WHERE own.student_id = :kept AND other.student_id = :gone
        AND trim(own.body) <> '' AND trim(other.body) NOT IN ('', trim(own.body)))
    AND NOT EXISTS (
      SELECT 1 FROM response_reviews AS both
      WHERE both.material_id = response_reviews.material_id AND both.student_id IN (:kept, :gone)
        AND both.student_id <> response_reviews.student_id)
"""
# Words that both wrote stand one under the other, the older first.
JOIN_WORDS = (
    """
    UPDATE reflections
    SET body = CASE
        WHEN trim(reflections.body) IN ('', trim(other.body)) THEN other.body
        WHEN trim(other.body) = '' THEN reflections.body
        WHEN other.updated_at < reflections.updated_at THEN other.body || char(10, 10) || reflections.body
        ELSE reflections.body || char(10, 10) || other.body END,
      updated_at = max(reflections.updated_at, other.updated_at)
    FROM reflections AS other
    WHERE reflections.student_id = :kept AND other.student_id = :gone
      AND other.material_id = reflections.material_id
    """,
    "UPDATE OR IGNORE reflections SET student_id = :kept WHERE student_id = :gone",
    """
    UPDATE rubric_notes
    SET body = CASE
        WHEN trim(rubric_notes.body) IN ('', trim(other.body)) THEN other.body
        WHEN trim(other.body) = '' THEN rubric_notes.body
        WHEN other.updated_at < rubric_notes.updated_at THEN other.body || char(10, 10) || rubric_notes.body
        ELSE rubric_notes.body || char(10, 10) || other.body END,
      updated_at = max(rubric_notes.updated_at, other.updated_at)
    FROM rubric_notes AS other
    WHERE rubric_notes.student_id = :kept AND other.student_id = :gone
      AND other.material_id = rubric_notes.material_id
    """,
    "UPDATE OR IGNORE rubric_notes SET student_id = :kept WHERE student_id = :gone",
    # A teacher's later score stands, and both comments.
    """
    UPDATE reviews
    SET score_override = CASE
        WHEN other.score_override IS NULL THEN reviews.score_override
        WHEN reviews.score_override IS NULL OR other.reviewed_at > reviews.reviewed_at THEN other.score_override
        ELSE reviews.score_override END,
      comment = CASE
        WHEN trim(reviews.comment) IN ('', trim(other.comment)) THEN other.comment
        WHEN trim(other.comment) = '' THEN reviews.comment
        WHEN other.reviewed_at < reviews.reviewed_at THEN other.comment || char(10, 10) || reviews.comment
        ELSE reviews.comment || char(10, 10) || other.comment END,
      staff_id = CASE WHEN other.reviewed_at > reviews.reviewed_at THEN other.staff_id ELSE reviews.staff_id END,
      reviewed_at = max(reviews.reviewed_at, other.reviewed_at),
      read_at = CASE WHEN reviews.read_at IS NULL OR other.read_at IS NULL THEN NULL
        ELSE max(reviews.read_at, other.read_at) END
    FROM reviews AS other
    WHERE reviews.student_id = :kept AND other.student_id = :gone
      AND other.assignment_id = reviews.assignment_id
    """,
    "UPDATE OR IGNORE reviews SET student_id = :kept WHERE student_id = :gone",
    # Of what both wrote the words were put together, so that what a teacher saw is less than what is there now.
    """
    UPDATE response_reviews
    SET score = CASE
        WHEN other.score IS NULL THEN response_reviews.score
        WHEN response_reviews.score IS NULL OR other.reviewed_at > response_reviews.reviewed_at THEN other.score
        ELSE response_reviews.score END,
      state = CASE WHEN other.reviewed_at > response_reviews.reviewed_at THEN other.state
        ELSE response_reviews.state END,
      staff_id = CASE WHEN other.reviewed_at > response_reviews.reviewed_at THEN other.staff_id
        ELSE response_reviews.staff_id END,
      comment = CASE
        WHEN trim(response_reviews.comment) IN ('', trim(other.comment)) THEN other.comment
        WHEN trim(other.comment) = '' THEN response_reviews.comment
        WHEN other.reviewed_at < response_reviews.reviewed_at
          THEN other.comment || char(10, 10) || response_reviews.comment
        ELSE response_reviews.comment || char(10, 10) || other.comment END,
      seen_at = min(response_reviews.seen_at, other.seen_at),
      reviewed_at = max(response_reviews.reviewed_at, other.reviewed_at),
      read_at = CASE WHEN response_reviews.read_at IS NULL OR other.read_at IS NULL THEN NULL
        ELSE max(response_reviews.read_at, other.read_at) END
    FROM response_reviews AS other
    WHERE response_reviews.student_id = :kept AND other.student_id = :gone
      AND other.material_id = response_reviews.material_id
    """,
    "UPDATE OR IGNORE response_reviews SET student_id = :kept WHERE student_id = :gone",
)
# What both reached was reached when the first of them did.
JOIN_OUTCOMES = (
    """
    UPDATE outcomes
    SET happened_at = min(outcomes.happened_at, other.happened_at)
    FROM outcomes AS other
    WHERE outcomes.student_id = :kept AND other.student_id = :gone AND other.kind = outcomes.kind
      AND other.module_id = outcomes.module_id AND other.material_id = outcomes.material_id
    """,
    "UPDATE OR IGNORE outcomes SET student_id = :kept WHERE student_id = :gone",
    # A class has one certificate for each: of two the one that says more stays.
    """
    DELETE FROM certificates
    WHERE student_id = :kept AND EXISTS (
      SELECT 1 FROM certificates AS other
      WHERE other.student_id = :gone AND other.class_id = certificates.class_id
        AND (other.sessions + other.artifacts + other.milestones, other.issued_at)
          > (certificates.sessions + certificates.artifacts + certificates.milestones, certificates.issued_at))
    """,
    "UPDATE OR IGNORE certificates SET student_id = :kept WHERE student_id = :gone",
)


@dataclass(frozen=True)
class Belongings:
    """What a student has, in counts, for the teacher who is about to merge."""

    student: Student
    files: int
    ticks: int
    reflections: int
    attempts: int


async def belongings_of(db: Database, student: Student) -> Belongings:
    rows = await db.fetch_all(
        """
        SELECT
          (SELECT count(*) FROM submissions WHERE student_id = :id) AS files,
          (SELECT count(*) FROM checklist_ticks WHERE student_id = :id) AS ticks,
          (SELECT count(*) FROM reflections WHERE student_id = :id AND body <> '') AS reflections,
          (SELECT count(*) FROM attempts WHERE student_id = :id) AS attempts
        """,
        id=student.id,
    )
    return Belongings(student, *rows[0])


async def merge_students(tx: Transaction, class_id: int, gone_id: int, kept_id: int) -> Student:
    """The name that stays is that of `kept_id`; both return codes open the account from now on.

    Raises Invalid for one and the same, NotFound for somebody of another class.
    """
    if gone_id == kept_id:
        raise Invalid("Choose two different students.", "same_student", field="kept")
    gone = await student_of_class(tx, class_id, gone_id)
    kept = await student_of_class(tx, class_id, kept_id)
    await _merge_attempts(tx, gone.id, kept.id)
    for sql in (*MOVE, *FILL_IN, SEEN_IN_PART, *JOIN_WORDS, *JOIN_OUTCOMES):
        await tx.execute(sql, gone=gone.id, kept=kept.id)
    await tx.execute("DELETE FROM students WHERE id = :gone", gone=gone.id)
    await _keep_code_and_days(tx, gone, kept)
    return await student_of_class(tx, class_id, kept.id)


async def _merge_attempts(tx: Transaction, gone_id: int, kept_id: int) -> None:
    """In the order in which they were begun, with new numbers; only the last one may still be under way."""
    await tx.execute(
        "UPDATE attempts SET student_id = :kept, number = number + :aside WHERE student_id = :gone",
        kept=kept_id,
        gone=gone_id,
        aside=ASIDE,
    )
    for sql in ONE_UNDER_WAY:
        await tx.execute(sql, kept=kept_id)
    rows = await tx.fetch_all(
        """
        SELECT id, row_number() OVER (
            PARTITION BY assignment_id ORDER BY finished_at IS NULL, started_at, id) AS number
        FROM attempts
        WHERE student_id = :kept
          AND assignment_id IN (SELECT assignment_id FROM attempts WHERE student_id = :kept AND number > :aside)
        """,
        kept=kept_id,
        aside=ASIDE,
    )
    numbers = [{"id": row["id"], "number": row["number"], "aside": 2 * ASIDE} for row in rows]
    # Twice, so that no number is taken while they move.
    await tx.execute_many("UPDATE attempts SET number = :number + :aside WHERE id = :id", numbers)
    await tx.execute_many("UPDATE attempts SET number = :number WHERE id = :id", numbers)


async def _keep_code_and_days(tx: Transaction, gone: Student, kept: Student) -> None:
    await tx.execute(
        "INSERT INTO old_return_codes (class_id, return_code, student_id) VALUES (:class_id, :code, :kept)",
        class_id=kept.class_id,
        code=gone.return_code,
        kept=kept.id,
    )
    await tx.execute(
        """
        UPDATE students
        SET last_seen_at = max(last_seen_at, :last_seen_at), created_at = min(created_at, :created_at)
        WHERE id = :kept
        """,
        last_seen_at=gone.last_seen_at,
        created_at=gone.created_at,
        kept=kept.id,
    )
