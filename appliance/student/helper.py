"""The helper's address: a question goes in, an answer streams out."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict

from sanic import HTTPResponse, Request
from sanic.response import json

from appliance.errors import Invalid, Refusal, Unavailable
from appliance.helper.answers import Delta, Done, Start
from appliance.helper.answers import Event as Answering
from appliance.helper.questions import Question
from appliance.parts import parts_of
from appliance.student.asking import asker_of
from appliance.web import forms
from appliance.web.rendering import translator
from appliance.web.streams import Event, send_events


async def create(request: Request) -> HTTPResponse | None:
    """Server-sent events for whoever accepts them, else one JSON object at the end."""
    async with aclosing(parts_of(request).helper.ask(asker_of(request), _question(request))) as events:
        if "text/event-stream" in str(request.headers.get("accept") or ""):
            # A refusal before the first event is an ordinary error answer with its own status.
            first = await anext(events)
            return await send_events(request, named(request, first, events))
        async for event in events:
            if isinstance(event, Done):
                return json(event.answer.as_json())
    raise Unavailable("The helper gave no answer. Ask once more.")


async def health(request: Request) -> HTTPResponse:
    return json(parts_of(request).router.status())


def _question(request: Request) -> Question:
    body = forms.json_object(request)
    reset = body.get("reset_conversation", False)
    if not isinstance(reset, bool):
        raise Invalid(forms.BAD_JSON, "bad_json", field="reset_conversation")
    return Question(
        forms.json_text(body, "message"),
        forms.json_text(body, "scope_token"),
        forms.json_text(body, "conversation_id"),
        reset,
        request.ctx.request_id,
    )


async def named(
    request: Request, first: Answering, rest: AsyncGenerator[Answering, None]
) -> AsyncGenerator[Event, None]:
    """The events as a browser hears them; a refusal in the middle becomes the event `error`."""
    try:
        yield _event(first)
        async for event in rest:
            yield _event(event)
    except Refusal as refusal:
        message = translator(request)(refusal.message)
        yield "error", {"error": refusal.code, "message": message, "request_id": request.ctx.request_id}


def _event(event: Answering) -> Event:
    if isinstance(event, Start):
        return "start", asdict(event)
    if isinstance(event, Delta):
        return "delta", {"text": event.text}
    if isinstance(event, Done):
        return "done", event.answer.as_json()
    return "position", {"place": event.place, "seconds": event.seconds}
