"""What teachers said about what a student made, wrote and answered."""

from sanic import HTTPResponse, Request

from appliance.parts import parts_of
from appliance.web.identity import person_of
from appliance.web.rendering import render
from appliance.work.feedback import mark_words_read, words_of_student


async def index(request: Request) -> HTTPResponse:
    """Shown with what was unread still marked; then it is read."""
    parts, person = parts_of(request), person_of(request)
    words = await words_of_student(parts.db, person.id)
    if any(each.is_unread for each in words):
        async with parts.db.transaction() as tx:
            await mark_words_read(tx, person.id)
    return render(request, "student/feedback.html", words=words)
