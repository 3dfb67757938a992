"""What is written down when a student's question has been answered or refused: ids, counts, and digests of words."""

import logging
import sqlite3
from collections.abc import Mapping, Sequence

from appliance.auth.throttle import Throttle
from appliance.classroom.audit import record_student
from appliance.errors import RateLimited, Refusal, Unavailable
from appliance.helper.answers import Citation
from appliance.helper.counted_questions import CountedQuestion, count_question
from appliance.helper.questions import Asker
from appliance.helper.scope import Scope
from appliance.helper.themes import Words, keep_words, names_on_the_box, speak_of, telling_words, words_key
from appliance.settings import Settings
from appliance.storage.database import Database, Transaction

EVENT = "helper_chat_access"
# For each person: whoever hammers at the box must not fill its disk.
REFUSALS_A_MINUTE = 6
MINUTE = 60

log = logging.getLogger("chalkbox.helper")


class Counting:
    def __init__(self, settings: Settings, secret: bytes, db: Database, throttle: Throttle) -> None:
        self._kept_days = settings.retention_helper_questions_days
        self._key = words_key(secret)
        self._db = db
        self._throttle = throttle

    async def answered(
        self,
        asker: Asker,
        message: str,
        found: Sequence[Citation],
        counted: CountedQuestion,
        details: Mapping[str, int | str],
        about: str = "",
    ) -> None:
        """`message` is redacted, `found` what it was answered from, `about` all that the lesson says of itself.

        A student who deletes everything meanwhile leaves nothing here.
        """
        await self._kept(asker, message, f"{_text(found)}\n{about}", counted, details)

    async def in_chat(
        self, asker: Asker, message: str, found: Sequence[Citation], counted: CountedQuestion
    ) -> None:
        """As `answered`; the event of a class chat is written with the chat itself."""
        await self._kept(asker, message, _text(found), counted, None)

    async def _kept(
        self,
        asker: Asker,
        message: str,
        known: str,
        counted: CountedQuestion,
        details: Mapping[str, int | str] | None,
    ) -> None:
        try:
            words: Words = {}
            if not counted.is_in_lesson:
                words = telling_words(message, await names_on_the_box(self._db), known)
            async with self._db.transaction() as tx:
                if details is not None:
                    await record_student(tx, EVENT, asker.class_id, asker.id, details, asker.network)
                await self._count(tx, counted, words)
        except (Unavailable, sqlite3.IntegrityError):
            log.warning("helper_event_lost request_id=%s", counted.request_id)

    async def refused(self, asker: Asker, request_id: str, scope: Scope | None, refusal: Refusal) -> None:
        """`scope` is None where it could not be read, or was another class's."""
        place = (scope.course_slug, scope.lesson_slug) if scope else ("", "")
        counted = CountedQuestion(asker.class_id, asker.id, request_id, *place, reason=refusal.code)
        try:
            await self._throttle.check("helper-refused", asker.key, REFUSALS_A_MINUTE, MINUTE)
            async with self._db.transaction() as tx:
                await self._count(tx, counted, {})
        except RateLimited:
            return
        except (Unavailable, sqlite3.IntegrityError):
            log.warning("helper_refusal_uncounted code=%s", refusal.code)

    async def _count(self, tx: Transaction, counted: CountedQuestion, words: Words) -> None:
        number = await count_question(tx, counted, self._kept_days)
        await keep_words(tx, self._key, number, counted.class_id, counted.student_id, words)


def is_in_lesson(message: str, found: Sequence[Citation], is_cited: bool, is_one_tongue: bool) -> bool:
    """Small models often name no place: then the words tell, where question and passages can be compared."""
    return bool(found) and (is_cited or not is_one_tongue or speak_of(_text(found), message))


def _text(found: Sequence[Citation]) -> str:
    return "\n".join(f"{citation.source}\n{citation.text}" for citation in found)
