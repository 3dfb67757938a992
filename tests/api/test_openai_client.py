"""The official openai client against a running box: whole, as a stream, vectors, models, and its kinds of errors."""

import asyncio
import base64
import json
import struct
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from appliance.errors import Busy, Invalid
from appliance.inference.engine import EngineDied
from tests.api.conftest import KEY
from tests.conftest import NO_TLS, Cast

ASK: Any = [{"role": "user", "content": "What is a fuse?"}]
COLOUR = {
    "type": "object",
    "properties": {"colour": {"type": "string"}},
    "required": ["colour"],
    "additionalProperties": False,
}


@pytest.fixture
async def client(cast: Cast) -> AsyncIterator[openai.AsyncOpenAI]:
    async with opened(cast, KEY) as client:
        yield client


def opened(cast: Cast, key: str) -> openai.AsyncOpenAI:
    wire = openai.DefaultAsyncHttpxClient(verify=NO_TLS)
    return openai.AsyncOpenAI(base_url=f"{cast.url}/v1", api_key=key, max_retries=0, http_client=wire)


async def test_an_answer_comes_whole(cast: Cast, client: openai.AsyncOpenAI) -> None:
    cast.engine.will_say("A thin wire that melts.")
    answer = await client.chat.completions.create(model="whatever", messages=ASK)
    assert answer.choices[0].message.content == "A thin wire that melts."
    assert (answer.choices[0].finish_reason, answer.model) == ("stop", "scripted")
    assert answer.usage and (answer.usage.completion_tokens, answer.usage.total_tokens) == (5, 9)
    assert answer.created == int(cast.clock.now)


async def test_an_answer_comes_as_a_stream(cast: Cast, client: openai.AsyncOpenAI) -> None:
    cast.engine.will_say("A thin wire.")
    stream = await client.chat.completions.create(
        model="", messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert [chunk.choices[0].delta.content for chunk in chunks[:3]] == ["A ", "thin ", "wire."]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == [] and chunks[-1].usage and chunks[-1].usage.completion_tokens == 3
    assert len({chunk.id for chunk in chunks}) == 1


async def test_what_was_asked_reaches_the_model(cast: Cast, client: openai.AsyncOpenAI) -> None:
    await client.chat.completions.create(
        model="any",
        messages=[
            {"role": "developer", "content": "Be short."},
            {"role": "user", "content": [{"type": "text", "text": "What is "}, {"type": "text", "text": "a fuse?"}]},
            {"role": "assistant", "content": "A wire."},
            {"role": "user", "content": "Why?"},
            {"role": "user", "content": "Say it twice."},
        ],
        max_completion_tokens=7,
        temperature=0,
        top_p=0.5,
        stop="END",
        seed=3,
        n=1,
        logit_bias={"12": -100, "7": 50},
        response_format={"type": "json_object"},
    )  # fmt: skip
    asked = cast.engine.asked[-1]
    assert [(turn.role, turn.content) for turn in asked.messages] == [
        ("system", "Be short."),
        ("user", "What is a fuse?"),
        ("assistant", "A wire."),
        ("user", "Why?\n\nSay it twice."),
    ]
    assert (asked.max_tokens, asked.temperature, asked.top_p, asked.stop, asked.seed) == (
        7,
        0,
        0.5,
        ("END",),
        3,
    )
    assert asked.grammar.startswith("root ::= object")
    assert asked.biases == ((12, -100.0), (7, 50.0))


async def test_an_answer_as_long_as_it_may_get_says_so(cast: Cast, client: openai.AsyncOpenAI) -> None:
    cast.engine.will_say("one two three four")
    answer = await client.chat.completions.create(model="", messages=ASK, max_tokens=2)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("one two ", "length")


async def test_a_schema_becomes_a_grammar(cast: Cast, client: openai.AsyncOpenAI) -> None:
    form: Any = {"type": "json_schema", "json_schema": {"name": "c", "strict": True, "schema": COLOUR}}
    await client.chat.completions.create(model="", messages=ASK, response_format=form)
    assert r'root ::= "{\"colour\": "' in cast.engine.asked[-1].grammar
    form["json_schema"]["schema"] = {"type": "string", "pattern": "^a"}
    with pytest.raises(openai.BadRequestError, match="'pattern' is not known here"):
        await client.chat.completions.create(model="", messages=ASK, response_format=form)


async def test_the_models_in_use_are_named(cast: Cast, client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["scripted", "hashed-words"]
    cast.engine.state, cast.engine.can_embed = "off", False
    assert [model.id async for model in client.models.list()] == []


async def test_vectors_are_the_same_packed_or_listed(cast: Cast, client: openai.AsyncOpenAI) -> None:
    texts = ["the lamp is dark", "tax law"]
    packed = await client.embeddings.create(model="any", input=texts)
    listed = await client.embeddings.create(model="any", input=texts, encoding_format="float")
    expected = [vector.tolist() for vector in await cast.engine.embed(texts)]
    assert (
        [entry.embedding for entry in packed.data] == [entry.embedding for entry in listed.data] == expected
    )
    assert [entry.index for entry in packed.data] == [0, 1] and packed.model == "hashed-words"
    raw = await client.embeddings.with_raw_response.create(
        model="any", input="tax law", encoding_format="base64"
    )
    data = base64.b64decode(json.loads(raw.text)["data"][0]["embedding"])
    assert list(struct.unpack("<384f", data)) == expected[1]


@pytest.mark.parametrize(
    "asked",
    [
        {"messages": []},
        {"messages": [{"role": "tool", "content": "x", "tool_call_id": "1"}]},
        {"messages": [{"role": "user", "content": "  "}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
        {"messages": ASK, "n": 2},
        {"messages": ASK, "tools": [{"type": "function", "function": {"name": "f"}}]},
        {"messages": ASK, "logprobs": True},
        {"messages": ASK, "logit_bias": {"12": 101}},
        {"messages": ASK, "logit_bias": {"12": "much"}},
        {"messages": ASK, "logit_bias": {"lamp": -100}},
        {"messages": ASK, "logit_bias": {"-1": -100}},
        {"messages": ASK, "logit_bias": {str(token): 1 for token in range(1025)}},
        {"messages": ASK, "stop": ["a", "b", "c", "d", "e"]},
        {"messages": ASK, "temperature": 3},
        {"messages": ASK, "max_tokens": 0},
        {"messages": ASK * 3 + [{"role": "user", "content": "x" * 199_990}]},
    ],
)
async def test_what_the_box_does_not_do_is_a_bad_request(
    client: openai.AsyncOpenAI, asked: dict[str, Any]
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(model="", **asked)
    assert refused.value.type == "invalid_request_error" and "Error code" in refused.value.message


async def test_a_token_that_is_none_is_named_in_a_sentence(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="numbers of the model's tokens") as refused:
        await client.chat.completions.create(model="", messages=ASK, logit_bias={"lamp": -100})
    assert (refused.value.code, refused.value.param) == ("validation_error", "logit_bias")


@pytest.mark.parametrize("asked", [[1, 2], [[1, 2]], "", [], ["x"] * 257])
async def test_tokens_and_nothing_are_no_texts(client: openai.AsyncOpenAI, asked: Any) -> None:
    with pytest.raises(openai.BadRequestError):
        await client.embeddings.create(model="", input=asked)


async def test_a_wrong_key_is_an_authentication_error(cast: Cast) -> None:
    async with opened(cast, "wrong") as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stranger.chat.completions.create(model="", messages=ASK)
        with pytest.raises(openai.AuthenticationError):
            _ = [model async for model in stranger.models.list()]
        with pytest.raises(openai.AuthenticationError):
            await stranger.embeddings.create(model="", input="x")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (EngineDied("It stopped."), 502, "provider_error"),
        (Busy("Too many ask."), 503, "busy"),
        (Invalid("Too long a question.", "too_long"), 400, "context_length_exceeded"),
    ],
)
async def test_a_fault_before_the_first_word_has_its_own_status(
    cast: Cast, client: openai.AsyncOpenAI, fault: Exception, status: int, code: str, stream: bool
) -> None:
    cast.engine.will_fail(fault)
    cast.engine.will_fail(fault)
    with pytest.raises(openai.APIStatusError) as refused:
        await client.chat.completions.create(model="", messages=ASK, stream=stream)
    assert (refused.value.status_code, refused.value.code) == (status, code)
    assert ("retry-after" in refused.value.response.headers) == (status == 503)


async def test_a_fault_in_the_middle_of_a_stream_is_an_error_too(
    cast: Cast, client: openai.AsyncOpenAI
) -> None:
    cast.engine.will_break_after("One two ")
    stream = await client.chat.completions.create(model="", messages=ASK, stream=True)
    heard = []
    with pytest.raises(openai.APIError, match="stopped in the middle"):
        async for chunk in stream:
            heard.append(chunk.choices[0].delta.content)
    assert heard == ["One ", "two "]


async def test_without_a_model_it_is_no_answer_and_no_made_up_one(
    cast: Cast, client: openai.AsyncOpenAI
) -> None:
    cast.engine.state, cast.engine.can_embed = "off", False
    with pytest.raises(openai.InternalServerError) as no_model:
        await client.chat.completions.create(model="", messages=ASK)
    with pytest.raises(openai.InternalServerError) as no_embedder:
        await client.embeddings.create(model="", input="x")
    assert {no_model.value.status_code, no_embedder.value.status_code} == {502}


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_goes_frees_the_model(
    cast: Cast, client: openai.AsyncOpenAI, stream: bool
) -> None:
    cast.engine.will_hang()
    asking = asyncio.create_task(client.chat.completions.create(model="", messages=ASK, stream=stream))
    await until(lambda: cast.engine.live == 1)
    asking.cancel()
    await until(lambda: cast.engine.live == 0)
    assert cast.parts.router.status()["queue"]["running"] == 0


async def test_a_stream_left_in_the_middle_frees_the_model(cast: Cast, client: openai.AsyncOpenAI) -> None:
    cast.engine.will_say("word " * 1000)
    stream = await client.chat.completions.create(model="", messages=ASK, stream=True)
    await anext(aiter(stream))
    cast.engine.hold()
    assert cast.engine.live == 1
    await stream.close()
    await until(lambda: cast.engine.live == 0)


async def until(happened: Any) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 - what is waited for happens behind a socket
            await asyncio.sleep(0.005)
