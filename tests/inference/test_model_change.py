"""Another model while the box answers: drained, swapped and warmed, through the real child and real GGUF files."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from appliance.inference.child import Limits
from appliance.inference.circuit import Circuit
from appliance.inference.engine import Answer, EngineDied, EngineOff, Message, Prompt
from appliance.inference.local import LocalEngine, ModelFiles, Patience, States, Tuning
from appliance.inference.queue import FairQueue
from appliance.inference.router import Event, Piece, Router, Started, Waiting
from tests.made_models import MadeModel, known_gguf, noise_gguf

Begun = Callable[..., Awaitable[LocalEngine]]
LESSON = (Message("system", "You help with one lesson."), Message("user", "Why is the lamp dark?"))
PROMPT = Prompt(LESSON, temperature=0)
LONG = Prompt(LESSON, temperature=0, max_tokens=300)
NEW = "The newer model says so."


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)


async def rest_of(answer: Answer) -> str:
    return "".join([piece async for piece in answer])


async def text_of(engine: LocalEngine, prompt: Prompt = PROMPT) -> str:
    return await rest_of(engine.generate(prompt))


@pytest.fixture
def newer(tmp_path: Path) -> ModelFiles:
    return ModelFiles(known_gguf(tmp_path / "newer.gguf", NEW).path, "Newer")


@pytest.fixture
def broken(tmp_path: Path, tiny_model: MadeModel) -> ModelFiles:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_model.path.read_bytes()[:-50_000])
    return ModelFiles(cut, "Cut")


@pytest.fixture
async def begun() -> AsyncIterator[Begun]:
    """Starts an engine and waits until its model is ready."""
    engines: list[LocalEngine] = []

    async def start(chat: Path, embedder: Path | None = None, **more: Any) -> LocalEngine:
        limits = Limits(silence=5.0, step=10.0, load=30.0, beat=0.1)
        engine = LocalEngine(ModelFiles(chat, "Older", embedder), limits=limits, first_backoff=0.05, **more)
        engines.append(engine)
        await engine.start()
        await until(lambda: engine.state == "ready")
        return engine

    yield start
    for engine in engines:
        await engine.stop()


async def under_way(engine: LocalEngine, prompt: Prompt = LONG) -> tuple[Answer, str]:
    """An answer of which the first piece is there."""
    answer = engine.generate(prompt)
    return answer, await anext(answer)


def router_over(engine: LocalEngine, max_wait: float = 120.0) -> Router:
    router = Router(
        engine,
        FairQueue(lambda: engine.slots, 10, max_wait, time.monotonic, lambda: router.pause),
        Circuit(3, 30, time.monotonic),
    )
    engine.listen(router.refresh)
    return router


async def heard(router: Router, person: str = "ada", prompt: Prompt = PROMPT) -> list[Event]:
    return [event async for event in router.answer(prompt, person, "8a")]


def text_in(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Piece))


async def test_an_answer_under_way_ends_whole_and_then_the_new_model_answers(
    begun: Begun, endless_model: MadeModel, newer: ModelFiles
) -> None:
    engine = await begun(endless_model.path, tuning=Tuning(ends_loops=False))
    answer, _ = await under_way(engine)
    old = engine.pid
    await engine.choose(newer)
    await rest_of(answer)
    assert (answer.written_tokens, answer.truncated) == (LONG.max_tokens, True)
    await until(lambda: engine.model == "Newer")
    assert engine.pid != old
    assert await text_of(engine) == NEW


async def test_who_asks_during_the_change_waits_in_the_line_and_the_new_model_answers(
    begun: Begun, endless_model: MadeModel, newer: ModelFiles
) -> None:
    engine = await begun(endless_model.path, tuning=Tuning(ends_loops=False))
    router = router_over(engine)
    first = asyncio.create_task(heard(router, "ada", LONG))
    await until(lambda: router.status()["queue"]["running"] == 1)
    await engine.choose(newer)
    second = asyncio.create_task(heard(router, "ben"))
    await asyncio.sleep(0)
    status = router.status()
    assert (status["ok"], status["changing_to"], status["queue"]["waiting"]) == (True, "Newer", 1)
    assert status["queue"]["seconds"] >= 1
    assert text_in(await first)
    events = await second
    assert isinstance(events[0], Waiting) and events[0].place == 1 and events[0].seconds >= 1
    started = [event for event in events if isinstance(event, Started)]
    assert [each.model for each in started] == ["Newer"]
    assert text_in(events) == NEW
    assert router.status()["changing_to"] == "" and router.pause is None


async def test_nobody_is_let_in_while_an_answer_of_the_old_model_ends(
    begun: Begun, endless_model: MadeModel, newer: ModelFiles
) -> None:
    engine = await begun(endless_model.path, tuning=Tuning(slots=4))
    router = router_over(engine)
    async with aclosing(router.answer(LONG, "ada", "8a")) as answer:
        async for event in answer:
            if isinstance(event, Piece):
                break
        await engine.choose(newer)
        waiting = [asyncio.create_task(heard(router, person)) for person in ("ben", "chi", "dee")]
        await until(lambda: router.status()["queue"]["waiting"] == 3)
        assert router.status()["queue"]["running"] == 1
    assert [text_in(events) for events in await asyncio.gather(*waiting)] == [NEW] * 3


async def test_an_answer_that_got_its_slot_just_before_the_change_is_written_by_the_new_model(
    begun: Begun, tiny_model: MadeModel, newer: ModelFiles
) -> None:
    engine = await begun(tiny_model.path)
    answer = engine.generate(PROMPT)
    await engine.choose(newer)
    assert await rest_of(answer) == NEW


async def test_a_change_while_nothing_runs_waits_for_nobody(
    begun: Begun, tiny_model: MadeModel, newer: ModelFiles
) -> None:
    engine = await begun(tiny_model.path, patience=Patience(drain=3600))
    old = engine.pid
    await engine.choose(newer)
    await until(lambda: engine.model == "Newer")
    assert engine.pid != old and engine.change is None
    assert await text_of(engine) == NEW


async def test_of_two_changes_in_a_row_the_last_one_counts(
    begun: Begun, endless_model: MadeModel, tiny_model: MadeModel, newer: ModelFiles
) -> None:
    engine = await begun(endless_model.path)
    answer, _ = await under_way(engine)
    await engine.choose(ModelFiles(tiny_model.path, "Between"))
    await engine.choose(newer)
    assert engine.change and engine.change.name == "Newer"
    await answer.aclose()
    await until(lambda: engine.state == "ready")
    assert engine.model == "Newer"
    assert await text_of(engine) == NEW


async def test_a_change_while_the_last_one_loads_is_taken_up(
    begun: Begun, tiny_model: MadeModel, newer: ModelFiles
) -> None:
    engine = await begun(tiny_model.path)
    first = engine.pid
    await engine.choose(ModelFiles(tiny_model.path, "Between"))
    await until(lambda: engine.pid not in (0, first))
    await engine.choose(newer)
    await until(lambda: engine.state == "ready")
    assert (engine.model, await text_of(engine)) == ("Newer", NEW)


async def test_who_thinks_better_of_it_keeps_the_model_that_runs(
    begun: Begun, endless_model: MadeModel, newer: ModelFiles
) -> None:
    engine = await begun(endless_model.path)
    old, files = engine.pid, engine.choice.files
    answer, _ = await under_way(engine)
    await engine.choose(newer)
    await engine.choose(files)
    await until(lambda: engine.state == "ready")
    assert (engine.pid, engine.model) == (old, "Older")
    assert await rest_of(answer)


async def test_a_class_that_asks_through_three_changes_gets_every_answer_whole(
    begun: Begun, tiny_model: MadeModel, newer: ModelFiles
) -> None:
    engine = await begun(tiny_model.path)
    router, older = router_over(engine), engine.choice.files

    school_is_out = asyncio.Event()

    async def ask_on(person: str) -> list[str]:
        texts = []
        while not school_is_out.is_set():
            texts.append(text_in(await heard(router, person)))
        return texts

    asking = [asyncio.create_task(ask_on(f"student {number}")) for number in range(10)]
    for files in (newer, older, newer):
        running = engine.pid
        await until(lambda: router.status()["queue"]["running"] > 0)
        await engine.choose(files)
        await until(lambda: engine.state == "ready")
        assert engine.pid != running
    school_is_out.set()
    texts = [text for each in await asyncio.gather(*asking) for text in each]
    assert set(texts) == {tiny_model.says, NEW}
    assert router.figures.faults == 0


async def test_a_file_that_cannot_be_loaded_is_turned_down_and_who_waited_is_answered_all_the_same(
    begun: Begun, tiny_model: MadeModel, broken: ModelFiles
) -> None:
    engine = await begun(tiny_model.path)
    router = router_over(engine)
    await engine.choose(broken)
    assert text_in(await heard(router)) == tiny_model.says
    assert (engine.model, engine.reason) == ("Older", "")
    assert engine.turned_down and "cut short" in engine.turned_down.why
    assert (engine.turned_down.name, engine.turned_down.old) == ("Cut", "Older")


async def test_choosing_the_model_that_comes_back_anyway_does_not_hide_why_the_other_was_turned_down(
    begun: Begun, tiny_model: MadeModel, broken: ModelFiles
) -> None:
    engine = await begun(tiny_model.path)
    worked = engine.choice.files
    await engine.choose(broken)
    await until(lambda: engine.turned_down is not None)
    assert engine.state == "loading"
    await engine.choose(worked)
    await until(lambda: engine.state == "ready")
    assert engine.model == "Older" and engine.turned_down


async def test_a_file_that_ends_the_child_as_it_loads_is_turned_down_too(
    begun: Begun, tiny_model: MadeModel, newer: ModelFiles
) -> None:
    engine = await begun(tiny_model.path)
    await engine.choose(newer)
    seen = {engine.pid}
    for _ in range(3):
        await until(lambda: engine.pid not in (0, *seen))
        seen.add(engine.pid)
        os.kill(engine.pid, signal.SIGKILL)
    await until(lambda: engine.state == "ready")
    assert engine.model == "Older" and engine.turned_down and "three times" in engine.turned_down.why


@pytest.mark.parametrize("waits", [True, False])
async def test_a_model_that_was_switched_off_does_not_come_back_for_a_bad_file(
    begun: Begun, tiny_model: MadeModel, broken: ModelFiles, waits: bool
) -> None:
    engine = await begun(tiny_model.path)
    await engine.choose(ModelFiles())
    if waits:
        await until(lambda: not engine.pid)
    await engine.choose(broken)
    await until(lambda: engine.state == "failed")
    assert "cut short" in engine.reason and not engine.turned_down


async def test_without_a_model_to_come_nobody_waits_and_the_answer_under_way_ends_whole(
    begun: Begun, endless_model: MadeModel
) -> None:
    engine = await begun(endless_model.path, tuning=Tuning(ends_loops=False))
    router = router_over(engine)
    answer, _ = await under_way(engine)
    await engine.choose(ModelFiles())
    with pytest.raises(EngineOff):
        await heard(router)
    await rest_of(answer)
    assert answer.written_tokens == LONG.max_tokens
    await until(lambda: not engine.pid)
    assert engine.state == "off"


async def test_an_answer_that_takes_too_long_ends_with_its_child(
    begun: Begun, endless_model: MadeModel, newer: ModelFiles
) -> None:
    tuning = Tuning(ends_loops=False)
    engine = await begun(endless_model.path, tuning=tuning, patience=Patience(drain=0.1))
    answer, _ = await under_way(engine, Prompt(LESSON, temperature=0, max_tokens=1900))
    await engine.choose(newer)
    await until(lambda: engine.model == "Newer")
    with pytest.raises(EngineDied):
        await rest_of(answer)


async def test_where_loading_takes_too_long_the_line_is_sent_to_the_lesson(
    begun: Begun, tiny_model: MadeModel, newer: ModelFiles
) -> None:
    engine = await begun(tiny_model.path, patience=Patience(load=0.05))
    first = engine.pid
    router = router_over(engine)
    await engine.choose(newer)
    asking = asyncio.create_task(heard(router))
    await until(lambda: engine.pid not in (0, first))
    os.kill(engine.pid, signal.SIGSTOP)
    with pytest.raises(EngineOff):
        await asking
    assert not router.status()["ok"]
    os.kill(engine.pid, signal.SIGCONT)
    await until(lambda: engine.state == "ready")
    assert text_in(await heard(router)) == NEW


@pytest.mark.parametrize("is_loading", [False, True])
async def test_a_stop_in_the_middle_of_a_change_leaves_no_child_and_the_next_start_has_the_new_model(
    begun: Begun, endless_model: MadeModel, newer: ModelFiles, is_loading: bool
) -> None:
    engine = await begun(endless_model.path)
    pids = {engine.pid}
    answer, _ = await under_way(engine)
    await engine.choose(newer)
    if is_loading:
        await answer.aclose()
        await until(lambda: engine.pid not in (0, *pids))
        pids.add(engine.pid)
    async with asyncio.timeout(10):
        await engine.stop()
    assert engine.pid == 0 and engine.change is None
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    await engine.start()
    await until(lambda: engine.state == "ready")
    assert await text_of(engine) == NEW


async def test_passages_that_are_on_their_way_are_not_lost(
    begun: Begun, tiny_model: MadeModel, minilm_model: Path, newer: ModelFiles
) -> None:
    engine = await begun(tiny_model.path, minilm_model)
    texts = [f"Passage {number} about circuits." for number in range(150)]
    indexing = asyncio.create_task(engine.embed(texts))
    await asyncio.sleep(0.1)
    await engine.choose(ModelFiles(newer.chat, newer.chat_name, minilm_model))
    asked_meanwhile = await engine.embed(["lamp"])
    assert len(await indexing) == len(texts) and len(asked_meanwhile) == 1
    await until(lambda: engine.model == "Newer")


async def test_lessons_that_were_in_use_are_read_ahead_by_the_new_model(
    begun: Begun, noise_model: MadeModel, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"

    def saved() -> set[Path]:
        return set(kept.glob("*.beginning"))

    engine = await begun(noise_model.path, states=States(kept))
    engine.warm(PROMPT)
    await until(lambda: bool(saved()))
    first = saved()
    other = noise_gguf(tmp_path / "other.gguf", seed=2)
    await engine.choose(ModelFiles(other.path, "Other"))
    engine.warm(Prompt((Message("user", "Why is the sky blue when the sun shines? " * 4),)))
    await until(lambda: len(saved() - first) == 2)
    assert engine.model == "Other"
