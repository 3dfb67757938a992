"""The model and the vectors as other programs use them."""

from time import monotonic
from typing import Annotated, Literal

from msgspec import Meta, Struct
from sanic import Request

from appliance.api import answers
from appliance.api.answers import Usage
from appliance.api.guests import GUEST_REFUSES, guest_guard
from appliance.api.routes import Milliseconds, MostTokens, Route, Text, invalid
from appliance.inference.engine import Message, Prompt
from appliance.parts import parts_of

BLANK = "There is nothing but blanks here: say what is wanted."

Provider = Literal["openrouter", "openai", "gemini"]
Temperature = Annotated[float, Meta(ge=0, le=2)]
Passage = Annotated[str, Meta(min_length=1, max_length=20_000)]
Passages = Annotated[list[Passage], Meta(min_length=1, max_length=256)]


class GenerateAsked(Struct):
    system: Text
    user: Text
    temperature: Temperature | None = None
    max_tokens: MostTokens | None = None
    timeout_ms: Milliseconds | None = None
    session_id: str | None = None
    transforms: list[str] | None = None
    provider_order: list[Provider] | None = None
    default_provider: Provider | None = None


class Generated(Struct):
    provider: str
    model: str
    content: str
    usage: Usage
    latency_ms: int


class EmbeddingsAsked(Struct):
    inputs: Passages
    sandbox_id: str | None = None
    timeout_ms: Milliseconds | None = None
    provider_order: list[Provider] | None = None
    default_provider: Provider | None = None


class Embedded(Struct):
    """`embeddings` stand in the order of the inputs, each of length 1."""

    provider: str
    model: str
    embeddings: list[list[float]]
    usage: Usage
    latency_ms: int


async def generate(request: Request, asked: GenerateAsked) -> Generated:
    for field in ("system", "user"):
        if not getattr(asked, field).strip():
            raise invalid(BLANK, field)
    prompt = Prompt(
        (Message("system", asked.system), Message("user", asked.user)),
        max_tokens=asked.max_tokens or 1200,
        temperature=0.2 if asked.temperature is None else asked.temperature,
    )
    began = monotonic()
    answer = await answers.written(request, prompt, seconds_of(asked.timeout_ms))
    return Generated(answer.backend, answer.model, answer.text, answer.usage, _milliseconds_since(began))


async def embed(request: Request, asked: EmbeddingsAsked) -> Embedded:
    engine = parts_of(request).router.engine
    async with guest_guard(request, asked.sandbox_id, "embedding"):
        began = monotonic()
        vectors = await answers.vectors_of(request, asked.inputs, seconds_of(asked.timeout_ms))
    lists = [vector.tolist() for vector in vectors]
    return Embedded(engine.backend, engine.embedder, lists, Usage(0, 0, 0), _milliseconds_since(began))


def seconds_of(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _milliseconds_since(began: float) -> int:
    return round((monotonic() - began) * 1000)


ROUTES = (
    Route(
        "/v1/llm/generate",
        generate,
        Generated,
        "Writes one answer with the model that the box has or borrows.",
        asks=GenerateAsked,
        refuses={"provider_error": 502, "busy": 503, "too_long": 400, "not_taken": 400},
    ),
    Route(
        "/v1/llm/embeddings",
        embed,
        Embedded,
        "Makes a vector of 384 numbers for each text.",
        asks=EmbeddingsAsked,
        refuses={"provider_error": 502, **GUEST_REFUSES},
    ),
)
