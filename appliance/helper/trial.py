"""Try it as a student: one question by the helper's own road, with all that happened on the way; nothing is kept."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from appliance.classroom.materials import Material, materials_of_class
from appliance.helper.answers import Answer, Citation, Delta, Done, Start, Waiting
from appliance.helper.caring import said
from appliance.helper.conversations import Memory
from appliance.helper.guards import Guards, Outgoing
from appliance.helper.own_texts import open_among, passages_of_materials
from appliance.helper.pages import Page, closed_lessons, page_by
from appliance.helper.pipeline import Asked, Conversation, Helper, turned_back_for
from appliance.helper.questions import Asker, Question, checked
from appliance.helper.redaction import MARK, redacted
from appliance.helper.rules import Rules
from appliance.helper.scope import scope_of_lesson
from appliance.helper.words import language_of
from appliance.helper.writing import Draft
from appliance.inference.engine import Message
from appliance.inference.queue import Priority
from appliance.library.courses import Course, Shelf
from appliance.library.lessons import Lesson
from appliance.storage.database import Clock, Database

Why = Literal["gives_away", "personal", "too_long", "cleaned"]


@dataclass(frozen=True)
class Stopped:
    """A piece of the reply as it was `written`, and what was `shown` of it."""

    written: str
    shown: str
    why: Why


@dataclass(frozen=True)
class Found:
    """`shown` is what a student sees of the passage; `score` only orders one search."""

    citation: Citation
    shown: Citation
    score: float


@dataclass(frozen=True)
class Trace:
    """One question from its words to the answer, in milliseconds where it is about time.

    `reason` is why no model answered, or not to the end: care, off_topic, blocks, busy, …; empty when one did.
    `prompt` is empty when no model was asked.
    """

    question: str
    taken_out: int
    language: str
    intent: str
    on_topic: bool
    rules: Rules
    found: tuple[Found, ...]
    prompt: tuple[Message, ...]
    stopped: tuple[Stopped, ...]
    reason: str
    search_ms: int
    first_ms: int
    answer: Answer


class Watched(Outgoing):
    """The same guards, which remember what they changed."""

    def __init__(self, *guards: *Guards) -> None:
        super().__init__(*guards)
        self.stopped: list[Stopped] = []

    def _shown(self, ready: str) -> str:
        is_over = self.is_full or self.is_withheld
        shown = super()._shown(ready)
        if not is_over and ready.split() != shown.split():
            self.stopped.append(Stopped(ready.strip(), shown.strip(), self._why(ready, shown)))
        return shown

    def _why(self, ready: str, shown: str) -> Why:
        if self.is_withheld:
            return "gives_away"
        if self.is_full:
            return "too_long"
        return "personal" if len(MARK.findall(shown)) > len(MARK.findall(ready)) else "cleaned"


async def page_on_trial(
    db: Database, shelf: Shelf, class_id: int, lesson: Lesson, rules: Rules, now: int
) -> Page:
    """As the class's students would have it, once the lesson is open: a teacher tries before that.

    What is for some of its groups alone is found here as well.
    """
    scope, course = scope_of_lesson(lesson, class_id, "student"), shelf.course(lesson.course_slug)
    on_road = await materials_of_class(db, class_id)
    seen = [each for each in on_road if each.is_shown]
    closed = await closed_lessons(db, course, scope, now) | _unseen(course, on_road, seen)
    page = page_by(rules, scope, course, lesson, closed - {lesson.slug})
    if rules.reference != "all":
        return page
    return replace(page, own=await passages_of_materials(db, await open_among(db, shelf, seen)))


async def tried(
    helper: Helper, asker: Asker, page: Page, message: str, clock: Clock
) -> AsyncGenerator[Waiting | Start | Delta | Trace, None]:
    """Refusals come before the first event, the Trace last. Students' questions go first.

    No event is counted, no conversation remembered, no answer kept for others.
    """
    with helper.counted():
        began = clock()
        question = redacted(checked(Question(message, "")))
        if words := await helper.words_of_care(asker, question):
            async for event in said(words, "", "", page.rules.strictness):
                yield _cared(page, question, asker, event.answer) if isinstance(event, Done) else event
            return
        await helper.hold_to_rates(asker)
        await helper.hold_to_one(asker)
        helper.hold_to_agreement()
        asked = await helper.asked(asker, page, question, Conversation("", "", Memory(), 0), "", began)
        searched, first = clock(), 0.0
        gate = Watched(*helper.guards(asked))
        draft = Draft(gate)
        async with aclosing(helper.answered(asked, draft, Priority.GENERATION)) as events:
            async for event in events:
                first = first or (clock() if isinstance(event, Delta) else 0.0)
                # Its own Done says less than the Trace.
                if not isinstance(event, Done):
                    yield event
        times = _ms(searched - began), _ms((first or searched) - began)
        yield _traced(helper, asked, draft, gate.stopped, times)


def _unseen(course: Course, on_road: Sequence[Material], seen: Sequence[Material]) -> frozenset[str]:
    """Lessons of the course that no student of the class sees; none where the course is not on its road."""
    if not any(each.kind == "lesson" and each.course_slug == course.slug for each in on_road):
        return frozenset()
    theirs = {each.lesson_slug for each in seen if each.kind == "lesson" and each.course_slug == course.slug}
    return frozenset(lesson.slug for lesson in course.lessons if lesson.slug not in theirs)


def _traced(
    helper: Helper, asked: Asked, draft: Draft, stopped: list[Stopped], times: tuple[int, int]
) -> Trace:
    ground, is_asked = asked.ground, turned_back_for(asked) is None
    return Trace(
        question=asked.message,
        taken_out=len(MARK.findall(asked.message)),
        language=asked.language,
        intent=asked.intent,
        on_topic=ground.on_topic,
        rules=asked.page.rules,
        found=tuple(map(Found, ground.citations, ground.shown, ground.scores)),
        prompt=helper.prompt(asked).messages if is_asked else (),
        stopped=tuple(stopped),
        reason=draft.failed or "",
        search_ms=times[0],
        first_ms=times[1],
        answer=helper.answer_of(asked, draft, Memory()),
    )


def _cared(page: Page, question: str, asker: Asker, answer: Answer) -> Trace:
    return Trace(
        question=question,
        taken_out=len(MARK.findall(question)),
        language=language_of(question, asker.language),
        intent=answer.intent,
        on_topic=True,
        rules=page.rules,
        found=(),
        prompt=(),
        stopped=(),
        reason="care",
        search_ms=0,
        first_ms=0,
        answer=answer,
    )


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))
