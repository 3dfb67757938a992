"""The lesson page that a question comes from, and which lessons of its course the asker may not see yet."""

from dataclasses import dataclass
from datetime import UTC, datetime

from appliance.classroom.box import box_of
from appliance.classroom.releases import decisions_of_class, release_of
from appliance.errors import Invalid
from appliance.helper.scope import Scope
from appliance.library.courses import Course, Shelf
from appliance.library.lessons import Lesson
from appliance.storage.database import Database

CLOSED_LESSON = "This lesson is closed right now, and so is its helper. Ask your teacher when it opens."


@dataclass(frozen=True)
class Page:
    """`closed` holds the slugs of those lessons that nothing may be quoted from."""

    scope: Scope
    course: Course
    lesson: Lesson
    closed: frozenset[str]

    @property
    def place(self) -> tuple[str, str]:
        """Slugs of course and lesson."""
        return self.course.slug, self.lesson.slug

    @property
    def about(self) -> str:
        """All that the lesson says of itself."""
        return " ".join((self.scope.context, *self.scope.allowed_topics, self.lesson.body_student))

    @property
    def covers(self) -> tuple[str, ...]:
        """What the lesson is about, in words that may be shown; never empty."""
        return self.scope.allowed_topics or (self.lesson.title,)


async def page_of(db: Database, shelf: Shelf, scope: Scope, now: int) -> Page:
    """Raises NotFound when the lesson is gone, Invalid when it was closed since the page was drawn."""
    course = shelf.course(scope.course_slug)
    lesson = shelf.lesson(scope.course_slug, scope.lesson_slug)
    closed = await _closed_lessons(db, course, scope, now)
    if lesson.slug in closed:
        raise Invalid(CLOSED_LESSON, "invalid_scope_token")
    return Page(scope, course, lesson, closed)


async def _closed_lessons(db: Database, course: Course, scope: Scope, now: int) -> frozenset[str]:
    if scope.audience == "staff":
        return frozenset()
    decisions = await decisions_of_class(db, scope.class_id)
    box = await box_of(db)
    today = datetime.fromtimestamp(now, box.zone if box else UTC).date()
    return frozenset(
        lesson.slug
        for lesson in course.lessons
        if not release_of(decisions, course.slug, lesson.slug, lesson.available_on, today).is_open
    )
