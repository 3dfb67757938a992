"""The class chat of a student: the list of talks, and one talk with everything that was said."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.classes import class_by_id
from appliance.errors import Invalid, NotFound, Refusal
from appliance.helper.answers import Answer, Done, Event
from appliance.helper.caring import CARE
from appliance.helper.rules import rules_of
from appliance.helper.suggestions import suggestions_for
from appliance.parts import parts_of
from appliance.student import answering
from appliance.student.asking import asker_of
from appliance.study.chats import (
    LAST_ID,
    MOST_SESSIONS,
    NO_CHAT,
    ChatSession,
    archive_session,
    begin_chat,
    messages_page,
    rename_session,
    session_of_student,
    sessions_of_student,
)
from appliance.study.passages import open_courses
from appliance.study.turns import ChatTurn, turns_of
from appliance.talking import Sent, exchange
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator

STARTERS = 3


async def index(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    archived = request.args.get("archived") == "1"
    before = forms.asked_number(request, "before", LAST_ID), forms.asked_number(request, "id", LAST_ID)
    sessions = await sessions_of_student(parts.db, person.class_id, person.id, archived, before)
    return render(
        request,
        "student/chats.html",
        classroom=await class_by_id(parts.db, person.class_id),
        sessions=sessions,
        last=sessions[-1] if len(sessions) == MOST_SESSIONS else None,
        archived=archived,
    )


async def create(request: Request) -> HTTPResponse:
    person = person_of(request)
    async with parts_of(request).db.transaction() as tx:
        session_id = await begin_chat(tx, person.class_id, person.id, forms.text(request, "title", 2000))
    return redirect(f"/student/chats/{session_id}")


async def show(request: Request, session_id: int) -> HTTPResponse:
    return await _page(request, await _own(request, session_id))


async def send(request: Request, session_id: int) -> HTTPResponse | None:
    """Events for whoever accepts them, JSON for a program, and for a form the page again."""
    session = await _own(request, session_id)
    if not forms.is_json(request):
        return await _send_form(request, session)
    if answering.comes_back(request):
        return await answering.go_on(request)
    body = forms.json_object(request)
    message, client_id = forms.json_text(body, "message"), forms.json_text(body, "client_id")
    events = _exchange(request, session, message, client_id)
    if answering.wants_events(request):
        return await answering.stream(request, events)
    return await answering.whole(events)


async def rename(request: Request, session_id: int) -> HTTPResponse:
    session = await _own(request, session_id)
    try:
        async with parts_of(request).db.transaction() as tx:
            await rename_session(tx, session.id, forms.text(request, "title", 2000))
    except Invalid as refusal:
        return await _page(request, session, refusal, 422)
    return redirect(f"/student/chats/{session.id}")


async def archive(request: Request, session_id: int) -> HTTPResponse:
    session = await _own(request, session_id)
    away = forms.text(request, "archived") == "1"
    async with parts_of(request).db.transaction() as tx:
        await archive_session(tx, session.id, away)
    if not away:
        return redirect(f"/student/chats/{session.id}")
    say(request, translator(request)("The chat is put away. You find it below your list."))
    return redirect("/student/chats")


async def _send_form(request: Request, session: ChatSession) -> HTTPResponse:
    """Without script: asked and answered, then the page with all of it, also with what is not kept."""
    try:
        message, client_id = forms.text(request, "message", 20_000), forms.text(request, "client_id")
        async with aclosing(_exchange(request, session, message, client_id)) as events:
            async for event in events:
                if isinstance(event, Done) and event.failed == CARE:
                    return await _page(request, session, unkept=_turn(message, event.answer))
    except NotFound:
        raise
    except Refusal as refusal:
        return await _page(request, session, refusal, refusal.status)
    return redirect(f"/student/chats/{session.id}#helper")


def _turn(message: str, answer: Answer) -> ChatTurn:
    return ChatTurn(message, answer.text, (), answer.backend, 0)


def _exchange(
    request: Request, session: ChatSession, message: str, client_id: str
) -> AsyncGenerator[Event, None]:
    sent = Sent(message, client_id, request.ctx.request_id)
    return exchange(parts_of(request), asker_of(request), session, sent)


async def _own(request: Request, session_id: int) -> ChatSession:
    """Raises NotFound for somebody else's, and for one from another class."""
    person = person_of(request)
    session = await session_of_student(parts_of(request).db, session_id, person.id)
    if session.class_id != person.class_id:
        raise NotFound(NO_CHAT)
    return session


async def _page(
    request: Request,
    session: ChatSession,
    refusal: Refusal | None = None,
    status: int = 200,
    unkept: ChatTurn | None = None,
) -> HTTPResponse:
    """`unkept` was said just now and is shown this once."""
    parts = parts_of(request)
    page = await messages_page(parts.db, session.id, _before(request))
    courses = await open_courses(parts.db, parts.shelf, session.class_id, session.student_id)
    rules = await rules_of(parts.db, parts.settings, session.class_id)
    return render(
        request,
        "student/chat.html",
        status,
        session=session,
        rules=rules,
        turns=[*turns_of(page.messages), *([unkept] if unkept else [])],
        before=page.before,
        starters=_starters([title for course in courses for title in course.open_titles], request),
        typed={"message": "", "title": ""} if unkept else forms.typed(request, "message", "title"),
        errors=forms.errors(refusal, translator(request)),
        client_id=secrets.token_hex(16),
    )


def _starters(titles: list[str], request: Request) -> tuple[str, ...]:
    """First questions for somebody who doesn't know what to ask."""
    topic = titles[0] if titles else ""
    return suggestions_for("general", topic, request.ctx.language, STARTERS) if topic else ()


def _before(request: Request) -> int:
    """The message that an older page ends before; anything else than a number means the newest page."""
    return forms.asked_number(request, "before", LAST_ID)
