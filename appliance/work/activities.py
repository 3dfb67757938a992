"""Activities: a quiz or a set of cards, made, edited, published, and then left as they are once somebody took them."""

import sqlite3
from dataclasses import dataclass

from appliance.errors import Conflict, Invalid, NotFound, Sentence
from appliance.storage.database import Database, Reads, Transaction

TITLE_CHARACTERS = 120
INSTRUCTIONS_CHARACTERS = 1000
MOST_QUESTIONS = 20
MOST_CARDS = 30
NOT_IN_CLASS = "There is no such quiz or set of cards in this class."
BEING_MADE = "This is still being made. Wait until it is ready."
WAS_TAKEN = (
    "Students have started this already: changing it would change their scores. Make a copy and change that."
)
NOTHING_IN_IT = "There is nothing in it yet. Add at least one question or card first."
MADE = """
  SELECT activities.*,
    CASE
      WHEN activities.state = 'making' AND coalesce(jobs.state, 'failed') = 'failed' THEN 'failed'
      ELSE activities.state
    END AS shown_state,
    CASE WHEN activities.message = '' THEN coalesce(jobs.message, '') ELSE activities.message END AS shown_message,
    (SELECT count(*) FROM questions WHERE questions.activity_id = activities.id)
      + (SELECT count(*) FROM cards WHERE cards.activity_id = activities.id) AS items,
    (SELECT assignments.id FROM assignments WHERE assignments.activity_id = activities.id) AS assignment_id,
    (SELECT count(DISTINCT attempts.student_id)
     FROM attempts JOIN assignments ON assignments.id = attempts.assignment_id
     WHERE assignments.activity_id = activities.id) AS takers
  FROM activities LEFT JOIN jobs ON jobs.id = activities.job_id
"""


@dataclass(frozen=True)
class Activity:
    """`kind` is quiz or cards; `state` making, draft, published or failed; `progress` goes from 0 to 1.

    `takers` counts the students who have at least started it; `assignment_id` is 0 until it is assigned.
    """

    id: int
    class_id: int
    kind: str
    title: str
    instructions: str
    topic_key: str
    state: str
    message: str
    progress: float
    made_by: str
    created_at: int
    published_at: int | None
    items: int
    assignment_id: int
    takers: int

    @property
    def is_quiz(self) -> bool:
        return self.kind == "quiz"

    @property
    def is_assigned(self) -> bool:
        return self.assignment_id > 0

    @property
    def can_change(self) -> bool:
        return self.state != "making" and self.takers == 0

    @property
    def most_items(self) -> int:
        return MOST_QUESTIONS if self.is_quiz else MOST_CARDS


async def activities_of_class(db: Database, class_id: int) -> list[Activity]:
    """The newest first."""
    rows = await db.fetch_all(
        f"{MADE} WHERE activities.class_id = :class_id AND activities.removed_at IS NULL ORDER BY activities.id DESC",
        class_id=class_id,
    )
    return [_activity(row) for row in rows]


async def activity_of_class(db: Database | Reads, class_id: int, activity_id: int) -> Activity:
    """Raises NotFound for another class's activity."""
    row = await db.fetch_one(
        f"{MADE} WHERE activities.id = :id AND activities.class_id = :class_id AND activities.removed_at IS NULL",
        id=activity_id,
        class_id=class_id,
    )
    if row is None:
        raise NotFound(NOT_IN_CLASS)
    return _activity(row)


async def create_activity(
    tx: Transaction,
    class_id: int,
    kind: str,
    title: str,
    instructions: str,
    topic_key: str = "",
    state: str = "draft",
) -> int:
    title, instructions = checked_words(title, instructions)
    return await tx.insert(
        """
        INSERT INTO activities (class_id, kind, title, instructions, topic_key, state, created_at)
        VALUES (:class_id, :kind, :title, :instructions, :topic_key, :state, :now)
        """,
        class_id=class_id,
        kind=kind,
        title=title,
        instructions=instructions,
        topic_key=topic_key,
        state=state,
        now=tx.now,
    )


async def change_words(tx: Transaction, activity: Activity, title: str, instructions: str) -> None:
    """Title and instructions grade nothing: they may change at any time."""
    title, instructions = checked_words(title, instructions)
    await tx.execute(
        "UPDATE activities SET title = :title, instructions = :instructions WHERE id = :id",
        title=title,
        instructions=instructions,
        id=activity.id,
    )


async def publish_activity(tx: Transaction, activity: Activity) -> None:
    """Publishing what is published changes nothing."""
    if activity.state == "making":
        raise Conflict(BEING_MADE, "being_made")
    if activity.items == 0:
        raise Invalid(NOTHING_IN_IT, "nothing_in_it")
    await tx.execute(
        """
        UPDATE activities
        SET state = 'published', published_at = coalesce(published_at, :now)
        WHERE id = :id
        """,
        now=tx.now,
        id=activity.id,
    )


async def copy_activity(tx: Transaction, activity: Activity, title: str) -> int:
    """A draft with the same questions or cards, taken by nobody."""
    if activity.state == "making":
        raise Conflict(BEING_MADE, "being_made")
    copy = await create_activity(
        tx,
        activity.class_id,
        activity.kind,
        title[:TITLE_CHARACTERS],
        activity.instructions,
        activity.topic_key,
    )
    await tx.execute("UPDATE activities SET made_by = :by WHERE id = :id", by=activity.made_by, id=copy)
    await tx.execute(
        """
        INSERT INTO questions (activity_id, position, stem, choices, answer_index, explanation, document_id, page)
        SELECT :copy, position, stem, choices, answer_index, explanation, document_id, page
        FROM questions WHERE activity_id = :id ORDER BY position
        """,
        copy=copy,
        id=activity.id,
    )
    await tx.execute(
        """
        INSERT INTO cards (activity_id, position, front, back, document_id, page)
        SELECT :copy, position, front, back, document_id, page
        FROM cards WHERE activity_id = :id ORDER BY position
        """,
        copy=copy,
        id=activity.id,
    )
    return copy


async def remove_activity(tx: Transaction, activity: Activity) -> None:
    """Off every page and off the road at once, and swept later: until then it can come back with every attempt.

    One that is still being made stays as far as it is.
    """
    await tx.execute(
        """
        UPDATE activities
        SET removed_at = :now, state = CASE state WHEN 'making' THEN 'draft' ELSE state END
        WHERE id = :id
        """,
        now=tx.now,
        id=activity.id,
    )
    await tx.execute(
        "UPDATE materials SET removed_at = :now WHERE activity_id = :id AND removed_at IS NULL",
        now=tx.now,
        id=activity.id,
    )


async def restore_activity(tx: Transaction, class_id: int, activity_id: int) -> None:
    """Back where it was, on the road too. Restoring what is there changes nothing; raises NotFound once it is swept."""
    row = await tx.fetch_one(
        "SELECT removed_at FROM activities WHERE id = :id AND class_id = :class_id",
        id=activity_id,
        class_id=class_id,
    )
    if row is None:
        raise NotFound(NOT_IN_CLASS)
    await tx.execute("UPDATE activities SET removed_at = NULL WHERE id = :id", id=activity_id)
    await tx.execute(
        "UPDATE materials SET removed_at = NULL WHERE activity_id = :id AND removed_at = :removed_at",
        id=activity_id,
        removed_at=row["removed_at"],
    )


def check_changeable(activity: Activity) -> None:
    """Raises Conflict once a student has started it: a change would grade answers that were given to something else."""
    if activity.state == "making":
        raise Conflict(BEING_MADE, "being_made")
    if activity.takers:
        raise Conflict(WAS_TAKEN, "was_taken")


def check_room(activity: Activity) -> None:
    if activity.items >= activity.most_items:
        raise Invalid(Sentence("There is room for %(most)s at most.", most=activity.most_items), "too_many")


def checked_words(title: str, instructions: str) -> tuple[str, str]:
    title, instructions = " ".join(title.split()), instructions.strip()
    if not title:
        raise Invalid("Give it a title that your students will understand.", field="title")
    if len(title) > TITLE_CHARACTERS:
        raise Invalid("The title may have 120 characters at most.", "too_long", field="title")
    if len(instructions) > INSTRUCTIONS_CHARACTERS:
        raise Invalid("The instructions may have 1000 characters at most.", "too_long", field="instructions")
    return title, instructions


def _activity(row: sqlite3.Row) -> Activity:
    return Activity(
        row["id"],
        row["class_id"],
        row["kind"],
        row["title"],
        row["instructions"],
        row["topic_key"],
        row["shown_state"],
        row["shown_message"],
        row["progress"],
        row["made_by"],
        row["created_at"],
        row["published_at"],
        row["items"],
        row["assignment_id"] or 0,
        row["takers"],
    )
