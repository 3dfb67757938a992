"""From a question to an answer: the steps in order, each of them in a module of its own."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace

from appliance.auth.throttle import Throttle
from appliance.classroom.audit import record_student
from appliance.classroom.care import care_words_of, count_care
from appliance.errors import Unavailable
from appliance.helper.answer_key import listed_for, listed_in_quizzes
from appliance.helper.answers import Answer, Citation, Delta, Done, Event, Start, caring
from appliance.helper.answers import Waiting as Waiting
from appliance.helper.care import needs_care
from appliance.helper.citations import citations_of, marks_in
from appliance.helper.conversations import (
    Conversations,
    Memory,
    Turn,
    conversation_id_of,
    grown,
    in_context,
    key_of,
)
from appliance.helper.guards import Outgoing, nothing_kept
from appliance.helper.intents import Intent, intent_of
from appliance.helper.lesson_answer import Case, Reason, lesson_answer, own_words
from appliance.helper.pages import Page, page_of
from appliance.helper.policy import About, Ask, beginning_for, prompt_for
from appliance.helper.questions import Asker, Question, checked
from appliance.helper.redaction import redacted
from appliance.helper.scope import Scope, read, refused, scope_of_lesson
from appliance.helper.sharing import Sharing, wish_of
from appliance.helper.strict import Strict
from appliance.helper.suggestions import suggestions_for
from appliance.helper.text_languages import leads_back
from appliance.helper.tickets import Tickets
from appliance.helper.topics import Lead, Topics, is_vague, leans_back
from appliance.helper.veils import veiled
from appliance.helper.words import language_of
from appliance.helper.writing import Draft, written
from appliance.inference.engine import Prompt
from appliance.inference.router import Router, Started
from appliance.library.courses import Course, Shelf
from appliance.library.document_search import search_documents
from appliance.library.lessons import Lesson
from appliance.library.ranking import Matrices
from appliance.library.search import Vectors, search
from appliance.settings import Settings
from appliance.storage.cache import Cache
from appliance.storage.database import Clock, Database

__all__ = ["Answer", "Asker", "Citation", "Delta", "Done", "Event", "Helper", "Question", "Start", "Waiting"]

# The search model reads a few hundred words; more would only blur the question.
SEARCH_CHARS = 1000
MINUTE = 60
# Whoever asks "and the second one?" still asks about the exercise of the question before.
QUESTIONS_BEFORE = 2
EVENT = "helper_chat_access"
STOPPING = "The box is being restarted: ask again in a minute."
NOT_ACKNOWLEDGED = (
    "The helper is not switched on yet: whoever runs the box has to agree to a borrowed model first."
)

log = logging.getLogger("chalkbox.helper")


@dataclass(frozen=True)
class Conversation:
    """`resets` was counted before it was recalled: one more means that it may not be kept."""

    id: str
    key: str
    memory: Memory
    resets: int


@dataclass(frozen=True)
class Ground:
    """What the lesson has to say; `topic` is what the suggestions speak of.

    `citations` is for the model, `shown` for the student: with `strict` a passage may hold an answer.
    """

    citations: tuple[Citation, ...]
    topic: str
    on_topic: bool
    shown: tuple[Citation, ...]


@dataclass(frozen=True)
class Asked:
    """All that is known about a question before somebody answers it."""

    asker: Asker
    request_id: str
    began: float
    page: Page
    message: str
    language: str
    intent: Intent
    conversation: Conversation
    ground: Ground
    strict: Strict | None


class Helper:
    def __init__(
        self,
        settings: Settings,
        secret: bytes,
        router: Router,
        db: Database,
        shelf: Shelf,
        cache: Cache,
        throttle: Throttle,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._router = router
        self._db = db
        self._shelf = shelf
        self._throttle = throttle
        self._clock = clock
        self.conversations = Conversations(cache, settings)
        self._topics = Topics(router, cache)
        # Kept in memory for every search of the box, the class chat's too.
        self.vectors = Vectors()
        self.paper_vectors = Matrices()
        self.sharing = Sharing(router, self.conversations, clock)
        self.tickets = Tickets()
        self._live = 0
        self._is_closing = False
        self._ended = asyncio.Event()

    async def ask(self, asker: Asker, question: Question) -> AsyncGenerator[Event, None]:
        """Refusals come before the first event, a Done always comes last; closing it frees place and slot."""
        with self.counted():
            began = self._clock()
            await self.hold_to_rates(asker)
            said = checked(question)
            message = redacted(said)
            if needs_care(message):
                conversation_id = conversation_id_of(question.conversation_id)
                async for event in self.cared_for(asker, message, conversation_id, question.request_id):
                    yield event
                return
            await self.hold_to_one(asker)
            scope = self._scope(asker, question.scope_token)
            page = await page_of(self._db, self._shelf, scope, self._db.now())
            self._hold_to_agreement()
            conversation = await self._conversation(asker, scope, question)
            language = language_of(message, asker.language)
            intent = intent_of(message)
            strict = await self._strict(message, page, asker, conversation.memory)
            ground = _shown(
                await self._ground(message, page, conversation.memory, language), strict, language
            )
            asked = Asked(
                asker,
                question.request_id,
                began,
                page,
                message,
                language,
                intent,
                conversation,
                ground,
                strict,
            )
            keeps = strict.gives_away if strict else nothing_kept
            draft = Draft(Outgoing(_marks(ground), self._settings.helper_response_max_chars, keeps))
            wish = wish_of(self._settings, asked, said, self._prompt(asked))
            if wish and not question.fresh:
                asked = await self.sharing.instead(wish, asked, draft)
            async with aclosing(self._answered(asked, draft)) as events:
                async for event in events:
                    yield event
            answer = await self._remembered(asked, draft)
            if wish:
                await self.sharing.offer(wish, asked, draft, answer)
            await self._record(asked, answer)
            _log(asked, answer, draft)
            yield Done(answer)

    async def strict_in_class(self, asker: Asker, message: str, before: list[str], open_text: str) -> Strict:
        """For the class chat, which belongs to no lesson: the quizzes' answers and the sums that are asked for."""
        return Strict(await listed_in_quizzes(self._db, asker.class_id), message, before, open_text)

    async def cared_for(
        self, asker: Asker, message: str, conversation_id: str, request_id: str
    ) -> AsyncGenerator[Event, None]:
        """The school's own words, without a model; nothing is kept here but a count."""
        words = await care_words_of(self._db, asker.class_id)
        if asker.audience == "student":
            try:
                await count_care(self._db, asker.class_id)
            except Unavailable:
                log.warning("helper_care_uncounted class_id=%d", asker.class_id)
        text = words.reply(language_of(message, asker.language))
        answer = caring(text, conversation_id, request_id, self._settings.helper_strictness)
        yield Start(conversation_id, answer.intent, answer.model, answer.backend)
        yield Delta(text)
        yield Done(answer)

    def expect(self, lesson: Lesson, class_id: int) -> None:
        """Somebody opened this lesson: its beginning may be read before the first question; never waits or raises."""
        course = self._shelf.course(lesson.course_slug)
        about = _about(scope_of_lesson(lesson, class_id, "student"), course, lesson)
        self._router.engine.warm(beginning_for(self._settings, about))

    async def close(self, seconds: float) -> None:
        """Take no more questions; those that are being answered have this long to end."""
        self._is_closing = True
        try:
            async with asyncio.timeout(seconds):
                while self._live:
                    self._ended.clear()
                    await self._ended.wait()
        except TimeoutError:
            log.warning("helper_closed live=%d", self._live)
        await self.tickets.close()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Around every answer that a stop of the box has to wait for. Raises Unavailable while it stops."""
        if self._is_closing:
            raise Unavailable(STOPPING)
        self._live += 1
        try:
            yield
        finally:
            self._live -= 1
            self._ended.set()

    async def hold_to_rates(self, asker: Asker) -> None:
        """A whole class may share one address: its limit is far above a person's."""
        limits = self._settings
        await self._throttle.check("helper-person", asker.key, limits.helper_rate_limit_per_minute, MINUTE)
        if asker.network:
            most = limits.helper_address_rate_limit_per_minute
            await self._throttle.check("helper-address", asker.network, most, MINUTE)

    async def hold_to_one(self, asker: Asker) -> None:
        """Raises Conflict while another question of theirs is being answered and somebody listens to it."""
        await self.tickets.make_room(asker.key)
        self._router.hold_to_one(asker.key)

    def _hold_to_agreement(self) -> None:
        if self._settings.is_remote and not self._settings.helper_remote_mode_acknowledged:
            raise Unavailable(NOT_ACKNOWLEDGED, "remote_backend_not_acknowledged")

    def _scope(self, asker: Asker, token: str) -> Scope:
        scope = read(self._secret, token, self._clock(), self._settings.helper_scope_token_max_age_seconds)
        if (scope.class_id, scope.audience) != (asker.class_id, asker.audience):
            raise refused()
        return scope

    async def _conversation(self, asker: Asker, scope: Scope, question: Question) -> Conversation:
        conversation_id = conversation_id_of(question.conversation_id)
        key = key_of(asker.key, scope, conversation_id)
        if question.reset_conversation:
            await self.conversations.forget(key)
        resets = self.conversations.resets(key)
        return Conversation(conversation_id, key, await self.conversations.recall(key), resets)

    async def _ground(self, message: str, page: Page, memory: Memory, language: str) -> Ground:
        searched = in_context(message, memory) if leans_back(message) else message
        searched = searched[:SEARCH_CHARS]
        vector = await self._router.embed(searched)
        most = self._settings.helper_reference_max_citations
        rank = self._router.rank
        passages = await search(
            self._db, searched, *page.place, vector, most, self.vectors, page.closed, rank
        )
        # The lesson goes first; where it fills every place, the class's papers get the last one.
        room = max(most - len(passages), min(1, most - 1))
        class_id = page.scope.class_id
        papers = await search_documents(self._db, searched, class_id, vector, room, self.paper_vectors, rank)
        passages = passages[: most - len(papers)]
        bodies = [*(passage.body for passage in passages), *(paper.body for paper in papers)]
        lead = Lead(bodies, vector, memory.on_topic, same_language=language == page.course.language)
        is_filtering = self._settings.helper_topic_filter_mode != "off"
        on_topic = not is_filtering or await self._topics.fit(message[:SEARCH_CHARS], page.scope, lead)
        if not on_topic or not bodies:
            return Ground((), page.covers[0], on_topic, ())
        topic = passages[0].heading if passages else papers[0].heading or papers[0].title
        citations = citations_of(passages, papers, page.course, language)
        return Ground(citations, topic, on_topic, citations)

    async def _strict(self, message: str, page: Page, asker: Asker, memory: Memory) -> Strict | None:
        if self._settings.helper_strictness != "strict":
            return None
        listed = await listed_for(self._db, self._shelf, page, asker.class_id)
        before = [turn.text for turn in memory.turns if turn.role == "user"][-QUESTIONS_BEFORE:]
        return Strict(listed, message, before, page.lesson.body_student)

    async def _answered(self, asked: Asked, draft: Draft) -> AsyncGenerator[Event, None]:
        if draft.is_shared:
            yield _start(asked, draft)
            yield Delta(draft.text)
            return
        if turned_back := self._turned_back(asked):
            draft.fail(turned_back)
        else:
            person, group = asked.asker.key, f"class:{asked.asker.class_id}"
            async with aclosing(written(self._router, self._prompt(asked), person, group, draft)) as events:
                async for event in events:
                    yield _start(asked, draft) if isinstance(event, Started) else event
        if draft.failed is not None:
            if not draft.has_begun:
                yield _start(asked, draft)
            reason = draft.failed if asked.ground.on_topic or draft.failed == "blocks" else "off_topic"
            yield Delta(draft.add(_from_lesson(asked, reason, draft.room, draft.gate.text)))

    def _turned_back(self, asked: Asked) -> Reason | None:
        """Why no model is asked at all."""
        if leads_back(asked.message, asked.page.about):
            return "blocks"
        is_strict = self._settings.helper_topic_filter_mode == "strict"
        return "off_topic" if is_strict and not asked.ground.on_topic else None

    def _prompt(self, asked: Asked) -> Prompt:
        page, ground = asked.page, asked.ground
        about = _about(page.scope, page.course, page.lesson)
        say = Ask(asked.message, ground.citations, ground.on_topic, asked.language)
        return prompt_for(self._settings, about, asked.conversation.memory, say)

    async def _remembered(self, asked: Asked, draft: Draft) -> Answer:
        """The whole answer, once the conversation has grown by it."""
        said = Turn("user", asked.message, asked.intent), Turn("assistant", redacted(draft.text))
        memory = grown(asked.conversation.memory, *said, asked.ground.on_topic, self._settings)
        await self.conversations.keep(asked.conversation.key, memory, asked.conversation.resets)
        return Answer(
            text=draft.text,
            model=draft.model,
            backend=draft.backend,
            strictness=self._settings.helper_strictness,
            attempts=draft.attempts,
            queue_wait_ms=draft.queue_wait_ms,
            total_ms=max(0, round((self._clock() - asked.began) * 1000)),
            truncated=draft.truncated,
            scope_verified=True,
            citations=asked.ground.shown,
            intent=asked.intent,
            follow_up_suggestions=self._suggestions(asked),
            conversation_id=asked.conversation.id,
            conversation_enabled=self.conversations.enabled,
            conversation_compacted=self.conversations.enabled and bool(memory.summary),
            grounded=bool(marks_in(draft.text) & _marks(asked.ground)),
            request_id=asked.request_id,
            shared=draft.is_shared,
        )

    def _suggestions(self, asked: Asked) -> tuple[str, ...]:
        most = self._settings.helper_follow_up_suggestions_max
        return suggestions_for(asked.intent, asked.ground.topic, asked.language, most)

    async def _record(self, asked: Asked, answer: Answer) -> None:
        """Ids and counts of a student's question; a student who deletes everything meanwhile leaves none."""
        if asked.asker.audience != "student":
            return
        try:
            async with self._db.transaction() as tx:
                await record_student(
                    tx, EVENT, asked.asker.class_id, asked.asker.id, _counts(answer), asked.asker.network
                )
        except (Unavailable, sqlite3.IntegrityError):
            log.warning("helper_event_lost request_id=%s", answer.request_id)


def _about(scope: Scope, course: Course, lesson: Lesson) -> About:
    return About(scope, course.age_band, " ".join(lesson.helper_notes))


def _marks(ground: Ground) -> frozenset[str]:
    return frozenset(citation.id for citation in ground.citations)


def _start(asked: Asked, draft: Draft) -> Start:
    return Start(asked.conversation.id, asked.intent, draft.model, draft.backend)


def _from_lesson(asked: Asked, reason: Reason, room: int, said: str) -> str:
    """`said` is what was shown before: with it, even a harmless line may make an answer whole."""
    case = Case(reason, asked.intent, is_vague(asked.message), asked.language, room)
    text = lesson_answer(case, asked.ground.shown, asked.page.covers)
    return own_words(case) if asked.strict and asked.strict.gives_away(said + text) else text


def _shown(ground: Ground, strict: Strict | None, language: str) -> Ground:
    if strict is None:
        return ground
    topic = "" if strict.gives_away(ground.topic) else ground.topic
    return replace(ground, topic=topic, shown=veiled(ground.citations, strict, language))


def _counts(answer: Answer) -> dict[str, int | str]:
    return {
        "request_id": answer.request_id,
        "actor_type": "student",
        "backend": answer.backend,
        "intent": answer.intent,
        "scope_verified": int(answer.scope_verified),
        "truncated": int(answer.truncated),
        "grounded": int(answer.grounded),
        "shared": int(answer.shared),
        "conversation_compacted": int(answer.conversation_compacted),
        "attempts": answer.attempts,
        "citations_count": len(answer.citations),
        "follow_up_suggestions_count": len(answer.follow_up_suggestions),
    }


def _log(asked: Asked, answer: Answer, draft: Draft) -> None:
    log.info(
        "helper_answer request_id=%s class_id=%d actor=%s intent=%s backend=%s failed=%s attempts=%d"
        " queue_wait_ms=%d total_ms=%d truncated=%d grounded=%d citations=%d",
        answer.request_id,
        asked.asker.class_id,
        asked.asker.audience,
        answer.intent,
        answer.backend,
        draft.failed or "no",
        answer.attempts,
        answer.queue_wait_ms,
        answer.total_ms,
        answer.truncated,
        answer.grounded,
        len(answer.citations),
    )
