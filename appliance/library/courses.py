"""The shelf of courses: folders with a `course.yaml`, read again when a file changes."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import ClassVar

from appliance.errors import Invalid, NotFound, Refusal, Sentence, Unavailable
from appliance.library.lessons import Lesson, Place, Video, lesson_from, release_date, videos_from
from appliance.library.sources import (
    SLUG,
    YAML_BYTES,
    Signature,
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
BAD_SLUG = "%(file)s: lesson %(number)s needs a 'slug' of letters, digits, - and _ only."
SAME_SLUG = "%(file)s: two lessons have the slug '%(slug)s'. Give each its own."
NO_COURSE = "This course isn't on the box."
NO_LESSON = "This lesson isn't part of the course."
BROKEN_LESSON = "This lesson can't be opened: its file needs a repair. Teachers see why under Lessons."


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

    # For all shelves of this process: it is known of each course which files it was read from, and when.
    _read: ClassVar[dict[Path, _Read]] = {}

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(Path(os.path.abspath(folder)) for folder in folders)

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
            names = sorted(os.listdir(folder)) if folder.is_dir() else []
            for name in names:
                if not name.startswith(".") and os.path.lexists(folder / name / MANIFEST):
                    found.setdefault(name, folder / name)
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
    """The helper's facts in `references/<key>.md`; empty when the pack brings none. Raises Invalid."""
    if not SLUG.fullmatch(key):
        return ""
    try:
        return read_source(course.folder.parent, course.slug, "references", f"{key}.md").text
    except NotFound:
        return ""


def lessons_of(course: Course) -> list[Lesson]:
    """Those of its lessons that can be read, in order, fresh from their files."""
    return list(_read_course(course.folder).lessons.values())


def problems_of(folder: Path) -> list[Problem]:
    """What is wrong with the course in a folder; empty when all is well."""
    try:
        read = _read_course(Path(os.path.abspath(folder)))
    except Refusal as refusal:
        return [Problem(folder.name, refusal.message)]
    keys = {read.course.helper_reference, *(entry.helper_reference for entry in read.course.lessons)}
    return [*read.problems, *filter(None, (_reference_problem(read.course, key) for key in sorted(keys)))]


def _reference_problem(course: Course, key: str) -> Problem | None:
    try:
        reference_text(course, key)
    except Refusal as refusal:
        return Problem(course.slug, refusal.message)
    return None


def _read_course(folder: Path) -> _Read:
    root = folder.parent
    if not SLUG.fullmatch(folder.name):
        sentence = Sentence(
            "The folder '%(folder)s' needs a name of letters, digits, - and _ only.", folder=folder.name[:80]
        )
        raise Invalid(sentence, "slug_invalid")
    source = read_source(root, folder.name, MANIFEST, limit_bytes=YAML_BYTES)
    values = mapping(source.name, source.text)
    language = _language(values)
    listed = entries(values.get("lessons"))[:MOST_LESSONS]
    slugs = [words(entry.get("slug")) for entry in listed]
    problems = _slug_problems(source.name, folder.name, slugs)
    files: dict[Path, Signature | None] = {folder / MANIFEST: source.signature}
    lessons: dict[str, Lesson] = {}
    shown = []
    kept = [index for index, slug in enumerate(slugs) if SLUG.fullmatch(slug) and slug not in slugs[:index]]
    for position, index in enumerate(kept):
        before = slugs[kept[position - 1]] if position else None
        after = slugs[kept[position + 1]] if position + 1 < len(kept) else None
        entry = _entry(listed[index], index + 1)
        shown.append(entry)
        try:
            path = inside(root, folder.name, entry.file)
            files[path] = signature(path)
            place = _place(source.name, folder.name, language, listed[index], entry, before, after)
            lessons[entry.slug] = lesson_from(read_source(root, folder.name, entry.file), place)
        except Refusal as refusal:
            problems.append(Problem(folder.name, refusal.message))
            continue
        shown[-1] = _told_by(lessons[entry.slug], entry)
    return _Read(_course_from(folder, values, tuple(shown)), lessons, tuple(problems), files)


def _slug_problems(name: str, course_slug: str, slugs: Sequence[str]) -> list[Problem]:
    sentences = (
        [] if slugs else [Sentence("%(file)s lists no lessons: add them under 'lessons:'.", file=name)]
    )
    for index, slug in enumerate(slugs):
        if not SLUG.fullmatch(slug):
            sentences.append(Sentence(BAD_SLUG, file=name, number=index + 1))
        elif slug in slugs[:index]:
            sentences.append(Sentence(SAME_SLUG, file=name, slug=slug))
    return [Problem(course_slug, sentence) for sentence in sentences]


def _entry(listed: dict[str, Yaml], position: int) -> CourseLesson:
    session = number(listed.get("session"))
    slug = words(listed.get("slug"))
    return CourseLesson(
        session=position if session is None else session,
        slug=slug,
        title=words(listed.get("title")) or slug.replace("-", " ").replace("_", " ").capitalize(),
        file=words(listed.get("file")),
        summary=words(listed.get("summary")),
        available_on=None,
        helper_reference=words(listed.get("helper_reference")),
        videos=videos_from(listed.get("videos")),
    )


def _place(
    name: str,
    course_slug: str,
    language: str,
    listed: dict[str, Yaml],
    entry: CourseLesson,
    before: str | None,
    after: str | None,
) -> Place:
    return Place(
        course_slug=course_slug,
        language=language,
        slug=entry.slug,
        session=entry.session,
        title=entry.title,
        available_on=release_date(f"{name}, '{entry.slug}'", listed),
        helper_reference=entry.helper_reference,
        videos=entry.videos,
        previous=before,
        next=after,
    )


def _told_by(lesson: Lesson, entry: CourseLesson) -> CourseLesson:
    return replace(
        entry,
        session=lesson.session,
        title=lesson.title,
        summary=lesson.summary or entry.summary,
        available_on=lesson.available_on,
        helper_reference=lesson.helper_reference,
        videos=lesson.videos,
    )


def _language(values: dict[str, Yaml]) -> str:
    return words(values.get("language")) or "en"


def _course_from(folder: Path, values: dict[str, Yaml], lessons: tuple[CourseLesson, ...]) -> Course:
    return Course(
        slug=folder.name,
        title=words(values.get("title")) or folder.name.replace("-", " ").replace("_", " ").capitalize(),
        summary=words(values.get("summary")),
        language=_language(values),
        age_band=words(values.get("age_band")),
        sessions=number(values.get("sessions")) or len(lessons),
        needs=lines_of(values.get("needs")),
        privacy=lines_of(values.get("privacy")),
        helper_reference=words(values.get("helper_reference")),
        lessons=lessons,
        folder=folder,
        duration_minutes=number(values.get("default_duration_minutes")),
        ui_level=words(values.get("ui_level")),
        program_profile=words(values.get("program_profile")),
        learner_level=words(values.get("learner_level")),
        grade_band=words(values.get("grade_band")),
    )
