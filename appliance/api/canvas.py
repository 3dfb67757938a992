"""A drawing beside an answer, for programs."""

from typing import Annotated

from msgspec import Meta, Struct
from sanic import Request

from appliance.api.callers import Id
from appliance.api.routes import Route
from appliance.api.workspace import failed
from appliance.errors import Invalid
from appliance.helper.redaction import redacted
from appliance.parts import parts_of
from appliance.study.canvas import drawn
from appliance.study.checks import Unusable
from appliance.study.visuals import Chart, Diagram, Hint, Kind, Vectors, Waves, title

NO_CONCEPT = "canvas_hint says nothing about what to draw."
FAILED = "Nothing could be drawn: %s"

Named = Annotated[str, Meta(min_length=1, max_length=200)]


class HintAsked(Struct):
    type: Kind
    concept: Named
    title: Named


class CanvasAsked(Struct):
    class_id: Id
    canvas_hint: HintAsked
    student_question: Annotated[str, Meta(max_length=500)]
    ai_answer: Annotated[str, Meta(max_length=2000)]
    sandbox_id: str | None = None


class Drawn(Struct):
    spec: Chart | Diagram | Waves | Vectors


async def draw(request: Request, asked: CanvasAsked) -> Drawn:
    parts = parts_of(request)
    concept, above = title(redacted(asked.canvas_hint.concept)), title(redacted(asked.canvas_hint.title))
    if not concept or not above:
        raise Invalid(NO_CONCEPT, "validation_error", "canvas_hint")
    hint = Hint(asked.canvas_hint.type, concept, above)
    question, answer = redacted(asked.student_question), redacted(asked.ai_answer)
    try:
        with parts.helper.counted():
            return Drawn(
                await drawn(parts.router, hint, question, answer, f"canvas:{request.ctx.request_id}")
            )
    except Unusable as fault:
        raise failed(FAILED % fault, "canvas_error") from fault


ROUTES = (
    Route(
        "/v1/chat/canvas",
        draw,
        Drawn,
        "Draws what an answer speaks of: a chart, a diagram, waves or vectors, every limit checked.",
        asks=CanvasAsked,
        refuses={"validation_error": 400, "canvas_error": 502},
    ),
)
