"""An answer on its way to a browser, also over a second connection when the first one broke."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict

from sanic import HTTPResponse, Request
from sanic.response import json

from appliance.errors import Invalid, Refusal, Unavailable
from appliance.helper.answers import Delta, Done, Start
from appliance.helper.answers import Event as Answering
from appliance.helper.tickets import Ticket
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import translator
from appliance.web.streams import Event, send_events

LAST_ID = "Last-Event-ID"

Numbered = AsyncGenerator[tuple[int, Answering], None]


def wants_events(request: Request) -> bool:
    return "text/event-stream" in str(request.headers.get("accept") or "")


def comes_back(request: Request) -> bool:
    """Whether it asks for the rest of an answer: by its ticket, or by the id of the last event it heard."""
    return bool(request.headers.get(LAST_ID) or forms.json_text(forms.json_object(request), "ticket"))


async def stream(request: Request, events: AsyncGenerator[Answering, None]) -> HTTPResponse | None:
    """`resumable: true` is the promise to say so when the person stops: a lost connection is then only that."""
    tickets = parts_of(request).helper.tickets
    promises = forms.json_object(request).get("resumable", False)
    if not isinstance(promises, bool):
        raise Invalid(forms.BAD_JSON, "bad_json", field="resumable")
    ticket = tickets.begin(person_of(request).key, events, promises)
    return await _listened(request, ticket, 0)


async def go_on(request: Request) -> HTTPResponse | None:
    """From behind the last event that was heard. Raises NotFound: `ticket_gone`."""
    given, _, last = str(request.headers.get(LAST_ID) or "").partition(":")
    given = forms.json_text(forms.json_object(request), "ticket") or given
    ticket = parts_of(request).helper.tickets.of(person_of(request).key, given)
    return await _listened(request, ticket, forms.number(last))


async def whole(events: AsyncGenerator[Answering, None]) -> HTTPResponse:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Done):
                return json(event.answer.as_json())
    raise Unavailable("The helper gave no answer. Ask once more.")


async def _listened(request: Request, ticket: Ticket, after: int) -> HTTPResponse | None:
    async with aclosing(parts_of(request).helper.tickets.listen(ticket, after)) as events:
        # A refusal before the first event is an ordinary error answer with its own status.
        first = await anext(events, None)
        return await send_events(request, _named(request, ticket, first, events))


async def _named(
    request: Request, ticket: Ticket, first: tuple[int, Answering] | None, rest: Numbered
) -> AsyncGenerator[Event, None]:
    """The events as a browser hears them; a refusal in the middle becomes the event `error`.

    Ids and the ticket are only for whoever can come back.
    """
    numbered = f"{ticket.id}:%d" if ticket.is_resumable else ""
    try:
        if first is not None:
            name, body = _event(first[1])
            more = {"ticket": ticket.id} if numbered else {}
            yield name, body | more, numbered and numbered % first[0]
        async for number, event in rest:
            yield (*_event(event), numbered and numbered % number)
    except Refusal as refusal:
        message = translator(request)(refusal.message)
        body = {"error": refusal.code, "message": message, "request_id": request.ctx.request_id}
        yield "error", body, ""


def _event(event: Answering) -> tuple[str, dict[str, object]]:
    if isinstance(event, Start):
        return "start", asdict(event)
    if isinstance(event, Delta):
        return "delta", {"text": event.text}
    if isinstance(event, Done):
        return "done", event.answer.as_json()
    return "position", {"place": event.place, "seconds": event.seconds}
