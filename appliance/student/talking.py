"""One exchange in the class chat: read, searched, answered, and kept once the answer is whole."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from sanic import Request

from appliance.classroom.audit import record_student
from appliance.errors import Conflict
from appliance.helper.answers import Answer, Citation, Done, Event
from appliance.helper.citations import source_of_paper, url_of_paper
from appliance.helper.class_chat import ClassChat, Talk, kept_answer
from appliance.helper.conversations import Turn
from appliance.helper.pipeline import SEARCH_CHARS
from appliance.helper.questions import Asker, Question, checked
from appliance.helper.redaction import redacted
from appliance.helper.topics import leans_back
from appliance.library.document_search import DocumentPassage, search_documents
from appliance.parts import Parts, parts_of
from appliance.student.asking import asker_of
from appliance.study.chats import (
    PUT_AWAY,
    ChatCitation,
    ChatMessage,
    ChatSession,
    Exchange,
    add_exchange,
    answer_to,
    messages_page,
)
from appliance.study.compaction import (
    FETCHED_MESSAGES,
    RECENT_TURNS,
    Said,
    Summary,
    as_text,
    compacted,
    decide,
    from_text,
    memory_text,
)
from appliance.study.passages import ClassPassage, open_courses, passages_for_class

EVENT = "class_chat"
CLIENT_ID_CHARS = 64


async def exchange(
    request: Request, session: ChatSession, message: str, client_id: str
) -> AsyncGenerator[Event, None]:
    """Refusals come before the first event. A browser that goes away leaves nothing behind."""
    parts, asker = parts_of(request), asker_of(request)
    message = redacted(checked(Question(message, "")))
    # It comes from a program: half a character in it could not even be stored.
    client_id = "".join(sign for sign in client_id if sign.isascii() and sign.isprintable())[:CLIENT_ID_CHARS]
    if session.is_archived:
        raise Conflict(PUT_AWAY, "chat_archived")
    if kept := await answer_to(parts.db, session.id, client_id):
        yield Done(_again(parts, session, message, kept, request.ctx.request_id))
        return
    await parts.helper.hold_to_rates(asker)
    await parts.helper.hold_to_one(asker)
    before = await messages_page(parts.db, session.id, limit=FETCHED_MESSAGES)
    summary = _summary(session, before.messages, message)
    talk = await _talk(parts, asker, session, message, before.messages, summary, request.ctx.request_id)
    chat = ClassChat(parts.settings, parts.helper, parts.router, parts.clock)
    async with aclosing(chat.ask(asker, talk)) as events:
        async for event in events:
            if isinstance(event, Done):
                await _keep(parts, asker, session, client_id, talk, event.answer, summary)
            yield event


async def _talk(
    parts: Parts,
    asker: Asker,
    session: ChatSession,
    message: str,
    before: tuple[ChatMessage, ...],
    summary: Summary,
    request_id: str,
) -> Talk:
    courses = await open_courses(parts.db, parts.shelf, asker.class_id)
    searched = _searched(message, before)
    vector = await parts.router.embed(searched)
    most = parts.settings.helper_reference_max_citations
    passages = await passages_for_class(parts.db, courses, searched, vector, most)
    # Lessons first, as in the lesson's own helper; a paper gets the last place when they would fill them all.
    papers = await search_documents(parts.db, searched, asker.class_id, vector, most)
    best = passages[: most - 1 if papers else most]
    best += [_of_paper(paper, asker.language) for paper in papers[: most - len(best)]]
    citations = tuple(
        Citation(f"L{number}", passage.source, passage.text, passage.url)
        for number, passage in enumerate(best, start=1)
    )
    turns = tuple(
        Turn("user" if said.is_person else "assistant", said.body) for said in before[-RECENT_TURNS:]
    )
    topics = tuple(title for course in courses for title in course.open_titles)
    return Talk(session.id, message, turns, memory_text(summary), citations, topics, request_id)


def _of_paper(paper: DocumentPassage, language: str) -> ClassPassage:
    return ClassPassage(source_of_paper(paper, language), paper.body, url_of_paper(paper), paper.score)


def _searched(message: str, before: tuple[ChatMessage, ...]) -> str:
    """With the question before it, which a short one leans on."""
    asked = [said.body for said in before if said.is_person]
    leaning = asked[-1:] if leans_back(message) else []
    return "\n".join((message, *leaning))[:SEARCH_CHARS]


def _summary(session: ChatSession, before: tuple[ChatMessage, ...], message: str) -> Summary:
    summary = from_text(session.summary)
    said = [Said(each.id, each.is_person, each.body, each.sent_at, bool(each.citations)) for each in before]
    decision = decide(said, message, summary)
    return compacted(summary, decision.candidates, message) if decision.compacts else summary


async def _keep(
    parts: Parts,
    asker: Asker,
    session: ChatSession,
    client_id: str,
    talk: Talk,
    answer: Answer,
    summary: Summary,
) -> None:
    """Question and answer in one write, with the event in ids and counts beside them."""
    citations = [ChatCitation(**vars(citation)) for citation in answer.citations]
    said = Exchange(talk.message, answer.text, citations, answer.backend)
    counts: dict[str, int | str] = {
        "request_id": answer.request_id,
        "session_id": session.id,
        "backend": answer.backend,
        "grounded": int(answer.grounded),
        "citations_count": len(citations),
        "conversation_compacted": int(answer.conversation_compacted),
    }
    async with parts.db.transaction() as tx:
        text = as_text(summary) if summary.turns else ""
        await add_exchange(tx, session, client_id, said, text)
        await record_student(tx, EVENT, asker.class_id, asker.id, counts, asker.network)


def _again(parts: Parts, session: ChatSession, message: str, kept: ChatMessage, request_id: str) -> Answer:
    citations = tuple(Citation(**vars(citation)) for citation in kept.citations)
    talk = Talk(session.id, message, (), "", citations, (), request_id)
    return kept_answer(talk, kept.body, kept.backend, parts.settings.helper_strictness)
