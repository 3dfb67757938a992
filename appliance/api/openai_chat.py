"""`/v1/chat/completions`: OpenAI's own words over the box's model, whole or as a stream."""

import json
import re
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import msgspec
from msgspec import UNSET
from sanic import Request

from appliance.api import answers
from appliance.api.answers import TookLong
from appliance.api.openai_shapes import (
    WHOLE_NUMBER,
    AnswerMessage,
    ChatAsked,
    Choice,
    Chunk,
    Completion,
    Delta,
    DeltaChoice,
    FinishReason,
    JsonObject,
    JsonSchema,
    SaidMessage,
)
from appliance.api.routes import MOST_CHARACTERS, Route, invalid
from appliance.errors import Invalid, Refusal, Sentence
from appliance.inference.engine import Message, Prompt
from appliance.inference.open_schema import ANY_OBJECT, open_gbnf_of
from appliance.inference.router import Ended, Event, Piece, Started
from appliance.parts import parts_of
from appliance.web import programs
from appliance.web.streams import send_blocks

DEFAULT_TOKENS = 1200
DONE = "data: [DONE]\n\n"
ONE_ANSWER = "The box writes one answer at a time: leave n out."
NO_TOOLS = "The model of the box calls no tools: leave tools and functions out."
NO_ODDS = "The box tells no log probabilities: leave logprobs out."
NO_TOKENS = 'The names in logit_bias are numbers of the model\'s tokens, written as text: "1234".'
TOO_MUCH = "The messages are longer than 200,000 characters together."
NOTHING_ASKED = "The messages are all empty: say what is wanted."
NOT_HELD = "The box can't hold its model to this schema: %(reason)s."


@dataclass(frozen=True)
class Head:
    """What every piece of one answer carries; `created` in seconds since 1970."""

    id: str
    created: int
    with_usage: bool


async def create(request: Request, asked: ChatAsked) -> Completion | None:
    """None once a stream was sent."""
    events = _in_openai_words(answers.events_of(request, prompt_of(asked)))
    with_usage = bool(asked.stream_options and asked.stream_options.include_usage)
    head = Head(f"chatcmpl-{secrets.token_hex(12)}", int(parts_of(request).clock()), with_usage)
    if not asked.stream:
        answer = await answers.gathered(events)
        choice = Choice(AnswerMessage(answer.text), _finish(answer.truncated))
        return Completion(head.id, head.created, answer.model, [choice], answer.usage)
    blocks = _blocks(events, head)
    # Until the model says its first word a refusal can still have a status of its own.
    first = await anext(blocks)
    await send_blocks(request, _begun(first, blocks))
    return None


def prompt_of(asked: ChatAsked) -> Prompt:
    """Raises Invalid for what the box does not do: it is never left out without a word."""
    for field, sentence, is_wrong in (
        ("n", ONE_ANSWER, asked.n not in (None, 1)),
        ("tools", NO_TOOLS, bool(asked.tools or asked.functions)),
        ("logprobs", NO_ODDS, bool(asked.logprobs)),
    ):
        if is_wrong:
            raise invalid(sentence, field)
    usual = Prompt(())
    stop = (asked.stop,) if isinstance(asked.stop, str) else tuple(asked.stop or ())
    return Prompt(
        _turns(asked.messages),
        max_tokens=asked.max_completion_tokens or asked.max_tokens or DEFAULT_TOKENS,
        temperature=usual.temperature if asked.temperature is None else asked.temperature,
        top_p=usual.top_p if asked.top_p is None else asked.top_p,
        seed=asked.seed,
        stop=stop,
        grammar=_grammar(asked),
        biases=_biases(asked.logit_bias or {}),
    )


def _turns(messages: Sequence[SaidMessage]) -> tuple[Message, ...]:
    """One system text at the head and turns that alternate: many models' templates take nothing else."""
    system = [_text(message) for message in messages if message.role in ("system", "developer")]
    turns: list[Message] = []
    for message in messages:
        text = _text(message)
        if message.role == "system" or message.role == "developer" or not text.strip():
            continue
        if turns and turns[-1].role == message.role:
            turns[-1] = Message(message.role, f"{turns[-1].content}\n\n{text}")
        else:
            turns.append(Message(message.role, text))
    head = [Message("system", "\n\n".join(system))] if system else []
    if sum(len(turn.content) for turn in (*head, *turns)) > MOST_CHARACTERS:
        raise invalid(TOO_MUCH, "messages")
    if not any(turn.content.strip() for turn in (*head, *turns)):
        raise invalid(NOTHING_ASKED, "messages")
    return (*head, *turns)


def _biases(given: Mapping[str, float]) -> tuple[tuple[int, float], ...]:
    if not all(re.fullmatch(WHOLE_NUMBER, token) for token in given):
        raise invalid(NO_TOKENS, "logit_bias")
    return tuple((int(token), bias) for token, bias in given.items())


def _text(message: SaidMessage) -> str:
    if isinstance(message.content, str):
        return message.content
    return "".join(part.text for part in message.content)


def _grammar(asked: ChatAsked) -> str:
    match asked.response_format:
        case JsonObject():
            return ANY_OBJECT
        case JsonSchema(json_schema=named):
            try:
                return open_gbnf_of(named.schema)
            except ValueError as reason:
                raise invalid(Sentence(NOT_HELD, reason=reason), "response_format") from reason
    return ""


async def _in_openai_words(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """Time that is over ends an answer as its length does; what is too long has the code that clients know."""
    has_begun = False
    try:
        async with aclosing(events):
            async for event in events:
                has_begun = has_begun or isinstance(event, Piece)
                yield event
    except TookLong:
        if not has_begun:
            raise
        yield Ended(1, 0, truncated=True)
    except Invalid as refusal:
        if refusal.code == "too_long":
            raise Invalid(refusal.message, "context_length_exceeded", "messages") from refusal
        if refusal.code == "bad_bias":
            raise Invalid(refusal.message, refusal.code, "logit_bias") from refusal
        raise


async def _begun(first: str, blocks: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    async with aclosing(blocks):
        yield first
        async for block in blocks:
            yield block


async def _blocks(events: AsyncGenerator[Event, None], head: Head) -> AsyncGenerator[str, None]:
    """A fault after the first word can only be told inside the stream."""
    model, has_begun = "", False
    try:
        async with aclosing(events):
            async for event in events:
                match event:
                    case Started():
                        model = event.model
                    case Piece(text=text):
                        delta = Delta(content=text) if has_begun else Delta("assistant", text)
                        has_begun = True
                        yield _data(head, model, [DeltaChoice(delta)])
                    case Ended():
                        yield _data(head, model, [DeltaChoice(Delta(), _finish(event.truncated))])
                        yield _last(head, model, event)
    except Refusal as refusal:
        if not has_begun:
            raise
        yield f"data: {json.dumps(programs.openai_fault(refusal))}\n\n"


def _last(head: Head, model: str, ended: Ended) -> str:
    if not head.with_usage:
        return DONE
    chunk = Chunk(head.id, head.created, model, [], answers.usage_of(ended))
    return f"data: {msgspec.json.encode(chunk).decode()}\n\n{DONE}"


def _data(head: Head, model: str, choices: list[DeltaChoice]) -> str:
    usage = None if head.with_usage else UNSET
    chunk = Chunk(head.id, head.created, model, choices, usage)
    return f"data: {msgspec.json.encode(chunk).decode()}\n\n"


def _finish(truncated: bool) -> FinishReason:
    return "length" if truncated else "stop"


ROUTES = (
    Route(
        "/v1/chat/completions",
        create,
        Completion,
        "Answers a conversation, OpenAI's way: whole, or as a stream with stream=true.",
        asks=ChatAsked,
        refuses={
            "provider_error": 502,
            "busy": 503,
            "context_length_exceeded": 400,
            "not_taken": 400,
            "bad_grammar": 400,
            "bad_bias": 400,
        },
        streams=True,
    ),
)
