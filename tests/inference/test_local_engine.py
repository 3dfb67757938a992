"""The engine on this box, through its real child process and real GGUF files."""

import asyncio
import contextlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest

from appliance.errors import Invalid, Unavailable
from appliance.inference.child import Limits
from appliance.inference.engine import EngineDied, EngineOff, Message, Prompt
from appliance.inference.local import LocalEngine, ModelFiles, States, Tuning
from tests.made_models import SAYS, MadeModel, known_gguf

Begun = Callable[..., Awaitable[LocalEngine]]
QUESTION = (Message("system", "You help with one lesson."), Message("user", "Why is the lamp dark?"))
PEER = """
import json, sys, llama_cpp
peer = llama_cpp.Llama(sys.argv[1], n_ctx=512, verbose=False, n_threads=1, flash_attn=False)
said = peer.create_chat_completion(json.loads(sys.argv[2]), temperature=0, max_tokens=16, repeat_penalty=1.0)
print(said["choices"][0]["message"]["content"])
"""
BOX = """
import asyncio, pathlib, sys
from appliance.inference.local import LocalEngine, ModelFiles

async def live():
    engine = LocalEngine(ModelFiles(pathlib.Path(sys.argv[1]), "Tiny"))
    await engine.start()
    while engine.state != "ready":
        await asyncio.sleep(0.02)
    print(engine.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(live())
"""
QUICK = Limits(silence=4.0, step=10.0, load=30.0, beat=0.1)


def greedy(**more: Any) -> Prompt:
    return Prompt(QUESTION, temperature=0, **more)


async def text_of(engine: LocalEngine, prompt: Prompt) -> str:
    return "".join([piece async for piece in engine.generate(prompt)])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)


@pytest.fixture
async def begun() -> AsyncIterator[Begun]:
    """Starts an engine and waits until its chat model, if it has one, is ready or refused."""
    engines: list[LocalEngine] = []

    async def start(chat: Path | None = None, embedder: Path | None = None, **more: Any) -> LocalEngine:
        options = {"limits": QUICK, "first_backoff": 0.05, **more}
        engine = LocalEngine(ModelFiles(chat, "Tiny", embedder), **options)
        engines.append(engine)
        await engine.start()
        await until(lambda: engine.state != "loading")
        return engine

    yield start
    for engine in engines:
        await engine.stop()


async def test_the_model_says_what_its_weights_say(begun: Begun, tiny_model: MadeModel) -> None:
    engine = await begun(tiny_model.path)
    assert (engine.state, engine.model, engine.slots) == ("ready", "Tiny", 4)
    assert await text_of(engine, greedy()) == tiny_model.says


async def test_answers_side_by_side_are_all_right(begun: Begun, tiny_model: MadeModel) -> None:
    engine = await begun(tiny_model.path)
    prompts = [
        greedy(),
        Prompt(QUESTION, temperature=0.4, seed=7),
        Prompt((Message("user", "Why? " * 300),)),
        greedy(),
    ]
    texts = await asyncio.gather(*(text_of(engine, prompt) for prompt in prompts * 3))
    assert set(texts) == {tiny_model.says}


async def test_company_does_not_change_a_greedy_answer(begun: Begun, noise_model: MadeModel) -> None:
    engine = await begun(noise_model.path)
    prompts = [
        Prompt((Message("user", word * times),), temperature=0, max_tokens=24)
        for word, times in (("water ", 3), ("light ", 150), ("the loop is open ", 40), ("why ", 1))
    ]
    alone = [await text_of(engine, prompt) for prompt in prompts]
    together = await asyncio.gather(*(text_of(engine, prompt) for prompt in prompts))
    assert together == alone
    assert len(set(alone)) > 1


async def test_the_worker_agrees_with_the_package(begun: Begun, noise_model: MadeModel) -> None:
    engine = await begun(noise_model.path)
    ours = await text_of(engine, greedy(max_tokens=16))
    turns = [{"role": message.role, "content": message.content} for message in QUESTION]
    given = [sys.executable, "-c", PEER, str(noise_model.path), json.dumps(turns)]
    theirs = await asyncio.to_thread(subprocess.run, given, capture_output=True, text=True, check=True)
    assert ours == theirs.stdout.strip()


async def test_the_same_seed_gives_the_same_text(begun: Begun, noise_model: MadeModel) -> None:
    engine = await begun(noise_model.path)
    seeded = Prompt(QUESTION, temperature=1.0, seed=11, max_tokens=20)
    other = Prompt(QUESTION, temperature=1.0, seed=12, max_tokens=20)
    assert await text_of(engine, seeded) == await text_of(engine, seeded) != await text_of(engine, other)


async def test_a_stop_string_ends_the_answer_before_it(begun: Begun, tiny_model: MadeModel) -> None:
    engine = await begun(tiny_model.path)
    text = await text_of(engine, greedy(stop=("lamp goes",)))
    assert text == tiny_model.says.split("lamp goes")[0]


async def test_max_tokens_cuts_and_says_so(begun: Begun, tiny_model: MadeModel) -> None:
    engine = await begun(tiny_model.path)
    answer = engine.generate(greedy(max_tokens=3))
    text = "".join([piece async for piece in answer])
    assert tiny_model.says.startswith(text)
    assert answer.truncated
    whole = engine.generate(greedy())
    assert [piece async for piece in whole] and not whole.truncated


async def test_a_grammar_binds_the_answer(begun: Begun, noise_model: MadeModel) -> None:
    engine = await begun(noise_model.path)
    for seed in range(3):
        text = await text_of(
            engine, Prompt(QUESTION, seed=seed, grammar='root ::= "yes" | "no"', max_tokens=12)
        )
        assert text in ("yes", "no")


async def test_a_bad_grammar_is_refused_and_costs_no_slot(begun: Begun, tiny_model: MadeModel) -> None:
    engine = await begun(tiny_model.path, tuning=Tuning(slots=1))
    with pytest.raises(Invalid) as refused:
        await text_of(engine, greedy(grammar="root ::= ("))
    assert refused.value.code == "bad_grammar"
    assert await text_of(engine, greedy()) == tiny_model.says


async def test_a_prompt_longer_than_the_context_is_refused(begun: Begun, tiny_model: MadeModel) -> None:
    engine = await begun(tiny_model.path)
    for words in (3000, 500_000):
        with pytest.raises(Invalid) as refused:
            await text_of(engine, Prompt((Message("user", "battery " * words),)))
        assert refused.value.code == "too_long"
    assert await text_of(engine, greedy()) == tiny_model.says


async def test_a_closed_answer_frees_its_slot(begun: Begun, endless_model: MadeModel) -> None:
    engine = await begun(endless_model.path, tuning=Tuning(slots=1))
    first = engine.generate(greedy(max_tokens=1500))
    await anext(first)
    await first.aclose()
    began = time.monotonic()
    await text_of(engine, greedy(max_tokens=1))
    assert time.monotonic() - began < 2


async def test_a_cancelled_task_frees_its_slot(begun: Begun, endless_model: MadeModel) -> None:
    engine = await begun(endless_model.path, tuning=Tuning(slots=1))
    asking = asyncio.create_task(text_of(engine, greedy(max_tokens=1500)))
    waiting = asyncio.create_task(text_of(engine, greedy(max_tokens=1)))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    asking.cancel()
    assert await asyncio.wait_for(waiting, 5)


async def test_a_killed_child_ends_the_answer_and_comes_back(begun: Begun, endless_model: MadeModel) -> None:
    engine = await begun(endless_model.path)
    answer = engine.generate(greedy(max_tokens=1500))
    await anext(answer)
    first = engine.pid
    os.kill(first, signal.SIGKILL)
    with pytest.raises(EngineDied):
        async for _ in answer:
            pass
    await until(lambda: engine.state == "ready")
    assert engine.pid != first
    assert await text_of(engine, greedy(max_tokens=2))


async def stopped_at_birth(tiny_model: MadeModel, limits: Limits) -> tuple[LocalEngine, int]:
    """An engine whose child has not said a word, and won't for two seconds and a half."""
    engine = LocalEngine(ModelFiles(tiny_model.path, "Tiny"), limits=limits, first_backoff=0.05)
    await engine.start()
    await until(lambda: engine.pid != 0)
    first = engine.pid
    os.kill(first, signal.SIGSTOP)
    await asyncio.sleep(2.5)
    return engine, first


async def test_a_child_that_comes_from_a_slow_disk_is_waited_for(tiny_model: MadeModel) -> None:
    engine, first = await stopped_at_birth(tiny_model, QUICK)
    try:
        os.kill(first, signal.SIGCONT)
        await until(lambda: engine.state == "ready")
        assert engine.pid == first
    finally:
        await engine.stop()


async def test_a_child_that_never_says_a_word_is_replaced(tiny_model: MadeModel) -> None:
    engine, first = await stopped_at_birth(tiny_model, replace(QUICK, start=1.0))
    try:
        await until(lambda: engine.state == "ready")
        assert engine.pid != first
    finally:
        await engine.stop()


async def test_a_hung_child_is_killed_and_replaced(begun: Begun, endless_model: MadeModel) -> None:
    engine = await begun(endless_model.path)
    answer = engine.generate(greedy(max_tokens=1500))
    await anext(answer)
    first = engine.pid
    os.kill(first, signal.SIGSTOP)
    async with asyncio.timeout(60):
        with pytest.raises(EngineDied):
            async for _ in answer:
                pass
    await until(lambda: engine.state == "ready")
    assert engine.pid != first


async def test_three_crashes_switch_the_model_off_and_a_new_one_on(
    begun: Begun, tiny_model: MadeModel, minilm_model: Path
) -> None:
    engine = await begun(tiny_model.path, minilm_model)
    for _ in range(3):
        await until(lambda: engine.state == "ready")
        os.kill(engine.pid, signal.SIGKILL)
        await until(lambda: not engine.pid)
    await until(lambda: engine.state == "failed")
    assert "three times" in engine.reason
    with pytest.raises(EngineOff):
        await text_of(engine, greedy())
    assert len(await engine.embed(["still searching"])) == 1
    await engine.choose(ModelFiles(tiny_model.path, "Again"))
    await until(lambda: engine.state == "ready")
    assert await text_of(engine, greedy()) == tiny_model.says


async def test_a_cut_file_fails_with_a_sentence_and_search_goes_on(
    begun: Begun, tiny_model: MadeModel, minilm_model: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_model.path.read_bytes()[:-50_000])
    engine = await begun(cut, minilm_model)
    assert engine.state == "failed"
    assert "cut short" in engine.reason
    assert engine.can_embed
    assert len(await engine.embed(["lamp"])) == 1


async def test_vectors_of_like_texts_are_near(begun: Begun, minilm_model: Path) -> None:
    engine = await begun(None, minilm_model)
    assert engine.state == "off" and engine.can_embed
    lamp, bulb, taxes = await engine.embed(
        ["The lamp is bright.", "A light bulb shines.", "Taxes are due in May."]
    )
    assert lamp.shape == (384,) and lamp.dtype == numpy.float32
    assert abs(float(numpy.linalg.norm(lamp)) - 1) < 1e-5
    assert float(lamp @ bulb) > 0.6 > 0.3 > float(lamp @ taxes)


async def test_many_and_long_passages_all_come_back_in_order(begun: Begun, minilm_model: Path) -> None:
    engine = await begun(None, minilm_model)
    texts = [f"Passage {number} about circuits." for number in range(70)] + ["word " * 2000, ""]
    vectors = await engine.embed(texts)
    assert len(vectors) == len(texts)
    again = await engine.embed([texts[41]])
    assert numpy.allclose(vectors[41], again[0])


async def test_a_child_with_nothing_to_embed_goes_home(begun: Begun, minilm_model: Path) -> None:
    engine = await begun(None, minilm_model, idle_seconds=0.2)
    assert engine.pid == 0
    await engine.embed(["lamp"])
    assert engine.pid
    await until(lambda: not engine.pid)
    assert len(await engine.embed(["lamp"])) == 1


async def test_answers_and_passages_share_the_child(
    begun: Begun, tiny_model: MadeModel, minilm_model: Path
) -> None:
    engine = await begun(tiny_model.path, minilm_model)
    passages = asyncio.create_task(engine.embed([f"passage {number}" for number in range(40)]))
    assert await text_of(engine, greedy()) == tiny_model.says
    assert len(await passages) == 40


async def test_a_search_model_that_stops_the_engine_again_and_again_is_left_out_and_answers_go_on(
    begun: Begun, tiny_model: MadeModel, minilm_model: Path
) -> None:
    engine = await begun(tiny_model.path, minilm_model)
    # Now and then a kill comes just between two passages: that one is nobody's.
    for _ in range(5):
        await until(lambda: engine.state == "ready")
        reading = asyncio.create_task(engine.embed(["word " * 300] * 300))
        await asyncio.wait({reading}, timeout=0.5)
        os.kill(engine.pid, signal.SIGKILL)
        with pytest.raises(EngineDied):
            await reading
        await until(lambda: not engine.pid)
        if not engine.can_embed:
            break
    await until(lambda: engine.state == "ready")
    assert not engine.can_embed and engine.reason == ""
    with pytest.raises(EngineOff, match="three times"):
        await engine.embed(["word"])
    assert await text_of(engine, greedy()) == tiny_model.says


async def test_without_a_model_nothing_runs_and_it_says_so(begun: Begun) -> None:
    engine = await begun()
    assert (engine.state, engine.model, engine.can_embed, engine.pid) == ("off", "", False, 0)
    with pytest.raises(EngineOff):
        await text_of(engine, greedy())
    with pytest.raises(EngineOff):
        await engine.embed(["lamp"])


async def test_stopping_takes_the_child_along(begun: Begun, endless_model: MadeModel) -> None:
    engine = await begun(endless_model.path)
    pid = engine.pid
    asking = asyncio.create_task(text_of(engine, greedy(max_tokens=1500)))
    await asyncio.sleep(0.1)
    await engine.stop()
    with pytest.raises(EngineDied):
        await asking
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        pytest.fail("the child outlived its engine")


async def test_the_child_is_nice_and_first_to_go(begun: Begun, tiny_model: MadeModel) -> None:
    engine = await begun(tiny_model.path)
    assert os.getpriority(os.PRIO_PROCESS, engine.pid) >= 10
    assert await asyncio.to_thread(Path(f"/proc/{engine.pid}/oom_score_adj").read_text) == "500\n"


async def test_a_step_over_its_deadline_ends_the_child(begun: Begun, endless_model: MadeModel) -> None:
    engine = await begun(endless_model.path, limits=Limits(step=0.0, beat=0.02))
    with pytest.raises(EngineDied):
        await text_of(engine, greedy(max_tokens=1500))


async def test_a_model_that_computes_nonsense_is_switched_off(
    begun: Begun, tiny_model: MadeModel, tmp_path: Path
) -> None:
    broken = bytearray(tiny_model.path.read_bytes())
    broken[-60_000:] = struct.pack("<e", float("nan")) * 30_000
    nonsense = tmp_path / "nonsense.gguf"
    nonsense.write_bytes(broken)
    engine = await begun(nonsense)
    with pytest.raises(EngineDied):
        await text_of(engine, greedy())
    await until(lambda: engine.state == "failed")
    assert "nonsense" in engine.reason


async def test_an_embedding_model_does_not_chat(begun: Begun, minilm_model: Path) -> None:
    engine = await begun(minilm_model)
    assert engine.state == "failed"
    assert "chat model" in engine.reason


async def test_a_child_does_not_outlive_a_killed_box(tiny_model: MadeModel) -> None:
    given = [sys.executable, "-c", BOX, str(tiny_model.path)]
    box = await asyncio.create_subprocess_exec(*given, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert box.stdout
    child = int(await asyncio.wait_for(box.stdout.readline(), 20))
    leash = os.pidfd_open(child)
    box.kill()
    await box.wait()
    look = select.poll()
    look.register(leash, select.POLLIN)
    gone = await asyncio.to_thread(look.poll, 5000)
    os.close(leash)
    assert gone


async def test_who_waits_for_a_vector_hears_that_the_engine_stops(begun: Begun, minilm_model: Path) -> None:
    engine = await begun(None, minilm_model)
    waiting = asyncio.create_task(engine.embed(["lamp"]))
    await asyncio.sleep(0)
    await engine.stop()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(waiting, 5)


async def test_a_signal_to_the_group_does_not_cut_the_answer(begun: Begun, tiny_model: MadeModel) -> None:
    engine = await begun(tiny_model.path)
    os.kill(engine.pid, signal.SIGTERM)
    assert await text_of(engine, greedy()) == tiny_model.says


async def test_a_lesson_that_was_read_ahead_outlives_the_child(
    begun: Begun, noise_model: MadeModel, tmp_path: Path
) -> None:
    engine = await begun(noise_model.path, states=States(tmp_path / "kept"))
    prompt = greedy(max_tokens=12)
    engine.warm(prompt)
    await until(lambda: bool(list((tmp_path / "kept").glob("*.beginning"))))
    text = await text_of(engine, prompt)
    os.kill(engine.pid, signal.SIGKILL)
    await until(lambda: engine.state != "ready")
    await until(lambda: engine.state == "ready")
    assert await text_of(engine, prompt) == text


SLOW_DISK = """
import os, pathlib, time
synced = os.fsync

def fsync(file):
    pathlib.Path({begun!r}).touch()
    while pathlib.Path({slow!r}).exists():
        time.sleep(0.01)
    synced(file)

os.fsync = fsync
"""


async def test_while_a_slow_disk_takes_in_a_lesson_questions_are_answered_and_the_child_lives(
    begun: Begun, noise_model: MadeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A class that hands in photos keeps a memory card busy for longer than a step may take."""
    slow, waits = tmp_path / "slow", tmp_path / "waits"
    (tmp_path / "sitecustomize.py").write_text(SLOW_DISK.format(slow=str(slow), begun=str(waits)))
    slow.touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    engine = await begun(noise_model.path, states=States(tmp_path / "kept"))
    first = engine.pid
    engine.warm(greedy())
    await until(waits.exists)
    began = time.monotonic()
    while time.monotonic() - began < QUICK.step + 2 * QUICK.silence:
        assert await text_of(engine, greedy(max_tokens=4))
    assert engine.pid == first and engine.crashes == 0
    assert not list((tmp_path / "kept").glob("*.beginning"))
    slow.unlink()
    await until(lambda: bool(list((tmp_path / "kept").glob("*.beginning"))))


def cut_short(folder: Path) -> None:
    for path in folder.glob("*.beginning"):
        path.write_bytes(path.read_bytes()[:-1000])


async def test_a_saved_lesson_that_is_cut_short_ends_no_child(
    begun: Begun, noise_model: MadeModel, tmp_path: Path
) -> None:
    first = await begun(noise_model.path, states=States(tmp_path))
    first.warm(greedy())
    await until(lambda: bool(list(tmp_path.glob("*.beginning"))))
    text = await text_of(first, greedy(max_tokens=12))
    await first.stop()
    cut_short(tmp_path)
    second = await begun(noise_model.path, states=States(tmp_path))
    assert await text_of(second, greedy(max_tokens=12)) == text
    assert second.state == "ready"


async def test_a_text_that_starts_over_is_ended_after_its_first_copy(begun: Begun, tmp_path: Path) -> None:
    looping = known_gguf(tmp_path / "looping.gguf", SAYS, ends=False)
    engine = await begun(looping.path)
    answer = engine.generate(greedy(max_tokens=300))
    assert "".join([piece async for piece in answer]).strip() == SAYS
    assert not answer.truncated
    unguarded = await begun(looping.path, tuning=Tuning(ends_loops=False))
    assert (await text_of(unguarded, greedy(max_tokens=100))).count("no current flows") > 1


async def test_letters_of_several_tokens_come_whole(begun: Begun, tmp_path: Path) -> None:
    says = "Größe ≈ 3 Ω – 電池 🔋 ok"
    engine = await begun(known_gguf(tmp_path / "letters.gguf", says).path)
    pieces = [piece async for piece in engine.generate(greedy())]
    assert "".join(pieces) == says
    assert all("\ufffd" not in piece for piece in pieces)
