"""The teacher's first page: where to start today, and their classes."""

from datetime import date, timedelta

from sanic import HTTPResponse, Request

from appliance.classroom.box import today
from appliance.classroom.classes import classes_of_staff
from appliance.classroom.materials import materials_of_staff
from appliance.classroom.modules import modules_opening
from appliance.classroom.releases import Decisions, decisions_of_staff, release_of
from appliance.classroom.road_lessons import lessons_on_road
from appliance.library.lessons import Lesson
from appliance.parts import Parts, parts_of
from appliance.teacher.box_address import on_network, ways
from appliance.web.identity import person_of
from appliance.web.rendering import render
from appliance.work.digests import digests_of_staff


async def index(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    return render(
        request,
        "teacher/home.html",
        classes=await classes_of_staff(parts.db, person.id),
        past=await classes_of_staff(parts.db, person.id, ended=True),
        digests=await digests_of_staff(parts.db, person.id),
        opening=await opening_today(parts, person.id),
        opening_modules=await modules_opening(parts.db, person.id, await today(parts.db)),
        ways=ways(request) if on_network(request) else [],
    )


async def opening_today(parts: Parts, staff_id: int) -> dict[int, list[Lesson]]:
    """Lessons that open by themselves today, by class; a lock by hand keeps one shut."""
    decisions, day = await decisions_of_staff(parts.db, staff_id), await today(parts.db)
    on_roads = await materials_of_staff(parts.db, staff_id, kind="lesson")
    lessons = lessons_on_road(parts.shelf, on_roads)
    opening: dict[int, list[Lesson]] = {}
    for material in on_roads:
        lesson = lessons.get((material.course_slug, material.lesson_slug))
        decided = decisions.get(material.class_id, {})
        if lesson and material.is_shown and opens_by_itself(decided, lesson, day):
            opening.setdefault(material.class_id, []).append(lesson)
    return opening


def opens_by_itself(decisions: Decisions, lesson: Lesson, day: date) -> bool:
    """Whether this is its day, or that of its module, and nothing keeps it shut."""
    yesterday, now = (
        release_of(decisions, lesson.course_slug, lesson.slug, lesson.available_on, each).is_open
        for each in (day - timedelta(days=1), day)
    )
    return now and not yesterday
