"""Asking the model for one item of JSON: under a grammar, behind the students, and only so often."""

import asyncio
import json
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeVar

from appliance.errors import Busy, Conflict, Invalid, Unavailable
from appliance.inference.engine import EngineOff, Message, Prompt
from appliance.inference.fences import fenced
from appliance.inference.grammar import Schema, gbnf_of
from appliance.inference.queue import Priority
from appliance.inference.router import Ended, Event, Piece, Router, Started
from appliance.study.checks import Unusable
from appliance.study.sections import Section
from appliance.work.flashcards import CardText
from appliance.work.quizzes import QuestionText

TRIES = 3
MOST_TOKENS = 480
WAIT_SECONDS = 2.0
MOST_WAITS = 150
QUESTION: Schema = {
    "type": "object",
    "properties": {
        "question": {"type": "string", "minLength": 12, "maxLength": 220},
        "answer": {"type": "string", "minLength": 1, "maxLength": 90},
        "wrong": {
            "type": "array",
            "minItems": 3,
            "maxItems": 3,
            "items": {"type": "string", "minLength": 1, "maxLength": 90},
        },
        "explanation": {"type": "string", "minLength": 24, "maxLength": 320},
    },
}
CARD: Schema = {
    "type": "object",
    "properties": {
        "front": {"type": "string", "minLength": 2, "maxLength": 120},
        "back": {"type": "string", "minLength": 8, "maxLength": 320},
    },
}
TOPIC: Schema = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 3, "maxLength": 80},
        "objectives": {
            "type": "array",
            "minItems": 2,
            "maxItems": 4,
            "items": {"type": "string", "minLength": 12, "maxLength": 140},
        },
    },
}
LEVELS = ("remember", "understand", "apply", "analyze", "evaluate", "create")
LESSON_PLAN: Schema = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 3, "maxLength": 80},
        "description": {"type": "string", "minLength": 12, "maxLength": 200},
        "objectives": {
            "type": "array",
            "minItems": 2,
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {
                    "statement": {"type": "string", "minLength": 12, "maxLength": 140},
                    "level": {"enum": list(LEVELS)},
                },
            },
        },
        "assessment": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "items": {"type": "string", "minLength": 12, "maxLength": 140},
        },
        "misconceptions": {
            "type": "array",
            "minItems": 0,
            "maxItems": 1,
            "items": {"type": "string", "minLength": 12, "maxLength": 140},
        },
    },
}
SCHEMAS = {"question": QUESTION, "card": CARD, "topic": TOPIC, "lesson_plan": LESSON_PLAN}

Item = TypeVar("Item")

log = logging.getLogger("chalkbox.study")


@dataclass(frozen=True)
class Wish:
    """One item to write: what kind, from which passages, and what is there already.

    `person` and `group` are its keys in the line; `guidance` is what whoever ordered it said about it.
    """

    kind: str
    section: Section
    person: str
    group: str
    seed: int
    known: tuple[str, ...] = ()
    guidance: str = ""

    @property
    def material(self) -> str:
        return "\n\n".join(f"{passage.heading}\n{passage.body}".strip() for passage in self.section)


class Writer:
    """Writes items with the model; `wait` is how many seconds lie between two looks at a busy line.

    `hear` is told everything that the router says, of tries that are thrown away too.
    """

    def __init__(
        self, router: Router, wait: float = WAIT_SECONDS, hear: Callable[[Event], None] | None = None
    ) -> None:
        self._router = router
        self._wait = wait
        self._hear = hear

    @property
    def has_model(self) -> bool:
        return self._router.status()["state"] in ("ready", "loading")

    async def item(self, wish: Wish, check: Callable[[Mapping[str, Any]], Item]) -> Item | None:
        """None when there is no model, or none of its tries passed `check`, which raises Unusable or Invalid."""
        for attempt in range(TRIES if self.has_model else 0):
            try:
                return check(_object(await self._said(_prompt(wish, attempt), wish)))
            except EngineOff:
                return None
            except (Unusable, Invalid, Unavailable, Busy, Conflict) as refusal:
                log.info("item_refused kind=%s try=%d reason=%r", wish.kind, attempt + 1, str(refusal))
        return None

    async def _said(self, prompt: Prompt, wish: Wish) -> str:
        """The whole text; raises Unusable when students kept the line full all the time."""
        for _ in range(MOST_WAITS):
            await self._until_loaded()
            try:
                return await self._answered(prompt, wish)
            except Busy:
                # The line was full, or a student needed the slot: this item begins anew a little later.
                await asyncio.sleep(self._wait)
        raise Unusable("students kept the line full")

    async def _answered(self, prompt: Prompt, wish: Wish) -> str:
        text, truncated = "", True
        events = self._router.answer(prompt, wish.person, wish.group, Priority.GENERATION)
        async with aclosing(events):
            async for event in events:
                if self._hear is not None:
                    self._hear(event)
                if isinstance(event, Started):
                    text = ""
                elif isinstance(event, Piece):
                    text += event.text
                elif isinstance(event, Ended):
                    truncated = event.truncated
        if truncated:
            raise Unusable("The model's answer was cut off.")
        return text

    async def _until_loaded(self) -> None:
        for _ in range(MOST_WAITS):
            if self._router.status()["state"] != "loading":
                return
            await asyncio.sleep(self._wait)


def question_from(found: Mapping[str, Any], wish: Wish) -> QuestionText:
    """The choices in a mixed order: models put the right one first. Raises Unusable."""
    answer, wrong = _text(found, "answer"), found.get("wrong")
    if not isinstance(wrong, list) or not all(isinstance(choice, str) for choice in wrong):
        raise Unusable("The wrong answers are missing.")
    choices = [answer, *wrong]
    random.Random(wish.seed).shuffle(choices)  # noqa: S311 - an order, not a secret
    explanation = _text(found, "explanation")
    page = _nearest(wish.section, f"{answer} {explanation}")
    return QuestionText(
        _text(found, "question"),
        tuple(choices),
        choices.index(answer),
        explanation,
        wish.section[page].document_id,
        wish.section[page].page,
    )


def card_from(found: Mapping[str, Any], wish: Wish) -> CardText:
    front, back = _text(found, "front"), _text(found, "back")
    passage = wish.section[_nearest(wish.section, f"{front} {back}")]
    return CardText(front, back, passage.document_id, passage.page)


def topic_from(found: Mapping[str, Any]) -> tuple[str, list[str]]:
    objectives = found.get("objectives")
    if not isinstance(objectives, list) or not all(isinstance(said, str) for said in objectives):
        raise Unusable("The objectives are missing.")
    return _text(found, "title"), objectives


def _prompt(wish: Wish, attempt: int) -> Prompt:
    rules = (files("appliance.study") / "prompts" / f"{wish.kind}.md").read_text(encoding="utf-8")
    title = fenced(wish.section[0].title)
    asked = f"Material from “{title}”:\n<<<\n{fenced(wish.material)}\n>>>"
    if wish.guidance:
        asked += f"\n\nWhat the teacher says about it:\n{fenced(wish.guidance)}"
    if wish.known:
        there = "\n".join(f"- {fenced(known)}" for known in wish.known)
        asked += f"\n\nThere already, so write about something else:\n{there}"
    return Prompt(
        (Message("system", rules.strip()), Message("user", asked)),
        max_tokens=MOST_TOKENS,
        # The first try stays close to the text, later ones try something else.
        temperature=0.3 + 0.25 * attempt,
        seed=wish.seed + attempt,
        grammar=gbnf_of(SCHEMAS[wish.kind]),
    )


def _object(text: str) -> Mapping[str, Any]:
    """Raises Unusable: an engine that ignores the grammar may say anything."""
    try:
        found = json.loads(text, parse_constant=lambda name: None)
        # Half of a character, such as a lone \\ud83d, could neither be kept nor sent.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Unusable("The model's answer is no JSON.") from error
    if not isinstance(found, dict):
        raise Unusable("The model's answer is no object.")
    return found


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise Unusable("Something is missing in the model's answer.")
    return " ".join(value.replace("\x00", "").split())


def _nearest(section: Section, text: str) -> int:
    """Which passage shares most words with it."""
    words = set(text.casefold().split())
    shared: Sequence[int] = [len(words & set(passage.body.casefold().split())) for passage in section]
    return shared.index(max(shared))
