"""One exchange in the class chat, for pages and programs: read, searched, answered, kept as far as it was shown."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from hashlib import sha256

from appliance.classroom.audit import record_student
from appliance.errors import Conflict, Refusal
from appliance.helper.answers import Answer, Citation, Delta, Done, Event
from appliance.helper.caring import said as words_said
from appliance.helper.citations import source_of_paper, url_of, url_of_paper
from appliance.helper.class_chat import ClassChat, Talk, kept_answer
from appliance.helper.class_topics import Asked, Stretch, stays_with_class
from appliance.helper.conversations import Turn
from appliance.helper.counted_questions import CLASS_CHAT
from appliance.helper.grounds import SEARCH_CHARS
from appliance.helper.own_search import found_in, rows_of
from appliance.helper.own_texts import open_materials, passages_of_materials
from appliance.helper.questions import Asker, Question, checked
from appliance.helper.redaction import redacted
from appliance.helper.rules import Rules, rules_of
from appliance.helper.scope import Scope
from appliance.helper.topics import leans_back
from appliance.helper.unkept import to_its_end
from appliance.helper.writing import LESSON
from appliance.inference.engine import Vector
from appliance.library.comparable import comparable
from appliance.library.document_search import DocumentPassage, search_documents
from appliance.parts import Parts
from appliance.settings import Settings
from appliance.study.chats import (
    PUT_AWAY,
    ChatCitation,
    ChatMessage,
    ChatSession,
    Exchange,
    add_exchange,
    add_stopped,
    answer_to,
    messages_page,
    student_of,
)
from appliance.study.compaction import (
    FETCHED_MESSAGES,
    RECENT_TURNS,
    Decision,
    Said,
    Summary,
    as_text,
    compacted,
    decide,
    from_text,
    memory_text,
)
from appliance.study.passages import ClassPassage, OpenCourse, open_courses, passages_for_class
from appliance.study.turns import answered

EVENT = "class_chat"

log = logging.getLogger("chalkbox.helper")


@dataclass(frozen=True)
class Sent:
    """A message as it came; `client_id` is the sender's own id of it, `most_tokens` 0 where the box decides.

    `is_live`: its answer is shown while it is written, so that one that stops is kept as far as it came.
    """

    message: str
    client_id: str
    request_id: str
    most_tokens: int = 0
    is_live: bool = False


@dataclass(frozen=True)
class Begun:
    """Everything that is known before somebody answers; `again` is what was answered to the same message before.

    `words` are the school's own for somebody in trouble: then nobody else answers, and nothing is kept.
    """

    asker: Asker
    session: ChatSession
    sent: Sent
    talk: Talk
    summary: Summary
    decision: Decision
    rules: Rules
    again: ChatMessage | None = None
    words: str = ""


@dataclass(frozen=True)
class Found:
    """The passages for a question; `beside` are texts of those that are of no course, shown or not."""

    best: list[ClassPassage]
    vector: Vector | None
    beside: tuple[str, ...]

    @property
    def bodies(self) -> tuple[str, ...]:
        return tuple(passage.text for passage in self.best)


async def begin(parts: Parts, asker: Asker, session: ChatSession, sent: Sent) -> Begun:
    """Every refusal comes from here: Invalid, Conflict (`chat_archived`), RateLimited, Forbidden.

    A student's is counted for the teacher.
    """
    try:
        return await _begun(parts, asker, session, sent)
    except Refusal as refusal:
        if asker.audience == "student":
            place = Scope(asker.class_id, *CLASS_CHAT, "student")
            await parts.helper.counting.refused(asker, sent.request_id, place, refusal)
        raise


async def _begun(parts: Parts, asker: Asker, session: ChatSession, sent: Sent) -> Begun:
    message = redacted(checked(Question(sent.message, "")))
    sent = replace(sent, client_id=_stored_id(sent.client_id, message))
    rules = await rules_of(parts.db, parts.settings, asker.class_id)
    asker = replace(asker, language=rules.language or asker.language)
    if words := await parts.helper.words_of_care(asker, message):
        talk = Talk(session.id, message, (), "", (), "", (), sent.request_id)
        known, nothing = from_text(session.summary), Decision(False, "care", 0.0)
        return Begun(asker, session, sent, talk, known, nothing, rules, words=words)
    if session.is_archived:
        raise Conflict(PUT_AWAY, "chat_archived")
    if kept := await answer_to(parts.db, session.id, sent.client_id):
        return _again(asker, session, sent, message, rules, kept)
    if asker.audience == "student":
        rules.hold_to_on()
    await parts.helper.hold_to_rates(asker)
    await parts.helper.hold_to_one(asker)
    await parts.helper.unkept.settled(session.id)
    if kept := await answer_to(parts.db, session.id, sent.client_id):
        return _again(asker, session, sent, message, rules, kept)
    try:
        return await _searched_for(parts, asker, session, sent, message, rules)
    except asyncio.CancelledError:
        if sent.is_live:
            await _keep_stopped(parts, session, sent.client_id, Exchange(message, "", (), ""))
        raise


def _again(
    asker: Asker, session: ChatSession, sent: Sent, message: str, rules: Rules, kept: ChatMessage
) -> Begun:
    citations = tuple(Citation(**vars(citation)) for citation in kept.citations)
    talk = Talk(session.id, message, (), "", citations, "", (), sent.request_id)
    known, nothing = from_text(session.summary), Decision(False, "answered_before", 0.0)
    return Begun(asker, session, sent, talk, known, nothing, rules, kept)


async def _searched_for(
    parts: Parts, asker: Asker, session: ChatSession, sent: Sent, message: str, rules: Rules
) -> Begun:
    before = answered((await messages_page(parts.db, session.id, limit=FETCHED_MESSAGES)).messages)
    summary, decision = _summary(session, before, message)
    talk = await _talk(parts, asker, session, message, before, summary, sent.request_id, rules)
    return Begun(asker, session, sent, talk, summary, decision, rules)


async def answering(parts: Parts, begun: Begun) -> AsyncGenerator[Event, None]:
    """Nothing is kept here; a Done always comes last."""
    if begun.words:
        talk, strictness = begun.talk, parts.settings.helper_strictness
        async for event in words_said(begun.words, str(talk.session_id), talk.request_id, strictness):
            yield event
        return
    if begun.again:
        strictness, kept = begun.rules.strictness, begun.again
        yield Done(kept_answer(begun.talk, kept.body, kept.backend, strictness))
        return

    async def stopped(answer: Answer) -> None:
        if begun.sent.is_live:
            said = _said(begun, answer)
            await _keep_stopped(parts, begun.session, begun.sent.client_id, said)

    chat = ClassChat(_limits(parts.settings, begun), parts.helper, parts.router, parts.clock)
    async with aclosing(chat.ask(begun.asker, begun.talk, stopped)) as events:
        async for event in events:
            yield event


async def exchange(
    parts: Parts, asker: Asker, session: ChatSession, sent: Sent
) -> AsyncGenerator[Event, None]:
    """Refusals come before the first event. A browser that goes away leaves what it was shown."""
    begun = await begin(parts, asker, session, replace(sent, is_live=True))
    with parts.helper.unkept.answer(session.id) as showing:
        async with aclosing(answering(parts, begun)) as events:
            async for event in events:
                showing.has_begun = showing.has_begun or isinstance(event, Delta)
                if isinstance(event, Done):
                    # All of it was shown: whoever leaves now has read it.
                    await to_its_end(keep(parts, begun, event.answer))
                yield event


async def keep(parts: Parts, begun: Begun, answer: Answer) -> ChatMessage:
    """Question and answer in one write, with a student's event in ids and counts beside them.

    What was said in trouble is not kept, so that no teacher and no later prompt reads it: its id is 0.
    """
    if begun.words:
        return ChatMessage(0, False, begun.words, (), LESSON, parts.db.now())
    if begun.again:
        return begun.again
    asker, session = begun.asker, begun.session
    said = _said(begun, answer)
    counts: dict[str, int | str] = {
        "request_id": answer.request_id,
        "session_id": session.id,
        "backend": answer.backend,
        "grounded": int(answer.grounded),
        "citations_count": len(said.citations),
        "conversation_compacted": int(answer.conversation_compacted),
    }
    async with parts.db.transaction() as tx:
        client_id = begun.sent.client_id
        if earlier := await answer_to(tx, session.id, client_id):
            if earlier.body == said.answer or not begun.sent.is_live:
                return earlier
            # Two tries at the same time, and both were shown.
            client_id = ""
        text = as_text(begun.summary) if begun.summary.turns else ""
        kept = await add_exchange(tx, session, client_id, said, text)
        # Whose it is by now: two students may have become one meanwhile.
        if student_id := await student_of(tx, session.id):
            await record_student(tx, EVENT, asker.class_id, student_id, counts, asker.network)
    return kept


def _said(begun: Begun, answer: Answer) -> Exchange:
    # What was found belongs to words; where none were shown there is nothing to look up.
    citations = [ChatCitation(**vars(citation)) for citation in answer.citations if answer.text]
    return Exchange(begun.talk.message, answer.text, citations, answer.backend)


async def _keep_stopped(parts: Parts, session: ChatSession, client_id: str, said: Exchange) -> None:
    """What was shown was said: who stops one half of an answer and asks for the other has both.

    Raises nothing of its own: whoever stops hears of the stop. A chat that is gone takes this along.
    """

    async def kept() -> None:
        async with parts.db.transaction() as tx:
            await add_stopped(tx, session, client_id, said)

    try:
        await to_its_end(kept())
    except Refusal as refusal:
        log.warning("class_chat_stopped_lost class_id=%d reason=%s", session.class_id, refusal.code)


def _stored_id(client_id: str, message: str) -> str:
    """Of this message alone: a form that was gone back to asks something else under the id of before."""
    known = f"{client_id}\n{message}".encode("utf-8", "surrogatepass")
    return sha256(known).hexdigest() if client_id else ""


def _limits(settings: Settings, begun: Begun) -> Settings:
    """A teacher who asks for themselves gets a direct answer."""
    most = min(
        begun.sent.most_tokens or settings.helper_response_max_tokens, settings.helper_response_max_tokens
    )
    strictness = begun.rules.strictness if begun.asker.audience == "student" else "light"
    return replace(settings, helper_response_max_tokens=most, helper_strictness=strictness)


async def _talk(
    parts: Parts,
    asker: Asker,
    session: ChatSession,
    message: str,
    before: tuple[ChatMessage, ...],
    summary: Summary,
    request_id: str,
    rules: Rules,
) -> Talk:
    student_id = asker.id if asker.audience == "student" else 0
    courses = await open_courses(parts.db, parts.shelf, asker.class_id, student_id)
    found = await _found(parts, asker, rules, courses, _searched(message, before))
    best = found.best
    asked = Asked(message[:SEARCH_CHARS], found.vector, found.bodies, found.beside, _was_cited(before))
    on_topic = await _stays(parts, asker, rules, courses, asked)
    if not on_topic:
        best = []
    citations = tuple(
        Citation(f"L{number}", passage.source, passage.text, passage.url)
        for number, passage in enumerate(best, start=1)
    )
    turns = tuple(
        Turn("user" if said.is_person else "assistant", said.body) for said in before[-RECENT_TURNS:]
    )
    topics = tuple(title for course in courses for title in course.open_titles)
    heading = next((passage.topic for passage in best), "")
    return Talk(
        session.id,
        message,
        turns,
        memory_text(summary),
        citations,
        heading or next(iter(topics), ""),
        topics,
        request_id,
        rules,
        on_topic,
        heading,
        frozenset(each.course.language for each in courses),
    )


async def _found(parts: Parts, asker: Asker, rules: Rules, courses: list[OpenCourse], searched: str) -> Found:
    """Lessons first, as in the lesson's own helper; what the teacher wrote or a paper gets the last place."""
    vector = await parts.router.embed(comparable(searched))
    grounds, rank = parts.helper.grounds, parts.router.rank
    most = parts.settings.helper_reference_max_citations
    references = None if rules.reference == "all" else frozenset[str]()
    passages = await passages_for_class(
        parts.db, courses, searched, vector, most, grounds.vectors, rank, references
    )
    papers = await search_documents(
        parts.db, searched, asker.class_id, vector, most, grounds.paper_vectors, rank, rules.document_id
    )
    own = await _own_passages(parts, asker, searched, vector, most) if rules.reference == "all" else []
    best = passages[: most - 1 if papers or own else most]
    room = most - len(best)
    best += own[: max(1, room - bool(papers))] if room else []
    best += [_of_paper(paper, asker.language) for paper in papers[: most - len(best)]]
    return Found(best, vector, (*(each.body for each in papers), *(each.text for each in own)))


async def _stays(parts: Parts, asker: Asker, rules: Rules, courses: list[OpenCourse], asked: Asked) -> bool:
    """A teacher may ask about anything."""
    if asker.audience != "student":
        return True
    grounds = parts.helper.grounds
    road = []
    for each in courses:
        lessons = parts.shelf.lessons(each.course.slug)
        road.append(Stretch(each.course, tuple(one for one in lessons if one.slug not in each.closed)))
    return await stays_with_class(parts.db, grounds.topics, grounds.vectors, rules, road, asked)


def _was_cited(before: tuple[ChatMessage, ...]) -> bool:
    """The answer before rests on passages, so what leans on it stays with the class too."""
    answers = [said for said in before if not said.is_person]
    return bool(answers and answers[-1].citations)


async def _own_passages(
    parts: Parts, asker: Asker, searched: str, vector: Vector | None, most: int
) -> list[ClassPassage]:
    """Of what the teacher wrote; a teacher who asks has it before them."""
    if asker.audience != "student":
        return []
    materials = await open_materials(parts.db, parts.shelf, asker.id)
    texts = await passages_of_materials(parts.db, materials)
    rows = await rows_of(parts.helper.grounds.topics, texts)
    found = found_in(texts, rows, searched, vector, most)
    return [ClassPassage(each.heading, each.heading, each.body, url_of(each), each.score) for each in found]


def _of_paper(paper: DocumentPassage, language: str) -> ClassPassage:
    topic = paper.heading or paper.title
    return ClassPassage(source_of_paper(paper, language), topic, paper.body, url_of_paper(paper), paper.score)


def _searched(message: str, before: tuple[ChatMessage, ...]) -> str:
    """With the question before it, which a short one leans on."""
    asked = [said.body for said in before if said.is_person]
    leaning = asked[-1:] if leans_back(message) else []
    return "\n".join((message, *leaning))[:SEARCH_CHARS]


def _summary(session: ChatSession, before: tuple[ChatMessage, ...], message: str) -> tuple[Summary, Decision]:
    summary = from_text(session.summary)
    said = [Said(each.id, each.is_person, each.body, each.sent_at, bool(each.citations)) for each in before]
    decision = decide(said, message, summary)
    if decision.compacts:
        summary = compacted(summary, decision.candidates, message)
    return summary, decision
