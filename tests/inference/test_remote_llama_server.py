"""The borrowed model behind llama.cpp's own server: alive, with a wrong key, frozen, killed in mid-answer, gone."""

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import aclosing

import pytest

from appliance.inference.backends import Backend
from appliance.inference.circuit import Circuit
from appliance.inference.engine import EngineDied, Message, Prompt
from appliance.inference.queue import FairQueue
from appliance.inference.remote import RemoteEngine, Server, Waits, whats_wrong
from appliance.inference.router import Event, Patience, Piece, Router, Started
from appliance.inference.scripted import ScriptedEngine
from tests.inference.llama_server import KEY, LlamaServer, llama_server
from tests.made_models import MadeModel

PROMPT = Prompt((Message("system", "You help."), Message("user", "Why is the lamp dark?")), temperature=0)
WAITS = Waits(first=3.0, between=3.0, look=2.0, every=0.1)
# Where the server is alive: a busy machine takes its time.
PATIENT = Waits(first=60.0, between=60.0, look=20.0, every=0.1)


class Box:
    """A router with a scripted engine of its own and the server before it."""

    def __init__(self, server: LlamaServer, key: str = KEY, waits: Waits = WAITS) -> None:
        self.local = ScriptedEngine()
        self.local.will_say("The lesson says: look at the switch.")
        self.remote = RemoteEngine(Server(server.url, key), waits)
        self.circuit = Circuit(1, 30, time.monotonic, window=math.inf)
        queue = FairQueue(lambda: self.router.slots, 10, 30, time.monotonic)
        own = Circuit(3, 30, time.monotonic)
        before = Backend(self.remote, self.circuit)
        self.router = Router(self.local, queue, own, Patience(backoff=0.01), borrowed=before)

    async def asked(self, prompt: Prompt = PROMPT) -> tuple[list[str], str]:
        """Who wrote, and what."""
        events = [event async for event in self.router.answer(prompt, "ada", "8a")]
        return _writers(events), "".join(event.text for event in events if isinstance(event, Piece))


def _writers(events: list[Event]) -> list[str]:
    return [event.backend for event in events if isinstance(event, Started)]


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not happened():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)


async def test_alive_it_answers_frozen_or_gone_this_box_does(tiny_model: MadeModel) -> None:
    async with llama_server(tiny_model.path) as server:
        box = Box(server)
        await box.router.start()
        try:
            await until(lambda: box.remote.state == "ready")
            assert box.router.status()["model"] == tiny_model.path.name
            writers, text = await box.asked()
            assert (writers, text) == (["remote"], tiny_model.says)
            server.freeze()
            writers, text = await box.asked()
            assert (writers[-1], text) == ("scripted", "The lesson says: look at the switch.")
            await until(lambda: box.remote.state == "failed")
            server.thaw()
            await until(lambda: box.remote.state == "ready")
            box.circuit.succeeded()
            assert (await box.asked())[0] == ["remote"]
            server.kill()
            assert (await box.asked())[0][-1] == "scripted"
            await until(lambda: box.remote.state == "failed")
            assert (await box.asked())[0] == ["scripted"]
        finally:
            await box.router.stop()


async def test_with_a_wrong_key_it_is_never_asked_and_the_operator_hears_why(tiny_model: MadeModel) -> None:
    async with llama_server(tiny_model.path) as server:
        box = Box(server, "sk-another")
        assert "key" in await whats_wrong(Server(server.url, "sk-another"), WAITS)
        assert not await whats_wrong(Server(server.url, KEY), WAITS)
        await box.router.start()
        assert (await box.asked())[0] == ["scripted"]
        await box.router.stop()


async def test_killed_in_mid_answer_it_ends_as_any_engine_that_dies(endless_model: MadeModel) -> None:
    long = Prompt(PROMPT.messages, max_tokens=1500, temperature=0)
    async with llama_server(endless_model.path) as server:
        box = Box(server, waits=PATIENT)
        await box.router.start()
        try:
            await until(lambda: box.remote.state == "ready")
            with pytest.raises(EngineDied):
                async with aclosing(box.router.answer(long, "ada", "8a")) as answer:
                    async for event in answer:
                        if isinstance(event, Piece):
                            server.kill()
            assert box.circuit.is_open and not box.local.asked
        finally:
            await box.router.stop()


async def test_leaving_stops_the_model_there(endless_model: MadeModel) -> None:
    long = Prompt(PROMPT.messages, max_tokens=1500, temperature=0)
    async with llama_server(endless_model.path) as server:
        box = Box(server, waits=PATIENT)
        await box.router.start()
        try:
            await until(lambda: box.remote.state == "ready")
            async with aclosing(box.router.answer(long, "ada", "8a")) as answer:
                async for event in answer:
                    if isinstance(event, Piece):
                        break
            # It writes one answer at a time: a second one in time shows that the first was given up.
            writers, _ = await box.asked(Prompt(PROMPT.messages, max_tokens=3, temperature=0))
            assert writers == ["remote"]
        finally:
            await box.router.stop()
