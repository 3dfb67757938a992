"""A course: its lessons in order, and the pictures in them."""

from sanic import HTTPResponse, Request
from sanic.response import file

from appliance.classroom.box import today
from appliance.classroom.materials import course_lessons_of_student
from appliance.classroom.releases import decisions_of_class, release_of
from appliance.errors import NotFound
from appliance.library.media import asset_path, content_type
from appliance.parts import Parts, parts_of
from appliance.student.lessons import NOT_IN_CLASS
from appliance.web.headers import SANDBOX
from appliance.web.identity import Person, person_of
from appliance.web.rendering import render

ASSET_SECONDS = 3600


async def show(request: Request, course: str) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    found = parts.shelf.course(course)
    seen = await _seen(parts, person, course)
    lessons = [lesson for lesson in found.lessons if person.is_staff or lesson.slug in seen]
    decisions = await decisions_of_class(parts.db, person.class_id) if person.is_student else {}
    day = await today(parts.db)
    releases = {
        lesson.slug: release_of(
            decisions, course, lesson.slug, None if person.is_staff else lesson.available_on, day
        )
        for lesson in lessons
    }
    return render(request, "student/course.html", course=found, lessons=lessons, releases=releases)


async def asset(request: Request, course: str, name: str) -> HTTPResponse:
    parts = parts_of(request)
    await _seen(parts, person_of(request), course)
    path = asset_path(parts.shelf.course(course), name)
    headers = {"Cache-Control": f"private, max-age={ASSET_SECONDS}", "Content-Security-Policy": SANDBOX}
    return await file(path, mime_type=content_type(name), headers=headers)


async def _seen(parts: Parts, person: Person, course: str) -> frozenset[str]:
    """Which of its lessons this student sees; nothing for staff. Raises NotFound where it is none of them."""
    if not person.is_student:
        return frozenset()
    seen = await course_lessons_of_student(parts.db, person.id, course)
    if not seen:
        raise NotFound(NOT_IN_CLASS)
    return seen
