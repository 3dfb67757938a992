"""From a question to an answer: the steps in order, each of them in a module of its own."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

from appliance.auth.throttle import Throttle
from appliance.errors import RateLimited, Refusal, Unavailable
from appliance.helper.answer_key import listed_for, listed_for_class
from appliance.helper.answers import Answer, Citation, Delta, Done, Event, Start
from appliance.helper.answers import Waiting as Waiting
from appliance.helper.caring import is_in_trouble, said, words_for
from appliance.helper.citations import marks_in
from appliance.helper.conversations import (
    Conversations,
    Memory,
    Turn,
    conversation_id_of,
    grown,
    key_of,
)
from appliance.helper.counted_questions import CountedQuestion
from appliance.helper.counting import Counting, is_in_lesson
from appliance.helper.grounds import Ground, Grounds
from appliance.helper.guards import Guards, Outgoing, nothing_kept
from appliance.helper.intents import Intent, intent_of
from appliance.helper.lesson_answer import Case, Reason, lesson_answer, own_words
from appliance.helper.own_texts import page_for
from appliance.helper.pages import Page
from appliance.helper.policy import About, Ask, beginning_for, prompt_for
from appliance.helper.questions import Asker, Question, checked
from appliance.helper.redaction import redacted
from appliance.helper.rules import Rules
from appliance.helper.scope import Scope, context_of, read, refused
from appliance.helper.sharing import Sharing, wish_of
from appliance.helper.strict import Strict, said_in
from appliance.helper.suggestions import suggestions_for
from appliance.helper.text_languages import leads_back
from appliance.helper.tickets import Tickets
from appliance.helper.topics import Topics, is_vague
from appliance.helper.unkept import Unkept, to_its_end
from appliance.helper.veils import veiled
from appliance.helper.words import language_of
from appliance.helper.writing import Draft, written
from appliance.inference.engine import Prompt
from appliance.inference.queue import Priority
from appliance.inference.router import Router, Started
from appliance.library.courses import Shelf
from appliance.library.lessons import Lesson
from appliance.settings import Settings
from appliance.storage.cache import Cache
from appliance.storage.database import Clock, Database

__all__ = ["Answer", "Asker", "Citation", "Delta", "Done", "Event", "Helper", "Question", "Start", "Waiting"]

MINUTE = 60
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
        self.counting = Counting(settings, secret, db, throttle)
        self.sharing = Sharing(router, self.conversations, clock)
        self.grounds = Grounds(settings, router, db, Topics(router, cache))
        self.tickets = Tickets()
        self.unkept = Unkept()
        self._live = 0
        self._is_closing = False
        self._ended = asyncio.Event()

    async def ask(self, asker: Asker, question: Question) -> AsyncGenerator[Event, None]:
        """Refusals come before the first event, a Done always comes last; closing it frees place and slot."""
        async with self._noted(asker, question):
            began = self._clock()
            typed = checked(question)
            message = redacted(typed)
            if words := await self.words_of_care(asker, message):
                conversation_id = conversation_id_of(question.conversation_id)
                strictness = self._settings.helper_strictness
                async for event in said(words, conversation_id, question.request_id, strictness):
                    yield event
                return
            await self.hold_to_rates(asker)
            await self.hold_to_one(asker)
            scope = self._scope(asker, question.scope_token)
            page = await page_for(self._db, self._shelf, self._settings, scope, asker, self._db.now())
            self.hold_to_agreement()
            conversation = await self._conversation(asker, scope, question)
            asked = await self.asked(asker, page, message, conversation, question.request_id, began)
            draft = Draft(Outgoing(*self.guards(asked)))
            wish = wish_of(self._settings, asked, typed, self.prompt(asked))
            if wish and not question.fresh:
                asked = await self.sharing.instead(wish, asked, draft)
            with self.unkept.answer(conversation.key) as showing:
                try:
                    async with aclosing(self.answered(asked, draft)) as events:
                        async for event in events:
                            showing.has_begun = showing.has_begun or isinstance(event, Delta)
                            yield event
                except (asyncio.CancelledError, GeneratorExit):
                    # What was shown was said: who stops one half of an answer and asks for the other has both.
                    if draft.text:
                        draft.is_stopped = True
                        stopped = await to_its_end(self._remembered(asked, draft))
                        await to_its_end(self._record(asked, stopped, draft))
                    raise
                answer = await to_its_end(self._remembered(asked, draft))
            await self._record(asked, answer, draft)
            _log(asked, answer, draft)
            if wish:
                await self.sharing.offer(wish, asked, draft, answer)
            yield Done(answer)

    async def asked(
        self,
        asker: Asker,
        page: Page,
        message: str,
        conversation: Conversation,
        request_id: str,
        began: float,
    ) -> Asked:
        """`message` is checked and redacted."""
        language = language_of(message, page.rules.language or asker.language)
        strict = await self._strict(message, page, asker, conversation.memory)
        ground = await self.grounds.of(message, page, conversation.memory, language)
        return Asked(
            asker,
            request_id,
            began,
            page,
            message,
            language,
            intent_of(message),
            conversation,
            _shown(ground, strict, language),
            strict,
        )

    def guards(self, asked: Asked) -> Guards:
        """What stands on the way out: known marks, room, what is kept back."""
        keeps = asked.strict.gives_away if asked.strict else nothing_kept
        return _marks(asked.ground), self._settings.helper_response_max_chars, keeps

    async def strict_in_class(
        self, asker: Asker, message: str, turns: Sequence[Turn], open_text: str
    ) -> Strict:
        """For a chat that belongs to no lesson."""
        listed = await listed_for_class(self._db, self._shelf, asker.class_id)
        return Strict(listed, said_in(message, turns), open_text)

    async def words_of_care(self, asker: Asker, message: str) -> str:
        """The school's own for somebody in trouble, whom no limit keeps from them; empty for all others.

        Whoever writes more often than one may ask is not counted once more.
        """
        if not await is_in_trouble(message):
            return ""
        try:
            await self.hold_to_rates(asker)
        except RateLimited:
            is_counted = False
        else:
            is_counted = True
        return await words_for(self._db, asker, message, self._settings.helper_care_helplines, is_counted)

    def expect(self, lesson: Lesson, rules: Rules) -> None:
        """Somebody opened this lesson: its beginning may be read before the first question; never waits or raises."""
        self._router.engine.warm(beginning_for(About(context_of(lesson), rules)))

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

    def hold_to_agreement(self) -> None:
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
        await self.unkept.settled(key)
        resets = self.conversations.resets(key)
        return Conversation(conversation_id, key, await self.conversations.recall(key), resets)

    async def _strict(self, message: str, page: Page, asker: Asker, memory: Memory) -> Strict | None:
        if page.rules.strictness != "strict":
            return None
        listed = await listed_for(self._db, self._shelf, page, asker.class_id)
        return Strict(listed, said_in(message, memory.turns), page.lesson.body_student)

    async def answered(
        self, asked: Asked, draft: Draft, priority: Priority = Priority.QUESTION
    ) -> AsyncGenerator[Event, None]:
        """Without a Done at its end; closing it frees place and slot."""
        if draft.is_shared:
            yield _start(asked, draft)
            yield Delta(draft.text)
            return
        if turned_back := turned_back_for(asked):
            draft.fail(turned_back)
        else:
            person, group = asked.asker.key, f"class:{asked.asker.class_id}"
            prompt = self.prompt(asked)
            writing = written(self._router, prompt, person, group, draft, self._clock, priority)
            async with aclosing(writing) as events:
                async for event in events:
                    yield _start(asked, draft) if isinstance(event, Started) else event
        if draft.failed is not None:
            if not draft.has_begun:
                yield _start(asked, draft)
            reason = _reason(asked, draft.failed)
            yield Delta(draft.add(_from_lesson(asked, reason, draft.room, draft.gate.text)))

    def prompt(self, asked: Asked) -> Prompt:
        about = About(context_of(asked.page.lesson), asked.page.rules)
        say = Ask(asked.message, asked.ground.citations, asked.ground.on_topic, asked.language)
        return prompt_for(self._settings, about, asked.conversation.memory, say)

    async def _remembered(self, asked: Asked, draft: Draft) -> Answer:
        """The whole answer, once the conversation has grown by it."""
        turns = Turn("user", asked.message, asked.intent), Turn("assistant", redacted(draft.text))
        memory = grown(asked.conversation.memory, *turns, asked.ground.on_topic, self._settings)
        await self.conversations.keep(asked.conversation.key, memory, asked.conversation.resets)
        return self.answer_of(asked, draft, memory)

    def answer_of(self, asked: Asked, draft: Draft, memory: Memory) -> Answer:
        return Answer(
            text=draft.text,
            model=draft.model,
            backend=draft.backend,
            strictness=asked.page.rules.strictness,
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

    async def _record(self, asked: Asked, answer: Answer, draft: Draft) -> None:
        if asked.asker.audience == "student":
            counted, found = _counted(asked, answer, draft), asked.ground.citations
            await self.counting.answered(
                asked.asker, asked.message, found, counted, _counts(answer), asked.page.about
            )

    @asynccontextmanager
    async def _noted(self, asker: Asker, question: Question) -> AsyncIterator[None]:
        """`counted`; and the refusal of a student's question is counted for the teacher."""
        with self.counted():
            try:
                yield
            except Refusal as refusal:
                if asker.audience == "student":
                    scope = self._scope_or_none(asker, question)
                    await self.counting.refused(asker, question.request_id, scope, refusal)
                raise

    def _scope_or_none(self, asker: Asker, question: Question) -> Scope | None:
        try:
            return self._scope(asker, question.scope_token)
        except (Refusal, AttributeError):
            return None


def turned_back_for(asked: Asked) -> Reason | None:
    """Why no model is asked at all."""
    if leads_back(asked.message, asked.page.about, asked.page.rules.text_languages):
        return "blocks"
    is_strict = asked.page.rules.topic_filter == "strict"
    return "off_topic" if is_strict and not asked.ground.on_topic else None


def _marks(ground: Ground) -> frozenset[str]:
    return frozenset(citation.id for citation in ground.citations)


def _start(asked: Asked, draft: Draft) -> Start:
    return Start(asked.conversation.id, asked.intent, draft.model, draft.backend)


def _from_lesson(asked: Asked, reason: Reason, room: int, said: str) -> str:
    """`said` is what was shown before: with it, even a harmless line may make an answer whole."""
    case = Case(reason, asked.intent, is_vague(asked.message), asked.language, room)
    text = lesson_answer(case, asked.ground.shown[: asked.page.rules.most_quoted], asked.page.covers)
    return own_words(case) if asked.strict and asked.strict.gives_away(said + text) else text


def _shown(ground: Ground, strict: Strict | None, language: str) -> Ground:
    if strict is None:
        return ground
    topic = "" if strict.gives_away(ground.topic) else ground.topic
    return replace(ground, topic=topic, shown=veiled(ground.citations, strict, language))


def _reason(asked: Asked, failed: Reason) -> Reason:
    return failed if asked.ground.on_topic or failed == "blocks" else "off_topic"


def _counted(asked: Asked, answer: Answer, draft: Draft) -> CountedQuestion:
    reason = _reason(asked, draft.failed) if draft.failed else ""
    # An answer that was kept back is there, though nothing was quoted.
    is_cited = answer.grounded or reason in ("gives_away", "blocks") or draft.is_stopped
    is_one_tongue = asked.language == asked.page.course.language
    is_found = is_in_lesson(asked.message, asked.ground.citations, is_cited, is_one_tongue)
    return CountedQuestion(
        class_id=asked.asker.class_id,
        student_id=asked.asker.id,
        request_id=answer.request_id,
        course_slug=asked.page.course.slug,
        lesson_slug=asked.page.lesson.slug,
        topic=asked.ground.heading,
        intent=asked.intent,
        outcome="lesson" if reason else "model",
        reason=reason or draft.stopped_reason,
        is_grounded=answer.grounded,
        is_in_lesson=is_vague(asked.message) or is_found,
        wait_ms=answer.queue_wait_ms,
        total_ms=answer.total_ms,
    )


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
