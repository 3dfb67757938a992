"""Putting a course on a class's road."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher
from appliance.classroom.materials import add_course
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    course = parts.shelf.course(forms.text(request, "course"))
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await add_course(tx, class_id, course, parts.shelf.lessons(course.slug))
        await record_staff(tx, "add_course", person.id, class_id, course.slug, request.ip)
    say(request, translator(request)("The course %(title)s is on the class's road.", title=course.title))
    return redirect(f"/teach/class/{class_id}#lessons")
