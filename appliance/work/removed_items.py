"""Questions and cards that were taken out of their quiz or set, and wait to be put back."""

import json
from dataclasses import asdict
from typing import Any

from appliance.errors import Conflict, Invalid, NotFound
from appliance.storage.database import Transaction
from appliance.work.activities import Activity, check_changeable, check_room
from appliance.work.flashcards import CardText, cards_of_activity, insert_card, remove_card
from appliance.work.quizzes import QuestionText, insert_question, questions_of_activity, remove_question

GONE = "This is back already, or it is gone for good. Look at the questions and cards."


async def remove_item(tx: Transaction, activity: Activity, item_id: int) -> int:
    """Returns the number under which it can be put back. Raises NotFound, and Conflict where it has to stay."""
    remove = remove_question if activity.is_quiz else remove_card
    items = await (questions_of_activity if activity.is_quiz else cards_of_activity)(tx, activity.id)
    await remove(tx, activity, item_id)
    item = next(each for each in items if each.id == item_id)
    text = item.text
    return await tx.insert(
        """
        INSERT INTO removed_items (activity_id, position, title, item, removed_at)
        VALUES (:activity_id, :position, :title, :item, :now)
        """,
        activity_id=activity.id,
        position=item.position,
        title=text.stem if isinstance(text, QuestionText) else text.front,
        item=json.dumps(asdict(text), ensure_ascii=False),
        now=tx.now,
    )


async def restore_item(tx: Transaction, activity: Activity, removed_id: int) -> int:
    """Where it stood, by the rules for a new one. Returns its new number.

    Raises NotFound where it is back already or swept, Conflict where it has no place any more.
    """
    row = await tx.fetch_one(
        "SELECT * FROM removed_items WHERE id = :id AND activity_id = :activity_id",
        id=removed_id,
        activity_id=activity.id,
    )
    if row is None:
        raise NotFound(GONE)
    check_changeable(activity)
    try:
        check_room(activity)
        item_id = await _inserted(tx, activity, json.loads(row["item"]))
    except Invalid as refusal:
        # It belongs to no field of a form.
        raise Conflict(refusal.message, refusal.code) from refusal
    table = "questions" if activity.is_quiz else "cards"
    await tx.execute(
        f"UPDATE {table} SET position = :position WHERE id = :id",  # noqa: S608 - one of two constants
        position=row["position"],
        id=item_id,
    )
    await tx.execute("DELETE FROM removed_items WHERE id = :id", id=removed_id)
    return item_id


async def _inserted(tx: Transaction, activity: Activity, item: dict[str, Any]) -> int:
    """The paper that it was made from may be gone by now."""
    if await tx.fetch_one("SELECT id FROM documents WHERE id = :id", id=item["document_id"]) is None:
        item = {**item, "document_id": None, "page": None}
    if activity.is_quiz:
        return await insert_question(
            tx, activity.id, QuestionText(**{**item, "choices": tuple(item["choices"])})
        )
    return await insert_card(tx, activity.id, CardText(**item))
