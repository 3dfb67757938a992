"""What a class may be told: passages of the open lessons on its road."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from appliance.classroom.box import today
from appliance.classroom.materials import materials_of_class, materials_of_student
from appliance.classroom.releases import Decisions, decisions_of_class, release_of
from appliance.errors import NotFound, Unavailable
from appliance.library.courses import Course, Shelf
from appliance.library.search import Passage, Vector, Vectors, search
from appliance.library.second_look import Rank, looked_at_again, wanted
from appliance.storage.database import Database


@dataclass(frozen=True)
class OpenCourse:
    """A course of the class: which of its lessons students may read, and which must not be quoted."""

    course: Course
    open_titles: tuple[str, ...]
    closed: frozenset[str]


@dataclass(frozen=True)
class ClassPassage:
    """Ready to be cited: `source` says where it stands, in words; `topic` is what it is about.

    `url` is empty for what has no page.
    """

    source: str
    topic: str
    text: str
    url: str
    score: float


async def open_courses(db: Database, shelf: Shelf, class_id: int, student_id: int = 0) -> list[OpenCourse]:
    """In the order of the class's road; a course that is gone from the shelf is left out.

    With `student_id` without the lessons that are for groups of others.
    """
    on_road: dict[str, list[str]] = {}
    road = await (materials_of_student(db, student_id) if student_id else materials_of_class(db, class_id))
    for material in road:
        if material.kind == "lesson" and material.is_shown:
            on_road.setdefault(material.course_slug, []).append(material.lesson_slug)
    decisions, day = await decisions_of_class(db, class_id), await today(db)
    found = []
    for slug, lessons in on_road.items():
        try:
            course = shelf.course(slug)
        except (NotFound, Unavailable):
            continue
        opened = frozenset(_open(course, lessons, decisions, day))
        titles = tuple(lesson.title for lesson in course.lessons if lesson.slug in opened)
        closed = frozenset(lesson.slug for lesson in course.lessons) - opened
        found.append(OpenCourse(course, titles, closed))
    return found


async def passages_for_class(
    db: Database,
    courses: list[OpenCourse],
    question: str,
    vector: Vector | None,
    most: int,
    vectors: Vectors,
    rank: Rank | None = None,
    references: frozenset[str] | None = None,
) -> list[ClassPassage]:
    """The best `most` passages for a question, from everything that the class may read.

    `references` as in `search`: None for all of them.
    """
    found: list[ClassPassage] = []
    for each in courses:
        slug = each.course.slug
        passages = await search(
            db, question, slug, "", vector, wanted(most), vectors, each.closed, None, references
        )
        found += [_of_lesson(passage, each.course) for passage in passages]
    best = sorted(found, key=lambda passage: -passage.score)[: wanted(most)]
    ordered = await looked_at_again(rank, question, best, lambda passage: f"{passage.topic}. {passage.text}")
    return ordered[:most]


def _open(course: Course, on_road: list[str], decisions: Decisions, day: date) -> Iterator[str]:
    for lesson in course.lessons:
        release = release_of(decisions, course.slug, lesson.slug, lesson.available_on, day)
        if lesson.slug in on_road and release.is_open:
            yield lesson.slug


def _of_lesson(passage: Passage, course: Course) -> ClassPassage:
    titles = {lesson.slug: lesson.title for lesson in course.lessons}
    is_lesson = passage.source == "lesson"
    place = titles.get(passage.lesson_slug, course.title) if is_lesson else course.title
    anchor = f"#{passage.anchor}" if passage.anchor else ""
    url = f"/course/{passage.course_slug}/{passage.lesson_slug}{anchor}" if is_lesson else ""
    source = " · ".join(dict.fromkeys(part for part in (place, passage.heading) if part))
    return ClassPassage(source, passage.heading or place, passage.body, url, passage.score)
