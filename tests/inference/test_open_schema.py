"""JSON schemas as programs send them: held by a grammar that llama.cpp takes, or refused with the reason."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import jsonschema_rs
import pytest
from pydantic import BaseModel

from appliance.errors import Refusal
from appliance.inference.engine import Message, Prompt
from appliance.inference.llama import Model, Said
from appliance.inference.local import LocalEngine, ModelFiles, Tuning
from appliance.inference.open_schema import ANY_OBJECT, open_gbnf_of
from appliance.inference.sampler import Sampler, Taste
from tests.made_models import MadeModel


class Part(BaseModel):
    name: str
    volts: float | None = None
    count: int = 1


class Circuit(BaseModel):
    """As the official client's `parse` sends it."""

    title: str
    is_closed: bool
    parts: list[Part]
    inner: "Circuit | None" = None


SHORT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["series", 'a "quoted" \\ one', 3, None, [1], {"a": 1}]},
        "fixed": {"const": 7},
        "size": {"type": "integer", "minimum": 1, "maximum": 12},
        "from": {"type": "integer", "minimum": 5},
        "either": {"anyOf": [{"type": "boolean"}, {"type": "string", "minLength": 1, "maxLength": 3}]},
        "both": {"type": ["integer", "null"]},
        "pair": {"type": "array", "items": {"$ref": "#/$defs/bit"}, "minItems": 2, "maxItems": 2},
        "none": {"type": "array", "maxItems": 0},
        "empty": {"type": "object", "additionalProperties": False},
    },
    "required": ["kind"],
    "additionalProperties": False,
    "$defs": {"bit": {"type": "integer", "minimum": 0, "maximum": 1}},
}
OPEN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "any": {},
        "free": {"type": "object"},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "list": {"type": "array"},
        "number": {"type": "number"},
        "at_least": {"type": "array", "items": {"type": "boolean"}, "minItems": 2},
        "long": {"type": "string", "maxLength": 90_000},
    },
}


@pytest.fixture(scope="module")
def vocabulary(noise_model: MadeModel) -> Model:
    return Model(str(noise_model.path), Said())


@pytest.fixture
async def engine(noise_model: MadeModel) -> AsyncIterator[LocalEngine]:
    engine = LocalEngine(ModelFiles(noise_model.path, "Noise", None), Tuning(slots=1))
    await engine.start()
    async with asyncio.timeout(20):
        while engine.state == "loading":  # noqa: ASYNC110 - another process opens the model
            await asyncio.sleep(0.02)
    yield engine
    await engine.stop()


@pytest.mark.parametrize(
    "schema",
    [SHORT, OPEN, True, {}, {"type": "string"}, Circuit.model_json_schema(), Part.model_json_schema()],
)
def test_llama_cpp_takes_the_grammar(vocabulary: Model, schema: Any) -> None:
    Sampler(vocabulary, Taste(1.0, 0.9, 1, open_gbnf_of(schema))).close()


def test_llama_cpp_takes_the_grammar_of_any_object(vocabulary: Model) -> None:
    Sampler(vocabulary, Taste(1.0, 0.9, 1, ANY_OBJECT)).close()


async def test_a_model_of_noise_writes_what_the_schema_asks(engine: LocalEngine) -> None:
    for seed in range(4):
        prompt = Prompt(
            (Message("user", "Write one."),),
            max_tokens=900,
            temperature=1.2,
            seed=seed,
            grammar=open_gbnf_of(SHORT),
        )
        text = "".join([piece async for piece in engine.generate(prompt)])
        jsonschema_rs.validate(SHORT, json.loads(text))


async def test_a_grammar_that_never_ends_is_refused_by_the_engine_and_harms_it_not(
    engine: LocalEngine,
) -> None:
    for schema in ({"$ref": "#"}, {"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}):
        with pytest.raises(Refusal):
            await _text(engine, open_gbnf_of(schema))
    assert await _text(engine, open_gbnf_of({"const": "well"})) == '"well"'


async def _text(engine: LocalEngine, grammar: str) -> str:
    prompt = Prompt((Message("user", "Write one."),), max_tokens=20, grammar=grammar)
    return "".join([piece async for piece in engine.generate(prompt)])


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "boolean"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        [],
        None,
        "string",
        {"type": "thing"},
        {"type": 3},
        {"type": "string", "pattern": "^a"},
        {"type": "number", "minimum": 1},
        {"type": "integer", "minimum": 0, "maximum": 10**6},
        {"type": "integer", "minimum": 10**40},
        {"type": "integer", "minimum": True},
        {"type": "string", "minLength": -1},
        {"type": "string", "minLength": 5000},
        {"type": "string", "minLength": "3"},
        {"type": "array", "items": [{}, {}]},
        {"type": "object", "properties": []},
        {"type": "object", "properties": {"a": {}}, "required": ["b"]},
        {"type": "object", "required": 3},
        {"enum": []},
        {"enum": 3},
        {"anyOf": {}},
        {"allOf": [{}]},
        {"not": {}},
        {"$ref": "#/$defs/none"},
        {"$ref": "https://example.org/schema"},
        {"$ref": 3},
        {"$defs": [], "$ref": "#/$defs/a"},
        {"enum": ["x" * 70_000]},
        {"type": "object", "properties": {f"p{number}": {} for number in range(300)}},
        deep(40),
    ],
)
def test_what_can_not_be_held_is_refused(schema: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        open_gbnf_of(schema)
