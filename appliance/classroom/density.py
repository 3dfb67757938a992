"""How much a page shows at once: younger students get fewer links."""

from appliance.storage.database import Database


async def is_compact(db: Database) -> bool:
    """For a box whose program is elementary: what isn't needed every day is folded away."""
    row = await db.fetch_one("SELECT program_profile FROM box WHERE id = 1")
    return row is not None and row["program_profile"] == "elementary"
