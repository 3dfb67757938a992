"""The model and the vectors as other programs use them."""

from contextlib import aclosing
from time import monotonic
from typing import Annotated, Literal

from msgspec import Meta, Struct
from sanic import Request

from appliance.api.routes import Milliseconds, Route, Text
from appliance.inference.engine import Message, Prompt
from appliance.inference.router import Ended, Piece, Started
from appliance.parts import parts_of

Provider = Literal["openrouter", "openai", "gemini"]
Temperature = Annotated[float, Meta(ge=0, le=2)]
MostTokens = Annotated[int, Meta(ge=1, le=16_000)]


class Usage(Struct):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


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


async def generate(request: Request, asked: GenerateAsked) -> Generated:
    prompt = Prompt(
        (Message("system", asked.system), Message("user", asked.user)),
        max_tokens=asked.max_tokens or 1200,
        temperature=0.2 if asked.temperature is None else asked.temperature,
    )
    began, told, usage, provider, model = monotonic(), "", Usage(0, 0, 0), "", ""
    router = parts_of(request).router
    async with aclosing(router.answer(prompt, f"service:{request.ctx.request_id}", "service")) as events:
        async for event in events:
            match event:
                case Started():
                    told, provider, model = "", event.backend, event.model
                case Piece(text=text):
                    told += text
                case Ended():
                    usage = Usage(
                        event.prompt_tokens,
                        event.written_tokens,
                        event.prompt_tokens + event.written_tokens,
                    )
    return Generated(provider, model, told, usage, round((monotonic() - began) * 1000))


ROUTES = (
    Route(
        "/v1/llm/generate",
        generate,
        Generated,
        "Writes one answer with the model that the box has or borrows.",
        asks=GenerateAsked,
        refuses={"provider_error": 502, "busy": 503},
    ),
)
