"""Everything the box keeps about one student, for that student: to see, to take along, to delete."""

import asyncio

from sanic import HTTPResponse, Request
from sanic.response import json, redirect

from appliance.auth import sessions
from appliance.auth.emoji_codes import pictures_of
from appliance.classroom.classes import class_by_id
from appliance.classroom.students import LeftFiles, student_by_id
from appliance.helper.class_reset import forget_person
from appliance.helper.counted_questions import asked_by_student
from appliance.parts import Parts, parts_of
from appliance.web.identity import (
    DEVICE_COOKIE,
    SESSION_COOKIE,
    Person,
    forget,
    person_of,
    session_token,
)
from appliance.web.refusals import wants_json
from appliance.web.rendering import render, say, translator
from appliance.work import erasure
from appliance.work.assignments import study_of_student
from appliance.work.erasure import Removed
from appliance.work.held import held_of_student


async def show(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    student = await student_by_id(parts.db, person.id)
    return render(
        request,
        "student/my_data.html",
        student=student,
        classroom=await class_by_id(parts.db, student.class_id),
        held=await held_of_student(parts.db, parts.shelf, student.id),
        study=await study_of_student(parts.db, student.class_id, student.id),
        asked=await asked_by_student(parts.db, student.id),
        kept_days=parts.settings.retention_helper_questions_days,
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
        removed = await erasure.remove_work(tx, person.id)
    await erasure.erase(parts.db, parts.files, parts.partial_files, removed.left)
    say(request, _count(request, removed))
    return redirect("/student/my-data")


async def remove(request: Request) -> HTTPResponse:
    """All of it, the name too. The session ends because the student is gone."""
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        removed = await erasure.remove_everything(tx, person.id)
    parts.presence.leave(person.class_id, person.id)
    # Somebody who closes the page at once has asked for all of it.
    await asyncio.shield(asyncio.ensure_future(_forget(parts, person, removed.left)))
    say(
        request,
        translator(request)("Everything about you is deleted from this box.")
        + " "
        + _count(request, removed),
    )
    return _left(request)


async def end_session(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await sessions.end(tx, session_token(request))
    parts.presence.leave(person.class_id, person.id)
    say(request, translator(request)("You have left the class on this device. Your work is still there."))
    return _left(request)


async def _forget(parts: Parts, person: Person, left: LeftFiles) -> None:
    await erasure.erase(parts.db, parts.files, parts.partial_files, left)
    await forget_person(parts.helper, person.class_id, person.id)


def _count(request: Request, removed: Removed) -> str:
    files, entries = len(removed.left.whole), removed.entries
    return translator(request)(
        "Your work is deleted. Files: %(files)s. Texts, ticks and marks of your own: %(entries)s.",
        files=files,
        entries=entries,
    )


def _left(request: Request) -> HTTPResponse:
    response = redirect("/")
    forget(request, response, SESSION_COOKIE, DEVICE_COOKIE)
    return response
