"""A quiz or a set of cards for another class."""

import json
from collections.abc import Mapping

from appliance.storage.database import Transaction
from appliance.work.activities import Activity, activity_of_class


async def copy_activity_to(
    tx: Transaction, activity: Activity, class_id: int, papers: Mapping[int, int]
) -> Activity:
    """With the same questions or cards, as published as it was; pages are named of `papers` only, new ids by old."""
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
        INSERT INTO questions (activity_id, position, stem, choices, answer_index, explanation, document_id, page)
        SELECT :copy, position, stem, choices, answer_index, explanation, paper.value, iif(paper.value, page, NULL)
        FROM questions LEFT JOIN json_each(:papers) AS paper ON paper.key = CAST(document_id AS TEXT)
        WHERE activity_id = :id ORDER BY position
        """,
        """
        INSERT INTO cards (activity_id, position, front, back, document_id, page)
        SELECT :copy, position, front, back, paper.value, iif(paper.value, page, NULL)
        FROM cards LEFT JOIN json_each(:papers) AS paper ON paper.key = CAST(document_id AS TEXT)
        WHERE activity_id = :id ORDER BY position
        """,
    ):
        await tx.execute(statement, copy=copy, id=activity.id, papers=json.dumps(dict(papers)))
    return await activity_of_class(tx, class_id, copy)
