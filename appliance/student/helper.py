"""The helper's address: a question goes in, an answer streams out."""

from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import json

from appliance.errors import Invalid
from appliance.helper.pages import CLOSED_LESSON
from appliance.helper.questions import Question
from appliance.parts import parts_of
from appliance.student import answering
from appliance.student.asking import asker_of
from appliance.student.lessons import open_lesson, scope_token
from appliance.web import forms
from appliance.web.identity import person_of


async def create(request: Request) -> HTTPResponse | None:
    """Server-sent events for whoever accepts them, else one JSON object at the end."""
    if answering.comes_back(request):
        return await answering.go_on(request)
    events = parts_of(request).helper.ask(asker_of(request), _question(request))
    if answering.wants_events(request):
        return await answering.stream(request, events)
    return await answering.whole(events)


async def remove(request: Request, ticket: str) -> HTTPResponse:
    """The person stopped the answer or left its page: its place or slot is free at once."""
    await parts_of(request).helper.tickets.stop(person_of(request).key, ticket)
    return json({"ok": True})


async def scope(request: Request, course: str, lesson: str) -> HTTPResponse:
    """A fresh token for a lesson page that has been open for long. Raises what opening the page would."""
    parts = parts_of(request)
    opened = await open_lesson(parts, person_of(request), course, lesson)
    if not opened.release.is_open:
        raise Invalid(CLOSED_LESSON, "invalid_scope_token")
    seconds = parts.settings.helper_scope_token_max_age_seconds
    return json({"scope_token": scope_token(request, opened), "seconds": seconds})


async def health(request: Request) -> HTTPResponse:
    return json(parts_of(request).router.status())


def _question(request: Request) -> Question:
    body = forms.json_object(request)
    return Question(
        forms.json_text(body, "message"),
        forms.json_text(body, "scope_token"),
        forms.json_text(body, "conversation_id"),
        _switch(body, "reset_conversation"),
        request.ctx.request_id,
        _switch(body, "fresh"),
    )


def _switch(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise Invalid(forms.BAD_JSON, "bad_json", field=name)
    return value
