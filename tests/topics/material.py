"""The short courses that the topic filter is fitted on, each with questions on its topic and off it."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "courses"
LABELS = ("on", "any", "off")
COURSE = """\
slug: {slug}
title: "{title}"
language: en
licence: Apache-2.0
summary: "{summary}"
age_band: "10-13"
sessions: 1
lessons:
  - {{session: 1, slug: {slug}, title: "{title}", file: lessons/01.md}}
"""
LESSON = """\
---
course: {slug}
session: 1
slug: {slug}
title: "{title}"
summary: "{summary}"
duration_minutes: 60
helper_allowed_topics: [{topics}]
---

{body}
"""


@dataclass(frozen=True)
class Asked:
    """`label` is on, off, or any: what may be asked about every lesson."""

    label: str
    text: str


@dataclass(frozen=True)
class Material:
    slug: str
    title: str
    summary: str
    topics: tuple[str, ...]
    body: str
    questions: tuple[Asked, ...]

    def write(self, shelf: Path) -> None:
        """As a course of one lesson, the way teachers write them."""
        folder = shelf / self.slug / "lessons"
        folder.mkdir(parents=True)
        said = {"slug": self.slug, "title": self.title, "summary": self.summary, "body": self.body}
        topics = ", ".join(f'"{topic}"' for topic in self.topics)
        (folder.parent / "course.yaml").write_text(COURSE.format(**said), encoding="utf-8")
        (folder / "01.md").write_text(LESSON.format(**said, topics=topics), encoding="utf-8")


def materials() -> list[Material]:
    return [_material(path) for path in sorted(FOLDER.glob("*.txt"))]


def made_from() -> str:
    """The SHA-256 of all of it."""
    whole = sha256()
    for path in sorted(FOLDER.glob("*.txt")):
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _material(path: Path) -> Material:
    head, _, rest = path.read_text(encoding="utf-8").partition("\n\n")
    said = dict(line.split(": ", 1) for line in head.splitlines())
    body, _, questions = rest.partition("\n== ")
    topics = tuple(said["topics"].split("; "))
    return Material(path.stem, said["title"], said["summary"], topics, body, tuple(_questions(questions)))


def _questions(text: str) -> Iterator[Asked]:
    for part in text.split("\n== "):
        label, *lines = part.strip().splitlines()
        yield from (Asked(label, line) for line in lines if line)
