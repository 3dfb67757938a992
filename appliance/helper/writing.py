"""An answer while it is written: the model first, the lesson itself whenever the model can't or stops."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from appliance.errors import Busy, Invalid, Unavailable
from appliance.helper.answers import Delta, Waiting
from appliance.helper.guards import Outgoing
from appliance.helper.lesson_answer import Reason
from appliance.inference.engine import Prompt
from appliance.inference.queue import Priority
from appliance.inference.router import Ended, Event, Piece, Router, Started
from appliance.storage.database import Clock

LESSON = "lesson"
STOPPED = "stopped"


class Draft:
    """Grows while it is written. `failed` is why the lesson answers, None as long as the model does."""

    def __init__(self, gate: Outgoing) -> None:
        self.gate = gate
        self.model = ""
        self.backend = LESSON
        self.queue_wait_ms = 0
        self.attempts = 0
        self.truncated = False
        self.has_begun = False
        self.is_shared = False
        self.is_stopped = False
        self.failed: Reason | None = None
        self._given = ""

    @property
    def text(self) -> str:
        return (self.gate.text + self._given).strip()

    @property
    def stopped_reason(self) -> str:
        """For whoever counts: the model was writing when its reader stopped it or left."""
        return STOPPED if self.is_stopped else ""

    @property
    def room(self) -> int:
        """Characters that still fit."""
        return self.gate.most_chars - len(self.gate.text)

    def note(self, event: Waiting | Started) -> None:
        if isinstance(event, Waiting):
            return
        self.has_begun = True
        self.model, self.backend = event.model, event.backend
        self.queue_wait_ms = event.queue_wait_ms
        self.attempts += 1

    def end(self, ended: Ended) -> None:
        self.attempts = ended.attempts
        self.truncated = ended.truncated

    def fail(self, reason: Reason) -> None:
        self.failed = "died" if self.text else reason
        self.model, self.backend = "", LESSON
        self.truncated = False

    def waited_in_vain(self, seconds: float) -> None:
        """The line was too long, at once or after this long in it."""
        if not self.has_begun:
            self.queue_wait_ms = max(0, round(seconds * 1000))
        self.fail("busy")

    def share(self, text: str, model: str, backend: str) -> None:
        """Another student's answer takes the place of a new one."""
        self.is_shared = True
        self.model, self.backend = model, backend
        self._given = text

    def withhold(self) -> None:
        """The model gave an answer away: the lesson goes on in its place."""
        self.fail("gives_away")
        self.failed = "gives_away"

    def add(self, from_lesson: str) -> str:
        """What was shown stays; the lesson goes on below it. Returns the text to show."""
        self._given = f"\n\n{from_lesson}" if self.text else from_lesson
        return self._given


async def written(
    router: Router,
    prompt: Prompt,
    person: str,
    group: str,
    draft: Draft,
    clock: Clock,
    priority: Priority = Priority.QUESTION,
) -> AsyncGenerator[Waiting | Started | Delta, None]:
    """What the model gives, through the guards. A model that fails raises nothing: `draft.failed` tells."""
    came = clock()
    try:
        async with aclosing(_guarded(router.answer(prompt, person, group, priority), draft)) as events:
            async for event in events:
                yield event
    except Busy:
        draft.waited_in_vain(clock() - came)
    except (Unavailable, Invalid):
        draft.fail("no_model")
    else:
        if not draft.text and draft.failed is None:
            draft.fail("no_model")


async def _guarded(
    events: AsyncGenerator[Event, None], draft: Draft
) -> AsyncGenerator[Waiting | Started | Delta, None]:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Piece):
                if shown := draft.gate.feed(event.text):
                    yield Delta(shown)
            elif isinstance(event, Ended):
                draft.end(event)
            else:
                is_news = not draft.has_begun
                draft.note(event)
                # Who took over before the first sentence is told at the end, with the answer.
                if is_news:
                    yield event
            if draft.gate.is_full or draft.gate.is_withheld:
                break
    draft.truncated = draft.truncated or draft.gate.is_full
    if shown := draft.gate.finish(is_cut=draft.truncated):
        yield Delta(shown)
    if draft.gate.is_withheld:
        draft.withhold()
