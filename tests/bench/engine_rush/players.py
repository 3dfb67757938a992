"""One way to ask them all: our engine through the seam that the box uses, the others over HTTP as streams."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from appliance.inference.engine import Prompt
from appliance.inference.local import LocalEngine, ModelFiles, States, Tuning
from tests.bench.engine_rush.peers import Cache, llama_server, python_server

POLL = 0.02
FOR_EVER = httpx.Timeout(None, connect=30)


@dataclass(frozen=True)
class Heard:
    """Seconds since the rush began: asked, first piece, last piece; `pieces` is about one for each token."""

    asked: float
    first: float
    done: float
    pieces: int
    is_full: bool


Ask = Callable[[Prompt, float], Awaitable[Heard]]
"""With the prompt and the moment when the rush began."""


@dataclass(frozen=True)
class Player:
    """An engine that runs: how to ask it, the process whose memory counts, what it hears when a lesson is opened."""

    ask: Ask
    pid: int
    opened: Callable[[Prompt], None] = lambda prompt: None


@dataclass(frozen=True)
class Machine:
    """What all of them get: the same file, the same threads, the same room for each answer."""

    cache: Cache
    model: Path
    threads: int
    cells: int
    states: Path


@asynccontextmanager
async def playing(name: str, machine: Machine) -> AsyncIterator[Player]:
    """`ours-fast-30`, `ours-exact-16`, `server-8`, `server-8-kvu` or `python`."""
    kind, *rest = name.split("-")
    if kind == "ours":
        async with _ours(machine, name) as player:
            yield player
    elif kind == "server":
        slots, unified = int(rest[0]), rest[1:] == ["kvu"]
        server = llama_server(machine.cache, machine.model, slots, machine.cells, machine.threads, unified)
        async with server as (url, pid), _over_http(url, pid) as player:
            yield player
    else:
        server = python_server(machine.model, machine.cells, machine.threads)
        async with server as (url, pid), _over_http(url, pid) as player:
            yield player


def tuning_of(name: str, machine: Machine) -> Tuning:
    """Of one of ours."""
    _, mode, slots = name.split("-")
    is_fast = mode == "fast"
    return Tuning(
        int(slots), machine.cells, machine.threads, unified=is_fast, flash=is_fast, ends_loops=False
    )


@asynccontextmanager
async def _ours(machine: Machine, name: str) -> AsyncIterator[Player]:
    tuning, states = tuning_of(name, machine), States(machine.states / name)
    engine = LocalEngine(ModelFiles(machine.model, "bench"), tuning, states=states)
    slots = tuning.slots
    await engine.start()
    try:
        while engine.state == "loading":  # noqa: ASYNC110 - the engine tells nobody when it is ready
            await asyncio.sleep(POLL)
        if engine.state != "ready" or engine.slots != slots:
            raise RuntimeError(f"our engine is {engine.state} with {engine.slots} slots: {engine.reason}")
        # The box says so when a student opens a lesson; only what is read ahead may be kept over a restart.
        yield Player(lambda prompt, began: _ask_ours(engine, prompt, began), engine.pid, engine.warm)
    finally:
        await engine.stop()


async def _ask_ours(engine: LocalEngine, prompt: Prompt, began: float) -> Heard:
    asked, moments = time.perf_counter(), []
    answer = engine.generate(prompt)
    async with aclosing(answer):
        async for _ in answer:
            moments.append(time.perf_counter())
    return _heard(began, asked, moments, answer.truncated)


@asynccontextmanager
async def _over_http(url: str, pid: int) -> AsyncIterator[Player]:
    # A new connection for each question: the servers end idle ones, and a question would be lost on such a one.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, timeout=FOR_EVER, limits=limits, trust_env=False) as client:
        yield Player(lambda prompt, began: _ask_http(client, prompt, began), pid)


async def _ask_http(client: httpx.AsyncClient, prompt: Prompt, began: float) -> Heard:
    body = {
        "model": "bench", "stream": True, "max_tokens": prompt.max_tokens, "temperature": 0,
        "messages": [{"role": said.role, "content": said.content} for said in prompt.messages],
    }  # fmt: skip
    asked, moments, is_full = time.perf_counter(), [], False
    async with client.stream("POST", "/v1/chat/completions", json=body) as response:
        response.raise_for_status()
        async for line in response.aiter_lines():
            if not line.startswith("data: {"):
                continue
            choice = (json.loads(line.removeprefix("data: ")).get("choices") or [{}])[0]
            if choice.get("delta", {}).get("content"):
                moments.append(time.perf_counter())
            is_full = is_full or choice.get("finish_reason") == "length"
    return _heard(began, asked, moments, is_full)


def _heard(began: float, asked: float, moments: list[float], is_full: bool) -> Heard:
    if not moments:
        raise RuntimeError("an answer without a word")
    return Heard(asked - began, moments[0] - asked, moments[-1] - asked, len(moments), is_full)
