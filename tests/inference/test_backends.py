"""Who answers: the borrowed machine while it is well, then this box, and the change is not seen."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

import pytest

from appliance.errors import Busy, Unavailable
from appliance.inference.backends import Backend, borrowed
from appliance.inference.circuit import Circuit
from appliance.inference.engine import EngineDied, EngineOff, Message, Prompt
from appliance.inference.queue import FairQueue
from appliance.inference.remote import RemoteEngine, Server, Waits
from appliance.inference.router import Ended, Event, Patience, Piece, Router, Started
from appliance.inference.scripted import ScriptedEngine
from appliance.settings import Settings
from tests.inference.loopback_model import (
    Behaviour,
    ModelServer,
    cut_after,
    hanging,
    head,
    on_loopback,
    plain,
    refusing,
    saying,
    silent,
)

PROMPT = Prompt((Message("user", "Why is the lamp dark?"),), temperature=0)
PATIENCE = Patience(attempts=2, backoff=0.01)
USUAL = Waits(every=0.02)
QUICK = Waits(first=0.2, between=0.2, every=0.02)


class TwoEngines:
    """A scripted engine on this box and a server on the loopback before it."""

    def __init__(self, served: ModelServer, failures: int, waits: Waits) -> None:
        self.served = served
        self.local = ScriptedEngine()
        self.remote = RemoteEngine(Server(served.url, "key", slots=5), waits)
        self.now = 0.0
        self.circuit = Circuit(failures, 30, lambda: self.now, window=math.inf)
        queue = FairQueue(lambda: self.router.slots, 10, 30, time.monotonic)
        self.router = Router(
            self.local,
            queue,
            Circuit(failures, 30, time.monotonic),
            PATIENCE,
            borrowed=Backend(self.remote, self.circuit),
        )

    async def heard(self, person: str = "ada") -> list[Event]:
        return [event async for event in self.router.answer(PROMPT, person, "8a")]


@asynccontextmanager
async def both(
    chat: Behaviour | None = None, failures: int = 3, waits: Waits = USUAL
) -> AsyncIterator[TwoEngines]:
    async with on_loopback(chat) as served:
        two = TwoEngines(served, failures, waits)
        await two.router.start()
        try:
            await until(lambda: two.remote.state == "ready")
            yield two
        finally:
            await two.router.stop()


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not happened():  # noqa: ASYNC110 - what is waited for happens behind a socket
            await asyncio.sleep(0.005)


def text_in(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Piece))


def who(events: list[Event]) -> list[str]:
    return [event.backend for event in events if isinstance(event, Started)]


async def test_the_borrowed_model_answers_while_it_is_alive() -> None:
    async with both(saying("The loop ", "is open. ", "Where?")) as two:
        events = await two.heard()
        assert (text_in(events), who(events)) == ("The loop is open. Where?", ["remote"])
        assert not two.local.asked
        status = two.router.status()
        assert (status["ok"], status["backend"], status["model"]) == (True, "remote", "loopback")
        assert status["queue"]["slots"] == 5


async def test_the_first_sentence_comes_whole_and_the_rest_as_it_is_written() -> None:
    async with both(saying("The loop ", "is open. ", "Where ", "is it?")) as two:
        pieces = [event.text for event in await two.heard() if isinstance(event, Piece)]
        assert pieces == ["The loop is open. ", "Where ", "is it?"]


async def test_vectors_are_made_on_this_box() -> None:
    async with both() as two:
        assert await two.router.embed("lamp") is not None


EARLY: dict[str, Behaviour] = {
    "silent": silent,
    "hanging before the first word": hanging(),
    "hanging before the first sentence": hanging("The loop "),
    "cut before the first sentence": cut_after("The loop ", "is"),
    "garbage": plain(head(), b"data: \xff\n\n"),
    "a fault": refusing(500),
    "a wrong key": refusing(401),
    "too much to do": refusing(429),
    "not taking the question": refusing(400),
    "nothing to say": saying(""),
}
SLOW = ("silent", "hanging before the first word", "hanging before the first sentence")


@pytest.mark.parametrize("fault", EARLY)
async def test_a_fault_before_the_first_sentence_is_answered_by_this_box_unseen(fault: str) -> None:
    async with both(EARLY[fault], waits=QUICK if fault in SLOW else USUAL) as two:
        two.local.will_say("Look at the switch.")
        events = await two.heard()
        assert (text_in(events), who(events)) == ("Look at the switch.", ["remote", "scripted"])
        assert isinstance(events[-1], Ended) and events[-1].attempts == 2
        assert len(two.served.chats) == 1


async def test_a_fault_after_the_first_sentence_ends_the_answer() -> None:
    async with both(cut_after("The loop is open. ", "Where ")) as two:
        heard: list[Event] = []
        with pytest.raises(EngineDied):
            async for event in two.router.answer(PROMPT, "ada", "8a"):
                heard.append(event)
        assert text_in(heard) == "The loop is open. Where "
        assert not two.local.asked


async def test_when_this_box_fails_too_it_is_unavailable_and_the_slot_is_free() -> None:
    async with both(refusing(500)) as two:
        two.local.will_fail()
        two.local.will_fail()
        with pytest.raises(Unavailable):
            await two.heard()
        assert len(two.local.asked) == 2
        assert two.router.status()["queue"]["running"] == 0


async def test_without_a_model_on_this_box_the_borrowed_one_has_all_the_tries() -> None:
    async with both(refusing(500)) as two:
        two.local.state = "off"
        with pytest.raises(EngineDied):
            await two.heard()
        assert len(two.served.chats) == 2
        two.served.chat = refusing(429)
        with pytest.raises(Busy):
            await two.heard()
        two.served.chat = saying("Hello.")
        assert text_in(await two.heard()) == "Hello."


async def test_a_server_that_is_away_is_not_asked() -> None:
    async with both() as two:
        two.served.models = refusing(503)
        await until(lambda: two.remote.state == "failed")
        events = await two.heard()
        assert who(events) == ["scripted"] and not two.served.chats
        assert two.router.status()["queue"]["slots"] == two.local.slots
        two.local.state = "off"
        with pytest.raises(EngineOff):
            await two.heard()


async def test_a_hanging_server_opens_its_own_circuit_and_this_box_goes_on() -> None:
    async with both(silent, failures=2, waits=QUICK) as two:
        for seconds in (0, 600):
            two.now += seconds
            assert who(await two.heard()) == ["remote", "scripted"]
        assert who(await two.heard()) == ["scripted"]
        assert len(two.served.chats) == 2
        assert two.router.status()["backend"] == "scripted" and two.router.status()["ok"]
        two.now += 31
        two.served.chat = saying("Back again.")
        assert text_in(await two.heard()) == "Back again."
        assert not two.circuit.is_open


@pytest.mark.parametrize("status", [301, 308, 401, 403, 404])
async def test_a_wrong_address_key_or_model_name_opens_no_circuit_and_mending_it_helps_at_once(
    status: int,
) -> None:
    async with both(refusing(status), failures=1) as two:
        for _ in range(3):
            assert who(await two.heard()) == ["remote", "scripted"]
        assert not two.circuit.is_open
        two.served.chat = saying("Mended.")
        assert text_in(await two.heard()) == "Mended."


async def test_faults_of_this_box_leave_the_borrowed_one_alone() -> None:
    async with both(refusing(400), failures=1) as two:
        for _ in range(2):
            two.local.will_fail()
        with pytest.raises(Unavailable):
            await two.heard()
        two.served.chat = saying("Still here.")
        assert text_in(await two.heard()) == "Still here."


async def test_leaving_closes_the_line_and_frees_the_slot_at_once() -> None:
    async with both(hanging("The loop is open. ", "Where ")) as two:
        async with aclosing(two.router.answer(PROMPT, "ada", "8a")) as answer:
            async for event in answer:
                if isinstance(event, Piece):
                    break
        await asyncio.wait_for(two.served.gone.wait(), 1)
        assert two.router.status()["queue"]["running"] == 0
        assert not (two.circuit.is_open or two.local.asked)


@pytest.mark.parametrize("backend", ["remote", "openai", "ollama"])
def test_nothing_is_borrowed_that_nobody_agreed_to(backend: str) -> None:
    settings = Settings(helper_llm_backend=backend, llm_base_url="http://127.0.0.1:9")
    assert borrowed(settings, time.monotonic) is None
    agreed = replace(settings, helper_remote_mode_acknowledged=True)
    assert borrowed(agreed, time.monotonic) is not None
    assert borrowed(replace(agreed, helper_llm_backend="local"), time.monotonic) is None
