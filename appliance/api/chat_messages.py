"""The messages of one chat for programs: read page by page, and sent with an answer that is kept with its question."""

import asyncio
import re
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sanic import Request

from appliance.api.callers import Id
from appliance.api.chat_shapes import CanvasHint, CitationRow, Cited, MessageRow, Reply, ToolMode
from appliance.api.routes import Loose, Milliseconds, MostTokens, Route, Text
from appliance.api.workspace import (
    CODES,
    Access,
    ClassAsked,
    SessionRow,
    access_of,
    chosen_owner,
    failed,
    faults,
    iso,
    session_of,
    session_row,
)
from appliance.classroom.audit import record_staff
from appliance.errors import Forbidden, Invalid
from appliance.helper.answers import Answer, Citation, Done
from appliance.helper.citations import marks_in
from appliance.helper.questions import NO_MESSAGE, Asker
from appliance.inference.router import Router
from appliance.parts import Parts, parts_of
from appliance.study.chat_owners import owner_of
from appliance.study.chats import LAST_ID, ChatMessage, ChatSession, messages_page
from appliance.study.sketches import hinted
from appliance.study.visuals import Hint
from appliance.talking import Begun, Sent, answering, begin, keep

# An id alone orders messages, also when the clock was set back: the time is there for people and checked for its form.
CURSOR = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2}))"
    r"\|([0-9]{1,18})"
)
BAD_CURSOR = "before_cursor is none that this route gave out."
NOT_THEIRS = "This chat belongs to somebody else than the person that was chosen."
READ_ONLY = "Only the person whose chat it is can write in it."
NO_ANSWER = "The model could not answer. Nothing was kept: send it once more."
TOO_SLOW = "There was no answer within timeout_ms. Nothing was kept: send it once more."
NO_BLANKS = "message says nothing."
RATIONALE_CHARS = 160

PageSize = Annotated[int, Meta(ge=1, le=200)]


class MessagesAsked(ClassAsked, kw_only=True):
    session_id: Id
    owner_user_id: str | None = None
    before_cursor: Loose | None = None
    limit: PageSize = 120


class PageInfo(Struct):
    has_more: bool
    next_cursor: str | None


class Messages(Struct):
    session: SessionRow
    messages: list[MessageRow]
    page_info: PageInfo


class SendAsked(ClassAsked, kw_only=True):
    session_id: Id
    message: Text
    timeout_ms: Milliseconds | None = None
    max_tokens: MostTokens | None = None
    tool_mode: ToolMode = "off"
    tool_catalog: list[str] | None = None
    orchestration_hints: dict[str, Any] | None = None


class ContextMeta(Struct):
    compacted: bool
    compacted_at: str | None
    reason: str


class SentBack(Struct):
    response: Reply
    user_message: MessageRow
    assistant_message: MessageRow
    context_meta: ContextMeta


async def index(request: Request, asked: MessagesAsked) -> Messages:
    with faults():
        access = await access_of(request, asked)
        owner = await chosen_owner(request, access, asked.owner_user_id)
        session = await session_of(request, access, asked.session_id)
        if owner_of(session) != owner:
            raise Forbidden(NOT_THEIRS, "session_owner_mismatch")
        before = cursor_of(asked.before_cursor)
        if owner != access.own:
            await _note(request, access, session)
        page = await messages_page(parts_of(request).db, session.id, before, asked.limit)
    oldest = page.messages[0] if page.messages and page.before else None
    info = PageInfo(oldest is not None, f"{iso(oldest.sent_at)}|{oldest.id}" if oldest else None)
    return Messages(session_row(session), [_row(session, message) for message in page.messages], info)


async def send(request: Request, asked: SendAsked) -> SentBack:
    """A header `Idempotency-Key` makes a second try of the same message harmless: it gets the answer that was kept."""
    parts = parts_of(request)
    with faults():
        access = await access_of(request, asked)
        session = await session_of(request, access, asked.session_id)
        if owner_of(session) != access.own:
            raise Forbidden(READ_ONLY, "send_session_owner_mismatch")
        begun = await _begun(request, access, session, asked)
        answer = await _answer(parts, begun, asked.timeout_ms)
        kept = await keep(parts, begun, answer)
        answer = _as_kept(answer, kept)
        question = await _question(parts, begun, kept)
    row = _row(session, kept)
    row.model, row.latency_ms = answer.model or None, answer.total_ms
    return SentBack(_reply(question.body, answer), _row(session, question), row, _meta(parts, begun))


def cursor_of(given: str | None) -> int:
    """The id to look before; blank is the newest page. Raises Invalid (`invalid_cursor`)."""
    if given is None or not given.strip():
        return LAST_ID
    found = CURSOR.fullmatch(given)
    if found is None:
        raise Invalid(BAD_CURSOR, "invalid_cursor", "before_cursor")
    try:
        datetime.fromisoformat(found[1])
    except ValueError as error:
        raise Invalid(BAD_CURSOR, "invalid_cursor", "before_cursor") from error
    return int(found[2])


def asker_of(request: Request, access: Access) -> Asker:
    """Without an address: a program asks for a whole school from one."""
    person = access.person
    key = f"student:{access.class_id}:{person.id}" if person.is_student else person.key
    return Asker(key, access.class_id, "", request.ctx.language)


async def _note(request: Request, access: Access, session: ChatSession) -> None:
    """That a teacher opened a chat is in the audit trail, as on the page."""
    async with parts_of(request).db.transaction() as tx:
        await record_staff(tx, "read_chat", access.person.id, access.class_id, str(session.id), request.ip)


async def _begun(request: Request, access: Access, session: ChatSession, asked: SendAsked) -> Begun:
    key = str(request.headers.get("idempotency-key") or "")
    sent = Sent(asked.message, key, request.ctx.request_id, asked.max_tokens or 0)
    try:
        return await begin(parts_of(request), asker_of(request, access), session, sent)
    except Invalid as refusal:
        if refusal.message == NO_MESSAGE:
            raise Invalid(NO_BLANKS, "validation_error", "message") from refusal
        raise


async def _answer(parts: Parts, begun: Begun, timeout_ms: int | None) -> Answer:
    """Where there is no model, or the line is full, the lessons answer; a model that fails is a failure.

    Raises Refusal (`response_generation_failed`), with nothing kept.
    """
    was_there = has_model(parts.router)
    done: Done | None = None
    try:
        async with (
            asyncio.timeout(timeout_ms / 1000 if timeout_ms else None),
            aclosing(answering(parts, begun)) as events,
        ):
            async for event in events:
                done = event if isinstance(event, Done) else done
    except TimeoutError as late:
        raise failed(TOO_SLOW, "response_generation_failed") from late
    if done is None or done.failed == "died" or (done.failed == "no_model" and was_there):
        raise failed(NO_ANSWER, "response_generation_failed")
    return done.answer


async def _question(parts: Parts, begun: Begun, kept: ChatMessage) -> ChatMessage:
    if begun.words:
        return ChatMessage(kept.id, True, begun.talk.message, (), "", kept.sent_at)
    pair = await messages_page(parts.db, begun.session.id, kept.id + 1, limit=2)
    return next(message for message in pair.messages if message.is_person)


def _as_kept(answer: Answer, kept: ChatMessage) -> Answer:
    """Of two tries at the same time the first one's answer is kept, and both are told that one."""
    if kept.body == answer.text:
        return answer
    citations = tuple(Citation(**vars(citation)) for citation in kept.citations)
    return replace(answer, text=kept.body, backend=kept.backend, model="", citations=citations)


def has_model(router: Router) -> bool:
    return bool(router.status()["ok"])


def _meta(parts: Parts, begun: Begun) -> ContextMeta:
    did = begun.decision.compacts
    return ContextMeta(did, iso(parts.db.now()) if did else None, begun.decision.reason)


def _reply(question: str, answer: Answer) -> Reply:
    """Those passages that the text cites, each with its own words as the reason."""
    marks = marks_in(answer.text)
    cited = [
        Cited(citation.source, _cut(citation.text), citation.id, citation.url)
        for citation in answer.citations
        if citation.id in marks
    ]
    hint = hinted(question, answer.text)
    confidence: Literal["low", "medium"] = "medium" if answer.grounded else "low"
    return Reply("ok", answer.text, cited, confidence, canvas_hint(hint))


def canvas_hint(hint: Hint | None) -> CanvasHint | None:
    return CanvasHint(hint.type, hint.concept, hint.title) if hint else None


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= RATIONALE_CHARS else line[: RATIONALE_CHARS - 1].rsplit(" ", 1)[0] + "…"


def _row(session: ChatSession, message: ChatMessage) -> MessageRow:
    row = session_row(session)
    author: Literal["student", "teacher"] = "teacher" if session.staff_id else "student"
    return MessageRow(
        id=str(message.id),
        session_id=row.id,
        class_id=row.class_id,
        author_user_id=row.owner_user_id if message.is_person else None,
        author_kind=author if message.is_person else "assistant",
        content=message.body,
        citations=[CitationRow(each.source, each.text, each.id, each.url) for each in message.citations],
        safety=None if message.is_person else "ok",
        provider=None if message.is_person or message.is_stopped else message.backend,
        model=None,
        prompt_tokens=None,
        completion_tokens=None,
        total_tokens=None,
        latency_ms=None,
        created_at=iso(message.sent_at),
        is_stopped=message.is_stopped,
    )


ROUTES = (
    Route(
        "/v1/chat/workspace/messages/list",
        index,
        Messages,
        "A page of a chat, oldest first; before_cursor is `<ISO time>|<id>` from the page before.",
        asks=MessagesAsked,
        refuses={
            **CODES,
            "teacher_access_required": 403,
            "owner_user_not_enrolled": 404,
            "session_not_found": 404,
            "session_owner_mismatch": 403,
            "invalid_cursor": 400,
        },
    ),
    Route(
        "/v1/chat/workspace/messages/send",
        send,
        SentBack,
        "Asks in a chat of one's own and keeps question and answer, both or none.",
        asks=SendAsked,
        refuses={
            **CODES,
            "session_not_found": 404,
            "send_session_owner_mismatch": 403,
            "validation_error": 400,
            "message_too_long": 400,
            "class_locked": 403,
            "llm_access_disabled": 403,
            "chat_archived": 409,
            "one_at_a_time": 409,
            "replaced": 409,
            "rate_limited": 429,
            "busy": 503,
            "response_generation_failed": 502,
        },
    ),
)
