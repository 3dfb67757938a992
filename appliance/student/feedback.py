"""What teachers said about the work that a student handed in."""

from sanic import HTTPResponse, Request

from appliance.parts import parts_of
from appliance.web.identity import person_of
from appliance.web.rendering import render
from appliance.work.submission_reviews import feedback_of_student, mark_feedback_read


async def index(request: Request) -> HTTPResponse:
    """Shown with what was unread still marked; then it is read."""
    parts, person = parts_of(request), person_of(request)
    feedback = await feedback_of_student(parts.db, person.id)
    if any(each.is_unread for each in feedback):
        async with parts.db.transaction() as tx:
            await mark_feedback_read(tx, person.id)
    return render(request, "student/feedback.html", feedback=feedback)
