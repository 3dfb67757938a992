"""Everything the box keeps about one student, for that student: to see, to take along, to delete."""

from sanic import HTTPResponse, Request
from sanic.response import json, redirect

from appliance.auth import sessions
from appliance.auth.emoji_codes import pictures_of
from appliance.classroom.classes import class_by_id
from appliance.classroom.students import remove_student, student_by_id
from appliance.parts import Parts, parts_of
from appliance.student.road import road_of
from appliance.web.identity import DEVICE_COOKIE, SESSION_COOKIE, forget, person_of, session_token
from appliance.web.refusals import wants_json
from appliance.web.rendering import render, say, translator
from appliance.work.assignments import study_of_student
from appliance.work.responses import responses_of_student
from appliance.work.submissions import remove_submissions, submissions_of_student


async def show(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    student = await student_by_id(parts.db, person.id)
    return render(
        request,
        "student/my_data.html",
        student=student,
        classroom=await class_by_id(parts.db, student.class_id),
        submissions=await submissions_of_student(parts.db, student.id),
        responses=await responses_of_student(parts.db, student.id),
        study=await study_of_student(parts.db, student.class_id, student.id),
        road=await road_of(parts, student.class_id, student.id),
    )


async def return_code(request: Request) -> HTTPResponse:
    """Only on request: a class home on a projector must not show it."""
    student = await student_by_id(parts_of(request).db, person_of(request).id)
    if wants_json(request):
        return json({"return_code": student.return_code})
    return render(
        request, "student/return_code.html", student=student, pictures=pictures_of(student.return_code)
    )


async def remove_work(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        files = await remove_submissions(tx, person.id)
    await _remove_files(parts, files)
    say(request, translator(request)("Your work is deleted. Files: %(count)s.", count=len(files)))
    return redirect("/student/my-data")


async def remove(request: Request) -> HTTPResponse:
    """All of it, the name too. The session ends because the student is gone."""
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        files = await remove_student(tx, person.id)
    await _remove_files(parts, files)
    parts.presence.leave(person.class_id, person.id)
    say(request, translator(request)("Everything about you is deleted from this box."))
    return _left(request)


async def end_session(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await sessions.end(tx, session_token(request))
    parts.presence.leave(person.class_id, person.id)
    say(request, translator(request)("You have left the class on this device. Your work is still there."))
    return _left(request)


async def _remove_files(parts: Parts, stored_names: list[str]) -> None:
    for name in stored_names:
        await parts.files.remove(name)


def _left(request: Request) -> HTTPResponse:
    response = redirect("/")
    forget(request, response, SESSION_COOKIE, DEVICE_COOKIE)
    return response
