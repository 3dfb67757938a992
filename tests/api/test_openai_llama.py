"""The openai client against a box that runs llama.cpp itself, with a model of noise and the shipped search model."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import numpy
import openai
import pytest
from pydantic import BaseModel

from appliance.inference.local import LocalEngine, ModelFiles, Tuning
from appliance.settings import Settings
from tests.api.conftest import KEY
from tests.conftest import NO_TLS, Clock, started
from tests.made_models import MadeModel

ASK: Any = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "What is a fuse?"}]


class Verdict(BaseModel):
    colour: Literal["red", "green"]
    score: int
    is_sure: bool | None = None


@pytest.fixture
async def client(
    settings: Settings, noise_model: MadeModel, minilm_model: Path
) -> AsyncIterator[openai.AsyncOpenAI]:
    files = ModelFiles(noise_model.path, "Noise", minilm_model, "MiniLM")
    engine = LocalEngine(files, Tuning(slots=2))
    wire = openai.DefaultAsyncHttpxClient(verify=NO_TLS)
    async with started(settings, Clock(), engine) as (_, url):
        async with asyncio.timeout(30):
            while engine.state == "loading":  # noqa: ASYNC110 - another process opens the model
                await asyncio.sleep(0.02)
        async with openai.AsyncOpenAI(
            base_url=f"{url}/v1", api_key=KEY, max_retries=0, http_client=wire
        ) as client:
            yield client


async def test_a_real_model_does_all_of_it(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["Noise", "MiniLM"]
    await whole_with_a_count(client)
    await streamed_with_a_count(client)
    await held_to_a_schema(client)
    await any_object(client)
    await limited(client)
    await too_long(client)
    await vectors(client)


async def whole_with_a_count(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="", messages=ASK, max_tokens=5, seed=-1)
    assert answer.choices[0].finish_reason == "length" and answer.model == "Noise"
    assert answer.usage and answer.usage.prompt_tokens > 5 and answer.usage.completion_tokens == 5


async def streamed_with_a_count(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="", messages=ASK, max_tokens=5, stream=True, stream_options={"include_usage": True}
    )
    last = [chunk async for chunk in stream][-1]
    assert last.usage and last.usage.completion_tokens == 5


async def held_to_a_schema(client: openai.AsyncOpenAI) -> None:
    """`parse` raises where an answer is not of the shape."""
    answer = await client.chat.completions.parse(
        model="", messages=ASK, response_format=Verdict, temperature=1.5, max_tokens=200, seed=1
    )
    assert answer.choices[0].message.parsed


async def any_object(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="", messages=ASK, response_format={"type": "json_object"}, max_tokens=40, temperature=1.5
    )
    text = answer.choices[0].message.content or ""
    assert text.startswith("{")
    if answer.choices[0].finish_reason == "stop":
        assert isinstance(json.loads(text), dict)


async def limited(client: openai.AsyncOpenAI) -> None:
    """One byte of the vocabulary and nothing else, and a token that the model doesn't have."""
    answer = await client.chat.completions.create(
        model="", messages=ASK, max_tokens=4, logit_bias={"0": 100}, temperature=1.5
    )
    assert answer.choices[0].message.content == "!!!!"
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(model="", messages=ASK, logit_bias={"999999": 1})
    assert (refused.value.code, refused.value.param) == ("bad_bias", "logit_bias")


async def too_long(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(
            model="", messages=[{"role": "user", "content": "lamp " * 20_000}]
        )
    assert refused.value.code == "context_length_exceeded"


async def vectors(client: openai.AsyncOpenAI) -> None:
    texts = ["The lamp is dark.", "Why does the bulb not shine?", "Taxes rose in 1834."]
    made = await client.embeddings.create(model="", input=texts)
    lamp, bulb, tax = (numpy.array(entry.embedding) for entry in made.data)
    assert lamp @ bulb > lamp @ tax
