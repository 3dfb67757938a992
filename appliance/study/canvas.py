"""A drawing for an answer: written by the model under a grammar and checked, or taken from the answer's own words."""

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import aclosing
from importlib.resources import files
from typing import Any

from appliance.errors import Busy, Invalid, Unavailable
from appliance.inference.engine import Message, Prompt
from appliance.inference.fences import fenced
from appliance.inference.grammar import Schema, gbnf_of
from appliance.inference.router import Ended, Piece, Router
from appliance.study.checks import Unusable
from appliance.study.sketches import numbers_in, sketched
from appliance.study.sources import telling_words
from appliance.study.visuals import (
    COLOURS,
    LABEL_CHARS,
    MOST_NODES,
    Arrow,
    Chart,
    Diagram,
    Edge,
    Hint,
    Kind,
    Point,
    Vectors,
    Visual,
    Wave,
    Waves,
    checked,
    label,
    mermaid,
)

TRIES = 2
MOST_TOKENS = 420
ANSWER_CHARS = 1500
# A diagram speaks of what the answer speaks of: this share of its nodes at least.
GROUNDED = 0.5
NOTHING_TO_DRAW = "The answer doesn't say enough to draw this."

NAME: Schema = {"type": "string", "minLength": 1, "maxLength": LABEL_CHARS}


def _list_of(least: int, most: int, **parts: Schema) -> Schema:
    return {
        "type": "array",
        "minItems": least,
        "maxItems": most,
        "items": {"type": "object", "properties": parts},
    }


def _whole(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


SCHEMAS: dict[Kind, Schema] = {
    "chart": {
        "type": "object",
        "properties": {
            "kind": {"enum": ["bar", "line", "pie", "scatter"]},
            "x": {"type": "string", "maxLength": LABEL_CHARS},
            "y": {"type": "string", "maxLength": LABEL_CHARS},
            "data": _list_of(3, 8, label=NAME, value={"type": "number"}),
        },
    },
    "diagram": {
        "type": "object",
        "properties": {
            "kind": {"enum": ["flowchart", "concept-map"]},
            "nodes": {"type": "array", "minItems": 2, "maxItems": MOST_NODES, "items": NAME},
            "edges": _list_of(
                1,
                12,
                start=_whole(1, MOST_NODES),
                end=_whole(1, MOST_NODES),
                label={"type": "string", "maxLength": 20},
            ),
        },
    },
    # In tenths: a grammar counts whole numbers.
    "wave": {
        "type": "object",
        "properties": {"waves": _list_of(1, 3, label=NAME, amplitude=_whole(1, 20), frequency=_whole(1, 50))},
    },
    "vector": {
        "type": "object",
        "properties": {"vectors": _list_of(1, 4, label=NAME, magnitude=_whole(5, 50), angle=_whole(0, 360))},
    },
}

log = logging.getLogger("chalkbox.study")


async def drawn(router: Router, hint: Hint, question: str, answer: str, person: str) -> Visual:
    """Raises Unusable when neither a model nor the answer's words give anything that may be shown."""
    for attempt in range(TRIES if router.status()["ok"] else 0):
        try:
            text = await _said(router, _prompt(hint, question, answer, attempt), person)
            return _visual(hint, text, f"{question}\n{answer}")
        except (Unusable, Invalid) as refusal:
            log.info("canvas_refused type=%s try=%d reason=%r", hint.type, attempt + 1, str(refusal))
        except (Busy, Unavailable):
            break
    visual = sketched(hint, answer)
    if visual is None:
        raise Unusable(NOTHING_TO_DRAW)
    return visual


def _prompt(hint: Hint, question: str, answer: str, attempt: int) -> Prompt:
    rules = (files("appliance.study") / "prompts" / f"canvas_{hint.type}.md").read_text(encoding="utf-8")
    asked = (
        f"To draw: {fenced(hint.concept)}\nThe student's question:\n<<<\n{fenced(question)}\n>>>\n"
        f"The answer:\n<<<\n{fenced(answer[:ANSWER_CHARS])}\n>>>"
    )
    return Prompt(
        (Message("system", rules.strip()), Message("user", asked)),
        max_tokens=MOST_TOKENS,
        temperature=0.3 + 0.3 * attempt,
        grammar=gbnf_of(SCHEMAS[hint.type]),
    )


async def _said(router: Router, prompt: Prompt, person: str) -> str:
    text, truncated = "", True
    async with aclosing(router.answer(prompt, person, "service")) as events:
        async for event in events:
            if isinstance(event, Piece):
                text += event.text
            elif isinstance(event, Ended):
                truncated = event.truncated
    if truncated:
        raise Unusable("The model's answer was cut off.")
    return text


def _visual(hint: Hint, text: str, told: str) -> Visual:
    """What the model wrote as something to show. Raises Unusable: an engine may ignore the grammar."""
    makers: dict[Kind, Callable[[Hint, Mapping[str, Any], str], Visual]] = {
        "chart": _chart,
        "diagram": _diagram,
        "wave": _waves,
        "vector": _vectors,
    }
    try:
        found = json.loads(text, parse_constant=lambda name: None)
        return makers[hint.type](hint, found, told)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise Unusable(f"The model's drawing breaks a limit: {error}") from error


def _chart(hint: Hint, found: Mapping[str, Any], told: str) -> Visual:
    points = [Point(label(each["label"]), each["value"]) for each in found["data"]]
    x, y = label(found["x"]) or None, label(found["y"]) or None
    chart = checked(Chart(hint.title, found["kind"], points, x, y))
    if chart.chart_type == "pie" and min(point.value for point in chart.data) <= 0:
        raise ValueError("a pie of nothing, or of less")
    known = numbers_in(told)
    if not all(point.value in known for point in chart.data):
        raise ValueError("a number that nobody said")
    if len({point.label for point in points}) < len(points):
        raise ValueError("a label twice")
    return chart


def _diagram(hint: Hint, found: Mapping[str, Any], told: str) -> Visual:
    nodes = [label(node) for node in found["nodes"]]
    edges = [
        Edge(_counted(each["start"]) - 1, _counted(each["end"]) - 1, each["label"]) for each in found["edges"]
    ]
    words = telling_words(f"{told} {hint.concept}")
    if sum(bool(telling_words(node) & words) for node in nodes) < GROUNDED * len(nodes):
        raise ValueError("nodes that nobody spoke of")
    definition = mermaid(nodes, edges, "TD" if found["kind"] == "flowchart" else "LR")
    return checked(Diagram(hint.title, found["kind"], definition))


def _waves(hint: Hint, found: Mapping[str, Any], told: str) -> Visual:
    waves = [
        Wave(label(each["label"]), _tenths(each["amplitude"]), _tenths(each["frequency"]), _colour(number))
        for number, each in enumerate(found["waves"])
    ]
    return checked(Waves(hint.title, waves))


def _vectors(hint: Hint, found: Mapping[str, Any], told: str) -> Visual:
    arrows = [
        Arrow(label(each["label"]), _tenths(each["magnitude"]), _counted(each["angle"]), _colour(number))
        for number, each in enumerate(found["vectors"])
    ]
    return checked(Vectors(hint.title, arrows, 12))


def _tenths(given: object) -> float:
    return _counted(given) / 10


def _counted(given: object) -> int:
    if type(given) is not int:
        raise ValueError("no whole number")
    return given


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]
