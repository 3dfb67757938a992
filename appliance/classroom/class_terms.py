"""A class over the years: its name, its end, its return, and the day it goes for good."""

from appliance.classroom.classes import checked_name
from appliance.classroom.students import LeftFiles, remove_all_students
from appliance.storage.database import Transaction


async def rename_class(tx: Transaction, class_id: int, name: str) -> None:
    """Raises Invalid."""
    await tx.execute("UPDATE classes SET name = :name WHERE id = :id", name=checked_name(name), id=class_id)


async def end_class(tx: Transaction, class_id: int) -> None:
    """Locked and out of the way; whoever is in can still look and take their work home."""
    await tx.execute(
        "UPDATE classes SET ended_at = coalesce(ended_at, :now), is_locked = 1 WHERE id = :id",
        now=tx.now,
        id=class_id,
    )


async def bring_back_class(tx: Transaction, class_id: int) -> None:
    """Still locked: its teacher opens it when it begins."""
    await tx.execute("UPDATE classes SET ended_at = NULL WHERE id = :id", id=class_id)


async def remove_class(tx: Transaction, class_id: int) -> LeftFiles:
    """With everybody and everything in it; returns the files that have to go too.

    What staff did stays in the audit trail without the class.
    """
    left = await remove_all_students(tx, class_id)
    rows = await tx.fetch_all(
        """
        SELECT stored_name FROM media WHERE class_id = :class_id AND stored_name IS NOT NULL
        UNION ALL
        SELECT stored_name FROM documents WHERE class_id = :class_id
        """,
        class_id=class_id,
    )
    await tx.execute("DELETE FROM classes WHERE id = :class_id", class_id=class_id)
    return LeftFiles((*left.whole, *(row["stored_name"] for row in rows)), left.partial)
