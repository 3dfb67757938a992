"""The school that this box belongs to: one row, made once at first run."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, available_timezones

from appliance.errors import Conflict, Invalid
from appliance.storage.database import Database, Transaction

NAME_CHARACTERS = 100


@dataclass(frozen=True)
class Box:
    school_name: str
    language: str
    timezone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


async def box_of(db: Database) -> Box | None:
    """The school, or None before first run."""
    row = await db.fetch_one("SELECT school_name, language, timezone FROM box WHERE id = 1")
    return Box(row["school_name"], row["language"], row["timezone"]) if row else None


async def today(db: Database) -> date:
    """The day it is at the school."""
    box = await box_of(db)
    return datetime.fromtimestamp(db.now(), box.zone if box else UTC).date()


async def set_up_box(tx: Transaction, school_name: str, language: str, timezone: str) -> Box:
    """Raises Conflict when somebody else was quicker, Invalid for a name or zone that can't be."""
    name = checked_school_name(school_name)
    if timezone not in available_timezones():
        raise Invalid("Choose a time zone from the list.", field="timezone")
    if await tx.fetch_one("SELECT id FROM box WHERE id = 1"):
        raise Conflict("This box is set up already. Sign in instead.", "already_set_up")
    await tx.execute(
        """
        INSERT INTO box (id, school_name, language, timezone, set_up_at)
        VALUES (1, :school_name, :language, :timezone, :now)
        """,
        school_name=name,
        language=language,
        timezone=timezone,
        now=tx.now,
    )
    return Box(name, language, timezone)


def checked_school_name(school_name: str) -> str:
    name = " ".join(school_name.split())
    if not name:
        raise Invalid("Type the name of your school.", field="school_name")
    if len(name) > NAME_CHARACTERS:
        raise Invalid("The name of the school may have 100 characters at most.", field="school_name")
    return name
