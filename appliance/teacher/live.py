"""The class while it is at work: who is here, where they are, who is stuck, whose hand is up."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.errors import Invalid, Refusal
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of, recognise
from appliance.web.rendering import render, rendered, say, translator
from appliance.web.streams import Event, send_events

# Sanic cuts an answer off after ten minutes; a stream that ends before is simply asked for again.
STREAM_SECONDS = 540


async def show(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    return render(
        request,
        "teacher/live.html",
        classroom=classroom,
        room=parts.presence.room_of(class_id),
        now=parts.db.now(),
    )


async def events(request: Request, class_id: int) -> HTTPResponse | None:
    """The same board again whenever it changes. For anything but an event source the page itself."""
    parts, person = parts_of(request), person_of(request)
    await class_of_staff(parts.db, class_id, person.id)
    accepts = str(request.headers.get("accept") or "")
    if request.method == "HEAD" or not accepts.startswith("text/event-stream"):
        return redirect(f"/teach/class/{class_id}/live")
    return await send_events(request, _boards(request, class_id))


async def lower(request: Request, class_id: int) -> HTTPResponse:
    """The hand of one student, or with no student named all hands of the class."""
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id, "review")
    asked = forms.text(request, "student", 20)
    if not asked:
        parts.presence.lower_hands(class_id)
        say(request, translator(request)("All hands are down."))
    elif student := forms.number(asked):
        parts.presence.lower_hand(class_id, student)
    else:
        raise Invalid("Choose whose hand to lower.", "no_student", field="student")
    return redirect(f"/teach/class/{class_id}/live")


async def _boards(request: Request, class_id: int) -> AsyncIterator[Event]:
    """Ends when the person may no longer look: signed out, switched off, or taken out of the class."""
    parts, staff_id = parts_of(request), person_of(request).id
    before, begun = "", parts.db.now()
    async with aclosing(parts.presence.changes(class_id)) as changes:  # type: ignore[type-var]
        async for _ in changes:
            if parts.db.now() - begun > STREAM_SECONDS:
                return
            try:
                person = await recognise(request)
                if not person.is_staff or person.id != staff_id:
                    return
                classroom = await class_of_staff(parts.db, class_id, staff_id)
            except Refusal:
                return
            board = rendered(
                request,
                "teacher/parts/_live_board.html",
                classroom=classroom,
                room=parts.presence.room_of(class_id),
                now=parts.db.now(),
            )
            if board != before:
                yield "board", {"html": board}, ""
            before = board
