"""Comments that a teacher writes again and again: kept once, put in with one press."""

from dataclasses import dataclass

from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database, Transaction
from appliance.work.reviews import COMMENT_CHARACTERS

MOST_COMMENTS = 50


@dataclass(frozen=True)
class SavedComment:
    id: int
    body: str


async def saved_comments_of_staff(db: Database, staff_id: int) -> list[SavedComment]:
    rows = await db.fetch_all(
        "SELECT id, body FROM saved_comments WHERE staff_id = :staff_id ORDER BY body COLLATE NOCASE",
        staff_id=staff_id,
    )
    return [SavedComment(row["id"], row["body"]) for row in rows]


async def save_comment(tx: Transaction, staff_id: int, body: str) -> None:
    """The same words are kept once. Raises Invalid."""
    body = _checked(body)
    row = await tx.fetch_one(
        """
        SELECT count(*) AS kept, coalesce(max(body = :body), 0) AS has_these
        FROM saved_comments WHERE staff_id = :staff_id
        """,
        staff_id=staff_id,
        body=body,
    )
    if row is not None and row["kept"] >= MOST_COMMENTS and not row["has_these"]:
        raise Invalid("You have 50 comments kept already. Remove one first.", field="saved")
    await tx.execute(
        """
        INSERT INTO saved_comments (staff_id, body, created_at)
        VALUES (:staff_id, :body, :now)
        ON CONFLICT (staff_id, body) DO NOTHING
        """,
        staff_id=staff_id,
        body=body,
        now=tx.now,
    )


async def change_comment(tx: Transaction, staff_id: int, comment_id: int, body: str) -> None:
    """What students already got with it stays as it was. Raises Invalid, and NotFound for another's comment."""
    body = _checked(body)
    twin = await tx.fetch_one(
        "SELECT id FROM saved_comments WHERE staff_id = :staff_id AND body = :body AND id <> :id",
        staff_id=staff_id,
        body=body,
        id=comment_id,
    )
    if twin is not None:
        raise Invalid("You keep these very words already.", field="saved")
    changed = await tx.execute(
        "UPDATE saved_comments SET body = :body WHERE id = :id AND staff_id = :staff_id",
        body=body,
        id=comment_id,
        staff_id=staff_id,
    )
    if not changed:
        raise NotFound("This comment is no longer kept.")


async def remove_comment(tx: Transaction, staff_id: int, comment_id: int) -> None:
    await tx.execute(
        "DELETE FROM saved_comments WHERE id = :id AND staff_id = :staff_id", id=comment_id, staff_id=staff_id
    )


def _checked(body: str) -> str:
    """Raises Invalid."""
    body = body.strip()
    if not body:
        raise Invalid("Write the comment that you want to keep.", field="saved")
    if len(body) > COMMENT_CHARACTERS:
        raise Invalid("The comment may have 2000 characters at most.", "too_long", field="saved")
    return body
