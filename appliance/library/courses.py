"""The shelf of courses: folders with a `course.yaml`, read again when a file changes, a broken one never hiding others."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from appliance.errors import Invalid, NotFound, Refusal, Unavailable
from appliance.library.lessons import Lesson, Place, Video, lesson_from, release_date, videos_from
from appliance.library.sources import (
    SLUG,
    YAML_BYTES,
    Signature,
    Source,
    Yaml,
    entries,
    inside,
    lines_of,
    mapping,
    number,
    read_source,
    signature,
    words,
)

MANIFEST = "course.yaml"
MOST_LESSONS = 500
NO_COURSE = "This course isn't on the box."
NO_LESSON = "This lesson isn't part of the course."
BROKEN_LESSON = "This lesson can't be opened: its file needs a repair. Teachers see what is wrong under Lessons."


@dataclass(frozen=True)
class CourseLesson:
    session: int
    slug: str
    title: str
    file: str
    summary: str
    available_on: date | None
    helper_reference: str
    videos: tuple[Video, ...]


@dataclass(frozen=True)
class Course:
    """`folder` is where its files are; the folder's name is the slug."""

    slug: str
    title: str
    summary: str
    language: str
    age_band: str
    sessions: int
    needs: tuple[str, ...]
    privacy: tuple[str, ...]
    helper_reference: str
    lessons: tuple[CourseLesson, ...]
    folder: Path
    duration_minutes: int | None
    ui_level: str
    program_profile: str
    learner_level: str
    grade_band: str


@dataclass(frozen=True)
class Problem:
    """What is wrong with a course, as a sentence for whoever mends it."""

    slug: str
    sentence: str


@dataclass(frozen=True)
class _Read:
    """A course as it was read, and the files it was read from."""

    course: Course
    lessons: dict[str, Lesson]
    problems: tuple[Problem, ...]
    files: dict[Path, Signature | None]

    @property
    def is_fresh(self) -> bool:
        return all(signature(path) == seen for path, seen in self.files.items())


class Shelf:
    """Courses of several folders; an earlier folder wins where two hold the same slug."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(Path(os.path.abspath(folder)) for folder in folders)
        self._read: dict[Path, _Read] = {}

    def courses(self) -> list[Course]:
        """By title; courses whose manifest can't be read are in `problems` instead."""
        read = (self._course(folder) for folder in self._course_folders().values())
        found = [entry.course for entry in read if isinstance(entry, _Read)]
        return sorted(found, key=lambda course: (course.title.casefold(), course.slug))

    def problems(self) -> list[Problem]:
        found: list[Problem] = []
        for folder in self._course_folders().values():
            read = self._course(folder)
            found.extend([read] if isinstance(read, Problem) else read.problems)
        return found

    def course(self, slug: str) -> Course:
        return self._found(slug).course

    def lesson(self, course_slug: str, lesson_slug: str) -> Lesson:
        """Raises NotFound when there is none, Unavailable when its file is broken."""
        read = self._found(course_slug)
        if lesson_slug in read.lessons:
            return read.lessons[lesson_slug]
        if any(entry.slug == lesson_slug for entry in read.course.lessons):
            raise Unavailable(BROKEN_LESSON, "lesson_broken")
        raise NotFound(NO_LESSON, "lesson_not_found")

    def lessons(self, course_slug: str) -> list[Lesson]:
        """Those lessons of a course that can be read, in order."""
        return list(self._found(course_slug).lessons.values())

    def _course_folders(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for folder in self._folders:
            with os.scandir(folder) if folder.is_dir() else _nothing() as entries_there:
                names = sorted(entry.name for entry in entries_there if not entry.name.startswith("."))
            for name in names:
                if name not in found and os.path.lexists(folder / name / MANIFEST):
                    found[name] = folder / name
        return found

    def _found(self, slug: str) -> _Read:
        if SLUG.fullmatch(slug):
            for folder in self._folders:
                if os.path.lexists(folder / slug / MANIFEST):
                    read = self._course(folder / slug)
                    if isinstance(read, Problem):
                        raise NotFound(NO_COURSE, "course_broken")
                    return read
        raise NotFound(NO_COURSE, "course_not_found")

    def _course(self, folder: Path) -> "_Read | Problem":
        kept = self._read.get(folder)
        if kept is not None and kept.is_fresh:
            return kept
        try:
            read = _read_course(folder)
        except Refusal as refusal:
            self._read.pop(folder, None)
            return Problem(folder.name, refusal.message)
        self._read[folder] = read
        return read


def reference_text(course: Course, key: str) -> str:
    """The facts for the helper in `references/<key>.md`; empty when the pack doesn't bring them. Raises Invalid."""
    if not SLUG.fullmatch(key):
        return ""
    try:
        return read_source(course.folder.parent, course.slug, "references", f"{key}.md").text
    except NotFound:
        return ""


def problems_of(folder: Path) -> list[Problem]:
    """What is wrong with the course in a folder; empty when all is well."""
    try:
        return list(_read_course(Path(os.path.abspath(folder))).problems)
    except Refusal as refusal:
        return [Problem(folder.name, refusal.message)]


def _nothing() -> "os._ScandirIterator[str]":
    return os.scandir(os.devnull)
