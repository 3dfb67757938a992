"""The class home: the one thing to do now, and the road it lies on."""

from sanic import HTTPResponse, Request

from appliance.classroom.announcements import announcements_for_student
from appliance.classroom.classes import class_by_id
from appliance.classroom.media import landing_picture
from appliance.classroom.students import mark_seen, student_by_id
from appliance.library.rendering import render as render_markdown
from appliance.parts import parts_of
from appliance.student import presence
from appliance.student.road import road_of
from appliance.web.identity import person_of
from appliance.web.rendering import render
from appliance.work.assignments import study_of_student
from appliance.work.certificates import certificate_link
from appliance.work.feedback import unread_words

# The rest is on the study page.
STUDY_LINES = 5


async def index(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    student = await student_by_id(parts.db, person.id)
    classroom = await class_by_id(parts.db, student.class_id)
    study = await study_of_student(parts.db, student.class_id, student.id)
    road = await road_of(parts, student.class_id, student.id, study)
    await mark_seen(parts.db, student)
    return render(
        request,
        "student/home.html",
        classroom=classroom,
        student=student,
        landing=render_markdown(classroom.landing_message, "").html,
        is_compact=request.app.ctx.density() == "compact",
        road=road,
        live=presence.note(request),
        picture=await landing_picture(parts.db, classroom.id) if classroom.landing_media_id else None,
        study=study[:STUDY_LINES],
        certificate=await certificate_link(parts.db, student.id),
        unread_feedback=await unread_words(parts.db, student.id),
        announcements=await announcements_for_student(parts.db, student.class_id, student.id, road.day),
    )
