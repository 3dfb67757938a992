"""The brief of each class: kept for the day, made once at a time, and never lost to a failure."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from appliance.inference.router import Router
from appliance.insights.asking import SECONDS, NoAnswer, has_model
from appliance.insights.brief import Brief, Evidence, brief_by_rules
from appliance.insights.brief_writing import brief_by_model
from appliance.insights.classes import insights_of_class
from appliance.insights.misses import misses_of_class
from appliance.insights.wording import Translate
from appliance.storage.cache import Cache
from appliance.storage.database import Database

BriefStatus = Literal["empty", "ready", "generating", "no_data", "error"]

KEEP_SECONDS = 60 * 24 * 3600
# A power cut in the middle leaves the mark behind: it goes by itself.
MAKING_SECONDS = SECONDS + 30
# Whoever looks again at once gets the failure again, not another two minutes of waiting.
RETRY_SECONDS = 600
FAILED = "The model wrote nothing usable this time. Try again later; what stands here is not from this try."


@dataclass(frozen=True)
class Kept:
    """`failed_at` is 0 unless the last try failed; `made_at` is 0 before the first brief."""

    brief: Brief | None = None
    made_at: int = 0
    failed_at: int = 0


@dataclass(frozen=True)
class ShownBrief:
    status: BriefStatus
    is_stale: bool
    brief: Brief | None
    made_at: int
    has_evidence: bool
    message: str = ""


@dataclass(frozen=True)
class Briefs:
    """The briefs of one class in one language. Whose class it is has been asked before."""

    db: Database
    cache: Cache
    router: Router
    class_id: int
    language: str

    async def shown(self) -> ShownBrief:
        """As it stands; nothing is made."""
        return await self._state(await evidence_of_class(self.db, self.class_id))

    async def made(self, staff_id: int, translate: Translate, *, force: bool) -> ShownBrief:
        """A new one where the last is from another day or `force` asks for it; the first one only by `force`."""
        evidence = await evidence_of_class(self.db, self.class_id)
        state = await self._state(evidence)
        if state.status in ("no_data", "generating") or (not force and not self._is_over(state)):
            return state
        if not await self.cache.add(self._mark, 1, MAKING_SECONDS):
            return await self._state(evidence)
        try:
            await self._make(staff_id, evidence, translate)
        finally:
            await self.cache.delete(self._mark)
        return await self._state(evidence)

    def _is_over(self, state: ShownBrief) -> bool:
        return state.is_stale and state.status == "ready"

    async def _state(self, evidence: Evidence) -> ShownBrief:
        kept, now = await self._kept(), int(self.db.now())
        is_stale = kept.brief is not None and not _is_same_day(kept.made_at, now)
        shown = ShownBrief("ready", is_stale, kept.brief, kept.made_at, evidence.is_enough)
        if not evidence.is_enough:
            return replace(shown, status="no_data")
        if await self.cache.get(self._mark):
            return replace(shown, status="generating", is_stale=True)
        if kept.failed_at and 0 <= now - kept.failed_at < RETRY_SECONDS:
            return replace(shown, status="error", message=FAILED)
        return shown if kept.brief else replace(shown, status="empty")

    async def _make(self, staff_id: int, evidence: Evidence, translate: Translate) -> None:
        now = int(self.db.now())
        insights = await insights_of_class(self.db, self.class_id)
        misses = await misses_of_class(self.db, self.class_id)
        by_rules = brief_by_rules(insights, misses, evidence, translate)
        if not has_model(self.router):
            await self._keep(Kept(by_rules, now))
            return
        try:
            brief = await brief_by_model(
                self.router, insights, misses, evidence, staff_id, self.class_id, self.language, translate
            )
        except NoAnswer:
            # What was there stays; where nothing was, the numbers speak for themselves.
            kept = await self._kept()
            await self._keep(replace(kept if kept.brief else Kept(by_rules, now), failed_at=now))
            return
        await self._keep(Kept(brief, now))

    async def _keep(self, kept: Kept) -> None:
        await self.cache.set(self._key, msgspec.to_builtins(kept), KEEP_SECONDS)

    async def _kept(self) -> Kept:
        value: Any = await self.cache.get(self._key)
        try:
            return msgspec.convert(value, Kept) if value is not None else Kept()
        except msgspec.ValidationError:
            return Kept()

    @property
    def _key(self) -> str:
        return f"brief:{self.class_id}:{self.language}"

    @property
    def _mark(self) -> str:
        return f"brief-making:{self.class_id}:{self.language}"


async def evidence_of_class(db: Database, class_id: int) -> Evidence:
    row = await db.fetch_one(
        """
        SELECT
          (SELECT count(*) FROM students WHERE class_id = :class_id) AS students,
          (SELECT count(*)
           FROM activities
           WHERE class_id = :class_id AND state = 'published' AND removed_at IS NULL) AS published,
          (SELECT count(*)
           FROM activities JOIN assignments ON assignments.activity_id = activities.id
           WHERE activities.class_id = :class_id AND kind = 'quiz' AND state = 'published'
             AND removed_at IS NULL) AS quizzes,
          (SELECT count(*)
           FROM activities
           JOIN assignments ON assignments.activity_id = activities.id
           JOIN attempts ON attempts.assignment_id = assignments.id
           WHERE activities.class_id = :class_id AND activities.removed_at IS NULL
             AND attempts.finished_at IS NOT NULL) AS attempts,
          (SELECT count(*)
           FROM chat_sessions JOIN chat_messages ON chat_messages.session_id = chat_sessions.id
           WHERE chat_sessions.class_id = :class_id AND chat_sessions.student_id IS NOT NULL
             AND chat_messages.author = 'person') AS questions
        """,
        class_id=class_id,
    )
    counted = (
        dict(row) if row else dict.fromkeys(("students", "published", "quizzes", "attempts", "questions"), 0)
    )
    return Evidence(**counted)


def _is_same_day(moment: int, now: int) -> bool:
    """The same calendar day of UTC, as programs expect it."""
    return datetime.fromtimestamp(moment, UTC).date() == datetime.fromtimestamp(now, UTC).date()
