"""The engine on a borrowed machine: what a good server gives, and what a bad one cannot do."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from appliance.errors import Busy, Invalid, Refusal
from appliance.inference.engine import EngineDied, EngineOff, Message, Prompt
from appliance.inference.remote import Pulse, RemoteEngine, Server, Waits, whats_wrong
from tests.inference.loopback_model import (
    HTML,
    LAMP,
    Behaviour,
    ModelServer,
    chunk,
    cut_after,
    endless,
    hanging,
    head,
    listing,
    on_loopback,
    plain,
    refusing,
    saying,
    silent,
)

KEY = "sk-only-for-this-test"
PROMPT = Prompt((Message("system", "You help."), Message("user", "Why is the lamp dark?")), temperature=0)
USUAL = Waits(every=0.02)
QUICK = Waits(first=0.2, between=0.2, every=0.02)
DONE = b"data: [DONE]\n\n"
JSON = "application/json"


@asynccontextmanager
async def borrowed(
    chat: Behaviour | None = None, waits: Waits = USUAL, **server: Any
) -> AsyncIterator[tuple[RemoteEngine, ModelServer]]:
    async with on_loopback(chat) as served:
        engine = RemoteEngine(Server(served.url, KEY, **server), waits)
        await engine.start()
        try:
            await until(lambda: engine.state == "ready")
            yield engine, served
        finally:
            await engine.stop()


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not happened():  # noqa: ASYNC110 - what is waited for happens behind a socket
            await asyncio.sleep(0.005)


async def text_of(engine: RemoteEngine, prompt: Prompt = PROMPT) -> str:
    return "".join([piece async for piece in engine.generate(prompt)])


async def refusal_of(engine: RemoteEngine, prompt: Prompt = PROMPT) -> Refusal:
    with pytest.raises(Refusal) as refused:
        await text_of(engine, prompt)
    return refused.value


# ---- a good server


async def test_an_answer_comes_in_pieces_and_the_question_goes_out_whole() -> None:
    async with borrowed(saying(*LAMP), model="lamp-7b") as (engine, served):
        assert [piece async for piece in engine.generate(PROMPT)] == list(LAMP)
        path, headers, body = served.asked[-1]
        assert (path, headers["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
        assert body["messages"][1] == {"role": "user", "content": "Why is the lamp dark?"}
        assert (body["model"], body["stream"], body["max_tokens"]) == ("lamp-7b", True, 320)
        assert not {"seed", "stop", "grammar", "logit_bias"} & body.keys()
        assert (engine.backend, engine.model, engine.can_embed) == ("remote", "lamp-7b", False)


async def test_limits_on_tokens_are_passed_on_as_openai_writes_them() -> None:
    async with borrowed(saying(*LAMP)) as (engine, served):
        await text_of(engine, replace(PROMPT, biases=((12, -100.0), (7, 0.5))))
        assert served.chats[-1]["logit_bias"] == {"12": -100.0, "7": 0.5}


async def test_without_a_name_the_first_listed_model_is_asked_and_shown_without_its_folder() -> None:
    async with borrowed() as (engine, served):
        served.models = listing("/home/max/models/lamp-7b.gguf", "other")
        await until(lambda: engine.model == "lamp-7b.gguf")
        await text_of(engine)
        assert served.chats[-1]["model"] == "/home/max/models/lamp-7b.gguf"


async def test_without_a_key_none_is_sent() -> None:
    async with on_loopback() as served:
        assert not await whats_wrong(Server(served.url))
        assert "authorization" not in served.asked[-1][1]


async def test_an_answer_cut_by_its_length_says_so() -> None:
    async with borrowed(saying("One two", finish="length")) as (engine, _):
        answer = engine.generate(PROMPT)
        assert "".join([piece async for piece in answer]) == "One two"
        assert answer.truncated


async def test_thoughts_are_kept_to_the_model_and_count_as_life() -> None:
    async def thinking(line: Any) -> None:
        await line.send(head(), chunk("<think>Hm. "))
        for _ in range(6):
            await asyncio.sleep(0.2)
            await line.send(chunk(reasoning_content="more"))
        await line.send(chunk("</think>The loop "), chunk("is open."), chunk(finish="stop"))

    async with borrowed(thinking, Waits(first=1, between=1, every=0.02)) as (engine, _):
        assert await text_of(engine) == "The loop is open."


async def test_more_stop_words_than_the_interface_takes_still_stop() -> None:
    async with borrowed(saying("One. ", "Two. ", "END", " Three.")) as (engine, served):
        assert (
            await text_of(engine, Prompt(PROMPT.messages, stop=("a", "b", "c", "d", "END"))) == "One. Two. "
        )
        assert served.chats[-1]["stop"] == ["a", "b", "c", "d"]


async def test_letters_of_every_kind_and_halves_of_letters_arrive() -> None:
    halves = plain(
        head(), rb'data: {"choices":[{"delta":{"content":"\ud83d"}}]}' + b"\n\n", chunk("é ñ 電 🔋", "stop")
    )
    async with borrowed(halves) as (engine, _):
        assert await text_of(engine) == "?é ñ 電 🔋"


async def test_half_a_letter_in_a_prompt_goes_out_too() -> None:
    async with borrowed() as (engine, served):
        await text_of(engine, Prompt((Message("user", "half \ud83d"),)))
        assert served.chats[-1]["messages"][0]["content"] == "half \ud83d"


async def test_vectors_stay_on_this_box() -> None:
    async with borrowed() as (engine, served):
        with pytest.raises(EngineOff):
            await engine.embed(["lamp"])
        assert not served.chats


# ---- a bad one

BAD: dict[str, tuple[Behaviour, type[Refusal]]] = {
    "no word at all": (silent, EngineDied),
    "comments in place of a first word": (hanging(), EngineDied),
    "silence in the middle": (hanging("The lamp "), EngineDied),
    "a line cut in the middle": (cut_after("The lamp "), EngineDied),
    "the end without a reason": (plain(head(), chunk("The lamp "), DONE), EngineDied),
    "nothing": (plain(), EngineDied),
    "no HTTP": (plain(b"\x00\xff\xfe SSH-2.0\r\n\r\n"), EngineDied),
    "headers without end": (plain(b"HTTP/1.1 200 X\r\n" + b"A: b\r\n" * 100_000), EngineDied),
    "a page to sign in": (plain(head(kind="text/html"), HTML), EngineDied),
    "one whole object": (plain(head(kind=JSON), b'{"choices": []}'), EngineDied),
    "something packed": (plain(head(more=("Content-Encoding: gzip",)), b"\x1f\x8b"), EngineDied),
    "HTML as a stream": (plain(head(), b"data: " + HTML + b"\n\n"), EngineDied),
    "no UTF-8": (plain(head(), b"data: \xff\xfe\n\n"), EngineDied),
    "a list": (plain(head(), b"data: [1, 2]\n\n"), EngineDied),
    "no number that JSON has": (plain(head(), b"data: " + b"[" * 50_000 + b"\n\n"), EngineDied),
    "choices of another shape": (plain(head(), b'data: {"choices": [7]}\n\n'), EngineDied),
    "text that is no text": (
        plain(head(), b'data: {"choices": [{"delta": {"content": {}}}]}\n\n'),
        EngineDied,
    ),
    "an error in the stream": (plain(head(), b'data: {"error": {"message": "CUDA"}}\n\n'), EngineDied),
    "200 MB in a line": (endless(200_000_000, b"data: "), EngineDied),
    "200 MB of comments": (plain(head(), *([b": " + b"a" * 60_000 + b"\n"] * 3_500)), EngineDied),
    "a wrong key": (refusing(401), EngineOff),
    "a key without rights": (refusing(403), EngineOff),
    "an unknown model": (refusing(404), EngineOff),
    "another address": (refusing(302, "Location: http://127.0.0.1:9/"), EngineOff),
    "a fault": (refusing(500), EngineDied),
    "a model that loads": (refusing(503), EngineDied),
    "too much to do": (refusing(429), Busy),
    "a question that it does not take": (refusing(400), Invalid),
}
SLOW = ("no word at all", "comments in place of a first word", "silence in the middle")


@pytest.mark.parametrize("bad", BAD)
async def test_a_bad_server_is_a_refusal_in_time_and_the_line_is_closed(bad: str) -> None:
    behaviour, kind = BAD[bad]
    async with borrowed(behaviour, QUICK if bad in SLOW else USUAL) as (engine, served):
        async with asyncio.timeout(9):
            refused = await refusal_of(engine)
        assert type(refused) is kind
        assert refused.message.endswith(".") and served.url not in refused.message
        line = next(line for line in served.lines if line.path == "/v1/chat/completions")
        await until(lambda: line.is_over)
        assert line.sent < 10_000_000


async def test_a_redirect_is_not_followed() -> None:
    async with on_loopback() as elsewhere:
        there = elsewhere.url + "/v1/chat/completions"
        for status in (301, 302, 307, 308):
            async with borrowed(refusing(status, f"Location: {there}")) as (engine, _):
                assert "somewhere else" in (await refusal_of(engine)).message
        assert not elsewhere.asked


async def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_loopback() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        async with borrowed(saying("Hello.")) as (engine, _):
            assert await text_of(engine) == "Hello."
        assert not proxy.asked


@pytest.mark.parametrize("pieces", [(), ("The lamp ",)])
async def test_cancelling_closes_the_line_at_once(pieces: tuple[str, ...]) -> None:
    async with on_loopback(hanging(*pieces)) as served:
        engine = RemoteEngine(Server(served.url, KEY), Waits(every=0.01))
        await engine.start()
        await until(lambda: engine.state == "ready")
        asking = asyncio.create_task(text_of(engine))
        await until(lambda: bool(served.chats))
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await asyncio.wait_for(served.gone.wait(), 1)
        await engine.stop()


async def test_closing_an_answer_closes_the_line_at_once() -> None:
    async with borrowed(hanging("The lamp ")) as (engine, served):
        async with aclosing(engine.generate(PROMPT)) as answer:
            assert await anext(answer) == "The lamp "
        await asyncio.wait_for(served.gone.wait(), 1)


async def test_neither_key_nor_address_nor_words_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "chalkbox")
    async with borrowed(cut_after("A secret answer. ")) as (engine, served):
        await refusal_of(engine)
        served.models = refusing(500)
        await until(lambda: engine.state == "failed")
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("chalkbox"))
    assert "remote_alive" in ours and "remote_away" in ours
    for kept in (KEY, "127.0.0.1", served.url.rpartition(":")[2], "secret", "lamp dark"):
        assert kept not in ours


# ---- alive or away


def test_one_look_decides_nothing_and_two_do() -> None:
    pulse = Pulse()
    verdicts = []
    for is_well in (True, False, True, True, False, True, False, False, True, False, True, True):
        pulse.turns(is_well)
        verdicts.append(pulse.is_alive)
    assert verdicts == [False, False, False, True, True, True, True, False, False, False, False, True]


async def test_a_server_that_goes_is_away_and_one_that_comes_back_is_alive() -> None:
    async with borrowed() as (engine, served):
        served.models = plain(b"")
        await until(lambda: engine.state == "failed")
        assert engine.model == ""
        assert isinstance(await refusal_of(engine), EngineOff)
        assert not served.chats
        served.models = listing("loopback")
        await until(lambda: engine.state == "ready")


LISTS: dict[str, tuple[Behaviour, str]] = {
    "a wrong key": (refusing(401), "key"),
    "another page": (plain(head(kind="text/html"), HTML), "no answer"),
    "no list": (plain(head(kind=JSON), b'{"data": 7}'), "no answer"),
    "no model": (listing(), "LLM_MODEL"),
    "too long a list": (plain(head(kind=JSON), b" " * 3_000_000), "far more"),
    "no word": (silent, "reached"),
    "another address": (refusing(302, "Location: http://127.0.0.1:9/"), "somewhere else"),
}


@pytest.mark.parametrize("bad", LISTS)
async def test_what_is_wrong_is_said_in_a_sentence(bad: str) -> None:
    behaviour, words = LISTS[bad]
    async with on_loopback() as served:
        served.models = behaviour
        waits = Waits(look=0.3 if behaviour is silent else 5.0)
        assert words in await whats_wrong(Server(served.url, KEY), waits)


async def test_nobody_there_is_away() -> None:
    async with on_loopback() as served:
        url = served.url
    assert "reached" in await whats_wrong(Server(url))
    engine = RemoteEngine(Server(url), USUAL)
    await engine.start()
    await asyncio.sleep(0.1)
    assert (engine.state, engine.model) == ("failed", "")
    await engine.stop()
    await engine.stop()


async def test_an_address_may_have_a_path() -> None:
    async with on_loopback() as served:
        await whats_wrong(Server(served.url + "/gpu"))
        assert served.asked[0][0] == "/gpu/v1/models"


def counting(usage: Any, *, alone: bool = True) -> Behaviour:
    """A server that counts tokens, in a chunk of its own behind the end or in the last one."""
    last: dict[str, Any] = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    counted = {"choices": [], "usage": usage} if alone else {**last, "usage": usage}
    lines = ([last] if alone else []) + [counted]
    told = b"".join(b"data: " + json.dumps(line).encode() + b"\n\n" for line in lines)
    return plain(head(), chunk("A wire."), told, DONE)


@pytest.mark.parametrize("alone", [True, False])
async def test_tokens_are_those_that_the_server_counts(alone: bool) -> None:
    async with borrowed(counting({"prompt_tokens": 21, "completion_tokens": 3}, alone=alone)) as (
        engine,
        served,
    ):
        answer = engine.generate(PROMPT)
        assert "".join([piece async for piece in answer]) == "A wire."
        assert (answer.prompt_tokens, answer.written_tokens) == (21, 3)
        assert served.chats[0]["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize(
    "usage", [None, [], "many", {}, {"prompt_tokens": 1}, {"prompt_tokens": -1, "completion_tokens": 2},
              {"prompt_tokens": True, "completion_tokens": 10**30}]
)  # fmt: skip
async def test_a_count_that_is_none_harms_no_answer(usage: Any) -> None:
    async with borrowed(counting(usage)) as (engine, _):
        answer = engine.generate(PROMPT)
        assert "".join([piece async for piece in answer]) == "A wire."
        assert (answer.prompt_tokens, answer.written_tokens) == (0, 0)


@pytest.mark.parametrize("rest", [b"data: {\n\n", b"data: []\n\n", b'data: {"error": "no"}\n\n', b""])
async def test_what_comes_behind_the_end_harms_no_answer(rest: bytes) -> None:
    behaviour = plain(head(), chunk("A wire."), chunk(finish="stop"), rest)
    async with borrowed(behaviour) as (engine, _):
        assert await text_of(engine) == "A wire."
