"""A class as its teacher sees it: the code, who is here, what came in, what is open."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.box import today
from appliance.classroom.classes import class_of_staff, create_class
from appliance.classroom.materials import add_course, courses_of_class
from appliance.classroom.pressed_forms import new_form_key
from appliance.classroom.students import roster
from appliance.errors import Refusal
from appliance.insights.helper_use import questions_since, start_of
from appliance.parts import Parts, parts_of
from appliance.teacher.form_keys import made_once
from appliance.teacher.join_cards import join_ways
from appliance.teacher.lesson_lines import lesson_lines, module_lines, todays_lesson
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.digests import digests_of_staff
from appliance.work.submissions import handed_in_to_class
from appliance.work.tracker import tallies_of_staff

NEWEST = 30
HERE_SECONDS = 10 * 60


async def new(request: Request) -> HTTPResponse:
    return _new_page(request)


async def create(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    course = forms.text(request, "course")
    try:
        async with parts.db.transaction() as tx:
            name = forms.text(request, "name", 2000)

            async def make() -> int:
                created = await create_class(tx, person.id, name)
                if course:
                    await add_course(tx, created.id, parts.shelf.course(course), parts.shelf.lessons(course))
                await record_staff(tx, "create_class", person.id, created.id, "", request.ip)
                return created.id

            class_id = await made_once(request, tx, make)
    except Refusal as refusal:
        return _new_page(request, refusal)
    say(request, translator(request)("Your class is ready. Show its code to your students."))
    return redirect(f"/teach/class/{class_id}")


async def show(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    on_road = await courses_of_class(parts.db, class_id)
    lessons = await lesson_lines(parts, class_id)
    tallies = await tallies_of_staff(parts.db, parts.shelf, person.id, class_id)
    return render(
        request,
        "teacher/class.html",
        classroom=classroom,
        ways=join_ways(request, classroom),
        room=parts.presence.room_of(class_id),
        roster=await roster(parts.db, class_id),
        here_since=parts.db.now() - HERE_SECONDS,
        helper_today=await _helper_today(parts, class_id),
        handed_in=await handed_in_to_class(parts.db, class_id, NEWEST),
        digest=(await digests_of_staff(parts.db, person.id)).get(class_id),
        lessons=lessons,
        today=todays_lesson(lessons, tallies),
        own_modules=module_lines(tallies, await today(parts.db)),
        other_courses=[course for course in parts.shelf.courses() if course.slug not in on_road],
    )


async def _helper_today(parts: Parts, class_id: int) -> int:
    """Questions to the helper since midnight."""
    start = await start_of(parts.db, "today", parts.settings.retention_helper_questions_days)
    return await questions_since(parts.db, class_id, start.moment)


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
        form_key=new_form_key(),
    )
