"""What a page costs does not grow with the school: as many queries after a year of a full class as in a small one."""

import time
from dataclasses import replace
from pathlib import Path

from appliance.inference.scripted import ScriptedEngine
from appliance.settings import Settings
from tests.bench.school import ask, pages_of, seeded
from tests.bench.seeded_school import SchoolSize
from tests.conftest import Clock, School, started

SMALL = SchoolSize(teachers=1, classes=1, students=2, places=8)
LARGE = SchoolSize(teachers=1, classes=3, students=90, places=20)


async def queries(settings: Settings, folder: Path, size: SchoolSize) -> dict[str, int]:
    """The fewest of three looks at each page: the first notes that somebody was here, and jobs beside it ask too."""
    settings = replace(settings, appliance_data=folder)
    await seeded(settings, size)
    found = {}
    clock = Clock(time.time())
    async with started(settings, clock, ScriptedEngine()) as (app, url):
        school = School(app, url, clock, ScriptedEngine())
        for page in await pages_of(school, size):
            looks = []
            for _ in range(3):
                before = school.parts.db.queries
                await ask(*page.addresses[0])
                looks.append(school.parts.db.queries - before)
            found[page.name] = min(looks)
        for client in school.clients:
            await client.aclose()
    return found


async def test_no_page_takes_more_queries_when_the_school_grows(settings: Settings, tmp_path: Path) -> None:
    small = await queries(settings, tmp_path / "small", SMALL)
    assert small == await queries(settings, tmp_path / "large", LARGE)
    assert max(small.values()) < 25
