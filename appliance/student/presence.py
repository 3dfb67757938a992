"""What students say of themselves while they work: can do it, stuck, done, a hand up. Their teacher sees it live."""

from sanic import HTTPResponse, Request
from sanic.response import json, redirect

from appliance.classroom.presence import CLASS_PAGE, STATES, Place, Seat, State
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.addresses import LONGEST, inside
from appliance.web.identity import person_of
from appliance.web.refusals import wants_json
from appliance.web.rendering import say, translator

NOT_SAID = "Press one of the buttons to tell your teacher how it is going."


def note(request: Request, place: Place = CLASS_PAGE) -> Seat | None:
    """A student opened this page; None for staff, who sit nowhere."""
    parts, person = parts_of(request), person_of(request)
    if not person.is_student:
        return None
    return parts.presence.note(person.class_id, person.id, person.display_name, place, parts.db.now())


async def create(request: Request) -> HTTPResponse:
    presence, person = parts_of(request).presence, person_of(request)
    said, now = forms.text(request, "say"), parts_of(request).db.now()
    who = (person.class_id, person.id, person.display_name)
    if said == "hand-down":
        presence.lower_hand(person.class_id, person.id)
    elif said == "hand-up":
        presence.raise_hand(*who, now)
    elif said != "here":
        presence.say(*who, _state(said), now)
    seat = presence.still_here(*who, now)
    if wants_json(request):
        return json({"state": seat.state, "hand_up": seat.hand_up_at is not None})
    say(request, translator(request)("Your teacher sees it."))
    return redirect(inside(forms.text(request, "next", LONGEST), "/student"))


def _state(said: str) -> State:
    for state in STATES:
        if said == state:
            return state
    raise Invalid(NOT_SAID, "nothing_said", field="say")
