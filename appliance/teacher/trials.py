"""Trying the helper as a student, with the values in the form: the answer, and everything that led to it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, replace

from sanic import HTTPResponse, Request

from appliance.classroom.classes import class_of_teacher
from appliance.classroom.tunings import LANGUAGES, Tuning
from appliance.errors import Invalid, Refusal, Unavailable
from appliance.helper.answers import Delta, Waiting
from appliance.helper.answers import Start as Started
from appliance.helper.questions import Asker
from appliance.helper.rules import settled
from appliance.helper.trial import Trace, page_on_trial, tried
from appliance.parts import parts_of
from appliance.storage.addresses import network_of
from appliance.teacher.tunings import MOST_TYPED, Place, page, place_of, tuning_typed
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import Pages, translator
from appliance.web.streams import Event, send_events

NO_LESSON = "Choose a lesson to ask about."
NO_ANSWER = "The helper gave no answer. Ask once more."

Trying = AsyncGenerator[Waiting | Started | Delta | Trace, None]


async def create(request: Request, class_id: int, course: str = "", lesson: str = "") -> HTTPResponse | None:
    """Nothing is saved. Events for whoever accepts them, else the page with the whole of it."""
    await class_of_teacher(parts_of(request).db, class_id, person_of(request).id)
    place = await place_of(request, class_id, course, lesson)
    try:
        own = tuning_typed(request, place)
        place = place.tuned(own)
        events = await _trying(request, place, own)
        if "text/event-stream" in str(request.headers.get("accept") or ""):
            return await _stream(request, place, events)
        trace = await _whole(events)
    except Refusal as refusal:
        if "text/event-stream" in str(request.headers.get("accept") or ""):
            raise
        return await page(request, place, refusal=refusal)
    return await page(request, place, trace=_with_ways(place, trace))


async def _trying(request: Request, place: Place, own: Tuning) -> Trying:
    parts, person = parts_of(request), person_of(request)
    asked_about = place if place.lesson else (await _chosen_lesson(request, place)).tuned_in_class(own)
    ground = asked_about.ground
    if ground.lesson is None:
        raise Invalid(NO_LESSON, field="lesson")
    rules = settled(place.ground.settings, ground.layers.merged, ground.course, ground.lesson)
    on_trial = await page_on_trial(
        parts.db,
        parts.shelf,
        place.classroom.id,
        ground.lesson,
        replace(rules, is_locked=place.classroom.is_locked),
        parts.db.now(),
    )
    asker = Asker(person.key, place.classroom.id, network_of(request.ip), _language(request))
    question = forms.text(request, "question", 20_000)
    return tried(parts.helper, asker, on_trial, question, parts.clock)


async def _chosen_lesson(request: Request, place: Place) -> Place:
    course, _, lesson = forms.text(request, "lesson", MOST_TYPED).partition("/")
    if not lesson:
        raise Invalid(NO_LESSON, field="lesson")
    return await place_of(request, place.classroom.id, course, lesson)


def _language(request: Request) -> str:
    chosen = forms.text(request, "student_language")
    return chosen if chosen in LANGUAGES else str(request.ctx.language)


async def _whole(events: Trying) -> Trace:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Trace):
                return event
    raise Unavailable(NO_ANSWER)


async def _stream(request: Request, place: Place, events: Trying) -> HTTPResponse | None:
    async with aclosing(events):
        # A refusal before the first event is an ordinary error answer with its own status.
        first = await anext(events, None)
        return await send_events(request, _named(request, place, first, events))


async def _named(
    request: Request, place: Place, first: Waiting | Started | Delta | Trace | None, rest: Trying
) -> AsyncGenerator[Event, None]:
    try:
        if first is not None:
            yield _event(request, place, first)
        async for event in rest:
            yield _event(request, place, event)
    except Refusal as refusal:
        yield "error", {"error": refusal.code, "message": translator(request)(refusal.message)}, ""


def _event(request: Request, place: Place, event: Waiting | Started | Delta | Trace) -> Event:
    if isinstance(event, Delta):
        return "delta", {"text": event.text}, ""
    if isinstance(event, Started):
        return "start", {"backend": event.backend}, ""
    if isinstance(event, Waiting):
        return "position", asdict(event), ""
    pages: Pages = request.app.ctx.pages
    shown = {"trace": _with_ways(place, event), "place": place}
    return "done", {"html": pages.render(request, "teacher/trial.html", shown)}, ""


def _with_ways(place: Place, trace: Trace) -> Trace:
    """What teachers wrote themselves has another address for them than for their students."""
    of_staff = f"/teach/class/{place.classroom.id}/materials/"
    ways = (each.url.replace("/material/", of_staff, 1).partition("#")[0] for each in trace.answer.citations)
    led = tuple(
        replace(each, url=way) if each.url.startswith("/material/") else each
        for each, way in zip(trace.answer.citations, ways, strict=True)
    )
    return replace(trace, answer=replace(trace.answer, citations=led))
