"""From a question to an answer: line, circuit, deadlines and second tries."""

import asyncio
import os
import signal
import time
from contextlib import aclosing

import pytest

from appliance.errors import Busy, Conflict, Invalid, Unavailable
from appliance.inference.circuit import Circuit
from appliance.inference.engine import Engine, EngineDied, EngineOff, Message, Prompt
from appliance.inference.local import LocalEngine, ModelFiles, Tuning
from appliance.inference.queue import FairQueue, Priority
from appliance.inference.router import Ended, Event, Patience, Piece, Router, Started, Waiting
from appliance.inference.scripted import ScriptedEngine
from tests.made_models import MadeModel

PROMPT = Prompt((Message("user", "Why is the lamp dark?"),), temperature=0)
QUICK = Patience(first=2, between=1, whole=10, attempts=2, backoff=0.01)


def router_over(engine: Engine, patience: Patience = QUICK, failures: int = 3) -> Router:
    queue = FairQueue(lambda: engine.slots, 10, 30, time.monotonic)
    return Router(engine, queue, Circuit(failures, 30, time.monotonic), patience)


async def heard(router: Router, person: str = "ada", prompt: Prompt = PROMPT) -> list[Event]:
    return [event async for event in router.answer(prompt, person, "8a")]


async def failure(router: Router, person: str = "ada") -> Unavailable:
    with pytest.raises(Unavailable) as failed:
        await heard(router, person)
    assert failed.value.code == "backend_unavailable"
    return failed.value


def text_in(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Piece))


async def test_an_answer_starts_comes_in_pieces_and_ends() -> None:
    engine = ScriptedEngine()
    engine.will_say("Look at the switch.")
    events = await heard(router_over(engine))
    assert isinstance(events[0], Started) and events[0].model == "scripted"
    assert text_in(events) == "Look at the switch."
    assert isinstance(events[-1], Ended) and (events[-1].attempts, events[-1].truncated) == (1, False)
    assert engine.asked == [PROMPT]


async def test_an_answer_cut_by_its_length_says_so() -> None:
    engine = ScriptedEngine()
    engine.will_say("one two three four")
    events = await heard(router_over(engine), prompt=Prompt(PROMPT.messages, max_tokens=2))
    assert isinstance(events[-1], Ended) and events[-1].truncated


async def test_who_waits_hears_their_place_and_then_the_answer() -> None:
    engine = ScriptedEngine(slots=1)
    router = router_over(engine)
    engine.hold()
    first = asyncio.create_task(heard(router, "ada"))
    await asyncio.sleep(0)
    second = asyncio.create_task(heard(router, "ben"))
    await asyncio.sleep(0.01)
    queue = router.status()["queue"]
    assert (queue["running"], queue["waiting"], queue["slots"]) == (1, 1, 1) and queue["seconds"] > 0
    engine.release()
    await first
    events = await second
    assert isinstance(events[0], Waiting) and events[0].place == 1
    assert isinstance(events[1], Started)


async def test_a_fault_before_the_first_word_is_tried_again() -> None:
    engine = ScriptedEngine()
    engine.will_fail()
    engine.will_say("Second try.")
    events = await heard(router_over(engine))
    assert text_in(events) == "Second try."
    assert isinstance(events[-1], Ended) and events[-1].attempts == 2


async def test_silence_is_a_fault() -> None:
    engine = ScriptedEngine()
    engine.will_hang()
    engine.will_hang()
    await failure(router_over(engine, Patience(first=0.05, attempts=2, backoff=0.01)))
    assert engine.live == 0


async def test_an_answer_over_its_time_is_cut_and_no_fault_of_an_engine_that_goes_on_writing(
    endless_model: MadeModel,
) -> None:
    """On a slow machine thirty at once take longer than that: it must not send all others to the lesson."""
    engine, now = LocalEngine(ModelFiles(endless_model.path, "Endless"), Tuning(ends_loops=False)), [0.0]
    queue = FairQueue(lambda: engine.slots, 10, 30, time.monotonic)
    circuit = Circuit(1, 30, time.monotonic)
    router = Router(engine, queue, circuit, Patience(first=60, between=60, whole=100), lambda: now[0])
    await engine.start()
    try:
        async with asyncio.timeout(60):
            while engine.state != "ready":  # noqa: ASYNC110 - another process opens the model
                await asyncio.sleep(0.02)
        for person in ("ada", "ben"):
            events: list[Event] = []
            async for event in router.answer(Prompt(PROMPT.messages, max_tokens=1900), person, "8a"):
                events.append(event)
                now[0] += 100 * isinstance(event, Piece)
            assert isinstance(events[-1], Ended) and events[-1].truncated and text_in(events)
        assert router.figures.faults == 0 and router.status()["ok"]
    finally:
        await engine.stop()


async def test_faults_open_the_circuit_and_nothing_is_asked_then() -> None:
    engine = ScriptedEngine()
    for _ in range(3):
        engine.will_fail()
    router = router_over(engine, Patience(attempts=1), failures=3)
    for person in ("ada", "ben", "cem"):
        assert isinstance(await failure(router, person), EngineDied)
    assert "rest" in (await failure(router)).message
    assert len(engine.asked) == 3
    assert not router.status()["ok"]


async def test_what_the_box_is_not_set_up_for_opens_no_circuit() -> None:
    engine = ScriptedEngine(state="off")
    router = router_over(engine, failures=1)
    for _ in range(3):
        assert isinstance(await failure(router), EngineOff)
    engine.state = "ready"
    assert text_in(await heard(router))


async def test_a_prompt_that_is_too_long_is_said_once_and_opens_no_circuit() -> None:
    engine = ScriptedEngine()
    engine.will_fail(Invalid("Too long.", code="too_long"))
    router = router_over(engine, failures=1)
    with pytest.raises(Invalid):
        await heard(router)
    assert text_in(await heard(router))
    assert len(engine.asked) == 2


async def test_a_model_with_nothing_to_say_is_no_answer() -> None:
    engine = ScriptedEngine()
    engine.will_say("")
    assert "nothing" in (await failure(router_over(engine))).message


async def test_closing_the_answer_frees_the_slot_at_once() -> None:
    engine = ScriptedEngine(slots=1)
    router = router_over(engine)
    async with aclosing(router.answer(PROMPT, "ada", "8a")) as answer:
        async for event in answer:
            if isinstance(event, Piece):
                break
    assert (engine.live, router.status()["queue"]["running"]) == (0, 0)


async def test_cancelling_while_waiting_gives_up_the_place() -> None:
    engine = ScriptedEngine(slots=1)
    engine.hold()
    router = router_over(engine)
    tasks = [asyncio.create_task(heard(router, person)) for person in ("ada", "ben")]
    await asyncio.sleep(0.01)
    for task in reversed(tasks):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    queue = router.status()["queue"]
    assert (queue["running"], queue["waiting"], queue["slots"], queue["seconds"]) == (0, 0, 1, 0)
    assert engine.live == 0


async def test_a_second_question_of_the_same_person_is_refused() -> None:
    engine = ScriptedEngine()
    engine.hold()
    router = router_over(engine)
    first = asyncio.create_task(heard(router))
    await asyncio.sleep(0.01)
    with pytest.raises(Conflict) as refused:
        await heard(router)
    assert refused.value.code == "one_at_a_time"
    engine.release()
    assert text_in(await first)


async def test_work_in_the_background_hands_its_slot_to_a_question_at_once_and_leaves_nothing_running() -> (
    None
):
    """Also while the engine says nothing at all, as when it reads a long prompt."""
    engine = ScriptedEngine(slots=1)
    engine.will_hang()
    engine.will_say("Look at the switch.")
    router = router_over(engine, Patience(first=60))

    async def work() -> None:
        async for _ in router.answer(PROMPT, "staff:1:study", "study:1", Priority.GENERATION):
            pass

    working = asyncio.create_task(work())
    while not engine.live:  # noqa: ASYNC110 - the engine has no event
        await asyncio.sleep(0.01)
    assert text_in(await heard(router)) == "Look at the switch."
    with pytest.raises(Busy) as given:
        await working
    assert given.value.code == "gave_way"
    assert (engine.live, router.status()["queue"]["running"]) == (0, 0)


async def test_work_in_the_background_is_undisturbed_while_there_are_slots() -> None:
    engine = ScriptedEngine(slots=2)
    router = router_over(engine)
    work = [event async for event in router.answer(PROMPT, "staff:1:study", "study:1", Priority.GENERATION)]
    assert isinstance(work[-1], Ended)


async def test_a_vector_is_there_or_it_is_none() -> None:
    assert await router_over(ScriptedEngine(can_embed=False)).embed("lamp") is None
    vector = await router_over(ScriptedEngine()).embed("lamp")
    assert vector is not None and vector.shape == (384,)


async def test_a_real_child_killed_in_mid_answer_is_unavailable_and_then_back(
    endless_model: MadeModel,
) -> None:
    engine = LocalEngine(ModelFiles(endless_model.path, "Endless"), Tuning(slots=1), first_backoff=0.05)
    router = router_over(engine, Patience(first=10, attempts=3, backoff=0.5))
    await engine.start()
    try:
        await _killed_while_answering(engine, router)
        assert router.status()["queue"]["running"] == 0
        short = Prompt(PROMPT.messages, max_tokens=3)
        assert text_in(await heard(router, prompt=short))
    finally:
        await engine.stop()


async def _killed_while_answering(engine: LocalEngine, router: Router) -> None:
    with pytest.raises(Unavailable):
        async with aclosing(router.answer(Prompt(PROMPT.messages, max_tokens=900), "ada", "8a")) as answer:
            async for event in answer:
                if isinstance(event, Piece):
                    os.kill(engine.pid, signal.SIGKILL)
