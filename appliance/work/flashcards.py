"""Flashcards: a front, a back, and whether it was known."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from appliance.errors import Conflict, Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction
from appliance.work.activities import Activity, check_changeable, check_room
from appliance.work.quizzes import score_of

FRONT_CHARACTERS = 200
BACK_CHARACTERS = 600
LEAST_WORDS = 3
NO_SUCH_CARD = "There is no such card in this set."


@dataclass(frozen=True)
class CardText:
    """A card without a place; `document_id` and `page` say what it was made from, None when nothing does."""

    front: str
    back: str
    document_id: int | None = None
    page: int | None = None


@dataclass(frozen=True)
class Card:
    id: int
    position: int
    text: CardText


def known_share(cards: Sequence[Card], given: Mapping[int, int]) -> int:
    """Whole percent of the cards that were known, as their reader said."""
    return score_of(sum(given.get(card.id) == 1 for card in cards), len(cards))


def normal_front(front: str) -> str:
    """How two fronts are compared: letters and digits alone, lower case."""
    return "".join(letter for letter in front.casefold() if letter.isalnum())


def checked_card(text: CardText, known_fronts: Collection[str] = ()) -> CardText:
    """The card, trimmed. Raises Invalid; `known_fronts` are the normal fronts of the set's other cards."""
    front, back = " ".join(text.front.split()), " ".join(text.back.split())
    if not front or len(front) > FRONT_CHARACTERS:
        raise Invalid("The front of a card has 1 to 200 characters.", field="front")
    if (normal_front(front) or front) in known_fronts:
        raise Invalid("A card with this front is in the set already.", field="front")
    if len(back.split()) < LEAST_WORDS:
        raise Invalid("The back of a card has at least three words.", field="back")
    if len(back) > BACK_CHARACTERS:
        raise Invalid("The back of a card may have 600 characters at most.", field="back")
    return CardText(front, back, text.document_id, text.page)


async def cards_of_activity(db: Database | Reads, activity_id: int) -> list[Card]:
    rows = await db.fetch_all(
        "SELECT * FROM cards WHERE activity_id = :id ORDER BY position, id", id=activity_id
    )
    return [_card(row) for row in rows]


async def add_card(tx: Transaction, activity: Activity, text: CardText) -> int:
    check_changeable(activity)
    check_room(activity)
    return await insert_card(tx, activity.id, text)


async def insert_card(tx: Transaction, activity_id: int, text: CardText) -> int:
    """The last of the set, if it obeys the rules."""
    others = await cards_of_activity(tx, activity_id)
    text = checked_card(text, {key_of(other.text) for other in others})
    return await tx.insert(
        """
        INSERT INTO cards (activity_id, position, front, back, document_id, page)
        VALUES (:activity_id, :position, :front, :back, :document_id, :page)
        """,
        activity_id=activity_id,
        position=max((other.position for other in others), default=0) + 1,
        front=text.front,
        back=text.back,
        document_id=text.document_id,
        page=text.page,
    )


async def change_card(tx: Transaction, activity: Activity, card_id: int, text: CardText) -> None:
    """Where it came from stays with it."""
    check_changeable(activity)
    others = await cards_of_activity(tx, activity.id)
    if card_id not in {other.id for other in others}:
        raise NotFound(NO_SUCH_CARD)
    text = checked_card(text, {key_of(other.text) for other in others if other.id != card_id})
    await tx.execute(
        "UPDATE cards SET front = :front, back = :back WHERE id = :id",
        front=text.front,
        back=text.back,
        id=card_id,
    )


async def remove_card(tx: Transaction, activity: Activity, card_id: int) -> None:
    check_changeable(activity)
    if activity.is_assigned and activity.items == 1:
        raise Conflict("An assigned set keeps at least one card.", "last_item")
    touched = await tx.execute(
        "DELETE FROM cards WHERE id = :id AND activity_id = :activity_id", id=card_id, activity_id=activity.id
    )
    if not touched:
        raise NotFound(NO_SUCH_CARD)


def key_of(text: CardText) -> str:
    """A front of signs alone, such as Ω, is its own key."""
    return normal_front(text.front) or text.front


def _card(row: sqlite3.Row) -> Card:
    text = CardText(row["front"], row["back"], row["document_id"], row["page"])
    return Card(row["id"], row["position"], text)
