"""The school that this box belongs to: one row, made at first run and changed by its operator."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from appliance.errors import Conflict, Invalid
from appliance.settings import Settings
from appliance.storage.database import Database, Transaction

NAME_CHARACTERS = 100
NAME_SAFETY = ("off", "warn", "strict")
NO_SUCH_ZONE = "Choose a time zone from the list."


@dataclass(frozen=True)
class Box:
    """`program_profile` and `name_safety` are None where the operator left them to the settings."""

    school_name: str
    language: str
    timezone: str
    program_profile: str | None = None
    name_safety: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class Profile:
    """Whom the box is for, and what follows from it.

    `strict_rejoin`: nobody can be in a class twice under one name; who has it needs the return code.
    """

    name: str
    strict_rejoin: bool
    offers_pseudonym: bool
    helper_strictness: str
    helper_scope_mode: str
    helper_topic_filter_mode: str
    density: str


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("elementary", True, True, "strict", "strict", "strict", "compact"),
        Profile("secondary", False, True, "light", "soft", "soft", "standard"),
        Profile("advanced", False, False, "light", "soft", "soft", "expanded"),
    )
}


async def box_of(db: Database) -> Box | None:
    """The school, or None before first run."""
    row = await db.fetch_one(
        "SELECT school_name, language, timezone, program_profile, name_safety FROM box WHERE id = 1"
    )
    return Box(*row) if row else None


async def profile_of(db: Database, settings: Settings) -> Profile:
    """The one in force: the operator's choice, else the settings'."""
    return profile_for(await box_of(db), settings)


def profile_for(box: Box | None, settings: Settings) -> Profile:
    chosen = box.program_profile if box else None
    return PROFILES[chosen or settings.appliance_program_profile]


async def name_safety_of(db: Database, settings: Settings) -> str:
    """off, warn or strict: what happens to a name that looks like an address or a number."""
    box = await box_of(db)
    return (box.name_safety if box else None) or settings.appliance_name_safety_mode


async def zone_of(db: Database) -> ZoneInfo:
    """The clock on the school's wall; Greenwich's before first run."""
    box = await box_of(db)
    return box.zone if box else ZoneInfo("UTC")


async def today(db: Database) -> date:
    """The day it is at the school."""
    return datetime.fromtimestamp(db.now(), await zone_of(db)).date()


async def set_up_box(tx: Transaction, school_name: str, language: str, timezone: str) -> Box:
    """Raises Conflict when somebody else was quicker, Invalid for a name or zone that can't be."""
    name = checked_school_name(school_name)
    if timezone not in zones():
        raise Invalid(NO_SUCH_ZONE, field="timezone")
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


async def update_box(tx: Transaction, wanted: Box) -> Box:
    """Raises Invalid for a name, zone, profile or safety that can't be; whoever calls knows the languages."""
    name = checked_school_name(wanted.school_name)
    if wanted.timezone not in zones():
        raise Invalid(NO_SUCH_ZONE, field="timezone")
    if wanted.program_profile is not None and wanted.program_profile not in PROFILES:
        raise Invalid("Choose one of the three profiles.", field="program_profile")
    if wanted.name_safety is not None and wanted.name_safety not in NAME_SAFETY:
        raise Invalid("Choose what happens to such names.", field="name_safety")
    await tx.execute(
        """
        UPDATE box
        SET school_name = :school_name, language = :language, timezone = :timezone,
          program_profile = :program_profile, name_safety = :name_safety
        WHERE id = 1
        """,
        school_name=name,
        language=wanted.language,
        timezone=wanted.timezone,
        program_profile=wanted.program_profile,
        name_safety=wanted.name_safety,
    )
    return replace(wanted, school_name=name)


@cache
def zones() -> frozenset[str]:
    """By their names; Python goes through a folder of 600 files for them, and they change with an update alone."""
    return frozenset(available_timezones())


def time_zones() -> list[tuple[str, str]]:
    """Every place with a time of its own, as value and words."""
    places = (zone for zone in zones() if "/" in zone and not zone.startswith("Etc/"))
    return [
        ("UTC", "UTC"),
        *((zone, zone.replace("_", " ").replace("/", " / ")) for zone in sorted(places)),
    ]


def checked_school_name(school_name: str) -> str:
    name = " ".join(school_name.split())
    if not name:
        raise Invalid("Type the name of your school.", field="school_name")
    if len(name) > NAME_CHARACTERS:
        raise Invalid("The name of the school may have 100 characters at most.", field="school_name")
    return name
