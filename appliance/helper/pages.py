"""The lesson page that a question comes from, and which lessons of its course the asker may not see yet."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from appliance.classroom.box import box_of
from appliance.classroom.materials import lessons_of_student
from appliance.classroom.releases import decisions_of_class, release_of
from appliance.errors import Invalid
from appliance.helper.rules import Rules, rules_of
from appliance.helper.scope import Scope
from appliance.library.courses import Course, Shelf
from appliance.library.lessons import Lesson
from appliance.library.search import Passage
from appliance.settings import Settings
from appliance.storage.database import Database

CLOSED_LESSON = "This lesson is closed right now, and so is its helper. Ask your teacher when it opens."


@dataclass(frozen=True)
class Page:
    """`closed` holds the slugs of those lessons that nothing may be quoted from.

    What counts about topics stands in `rules`: those of the scope are from when the page was drawn. `own` are
    passages of what teachers wrote: for a page that belongs to no course the only ones, for a lesson's some beside it.
    """

    scope: Scope
    course: Course
    lesson: Lesson
    closed: frozenset[str]
    rules: Rules
    own: tuple[Passage, ...] = ()

    @property
    def place(self) -> tuple[str, str]:
        """Slugs of course and lesson."""
        return self.course.slug, self.lesson.slug

    @property
    def about(self) -> str:
        """All that the lesson says of itself."""
        return " ".join((self.scope.context, *self.rules.topics, self.lesson.body_student))

    @property
    def covers(self) -> tuple[str, ...]:
        """What the lesson is about, in words that may be shown; never empty."""
        return self.rules.topics or (self.lesson.title,)


async def page_of(db: Database, shelf: Shelf, settings: Settings, scope: Scope, now: int) -> Page:
    """Raises NotFound when the lesson is gone, Invalid when it was closed since the page was drawn.

    And Forbidden (`llm_access_disabled`) where the helper was switched off.
    """
    course = shelf.course(scope.course_slug)
    lesson = shelf.lesson(scope.course_slug, scope.lesson_slug)
    closed = await closed_lessons(db, course, scope, now)
    if lesson.slug in closed:
        raise Invalid(CLOSED_LESSON, "invalid_scope_token")
    rules = await rules_of(db, settings, scope.class_id, course, lesson)
    rules.hold_to_on()
    return page_by(rules, scope, course, lesson, closed)


async def on_their_road(db: Database, page: Page, student_id: int) -> Page:
    """Without what is hidden from this student or stands on no road of theirs; refuses as `page_of` does."""
    theirs = await lessons_of_student(db, page.scope.class_id, student_id, page.course.slug)
    if theirs is None:
        return page
    if page.lesson.slug not in theirs:
        raise Invalid(CLOSED_LESSON, "invalid_scope_token")
    hidden = frozenset(lesson.slug for lesson in page.course.lessons) - theirs
    return replace(page, closed=page.closed | hidden)


def page_by(rules: Rules, scope: Scope, course: Course, lesson: Lesson, closed: frozenset[str]) -> Page:
    return Page(replace(scope, allowed_topics=rules.topics), course, lesson, closed, rules)


async def closed_lessons(db: Database, course: Course, scope: Scope, now: int) -> frozenset[str]:
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
