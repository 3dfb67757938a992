"""One answer in a class's chat for a program that keeps the chat itself: its material in, a checked payload out."""

import asyncio
from dataclasses import replace
from time import monotonic
from typing import Any, Literal

from msgspec import Struct
from sanic import Request

from appliance.api.answers import Usage
from appliance.api.chat_messages import asker_of
from appliance.api.chat_shapes import CanvasHint, Cited, Reply, ToolMode
from appliance.api.routes import Loose, Milliseconds, MostTokens, Route, Text
from appliance.api.workspace import ClassAsked, access_of, failed
from appliance.errors import Invalid, Unavailable
from appliance.helper.conversations import Turn
from appliance.helper.questions import NO_MESSAGE, Asker, Question, checked
from appliance.helper.redaction import redacted
from appliance.helper.replies import NoReply, replied
from appliance.helper.replies import Request as Wanted
from appliance.helper.reply_form import Reply as Given
from appliance.helper.rules import Rules, rules_of
from appliance.helper.strict import Strict
from appliance.parts import Parts, parts_of

ENGINE = "direct_v1"
MOST_TURNS = 12
# Far more than is told of any of these; what comes later is not even looked at.
LOOKED_AT = 6000
NO_BLANKS = "user_message says nothing."
FAILED = "No answer came about: %s"
TOO_SLOW = "There was no answer within timeout_ms."
DIRECT = "Answered directly."
NO_TOOLS = "Answered directly: this box runs no tools and no other engine, so nothing was called."
PASSAGES = " No model is ready, so passages of the material were quoted."
HINT = " The model gave an answer away that is the student's to find, so this is a hint."
BUSY = " The line was full, so passages of the material were quoted."


class TurnAsked(Struct):
    role: Literal["student", "assistant"]
    message: Loose
    created_at: str = ""


class GenerateAsked(ClassAsked, kw_only=True):
    class_title: Text
    user_message: Text
    transcript: list[TurnAsked]
    blueprint_context: Loose
    material_context: Loose
    compacted_memory_context: Loose | None = None
    assignment_instructions: Loose | None = None
    purpose: str | None = None
    session_id: str | None = None
    timeout_ms: Milliseconds | None = None
    max_tokens: MostTokens = 9000
    tool_mode: ToolMode = "off"
    tool_catalog: list[str] | None = None
    orchestration_hints: dict[str, Any] | None = None


class Orchestration(Struct):
    engine: str
    tool_mode: str
    tool_calls: list[str]
    tool_catalog: list[str]
    notes: str


class Answered(Struct):
    payload: Reply
    provider: str
    model: str
    usage: Usage
    latency_ms: int
    orchestration: Orchestration


async def generate(request: Request, asked: GenerateAsked) -> Answered:
    parts, began = parts_of(request), monotonic()
    access = await access_of(request, asked)
    wanted = _wanted(asked)
    asker = asker_of(request, access)
    if words := await parts.helper.words_of_care(asker, wanted.message):
        return _answered(asked, Given("ok", words, (), "low"), began)
    await parts.helper.hold_to_rates(asker)
    try:
        async with asyncio.timeout(asked.timeout_ms / 1000 if asked.timeout_ms else None):
            with parts.helper.counted():
                rules = await rules_of(parts.db, parts.settings, asker.class_id)
                if asker.audience == "student":
                    rules.hold_to_on()
                strict = await _strict(parts, asker, wanted, rules)
                settings = replace(parts.settings, helper_strictness=rules.strictness)
                reply = await replied(settings, parts.router, asker, wanted, strict)
    except TimeoutError as late:
        raise failed(TOO_SLOW, "chat_error") from late
    except (NoReply, Unavailable) as fault:
        raise failed(FAILED % fault, "chat_error") from fault
    return _answered(asked, reply, began)


def _answered(asked: GenerateAsked, reply: Given, began: float) -> Answered:
    spent = Usage(reply.prompt_tokens, reply.written_tokens, reply.prompt_tokens + reply.written_tokens)
    took = round((monotonic() - began) * 1000)
    return Answered(_payload(reply), reply.backend, reply.model, spent, took, _orchestration(asked, reply))


async def _strict(parts: Parts, asker: Asker, wanted: Wanted, rules: Rules) -> Strict | None:
    """A teacher who asks gets a direct answer."""
    if rules.strictness != "strict" or asker.audience != "student":
        return None
    return await parts.helper.strict_in_class(asker, wanted.message, wanted.turns, wanted.material)


def _wanted(asked: GenerateAsked) -> Wanted:
    """Nothing that tells who somebody is goes on to a model, not even from the transcript."""
    try:
        message = checked(Question(asked.user_message, ""))
    except Invalid as refusal:
        if refusal.message != NO_MESSAGE:
            raise
        raise Invalid(NO_BLANKS, "validation_error", "user_message") from refusal
    turns = tuple(
        Turn("user" if turn.role == "student" else "assistant", _private(turn.message))
        for turn in asked.transcript[-MOST_TURNS:]
        if turn.message.strip()
    )
    return Wanted(
        class_title=asked.class_title,
        message=redacted(message),
        turns=turns,
        blueprint=asked.blueprint_context,
        material=asked.material_context,
        memory=_private(asked.compacted_memory_context or ""),
        assignment=_private(asked.assignment_instructions or ""),
        most_tokens=asked.max_tokens,
    )


def _private(text: str) -> str:
    return redacted(text[:LOOKED_AT])


def _payload(reply: Given) -> Reply:
    cited = [Cited(each.label, each.reason) for each in reply.citations]
    hint = CanvasHint(reply.drawing, reply.concept, reply.concept) if reply.drawing else None
    return Reply(reply.safety, reply.answer, cited, reply.confidence, hint)


def _orchestration(asked: GenerateAsked, reply: Given) -> Orchestration:
    """What was asked for and what was done, which is always the same one call."""
    engine = (asked.orchestration_hints or {}).get("engine", ENGINE)
    wants_more = asked.tool_mode != "off" or bool(asked.tool_catalog) or engine != ENGINE
    notes = NO_TOOLS if wants_more else DIRECT
    if reply.failed:
        notes += {"busy": BUSY, "gives_away": HINT}.get(reply.failed, PASSAGES)
    return Orchestration(ENGINE, asked.tool_mode, [], asked.tool_catalog or [], notes)


ROUTES = (
    Route(
        "/v1/chat/generate",
        generate,
        Answered,
        "Answers a message of a class's chat over the material that is supplied; nothing is kept.",
        asks=GenerateAsked,
        refuses={
            "user_token_required": 401,
            "user_id_mismatch": 403,
            "class_access_required": 403,
            "class_locked": 403,
            "llm_access_disabled": 403,
            "validation_error": 400,
            "message_too_long": 400,
            "one_at_a_time": 409,
            "replaced": 409,
            "rate_limited": 429,
            "chat_error": 502,
        },
    ),
)
