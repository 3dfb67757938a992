"""Quizzes, cards and blueprints made at once from the text that a program sends along; nothing of it is kept."""

import secrets
from collections.abc import Awaitable
from time import monotonic
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct
from sanic import Request

from appliance.api.answers import Usage
from appliance.api.guests import GUEST_REFUSES, guest_guard
from appliance.api.routes import Loose, Milliseconds, Route, Text, invalid
from appliance.errors import UpstreamFailed
from appliance.parts import parts_of
from appliance.study.drafting import Account, Brief, drafted_cards, drafted_questions
from appliance.study.planning import planned_course
from appliance.work.activities import MOST_CARDS, MOST_QUESTIONS

QUIZ_MS = 30_000
BLUEPRINT_MS = 120_000
BLUEPRINT_CONTEXT_SHOWN = 600
LARGEST_SEED = 2**31
TEMPLATES = "templates"
BLANK = "%s: Send a text that is not blank."
SOME_BY_TEMPLATE = "%d of %d come straight from sentences of the text, without a model: read them first."
FEWER = "The text has no more in it: %d of %d could be made. Send more of the material for the rest."

Title = Annotated[str, Meta(min_length=1, max_length=200)]
ShortText = Annotated[str, Meta(max_length=120)]
Instructions = Annotated[str, Meta(min_length=1, max_length=2000)]
Choices = Annotated[list[str], Meta(min_length=4, max_length=4)]
Level = str | None

Given = TypeVar("Given")


class QuizAsked(Struct):
    class_title: Title
    question_count: Annotated[int, Meta(ge=1, le=MOST_QUESTIONS)]
    instructions: Instructions
    blueprint_context: Loose = ""
    material_context: Loose = ""
    sandbox_id: str | None = None
    timeout_ms: Milliseconds | None = None


class CardsAsked(Struct):
    class_title: Title
    card_count: Annotated[int, Meta(ge=1, le=MOST_CARDS)]
    instructions: Instructions
    blueprint_context: Loose = ""
    material_context: Loose = ""
    sandbox_id: str | None = None
    timeout_ms: Milliseconds | None = None


class BlueprintAsked(Struct):
    class_title: Title
    material_count: Annotated[int, Meta(ge=1, le=10_000)]
    material_text: Text
    subject: ShortText | None = None
    level: ShortText | None = None
    sandbox_id: str | None = None
    timeout_ms: Milliseconds | None = None


class QuizQuestion(Struct):
    question: str
    choices: Choices
    answer: str
    explanation: str


class Quiz(Struct):
    questions: list[QuizQuestion]


class Flashcard(Struct):
    front: str
    back: str


class Flashcards(Struct):
    cards: list[Flashcard]


class Evidence(Struct, rename="camel"):
    source_label: str
    rationale: str


class Objective(Struct, rename="camel"):
    statement: str
    level: Level
    mastery_criteria: str | None
    misconception_addressed: str | None
    evidence: list[Evidence]


class Topic(Struct, rename="camel"):
    key: str
    title: str
    sequence: int
    description: str | None
    section: str | None
    prerequisites: list[str]
    objectives: list[Objective]
    assessment_ideas: list[str]
    misconception_flags: list[str]
    evidence: list[Evidence]


class QualityRubric(Struct, rename="camel"):
    coverage_completeness: str
    logical_progression: str
    evidence_grounding: str
    notes: list[str]


class BlueprintV2(Struct, rename="camel"):
    schema_version: str
    summary: str
    assumptions: list[str]
    uncertainty_notes: list[str]
    quality_rubric: QualityRubric | None
    topics: list[Topic]


class Made(Struct, kw_only=True):
    """`provider` is `templates` where no model wrote; `notes` says in sentences what is less than was asked for."""

    provider: str
    model: str
    usage: Usage
    latency_ms: int
    by_model: int
    by_templates: int
    notes: list[str]


class QuizMade(Made, kw_only=True):
    payload: Quiz


class CardsMade(Made, kw_only=True):
    payload: Flashcards


class BlueprintMade(Made, kw_only=True):
    payload: BlueprintV2


async def quiz(request: Request, asked: QuizAsked) -> QuizMade:
    began, brief = monotonic(), _brief_of_items(asked, asked.question_count)
    async with guest_guard(request, asked.sandbox_id, "quiz"):
        draft = await _or_fail(drafted_questions(parts_of(request).router, brief), "quiz_error")
    questions = [
        QuizQuestion(made.stem, list(made.choices), made.answer, made.explanation) for made in draft.items
    ]
    told = _told(draft.account, began, draft.by_model, len(questions), asked.question_count)
    return QuizMade(payload=Quiz(questions), **told)


async def flashcards(request: Request, asked: CardsAsked) -> CardsMade:
    began, brief = monotonic(), _brief_of_items(asked, asked.card_count)
    async with guest_guard(request, asked.sandbox_id, "flashcards"):
        draft = await _or_fail(drafted_cards(parts_of(request).router, brief), "flashcards_error")
    cards = [Flashcard(made.front, made.back) for made in draft.items]
    told = _told(draft.account, began, draft.by_model, len(cards), asked.card_count)
    return CardsMade(payload=Flashcards(cards), **told)


async def blueprint(request: Request, asked: BlueprintAsked) -> BlueprintMade:
    began = monotonic()
    about = [
        f"Class: {_said('class_title', asked.class_title)}.",
        f"Subject: {(asked.subject or '').strip() or 'STEM'}.",
        f"Level: {(asked.level or '').strip() or 'mixed high school/college'}.",
        f"Materials of the course: {asked.material_count}.",
    ]
    text = _said("material_text", asked.material_text)
    brief = _brief(asked.class_title, text, " ".join(about), 1, asked.timeout_ms or BLUEPRINT_MS)
    async with guest_guard(request, asked.sandbox_id, "blueprint"):
        planned = await _or_fail(planned_course(parts_of(request).router, brief), "blueprint_error")
    topics = len(planned.outline.topics)
    payload = msgspec.convert(planned.outline, BlueprintV2, from_attributes=True)
    return BlueprintMade(payload=payload, **_told(planned.account, began, planned.by_model, topics, topics))


def _brief_of_items(asked: QuizAsked | CardsAsked, count: int) -> Brief:
    """The material is what is asked about; the blueprint stands in for it where there is none."""
    about = [f"Class: {_said('class_title', asked.class_title)}.", _said("instructions", asked.instructions)]
    context = asked.blueprint_context.strip()
    if asked.material_context.strip() and context:
        about.append(f"The course: {context[:BLUEPRINT_CONTEXT_SHOWN]}")
    text = asked.material_context if asked.material_context.strip() else context
    return _brief(asked.class_title, text, "\n".join(about), count, asked.timeout_ms or QUIZ_MS)


def _brief(title: str, text: str, guidance: str, count: int, milliseconds: int) -> Brief:
    # A key of its own for each request: one program may ask for several things at once.
    person = f"service:{secrets.token_hex(8)}"
    title = " ".join(title.split())
    return Brief(title, text, guidance, count, person, secrets.randbelow(LARGEST_SEED), milliseconds / 1000)


def _said(field: str, text: str) -> str:
    if not text.strip():
        raise invalid(BLANK % field, field)
    return text.strip()


async def _or_fail(work: Awaitable[Given], code: str) -> Given:
    try:
        return await work
    except UpstreamFailed as failure:
        raise UpstreamFailed(failure.message, code) from failure


def _told(account: Account, began: float, by_model: int, made: int, asked: int) -> dict[str, Any]:
    """What every answer says of how it was made."""
    notes = []
    if by_model < made:
        notes.append(SOME_BY_TEMPLATE % (made - by_model, made))
    if made < asked:
        notes.append(FEWER % (made, asked))
    tokens = (account.prompt_tokens, account.written_tokens)
    return {
        "provider": account.backend if by_model else TEMPLATES,
        "model": account.model if by_model else "",
        "usage": Usage(*tokens, sum(tokens)),
        "latency_ms": round((monotonic() - began) * 1000),
        "by_model": by_model,
        "by_templates": made - by_model,
        "notes": notes,
    }


ROUTES = (
    Route(
        "/v1/blueprints/generate",
        blueprint,
        BlueprintMade,
        "Plans a course from the text that is sent along, topic by topic; nothing is kept.",
        asks=BlueprintAsked,
        refuses={"blueprint_error": 502, **GUEST_REFUSES},
    ),
    Route(
        "/v1/quiz/generate",
        quiz,
        QuizMade,
        "Writes questions with four choices about the text that is sent along; nothing is kept. What the model "
        "can't write well, or in timeout_ms, is made from sentences of the text.",
        asks=QuizAsked,
        refuses={"quiz_error": 502, **GUEST_REFUSES},
    ),
    Route(
        "/v1/flashcards/generate",
        flashcards,
        CardsMade,
        "Writes cards about the text that is sent along; nothing is kept. What the model can't write well, or in "
        "timeout_ms, is made from sentences of the text.",
        asks=CardsAsked,
        refuses={"flashcards_error": 502, **GUEST_REFUSES},
    ),
)
