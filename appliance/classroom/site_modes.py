"""Site modes: what the box lets people do today, switched by an operator while it runs."""

from dataclasses import dataclass
from typing import Literal

from appliance.errors import Invalid
from appliance.storage.database import Database, Transaction

Mode = Literal["normal", "read-only", "join-only", "maintenance"]
MODES: tuple[Mode, ...] = ("normal", "read-only", "join-only", "maintenance")
MESSAGE_CHARACTERS = 300


@dataclass(frozen=True)
class SiteMode:
    """`message` is the operator's own sentence, empty for the box's."""

    mode: Mode = "normal"
    message: str = ""


async def site_mode_of(db: Database) -> SiteMode:
    """Normal before first run."""
    row = await db.fetch_one("SELECT site_mode, site_mode_message FROM box WHERE id = 1")
    return SiteMode(row["site_mode"], row["site_mode_message"]) if row else SiteMode()


async def set_site_mode(tx: Transaction, given: str, message: str) -> SiteMode:
    """Raises Invalid for a mode that there isn't, or a message that is too long."""
    mode = next((each for each in MODES if each == given.replace("_", "-")), None)
    if mode is None:
        raise Invalid("Choose one of the modes.", field="mode")
    words = " ".join(message.split())
    if len(words) > MESSAGE_CHARACTERS:
        raise Invalid("The message may have 300 characters at most.", "too_long", field="message")
    await tx.execute(
        "UPDATE box SET site_mode = :mode, site_mode_message = :words WHERE id = 1", mode=mode, words=words
    )
    return SiteMode(mode, words)
