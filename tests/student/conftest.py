"""A tiny course of the tests' own on Ben's road, with every kind of work, and the ways into it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from appliance.classroom.materials import Material, add_course, materials_of_lesson
from appliance.classroom.releases import open_now, set_lock
from tests.conftest import Browser, Cast

SCOPE = re.compile(r'name="scope_token" value="([^"]+)"')
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20
MANIFEST = """
slug: lamps
title: Lamps
language: en
lessons:
  - {session: 1, slug: circles, title: Circles of light, file: lessons/1.md}
  - {session: 2, slug: paths, title: One path or two, file: lessons/2.md}
  - {session: 3, slug: later, title: Not before spring, file: lessons/3.md, available_on: 2099-03-01}
"""
CIRCLES = """---
title: Circles of light
summary: A lamp glows when its circuit is closed.
submission: {type: file, accepted: [".sb3", ".png", ".txt", ".mp4"]}
checklist:
  title: Did you
  items: [Close the loop, Open it again, Draw it]
reflection: {title: And you, prompt: What surprised you?}
helper_allowed_topics: [closed circuits, lamps]
teacher_panel: {purpose: The panel is for marmots.}
---
Today you build your first circuit.

## What closes a circuit

A lamp glows only when the circuit is closed: the current leaves the battery and comes back.

## Teacher notes

The secret answer is a wombat.

<details><summary>For teachers</summary>The hidden box holds a narwhal.</details>
"""
PATHS = """---
title: One path or two
reflection: {title: And you, prompt: Which one?}
---
First comes a line for everybody.

## Series

In a series circuit the current has one path, and every lamp goes dark together.
"""
LATER = (
    "---\ntitle: Not before spring\n---\nThis is what is coming.\n\n## The whole of it\n\nA kept secret.\n"
)
FOR_TEACHERS = ("marmots", "wombat", "narwhal")


@dataclass
class Lamps:
    """Ben at the first lesson of the tiny course."""

    cast: Cast
    ben: Browser
    work: Mapping[str, Material]
    path: str = "/course/lamps/circles"

    async def scope_token(self, path: str = "") -> str:
        found = SCOPE.search((await self.ben.get(path or self.path)).text)
        assert found is not None
        return found[1]

    async def hand_in(
        self, name: str, content: bytes, browser: Browser | None = None, **fields: str
    ) -> httpx.Response:
        browser = browser or self.ben
        return await browser.post(
            f"/material/{self.work['upload'].id}/upload", fields, files={"file": (name, content)}
        )

    async def decide(self, state: str, lesson: str = "circles") -> None:
        async with self.cast.parts.db.transaction() as tx:
            if state == "open":
                await open_now(tx, self.cast.classroom.id, "lamps", lesson)
            else:
                await set_lock(tx, self.cast.classroom.id, "lamps", lesson, True)

    def arriving(self) -> list[Path]:
        """What is left of uploads that are on their way, or were refused."""
        return list((self.cast.parts.files.folder / "arriving").glob("*"))


@pytest.fixture
async def lamps(cast: Cast) -> Lamps:
    folder = cast.parts.settings.appliance_data / "courses" / "lamps"
    (folder / "lessons").mkdir(parents=True)
    (folder / "course.yaml").write_text(MANIFEST)
    for number, text in enumerate((CIRCLES, PATHS, LATER), start=1):
        (folder / "lessons" / f"{number}.md").write_text(text)
    shelf = cast.parts.shelf
    async with cast.parts.db.transaction() as tx:
        await tx.execute("DELETE FROM modules WHERE class_id = :id", id=cast.classroom.id)
        await add_course(tx, cast.classroom.id, shelf.course("lamps"), shelf.lessons("lamps"))
    work = await materials_of_lesson(cast.parts.db, cast.classroom.id, "lamps", "circles")
    ben = await cast.student(cast.ben)
    await ben.get("/student")
    return Lamps(cast, ben, work)
