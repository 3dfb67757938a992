"""A course: its lessons in order, and the pictures in them."""

import asyncio
from urllib.parse import unquote

from sanic import HTTPResponse, Request
from sanic.response import empty, file

from appliance.classroom.box import today
from appliance.classroom.materials import course_lessons_of_student, materials_of_student
from appliance.classroom.releases import decisions_of_class, release_of, release_of_material
from appliance.errors import Forbidden, NotFound
from appliance.library.media import NO_ASSET, asset_path, content_type, names_asset
from appliance.library.sections import intro_only
from appliance.parts import Parts, parts_of
from appliance.student.lessons import LOCKED, NOT_IN_CLASS
from appliance.web.headers import SANDBOX
from appliance.web.identity import Person, person_of
from appliance.web.rendering import render

# As with thumbnails: what is locked again is out of a shared browser within ten minutes; asking again costs no bytes.
ASSET_SECONDS = 600


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
    """For students what the lessons show that are open to them, or their teacher's own texts; for staff all."""
    parts, person, name = parts_of(request), person_of(request), unquote(name)
    if person.is_student:
        await _check_shown(parts, person, course, name)
    path = asset_path(parts.shelf.course(course), name)
    now = await asyncio.to_thread(path.stat)
    # In small letters: beside a name in capitals Sanic puts its own "no-cache".
    headers = {
        "cache-control": f"private, max-age={ASSET_SECONDS}",
        "content-security-policy": SANDBOX,
        # Not by its date alone: a file that an operator puts there may be older than the one before.
        "etag": f'"{now.st_mtime_ns:x}-{now.st_size:x}"',
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return empty(304, headers)
    return await file(path, mime_type=content_type(name), headers=headers)


async def _check_shown(parts: Parts, person: Person, course: str, name: str) -> None:
    """Raises NotFound for a file that nothing they see shows, Forbidden where what shows it is locked.

    Of a locked lesson the introduction is shown, so its pictures are there.
    """
    seen = await _seen(parts, person, course)
    lessons = [each for each in parts.shelf.lessons(course) if each.slug in seen]
    showing = [each for each in lessons if names_asset(each.body_student, name)]
    decisions, day = await decisions_of_class(parts.db, person.class_id), await today(parts.db)
    if any(release_of(decisions, course, each.slug, each.available_on, day).is_open for each in showing):
        return
    if any(names_asset(intro_only(each.body_student), name) for each in showing):
        return
    texts = [
        each
        for each in await materials_of_student(parts.db, person.id)
        if names_asset(f"{each.body}\n{each.url}", name, f"/course/{course}/assets")
    ]
    if any(release_of_material(decisions, parts.shelf, each, day).is_open for each in texts):
        return
    raise Forbidden(LOCKED, "lesson_locked") if showing else NotFound(NO_ASSET, "asset_not_found")


async def _seen(parts: Parts, person: Person, course: str) -> frozenset[str]:
    """Which of its lessons this student sees; nothing for staff. Raises NotFound where it is none of them."""
    if not person.is_student:
        return frozenset()
    seen = await course_lessons_of_student(parts.db, person.id, course)
    if not seen:
        raise NotFound(NOT_IN_CLASS)
    return seen
