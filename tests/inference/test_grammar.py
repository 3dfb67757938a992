"""JSON schemas as grammars: llama.cpp takes them, and what any model writes under them is JSON of that shape."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from appliance.helper.reply_form import schema_for
from appliance.inference.engine import Message, Prompt
from appliance.inference.grammar import Schema, gbnf_of, longest
from appliance.inference.llama import Model, Said
from appliance.inference.local import LocalEngine, ModelFiles, Tuning
from appliance.inference.sampler import Sampler, Taste
from appliance.study import canvas, writing
from tests.made_models import CHATML, MadeModel, known_gguf

POINT: Schema = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["dot", 'a "quoted" \\ one', 3, None]},
        "x": {"type": "integer", "minimum": -2, "maximum": 2},
        "is_on": {"type": "boolean"},
        "names": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string", "maxLength": 5}},
    },
    "required": ["kind", "x", "is_on", "names"],
}
REPLY = schema_for(["Source 1", "Blueprint Context"])
EMPTY_LISTS = {"type": "array", "maxItems": 0, "items": {"type": "boolean"}}

texts = some.integers(0, 6).flatmap(
    lambda least: some.builds(
        lambda more: {"type": "string", "minLength": least, "maxLength": least + more}, some.integers(0, 6)
    )
)
numbers = some.builds(
    lambda least, more: {"type": "integer", "minimum": least, "maximum": least + more},
    some.integers(-20, 20),
    some.integers(0, 30),
)
enums = some.lists(some.text(max_size=6), min_size=1, max_size=3, unique=True).map(
    lambda values: {"enum": values}
)
leaves = some.one_of(
    texts,
    numbers,
    enums,
    some.just({"type": "boolean"}),
    some.just({"type": "number"}),
    some.just(EMPTY_LISTS),
)


def lists_of(parts: some.SearchStrategy[Any]) -> some.SearchStrategy[Any]:
    return some.builds(
        lambda items, least, more: {
            "type": "array",
            "minItems": least,
            "maxItems": least + more,
            "items": items,
        },
        parts,
        some.integers(0, 2),
        some.integers(0, 2),
    )


def objects_of(parts: some.SearchStrategy[Any]) -> some.SearchStrategy[Any]:
    names = some.text(min_size=1, max_size=6)
    return some.dictionaries(names, parts, min_size=1, max_size=3).map(
        lambda properties: {"type": "object", "properties": properties}
    )


schemas = some.recursive(leaves, lambda parts: lists_of(parts) | objects_of(parts), max_leaves=6)


def fits(schema: Schema, value: object) -> bool:
    if "enum" in schema:
        return any(type(value) is type(known) and value == known for known in schema["enum"])
    match schema["type"]:
        case "object":
            return (
                isinstance(value, dict)
                and list(value) == list(schema["properties"])
                and all(fits(part, value[name]) for name, part in schema["properties"].items())
            )
        case "array":
            return (
                isinstance(value, list)
                and schema.get("minItems", 0) <= len(value) <= schema["maxItems"]
                and all(fits(schema["items"], item) for item in value)
            )
        case "string":
            return isinstance(value, str) and schema.get("minLength", 0) <= len(value) <= schema["maxLength"]
        case "integer":
            return type(value) is int and schema["minimum"] <= value <= schema["maximum"]
        case "number":
            return isinstance(value, int | float) and abs(value) < 1e9
    return isinstance(value, bool)


@pytest.fixture(scope="module")
def vocabulary(noise_model: MadeModel) -> Model:
    return Model(str(noise_model.path), Said())


@asynccontextmanager
async def opened(model: MadeModel) -> AsyncIterator[LocalEngine]:
    engine = LocalEngine(ModelFiles(model.path, "Made", None), Tuning(slots=1))
    await engine.start()
    async with asyncio.timeout(60):
        while engine.state == "loading":  # noqa: ASYNC110 - another process opens the model
            await asyncio.sleep(0.02)
    yield engine
    await engine.stop()


@pytest.fixture
async def engine(noise_model: MadeModel) -> AsyncIterator[LocalEngine]:
    async with opened(noise_model) as engine:
        yield engine


async def written(engine: LocalEngine, schema: Schema, seed: int) -> str:
    prompt = Prompt(
        (Message("user", "Write one."),),
        max_tokens=longest(schema) * 4,
        temperature=1.2,
        seed=seed,
        grammar=gbnf_of(schema),
    )
    return "".join([piece async for piece in engine.generate(prompt)])


def test_a_grammar_names_every_part_in_order() -> None:
    schema = {
        "type": "object",
        "properties": {"yes": {"type": "boolean"}, "n": {"type": "integer", "minimum": 1, "maximum": 2}},
    }
    assert gbnf_of(schema).splitlines()[:3] == [
        r'root ::= "{\"yes\": " root-0 ", \"n\": " root-1 "}"',
        'root-0 ::= "true" | "false"',
        'root-1 ::= "1" | "2"',
    ]


@given(schema=schemas)
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_llama_cpp_takes_every_grammar(vocabulary: Model, schema: Schema) -> None:
    Sampler(vocabulary, Taste(1.0, 0.9, 1, gbnf_of(schema))).close()


async def test_a_model_of_noise_writes_json_of_the_shape(engine: LocalEngine) -> None:
    for seed, schema in enumerate(
        [POINT, EMPTY_LISTS, *writing.SCHEMAS.values(), *canvas.SCHEMAS.values(), REPLY]
    ):
        text = await written(engine, schema, seed)
        assert fits(schema, json.loads(text)), text
        assert len(text) <= longest(schema)


@pytest.mark.parametrize("opening", ["", "<think>\n"])
async def test_a_mark_of_a_thought_inside_json_hides_nothing_of_it(tmp_path: Path, opening: str) -> None:
    """Whether the model says it, or its template opens a thought before every answer."""
    said = '{"a": "write <think> around it"}'
    template = CHATML.replace("assistant\n", f"assistant\n{opening}")
    schema = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 40}}}
    async with opened(known_gguf(tmp_path / "json.gguf", said, template=template)) as engine:
        assert await written(engine, schema, 1) == said


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "null"},
        {"type": "string"},
        {"type": "string", "maxLength": 5000},
        {"type": "string", "minLength": 3, "maxLength": 2},
        {"type": "integer", "minimum": 0, "maximum": 10**9},
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": []},
        {"enum": []},
        {"enum": [["a"]]},
        {},
    ],
)
def test_what_the_grammar_can_not_promise_is_refused(schema: Schema) -> None:
    with pytest.raises((ValueError, KeyError)):
        gbnf_of(schema)
