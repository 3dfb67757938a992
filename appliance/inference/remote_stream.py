"""What an OpenAI-compatible server sends back, read as if it meant harm: bounded, checked, and only text kept."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx

from appliance.errors import Busy, Invalid, Refusal
from appliance.inference.engine import EngineDied, EngineOff

LINE_BYTES = 64 * 1024
ANSWER_BYTES = 4 * 1024 * 1024
LIST_BYTES = 1024 * 1024
NAME_CHARS = 200
MOST_TOKENS = 10**9

GARBLED = "The borrowed model sent something that is no answer."
TOO_MUCH = "The borrowed model sent far more than an answer."
FAULT = "The server of the borrowed model reported a fault."
WRONG_KEY = "The server of the borrowed model does not take the key."
NO_SUCH_MODEL = "The server does not know the borrowed model or the address."
MOVED = "The server of the borrowed model points somewhere else, and the box does not follow."
HAS_NO_ROOM = "The server of the borrowed model has too much to do."
NOT_TAKEN = "The borrowed model does not take this question: ask a shorter one."
NO_MODELS = "The server names no model: set LLM_MODEL."

EVENTS = "text/event-stream"
JSON = "application/json"
DONE = "[DONE]"


@dataclass(frozen=True)
class Usage:
    """Tokens as the server counts them."""

    prompt: int
    written: int


@dataclass(frozen=True)
class Chunk:
    """`is_life`: the model wrote, shown or not; `finish` is why it ended, empty before that."""

    text: str = ""
    is_life: bool = False
    finish: str = ""
    usage: Usage | None = None


def check(response: httpx.Response, kind: str) -> None:
    """Raises EngineDied, EngineOff, Busy or Invalid unless this is the answer that was asked for."""
    if response.status_code != 200:
        raise _refusal(response.status_code)
    said = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != kind or response.headers.get("content-encoding", "identity").lower() != "identity":
        raise EngineDied(GARBLED)


async def chunks(response: httpx.Response) -> AsyncGenerator[Chunk, None]:
    """Raises EngineDied for whatever is no stream of chat completions."""
    async with aclosing(lines(response.aiter_raw())) as received:
        async for line in received:
            # Comments keep the line open, and other fields tell nothing about the answer.
            name, _, said = line.partition(":")
            if name != "data":
                continue
            if said.strip() == DONE:
                return
            yield _chunk(_parsed(said))


async def lines(blocks: AsyncIterator[bytes]) -> AsyncGenerator[str, None]:
    """A line that does not end, or an answer that does not, is cut off as EngineDied."""
    held, total = b"", 0
    async for block in blocks:
        total += len(block)
        *whole, held = (held + block).split(b"\n")
        if total > ANSWER_BYTES or max(map(len, (held, *whole))) > LINE_BYTES:
            raise EngineDied(TOO_MUCH)
        for line in whole:
            yield _text(line).rstrip("\r")
    if held:
        yield _text(held).rstrip("\r")


async def model_names(response: httpx.Response) -> list[str]:
    """What `/v1/models` lists. Raises EngineDied."""
    body = b""
    async for block in response.aiter_raw():
        body += block
        if len(body) > LIST_BYTES:
            raise EngineDied(TOO_MUCH)
    listed = _parsed(_text(body)).get("data")
    if not isinstance(listed, list):
        raise EngineDied(GARBLED)
    names = [entry.get("id") for entry in listed if isinstance(entry, dict)]
    return [name for name in names if isinstance(name, str) and 0 < len(name) <= NAME_CHARS]


def _refusal(status: int) -> Refusal:
    """What somebody set up wrongly is no fault of the server: it opens no circuit, and mending it helps at once."""
    if status == 429:
        return Busy(HAS_NO_ROOM)
    if status in (400, 413, 422):
        return Invalid(NOT_TAKEN, code="not_taken")
    if status in (401, 403):
        return EngineOff(WRONG_KEY)
    if status == 404:
        return EngineOff(NO_SUCH_MODEL)
    # Also an address that leads on: to another port, or from http to https.
    return EngineOff(MOVED) if 300 <= status < 400 else EngineDied(FAULT)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EngineDied(GARBLED) from error


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EngineDied(GARBLED) from error
    if not isinstance(value, dict):
        raise EngineDied(GARBLED)
    if value.get("error"):
        raise EngineDied(FAULT)
    return value


def _chunk(value: dict[str, Any]) -> Chunk:
    choices, usage = value.get("choices"), _usage(value.get("usage"))
    if choices == []:
        return Chunk(usage=usage)  # tokens are counted in a chunk of their own
    try:
        choice = choices[0]  # type: ignore[index]  # whatever it is, the next lines find out
        delta = choice.get("delta") or {}
        text, thought = delta.get("content") or "", delta.get("reasoning_content") or ""
        finish = choice.get("finish_reason") or ""
    except (TypeError, LookupError, AttributeError) as error:
        raise EngineDied(GARBLED) from error
    if not (isinstance(text, str) and isinstance(finish, str)):
        raise EngineDied(GARBLED)
    return Chunk(text, bool(text or thought), finish, usage)


def _usage(value: object) -> Usage | None:
    """None for whatever is no count: nothing of an answer hangs on it."""
    if not isinstance(value, dict):
        return None
    counts = [value.get(name) for name in ("prompt_tokens", "completion_tokens")]
    numbers = [count for count in counts if type(count) is int and 0 <= count < MOST_TOKENS]
    return Usage(*numbers) if len(numbers) == len(counts) else None
