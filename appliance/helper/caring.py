"""What somebody in trouble gets instead of a model: the school's own words, and one more in the quiet count."""

import asyncio
import logging
from collections.abc import AsyncGenerator

from appliance.classroom.care import care_words_of, count_care
from appliance.errors import Unavailable
from appliance.helper.answers import Answer, Delta, Done, Event, Start
from appliance.helper.care import needs_care
from appliance.helper.questions import Asker
from appliance.helper.words import language_of
from appliance.helper.writing import LESSON
from appliance.storage.database import Database

# Why no model was asked.
CARE = "care"

log = logging.getLogger("chalkbox.helper")


async def is_in_trouble(message: str) -> bool:
    """Beside the loop: a page of text takes a twentieth of a second."""
    return await asyncio.to_thread(needs_care, message)


async def words_for(db: Database, asker: Asker, message: str, helplines: str, is_counted: bool) -> str:
    """In the student's language. A count that can't be written keeps nobody waiting for them."""
    if is_counted and asker.audience == "student":
        try:
            await count_care(db, asker.class_id)
        except Unavailable:
            log.warning("helper_care_uncounted class_id=%d", asker.class_id)
    words = await care_words_of(db, asker.class_id)
    return words.reply(language_of(message, asker.language), helplines)


async def said(
    words: str, conversation_id: str, request_id: str, strictness: str
) -> AsyncGenerator[Event, None]:
    """As an answer, with nothing about the message itself."""
    answer = Answer(
        text=words,
        model="",
        backend=LESSON,
        strictness=strictness,
        attempts=0,
        queue_wait_ms=0,
        total_ms=0,
        truncated=False,
        scope_verified=False,
        citations=(),
        intent="general",
        follow_up_suggestions=(),
        conversation_id=conversation_id,
        conversation_enabled=False,
        conversation_compacted=False,
        grounded=False,
        request_id=request_id,
    )
    yield Start(conversation_id, answer.intent, answer.model, answer.backend)
    yield Delta(words)
    yield Done(answer, CARE)
