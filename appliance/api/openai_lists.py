"""The models in use and the vectors, in OpenAI's own shapes."""

import base64
from typing import Literal

from msgspec import Struct
from sanic import Request

from appliance.api import answers
from appliance.api.llm import Passage, Passages
from appliance.api.routes import Route, invalid
from appliance.inference.engine import Vector
from appliance.parts import parts_of

WIDTH = 384
FIXED_WIDTH = "The vectors of this box have 384 numbers: leave dimensions out."


class Model(Struct):
    id: str
    created: int
    owned_by: str
    object: Literal["model"] = "model"


class Models(Struct):
    data: list[Model]
    object: Literal["list"] = "list"


class OpenaiEmbeddingsAsked(Struct):
    """Texts only: arrays of tokens belong to one model's vocabulary. Any name of a model is taken."""

    input: Passage | Passages
    model: str = ""
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = None
    user: str | None = None


class Embedding(Struct):
    """In base64 the numbers are 32-bit floats, the smallest byte first."""

    index: int
    embedding: list[float] | str
    object: Literal["embedding"] = "embedding"


class EmbeddingsUsage(Struct):
    prompt_tokens: int
    total_tokens: int


class Embeddings(Struct):
    data: list[Embedding]
    model: str
    usage: EmbeddingsUsage
    object: Literal["list"] = "list"


async def index(request: Request, asked: None) -> Models:
    parts = parts_of(request)
    now = int(parts.clock())
    names = (parts.router.status()["model"], parts.router.engine.embedder)
    return Models([Model(name, now, "chalkbox") for name in names if name])


async def embed(request: Request, asked: OpenaiEmbeddingsAsked) -> Embeddings:
    if asked.dimensions not in (None, WIDTH):
        raise invalid(FIXED_WIDTH, "dimensions")
    texts = [asked.input] if isinstance(asked.input, str) else asked.input
    vectors = await answers.vectors_of(request, texts)
    write = _packed if asked.encoding_format == "base64" else _listed
    made = [Embedding(place, write(vector)) for place, vector in enumerate(vectors)]
    return Embeddings(made, parts_of(request).router.engine.embedder, EmbeddingsUsage(0, 0))


def _listed(vector: Vector) -> list[float]:
    return [float(number) for number in vector]


def _packed(vector: Vector) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


ROUTES = (
    Route("/v1/models", index, Models, "Names the models in use, OpenAI's way.", method="GET"),
    Route(
        "/v1/embeddings",
        embed,
        Embeddings,
        "Makes vectors, OpenAI's way.",
        asks=OpenaiEmbeddingsAsked,
        refuses={"provider_error": 502},
    ),
)
