"""An answer in the class chat: the model over passages of the whole class, or the passages themselves."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from appliance.helper.answers import Answer, Citation, Delta, Done, Event, Start
from appliance.helper.citations import marks_in
from appliance.helper.conversations import Memory, Turn, history
from appliance.helper.counted_questions import CLASS_CHAT, CountedQuestion
from appliance.helper.counting import is_in_lesson
from appliance.helper.guards import Outgoing, nothing_kept
from appliance.helper.intents import intent_of
from appliance.helper.lesson_answer import MOST_TOPICS, Case, Reason, own_words, quoted
from appliance.helper.phrases import language_name, say
from appliance.helper.pipeline import Helper
from appliance.helper.policy import (
    NOTES_CHARS,
    PROMPT_CHARS,
    filled,
    line,
    passages_text,
    shortened,
    stance,
)
from appliance.helper.questions import Asker
from appliance.helper.rules import Rules
from appliance.helper.strict import Strict
from appliance.helper.suggestions import suggestions_for
from appliance.helper.topics import is_vague
from appliance.helper.unkept import to_its_end
from appliance.helper.veils import veiled
from appliance.helper.words import language_of
from appliance.helper.writing import Draft, written
from appliance.inference.engine import Message, Prompt
from appliance.inference.fences import fenced
from appliance.inference.router import Router, Started
from appliance.settings import Settings
from appliance.storage.database import Clock

TOPICS_CHARS = 400
TURN_CHARS = 600

OPENINGS: dict[Reason, str] = {
    "no_model": "Here is what your lessons and papers say about this.",
    "busy": "The helper is busy right now, so here is what your lessons and papers say.",
    "died": "I could not finish this answer, so here is what your lessons and papers say.",
    "gives_away": "This answer is yours to find, and you can do it. Here is what helps on the way.",
}
OFF_TOPIC = "That goes beyond what your class works on."
NOTHING_FOUND = "I could not find that in your class's lessons and papers."
DIED_WITHOUT = (
    "I could not finish this answer, and I found nothing about it in your class's lessons and papers."
)

log = logging.getLogger("chalkbox.helper")

Stopped = Callable[[Answer], Awaitable[None]]
"""Gets what was shown of an answer that ends before its Done, perhaps nothing."""


@dataclass(frozen=True)
class Talk:
    """A question as the class chat puts it, redacted; `turns` are the last ones, `memory` the short form of the older.

    `about` is what the question is about, `topics` what the class works on, both in words that may be shown.
    `heading` is that of the best passage, for the teacher, and `tongues` are the languages of the class's courses.
    """

    session_id: int
    message: str
    turns: tuple[Turn, ...]
    memory: str
    citations: tuple[Citation, ...]
    about: str
    topics: tuple[str, ...]
    request_id: str
    rules: Rules | None = None
    on_topic: bool = True
    heading: str = ""
    tongues: frozenset[str] = frozenset()

    @property
    def ages(self) -> str:
        return self.rules.ages if self.rules else ""

    @property
    def most_quoted(self) -> int:
        return self.rules.most_quoted if self.rules else len(self.citations)

    @property
    def covers(self) -> tuple[str, ...]:
        """What is told to somebody who asked about something else."""
        return (self.rules.topics if self.rules else ()) or self.topics

    @property
    def is_turned_back(self) -> bool:
        """No model is asked at all."""
        return not self.on_topic and self.rules is not None and self.rules.topic_filter == "strict"

    @property
    def works_on(self) -> str:
        """In lines: what the class works on, and what its teacher said and noted for the helper."""
        lines = [line("; ".join(self.topics)[:TOPICS_CHARS])]
        if self.rules and self.rules.topics:
            lines.append(f"Allowed topics: {line('; '.join(self.rules.topics))[:TOPICS_CHARS]}")
        if self.rules and self.rules.notes:
            lines.append(f"Notes for the helper: {line(self.rules.notes)[:NOTES_CHARS]}")
        return "\n".join(filter(None, lines))


class ClassChat:
    """Shares the helper's line, its limits and its stop."""

    def __init__(self, settings: Settings, helper: Helper, router: Router, clock: Clock) -> None:
        self._settings = settings
        self._helper = helper
        self._router = router
        self._clock = clock

    async def ask(self, asker: Asker, talk: Talk, stopped: Stopped) -> AsyncGenerator[Event, None]:
        """Nothing is kept here; a Done always comes last. Who asks too often is refused by whoever searched.

        A refusal before anything was shown is no stop: what was asked still stands where it was typed.
        """
        with self._helper.counted():
            began, language = self._clock(), language_of(talk.message, asker.language)
            strict = await self._strict(asker, talk)
            talk = _shown(talk, strict, language)
            marks = frozenset(citation.id for citation in talk.citations)
            keeps = strict.gives_away if strict else nothing_kept
            draft = Draft(Outgoing(marks, self._settings.helper_response_max_chars, keeps))
            try:
                async with aclosing(self._answered(asker, talk, draft, strict, language)) as events:
                    async for event in events:
                        yield event
                answer = self._answer(talk, draft, language, began)
                await self._count(asker, talk, draft, answer)
            except BaseException as end:
                # Also when the browser goes away or the box stops: neither is an Exception.
                if draft.text or not isinstance(end, Exception):
                    answer = self._answer(talk, draft, language, began)
                    await stopped(answer)
                    if draft.text and not isinstance(end, Exception):
                        draft.is_stopped = True
                        await to_its_end(self._count(asker, talk, draft, answer))
                raise
            _log(asker, answer, draft)
            yield Done(answer, draft.failed or "")

    async def _answered(
        self, asker: Asker, talk: Talk, draft: Draft, strict: Strict | None, language: str
    ) -> AsyncGenerator[Event, None]:
        if talk.is_turned_back:
            draft.fail("off_topic")
        else:
            prompt = prompt_for(self._settings, talk, language)
            group = f"class:{asker.class_id}"
            writing = written(self._router, prompt, asker.key, group, draft, self._clock)
            async with aclosing(writing) as events:
                async for event in events:
                    yield _start(talk, draft) if isinstance(event, Started) else event
        if draft.failed is not None:
            if not draft.has_begun:
                yield _start(talk, draft)
            yield Delta(draft.add(_instead(talk, draft, strict, language)))

    async def _count(self, asker: Asker, talk: Talk, draft: Draft, answer: Answer) -> None:
        if asker.audience == "student":
            counted = _counted(asker, talk, draft, answer)
            await self._helper.counting.in_chat(asker, talk.message, talk.citations, counted)

    async def _strict(self, asker: Asker, talk: Talk) -> Strict | None:
        if self._settings.helper_strictness != "strict":
            return None
        open_text = "\n".join(citation.text for citation in talk.citations)
        return await self._helper.strict_in_class(asker, talk.message, talk.turns, open_text)

    def _answer(self, talk: Talk, draft: Draft, language: str, began: float) -> Answer:
        intent = intent_of(talk.message)
        most = self._settings.helper_follow_up_suggestions_max
        return Answer(
            text=draft.text,
            model=draft.model,
            backend=draft.backend,
            strictness=self._settings.helper_strictness,
            attempts=draft.attempts,
            queue_wait_ms=draft.queue_wait_ms,
            total_ms=max(0, round((self._clock() - began) * 1000)),
            truncated=draft.truncated,
            scope_verified=True,
            citations=talk.citations,
            intent=intent,
            follow_up_suggestions=suggestions_for(intent, talk.about, language, most),
            conversation_id=str(talk.session_id),
            conversation_enabled=True,
            conversation_compacted=bool(talk.memory),
            grounded=bool(marks_in(draft.text) & {citation.id for citation in talk.citations}),
            request_id=talk.request_id,
        )


def _shown(talk: Talk, strict: Strict | None, language: str) -> Talk:
    """What holds a kept answer is not quoted, here not even to the model."""
    if strict is None:
        return talk
    about = "" if strict.gives_away(talk.about) else talk.about
    return replace(talk, about=about, citations=veiled(talk.citations, strict, language))


def kept_answer(talk: Talk, text: str, backend: str, strictness: str) -> Answer:
    """An answer that was given before, for somebody who asks the same once more because the first try got lost."""
    return Answer(
        text=text,
        model="",
        backend=backend,
        strictness=strictness,
        attempts=0,
        queue_wait_ms=0,
        total_ms=0,
        truncated=False,
        scope_verified=True,
        citations=talk.citations,
        intent=intent_of(talk.message),
        follow_up_suggestions=(),
        conversation_id=str(talk.session_id),
        conversation_enabled=True,
        conversation_compacted=bool(talk.memory),
        grounded=bool(marks_in(text) & {citation.id for citation in talk.citations}),
        request_id=talk.request_id,
    )


def prompt_for(settings: Settings, talk: Talk, language: str) -> Prompt:
    """Rules, passages and question always; of the chat, the memory and the newest turns that still fit."""
    rules = _rules(settings, talk)
    asked = filled("class_question", passages=passages_text(talk.citations), question=shortened(talk.message))
    asked += filled("language", language=language_name(language))
    asked += "" if talk.on_topic else filled("off_topic_class")
    room = max(0, PROMPT_CHARS - len(rules) - len(asked))
    cut = tuple(replace(turn, text=turn.text[:TURN_CHARS]) for turn in talk.turns)
    turns = history(Memory(cut), min(room, settings.helper_conversation_history_max_chars))
    room -= sum(len(turn.text) for turn in turns)
    memory = fenced(talk.memory[: settings.helper_conversation_summary_max_chars])
    earlier = filled("earlier", summary=memory) if memory else ""
    messages = (
        Message("system", rules + (earlier if len(earlier) <= room else "")),
        *(Message(turn.role, fenced(turn.text)) for turn in turns),
        Message("user", asked),
    )
    return Prompt(messages, max_tokens=settings.helper_response_max_tokens)


def _rules(settings: Settings, talk: Talk) -> str:
    parts = (
        stance(talk.ages),
        filled(f"strictness_{settings.helper_strictness}"),
        filled(f"scope_class_{talk.rules.scope_mode}") if talk.rules else "",
        filled("class_chat"),
        filled("class_topics", topics=talk.works_on) if talk.works_on else "",
    )
    return "".join(parts)


def _start(talk: Talk, draft: Draft) -> Start:
    return Start(str(talk.session_id), intent_of(talk.message), draft.model, draft.backend)


def _case(talk: Talk, reason: Reason, language: str, room: int) -> Case:
    return Case(reason, intent_of(talk.message), is_vague(talk.message), language, room)


def _instead(talk: Talk, draft: Draft, strict: Strict | None, language: str) -> str:
    reason = _reason(talk, draft.failed or "no_model")
    instead = _without_model(talk, reason, language, draft.room)
    # With what was shown before, even a harmless line may make an answer whole.
    if strict and strict.gives_away(draft.gate.text + instead):
        return own_words(_case(talk, reason, language, draft.room))
    return instead


def _reason(talk: Talk, failed: Reason) -> Reason:
    return failed if talk.on_topic else "off_topic"


def _counted(asker: Asker, talk: Talk, draft: Draft, answer: Answer) -> CountedQuestion:
    reason = _reason(talk, draft.failed) if draft.failed else ""
    # An answer that was kept back is there, though nothing was quoted.
    is_cited = answer.grounded or reason == "gives_away" or draft.is_stopped
    is_one_tongue = talk.tongues <= {language_of(talk.message, asker.language)}
    is_found = is_in_lesson(talk.message, talk.citations, is_cited, is_one_tongue)
    course_slug, lesson_slug = CLASS_CHAT
    return CountedQuestion(
        class_id=asker.class_id,
        student_id=asker.id,
        request_id=answer.request_id,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
        topic=talk.heading,
        intent=answer.intent,
        outcome="lesson" if reason else "model",
        reason=reason or draft.stopped_reason,
        is_grounded=answer.grounded,
        is_in_lesson=is_vague(talk.message) or is_found,
        wait_ms=answer.queue_wait_ms,
        total_ms=answer.total_ms,
    )


def _without_model(talk: Talk, reason: Reason, language: str, room: int) -> str:
    case = _case(talk, reason, language, room)
    if talk.citations:
        return quoted(case, OPENINGS[reason], talk.citations[: talk.most_quoted])
    nothing: dict[Reason, str] = {"died": DIED_WITHOUT, "off_topic": OFF_TOPIC}
    sentences = [say(language, nothing.get(reason, NOTHING_FOUND))]
    if talk.covers:
        topics = ", ".join(talk.covers[:MOST_TOPICS])
        sentences.append(say(language, "Your class works on: {topics}.", topics=topics))
        sentences.append(say(language, "Ask me about one of these, or ask your teacher."))
    return " ".join(sentences)


def _log(asker: Asker, answer: Answer, draft: Draft) -> None:
    log.info(
        "class_chat_answer request_id=%s class_id=%d intent=%s backend=%s failed=%s attempts=%d"
        " queue_wait_ms=%d total_ms=%d truncated=%d grounded=%d citations=%d",
        answer.request_id,
        asker.class_id,
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
