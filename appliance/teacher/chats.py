"""What students ask in the class chat, for their teacher to read and not to write in."""

from sanic import HTTPResponse, Request

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff
from appliance.parts import parts_of
from appliance.study.chats import (
    LAST_ID,
    MOST_SESSIONS,
    messages_page,
    session_of_class,
    sessions_of_class,
)
from appliance.study.turns import turns_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render


async def index(request: Request, class_id: int) -> HTTPResponse:
    parts = parts_of(request)
    classroom = await class_of_staff(parts.db, class_id, person_of(request).id)
    before = forms.asked_number(request, "before", LAST_ID), forms.asked_number(request, "id", LAST_ID)
    sessions = await sessions_of_class(parts.db, class_id, before)
    return render(
        request,
        "teacher/chats.html",
        classroom=classroom,
        sessions=sessions,
        last=sessions[-1] if len(sessions) == MOST_SESSIONS else None,
    )


async def show(request: Request, class_id: int, session_id: int) -> HTTPResponse:
    """That a teacher opened a student's chat is in the audit trail, and the student's page says that they may."""
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    session = await session_of_class(parts.db, session_id, class_id)
    async with parts.db.transaction() as tx:
        await record_staff(tx, "read_chat", person.id, class_id, str(session.id), request.ip)
    page = await messages_page(parts.db, session.id, forms.asked_number(request, "before", LAST_ID))
    return render(
        request,
        "teacher/chat.html",
        classroom=classroom,
        session=session,
        turns=list(turns_of(page.messages)),
        before=page.before,
    )
