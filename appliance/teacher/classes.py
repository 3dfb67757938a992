"""A class as its teacher sees it: the code, who is here, what came in, what is open."""

from dataclasses import dataclass

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.box import today
from appliance.classroom.classes import Class, class_of_staff, create_class
from appliance.classroom.materials import add_course, courses_of_class, materials_of_class
from appliance.classroom.releases import Release, decisions_of_class, release_of
from appliance.classroom.students import roster
from appliance.errors import NotFound, Refusal, Unavailable
from appliance.insights.helper_use import questions_since, start_of
from appliance.library.lessons import Lesson
from appliance.parts import Parts, parts_of
from appliance.teacher.join_cards import join_ways
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.review_queue import waiting_of_class
from appliance.work.submissions import handed_in_to_class

NEWEST = 30
HERE_SECONDS = 10 * 60


@dataclass(frozen=True)
class LessonLine:
    """A lesson of this class and whether its students may read it."""

    lesson: Lesson
    release: Release

    @property
    def path(self) -> str:
        return f"/course/{self.lesson.course_slug}/{self.lesson.slug}"


async def new(request: Request) -> HTTPResponse:
    return _new_page(request)


async def create(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    course = forms.text(request, "course")
    try:
        async with parts.db.transaction() as tx:
            created = await create_class(tx, person.id, forms.text(request, "name", 2000))
            if course:
                await add_course(tx, created.id, parts.shelf.course(course), parts.shelf.lessons(course))
            await record_staff(tx, "create_class", person.id, created.id, "", request.ip)
    except Refusal as refusal:
        return _new_page(request, refusal)
    say(request, translator(request)("Your class is ready. Show its code to your students."))
    return redirect(f"/teach/class/{created.id}")


async def show(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    on_road = await courses_of_class(parts.db, class_id)
    return render(
        request,
        "teacher/class.html",
        classroom=classroom,
        ways=join_ways(request, classroom),
        roster=await roster(parts.db, class_id),
        here_since=parts.db.now() - HERE_SECONDS,
        to_review=await waiting_of_class(parts.db, class_id),
        helper_today=await _helper_today(parts, class_id),
        handed_in=await handed_in_to_class(parts.db, class_id, NEWEST),
        lessons=await _lesson_lines(parts, classroom),
        other_courses=[course for course in parts.shelf.courses() if course.slug not in on_road],
    )


async def _helper_today(parts: Parts, class_id: int) -> int:
    """Questions to the helper since midnight."""
    start = await start_of(parts.db, "today", parts.settings.retention_helper_questions_days)
    return await questions_since(parts.db, class_id, start.moment)


async def _lesson_lines(parts: Parts, classroom: Class) -> list[LessonLine]:
    decisions = await decisions_of_class(parts.db, classroom.id)
    day = await today(parts.db)
    lines = []
    for material in await materials_of_class(parts.db, classroom.id):
        if material.kind != "lesson":
            continue
        try:
            lesson = parts.shelf.lesson(material.course_slug, material.lesson_slug)
        except (NotFound, Unavailable):
            continue
        release = release_of(decisions, lesson.course_slug, lesson.slug, lesson.available_on, day)
        lines.append(LessonLine(lesson, release))
    return lines


def _new_page(request: Request, refusal: Refusal | None = None) -> HTTPResponse:
    typed = forms.typed(request, "name", "course")
    errors = forms.errors(refusal, translator(request))
    courses = parts_of(request).shelf.courses()
    return render(
        request,
        "teacher/new_class.html",
        422 if refusal else 200,
        typed=typed,
        errors=errors,
        courses=courses,
    )
