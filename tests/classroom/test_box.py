"""The school of the box: set up once, with a name and a time zone that exist."""

from datetime import date

import pytest

from appliance.classroom.box import Box, box_of, set_up_box, today
from appliance.errors import Conflict, Invalid
from appliance.storage.database import Database
from tests.conftest import Clock


async def set_up(db: Database, name: str = "Hill School", zone: str = "Europe/Madrid") -> Box:
    async with db.transaction() as tx:
        return await set_up_box(tx, name, "es", zone)


async def test_a_new_box_belongs_to_nobody(db: Database) -> None:
    assert await box_of(db) is None


async def test_the_school_is_set_up_once(db: Database) -> None:
    assert (
        await set_up(db, "  Hill   School ") == await box_of(db) == Box("Hill School", "es", "Europe/Madrid")
    )
    with pytest.raises(Conflict, match="Sign in instead"):
        await set_up(db, "Another School")
    assert (await box_of(db) or Box("", "", "")).school_name == "Hill School"


@pytest.mark.parametrize(
    ("name", "zone", "field"),
    [
        ("", "UTC", "school_name"),
        (" \t ", "UTC", "school_name"),
        ("x" * 101, "UTC", "school_name"),
        ("Hill School", "Mars/Olympus", "timezone"),
        ("Hill School", "", "timezone"),
        ("Hill School", "../../etc/passwd", "timezone"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field(db: Database, name: str, zone: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await set_up(db, name, zone)
    assert refused.value.field == field
    assert await box_of(db) is None


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Auckland", date(2027, 1, 2)), ("America/Los_Angeles", date(2027, 1, 1))]
)
async def test_today_is_the_day_at_the_school(db: Database, clock: Clock, zone: str, day: date) -> None:
    clock.now = 1_798_848_000.0  # 2027-01-02 00:00 UTC
    await set_up(db, zone=zone)
    assert await today(db) == day
