"""Thumbs: whether an answer of the helper helped, said by whom it was given to."""

from sanic import HTTPResponse, Request
from sanic.response import json, redirect

from appliance.helper.counted_questions import Place, rate_answer
from appliance.helper.own_texts import OWN
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator

A_MINUTE = 30
MINUTE = 60


async def update(request: Request) -> HTTPResponse:
    """`request_id` is that of the answer; `thumb` is up, down or none. Whoever changes their mind sends it again."""
    parts, person = parts_of(request), person_of(request)
    request_id, thumb = _given(request)
    await parts.throttle.check("helper-thumbs", person.key, A_MINUTE, MINUTE)
    async with parts.db.transaction() as tx:
        place = await rate_answer(tx, person.id, request_id, thumb)
    if forms.is_json(request):
        return json({"ok": True, "thumb": thumb})
    say(request, translator(request)("Thank you. Your teacher sees how many answers helped, and not whose."))
    return redirect(_path(place))


def _path(place: Place) -> str:
    """Where the answer was: a lesson, or what a teacher wrote."""
    if place.course_slug:
        return f"/course/{place.course_slug}/{place.lesson_slug}"
    material_id = forms.number(place.lesson_slug.removeprefix(OWN))
    return f"/material/{material_id}" if material_id else "/student"


def _given(request: Request) -> tuple[str, str]:
    if not forms.is_json(request):
        return forms.text(request, "request_id"), forms.text(request, "thumb")
    body = forms.json_object(request)
    return forms.json_text(body, "request_id"), forms.json_text(body, "thumb")
