"""An answer over material that a program supplies: the model's under a grammar, or the best passages themselves."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from appliance.errors import Busy, Invalid, Unavailable
from appliance.helper.answers import Citation
from appliance.helper.class_chat import NOTHING_FOUND, OPENINGS
from appliance.helper.conversations import Memory, Turn, history
from appliance.helper.intents import intent_of
from appliance.helper.lesson_answer import Case, Reason, own_words, quoted
from appliance.helper.material import Piece, pieces_of, ranked, until
from appliance.helper.phrases import language_name, say
from appliance.helper.policy import PROMPT_CHARS, filled, line, shortened, stance
from appliance.helper.questions import Asker
from appliance.helper.redaction import redacted
from appliance.helper.reply_form import REASON_CHARS, Cited, NoForm, Reply, reply_from, schema_for
from appliance.helper.strict import Strict
from appliance.helper.topics import is_vague
from appliance.helper.words import language_of
from appliance.helper.writing import LESSON
from appliance.inference.engine import Message, Prompt
from appliance.inference.fences import fenced
from appliance.inference.grammar import gbnf_of
from appliance.inference.router import Ended, Router, Started
from appliance.inference.router import Piece as Written
from appliance.settings import Settings

TRIES = 2
# What the JSON around an answer takes, in tokens and in characters of the prompt.
FORM_TOKENS, FORM_CHARS = 140, 500
MATERIAL_CHARS = 2000
QUOTED = 3
TURN_CHARS = 600
NO_MATERIAL = "(no passage came with this message)"

log = logging.getLogger("chalkbox.helper")


class NoReply(Exception):
    """A model was there and gave nothing that can be used; the text says what went wrong."""


@dataclass(frozen=True)
class Request:
    """What a program asks, redacted; `memory` is its short form of what was said before `turns`."""

    class_title: str
    message: str
    turns: tuple[Turn, ...]
    blueprint: str
    material: str
    memory: str
    assignment: str
    most_tokens: int


async def replied(
    settings: Settings, router: Router, asker: Asker, request: Request, strict: Strict | None = None
) -> Reply:
    """Without a model, and with a full line, the passages answer; what gives an answer away becomes a hint.

    Raises NoReply.
    """
    # A whole book may come along: reading it must not hold up the pages.
    pieces = await asyncio.to_thread(_pieces, request)
    language = language_of(request.message, asker.language)
    reply = await _reply(settings, router, asker, request, pieces, language)
    if strict is None or not _gives_away(reply, strict):
        return reply
    return _hint(_from_material(settings, request, pieces, language, "gives_away"), request, strict, language)


def _gives_away(reply: Reply, strict: Strict) -> bool:
    shown = (reply.answer, reply.concept, *(cited.reason for cited in reply.citations))
    return strict.gives_away("\n".join(filter(None, shown)))


def _hint(reply: Reply, request: Request, strict: Strict, language: str) -> Reply:
    """The passages, where they don't say it themselves."""
    if not _gives_away(reply, strict):
        return reply
    case = Case("gives_away", intent_of(request.message), is_vague(request.message), language, 0)
    return Reply("ok", own_words(case), (), "low", failed="gives_away")


async def _reply(
    settings: Settings,
    router: Router,
    asker: Asker,
    request: Request,
    pieces: Sequence[tuple[int, Piece]],
    language: str,
) -> Reply:
    if not router.status()["ok"]:
        return _from_material(settings, request, pieces, language, "no_model")
    chosen = until((piece for _, piece in pieces), MATERIAL_CHARS)
    try:
        return await _from_model(settings, router, asker, request, chosen, language)
    except Busy:
        return _from_material(settings, request, pieces, language, "busy")
    except (Unavailable, Invalid) as fault:
        raise NoReply(fault.message) from fault


def _pieces(request: Request) -> list[tuple[int, Piece]]:
    return ranked(pieces_of(request.material, request.blueprint), request.message)


async def _from_model(
    settings: Settings, router: Router, asker: Asker, request: Request, chosen: Sequence[Piece], language: str
) -> Reply:
    prompt, reason = prompt_for(settings, asker, request, chosen, language), ""
    labels = labels_of(chosen)
    for attempt in range(TRIES):
        text, started, ended = await _said(router, prompt, asker)
        try:
            reply = reply_from(text, labels, settings.helper_response_max_chars)
        except NoForm as fault:
            reason = str(fault)
            log.info("reply_refused class_id=%d try=%d reason=%r", asker.class_id, attempt + 1, reason)
            continue
        return replace(
            reply,
            backend=started.backend,
            model=started.model,
            prompt_tokens=ended.prompt_tokens,
            written_tokens=ended.written_tokens,
        )
    raise NoReply(f"The model gave no usable answer: {reason}")


def prompt_for(
    settings: Settings, asker: Asker, request: Request, chosen: Sequence[Piece], language: str
) -> Prompt:
    """Rules, passages and message always; of what was said before, what still fits."""
    rules = _rules(settings, asker, request)
    lines = [f"{piece.label or '(no label)'} | {line(piece.source)}: {line(piece.text)}" for piece in chosen]
    asked = filled(
        "reply_question",
        classroom=line(request.class_title)[:200],
        passages="\n".join(lines) or NO_MATERIAL,
        question=shortened(request.message),
    )
    asked += filled("language", language=language_name(language))
    room = max(0, PROMPT_CHARS - FORM_CHARS - len(rules) - len(asked))
    cut = tuple(Turn(turn.role, turn.text[:TURN_CHARS]) for turn in request.turns)
    turns = history(Memory(cut), min(room, settings.helper_conversation_history_max_chars))
    room -= sum(len(turn.text) for turn in turns)
    memory = fenced(request.memory[: settings.helper_conversation_summary_max_chars])
    earlier = filled("earlier", summary=memory) if memory else ""
    messages = (
        Message("system", rules + (earlier if len(earlier) <= room else "")),
        *(Message(turn.role, fenced(turn.text)) for turn in turns),
        Message("user", asked),
    )
    most = min(request.most_tokens, settings.helper_response_max_tokens + FORM_TOKENS)
    return Prompt(messages, max_tokens=most, grammar=gbnf_of(schema_for(labels_of(chosen))))


def labels_of(pieces: Sequence[Piece]) -> list[str]:
    return [*dict.fromkeys(piece.label for piece in pieces if piece.label)]


def _rules(settings: Settings, asker: Asker, request: Request) -> str:
    """In an assignment a hint is all there is; a teacher who asks gets a direct answer."""
    strictness = settings.helper_strictness if asker.audience == "student" else "light"
    instructions = fenced(request.assignment.strip())[:1200]
    parts = (
        stance(),
        filled(f"strictness_{'strict' if instructions else strictness}"),
        filled("reply"),
        filled("assignment", instructions=instructions) if instructions else "",
    )
    return "".join(parts)


async def _said(router: Router, prompt: Prompt, asker: Asker) -> tuple[str, Started, Ended]:
    text, started, ended = "", Started("", LESSON, 0), Ended(0, 0, True)
    async with aclosing(router.answer(prompt, asker.key, f"class:{asker.class_id}")) as events:
        async for event in events:
            match event:
                case Started():
                    text, started = "", event
                case Written(text=piece):
                    text += piece
                case Ended():
                    ended = event
    return text, started, ended


def _from_material(
    settings: Settings, request: Request, pieces: Sequence[tuple[int, Piece]], language: str, reason: Reason
) -> Reply:
    """Quoted with their labels, and a question to think on; from nothing that fits, a sentence that says so."""
    chosen = until((piece for shared, piece in pieces if shared and piece.label), MATERIAL_CHARS)[:QUOTED]
    room = settings.helper_response_max_chars
    if not chosen:
        return Reply("ok", say(language, NOTHING_FOUND), (), "low", failed=reason)
    passages = [Citation(piece.label, piece.source, piece.text, "") for piece in chosen]
    case = Case(reason, intent_of(request.message), is_vague(request.message), language, room)
    text = redacted(quoted(case, OPENINGS[reason], passages))
    cited = {piece.label: Cited(piece.label, _cut(piece.text)) for piece in reversed(chosen)}
    shown = tuple(each for each in reversed([*cited.values()]) if f"[{each.label}]" in text)
    return Reply("ok", text, shown, "low", failed=reason)


def _cut(text: str) -> str:
    return text if len(text) <= REASON_CHARS else text[: REASON_CHARS - 1].rsplit(" ", 1)[0] + "…"
