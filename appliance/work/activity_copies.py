"""A quiz or a set of cards for another class."""

from appliance.storage.database import Transaction
from appliance.work.activities import Activity, activity_of_class


async def copy_activity_to(tx: Transaction, activity: Activity, class_id: int) -> Activity:
    """With the same questions or cards, as published as it was; papers of the first class are not named in it."""
    copy = await tx.insert(
        """
        INSERT INTO activities (class_id, kind, title, instructions, state, made_by, created_at, published_at)
        SELECT :class_id, kind, title, instructions, state, made_by, :now,
          CASE WHEN published_at IS NOT NULL THEN :now END
        FROM activities WHERE id = :id
        """,
        class_id=class_id,
        now=tx.now,
        id=activity.id,
    )
    for statement in (
        """
        INSERT INTO questions (activity_id, position, stem, choices, answer_index, explanation)
        SELECT :copy, position, stem, choices, answer_index, explanation
        FROM questions WHERE activity_id = :id ORDER BY position
        """,
        """
        INSERT INTO cards (activity_id, position, front, back)
        SELECT :copy, position, front, back FROM cards WHERE activity_id = :id ORDER BY position
        """,
    ):
        await tx.execute(statement, copy=copy, id=activity.id)
    return await activity_of_class(tx, class_id, copy)
