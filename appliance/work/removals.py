"""What was removed waits for an undo; after 30 days it goes for good, with what students did in it and their files."""

import logging
from dataclasses import dataclass

from appliance.storage.database import Database, Transaction
from appliance.storage.files import FileStore

JOB = "forget_removed"
DAY = 24 * 3600
KEPT_SECONDS = 30 * DAY
# No undo is that old: the clock was wrong when it was removed, or is wrong now.
BELIEVED_SECONDS = 2 * 365 * DAY
TABLES = ("modules", "materials", "announcements", "activities", "media", "removed_groups", "removed_items")
# Of a module that went, everything in it goes.
GONE = """
  SELECT materials.id
  FROM materials JOIN modules ON modules.id = materials.module_id
    LEFT JOIN activities ON activities.id = materials.activity_id
  WHERE materials.removed_at < :before OR modules.removed_at < :before OR activities.removed_at < :before
"""
GONE_MEDIA = """
  SELECT media.id
  FROM media LEFT JOIN media AS film ON film.id = media.captions_of
  WHERE media.removed_at < :before OR film.removed_at < :before
"""

log = logging.getLogger("chalkbox.retention")


@dataclass(frozen=True)
class Forgotten:
    modules: int
    materials: int
    files: int


async def forget_removed(db: Database, files: FileStore) -> Forgotten:
    """Twice does no harm; a power cut in between leaves files that the sweep at the next start finds."""
    async with db.transaction() as tx:
        await _begin_again(tx)
        before = tx.now - KEPT_SECONDS
        names = await _files(tx, before)
        await _let_go(tx, before)
        materials = await tx.execute(f"DELETE FROM materials WHERE id IN ({GONE})", before=before)  # noqa: S608 - a constant
        modules = await tx.execute("DELETE FROM modules WHERE removed_at < :before", before=before)
        for statement in (
            "DELETE FROM announcements WHERE removed_at < :before",
            "DELETE FROM activities WHERE removed_at < :before",
            "DELETE FROM removed_groups WHERE removed_at < :before",
            "DELETE FROM removed_items WHERE removed_at < :before",
            f"UPDATE classes SET landing_media_id = NULL WHERE landing_media_id IN ({GONE_MEDIA})",  # noqa: S608 - a constant
            f"DELETE FROM media WHERE id IN ({GONE_MEDIA})",  # noqa: S608 - a constant
        ):
            await tx.execute(statement, before=before)
    for name in names:
        await files.remove(name)
    forgotten = Forgotten(modules, materials, len(names))
    if modules or materials or names:
        log.info("removed_forgotten modules=%d materials=%d files=%d", modules, materials, len(names))
    return forgotten


async def _begin_again(tx: Transaction) -> None:
    """The days of what carries a moment that can't be believed begin now."""
    for table in TABLES:
        await tx.execute(
            f"UPDATE {table} SET removed_at = :now WHERE removed_at < :oldest OR removed_at > :now",  # noqa: S608 - a constant
            now=tx.now,
            oldest=tx.now - BELIEVED_SECONDS,
        )


async def _files(tx: Transaction, before: int) -> list[str]:
    rows = await tx.fetch_all(
        f"""
        SELECT stored_name FROM submissions WHERE material_id IN ({GONE})
        UNION ALL
        SELECT stored_name FROM media WHERE stored_name IS NOT NULL AND id IN ({GONE_MEDIA})
        """,  # noqa: S608 - constants
        before=before,
    )
    return [row["stored_name"] for row in rows]


async def _let_go(tx: Transaction, before: int) -> None:
    """What was reached stays reached, under a number that no later module or material can have."""
    await tx.execute(
        f"UPDATE outcomes SET material_id = -id WHERE material_id IN ({GONE})",  # noqa: S608 - a constant
        before=before,
    )
    await tx.execute(
        """
        UPDATE outcomes
        SET module_id = -id
        WHERE module_id IN (SELECT id FROM modules WHERE removed_at < :before)
        """,
        before=before,
    )
