"""The engine's child is killed, hangs or finds no memory while a class asks: lessons answer, and it comes back."""

import asyncio
import os
import re
import resource
import signal
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from appliance.inference.child import Limits
from appliance.inference.engine import EngineDied, Message, Prompt
from appliance.inference.local import LocalEngine, ModelFiles
from tests.conftest import Browser, Cast
from tests.faults.serving import FIRST_LESSON
from tests.made_models import MadeModel, endless_model, tiny_model

__all__ = ["endless_model", "tiny_model"]

SCOPE = re.compile(r'name="scope_token" value="([^"]+)"')
QUICK = Limits(silence=4.0, step=10.0, load=30.0, beat=0.1)
# Where the kernel keeps groups of processes with a bound on their memory: the newer way, then the older one.
GROUPS = (
    (Path("/sys/fs/cgroup"), "memory.max", "memory.events"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.oom_control"),
)
SHORT = Prompt((Message("user", "Why is it dark?"),), temperature=0, max_tokens=2)


@pytest.fixture
def engine(endless_model: MadeModel) -> LocalEngine:
    """In the place of the scripted one: the cast's box gets the real child."""
    return LocalEngine(ModelFiles(endless_model.path, "Endless"), limits=QUICK, first_backoff=0.05)


@pytest.fixture
async def alone(tiny_model: MadeModel) -> AsyncIterator[LocalEngine]:
    """An engine without a box around it."""
    engine = LocalEngine(ModelFiles(tiny_model.path, "Tiny"), limits=QUICK, first_backoff=0.2)
    await engine.start()
    await until(lambda: engine.state == "ready")
    yield engine
    await engine.stop()


@dataclass(frozen=True)
class Bounded:
    """A group whose memory the kernel bounds."""

    folder: Path
    limit: str
    events: str

    def take_in(self, pid: int, room: int) -> None:
        """From now on the process finds `room` bytes, however much it had before."""
        (self.folder / self.limit).write_text(str(room))
        (self.folder / "cgroup.procs").write_text(str(pid))

    def killed(self) -> int:
        counts = dict(line.split() for line in (self.folder / self.events).read_text().splitlines())
        return int(counts["oom_kill"])


@pytest.fixture
def bounded() -> Iterator[Bounded]:
    for root, limit, events in GROUPS:
        folder = root / f"chalkbox-test-{uuid.uuid4().hex}"
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            if (folder / limit).exists():
                yield Bounded(folder, limit, events)
                return
        finally:
            folder.rmdir()
    pytest.skip("The kernel lets nobody here bound the memory of a process.")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.01)


async def question(ben: Browser) -> httpx.Response:
    token = SCOPE.search((await ben.get(FIRST_LESSON)).text)
    assert token
    body = {"message": "Why does the lamp stay dark in my circuit?", "scope_token": token[1]}
    return await ben.post_json("/helper/chat", body)


async def kill_in_the_middle(cast: Cast, engine: LocalEngine, ben: Browser, how: int) -> dict[str, Any]:
    """A question whose answer had begun; returns what the student read in the end."""
    await until(lambda: engine.state == "ready")
    written = cast.parts.router.figures.pieces
    asking = asyncio.create_task(question(ben))
    await until(lambda: cast.parts.router.figures.pieces > written)
    os.kill(engine.pid, how)
    answer = await asking
    assert answer.status_code == 200
    return dict(answer.json())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGILL, signal.SIGSEGV, signal.SIGSTOP])
async def test_the_lesson_ends_the_answer_pages_go_on_and_the_child_comes_back(
    cast: Cast, engine: LocalEngine, how: int
) -> None:
    ben, chi = await cast.student(cast.ben), await cast.student(cast.chi)
    await until(lambda: engine.state == "ready")
    first = engine.pid
    answering = asyncio.create_task(kill_in_the_middle(cast, engine, ben, how))
    while not answering.done():
        assert (await chi.get(FIRST_LESSON)).status_code == 200
        await asyncio.wait({answering}, timeout=0.05)
    answer = await answering
    assert answer["citations"] and answer["citations"][0]["text"].split()[0] in answer["text"]
    await until(lambda: engine.state == "ready")
    assert engine.pid != first and engine.crashes == 1
    assert "".join([piece async for piece in engine.generate(SHORT)])
    assert cast.parts.router.status()["queue"]["running"] == 0


async def test_after_three_crashes_the_operator_reads_it_and_lessons_answer(
    cast: Cast, engine: LocalEngine, tiny_model: MadeModel
) -> None:
    ben, operator = await cast.student(cast.ben), await cast.max()
    for _ in range(3):
        await until(lambda: engine.state == "ready")
        os.kill(engine.pid, signal.SIGKILL)
        await until(lambda: not engine.pid)
    await until(lambda: engine.state == "failed")
    page = (await operator.get("/operate/models")).text
    assert "The model made the engine stop three times. The model is switched off." in page
    answer = (await question(ben)).json()
    assert answer["citations"] and answer["model"] == ""
    await engine.choose(ModelFiles(tiny_model.path, "Tiny"))
    await until(lambda: engine.state == "ready")
    assert (await question(ben)).json()["model"] == "Tiny"


async def test_the_operator_reads_what_is_wrong_with_a_file(
    cast: Cast, engine: LocalEngine, tiny_model: MadeModel, tmp_path: Path
) -> None:
    operator = await cast.max()
    await asyncio.to_thread((tmp_path / "cut.gguf").write_bytes, tiny_model.path.read_bytes()[:-50_000])
    # Otherwise the one that answers would be taken back.
    await engine.choose(ModelFiles())
    await until(lambda: engine.state == "off")
    await engine.choose(ModelFiles(tmp_path / "cut.gguf", "Cut"))
    await until(lambda: engine.state == "failed")
    page = (await operator.get("/operate/models")).text
    assert "The model file is cut short or damaged: copy it again. The model is switched off." in page


async def test_each_restart_waits_longer_than_the_one_before(alone: LocalEngine) -> None:
    """Only at least so long: how much longer is the machine's affair."""
    for least in (0.2, 0.4):
        await until(lambda: alone.state == "ready")
        os.kill(alone.pid, signal.SIGKILL)
        await until(lambda: not alone.pid)
        gone = time.monotonic()
        await until(lambda: alone.pid != 0)
        assert time.monotonic() - gone > least * 0.8


@pytest.fixture
def few_files() -> Iterator[Callable[[int], None]]:
    """How many files this process may have open from now on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield lambda most: resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, soft), hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_box_that_can_start_no_process_tries_until_it_can_and_blames_no_model(
    alone: LocalEngine, few_files: Callable[[int], None], caplog: pytest.LogCaptureFixture
) -> None:
    """A crowd of connections has taken all files that may be open, just as the child ends."""
    few_files(4)
    os.kill(alone.pid, signal.SIGKILL)
    await until(lambda: caplog.text.count("can't be started") >= 3)
    assert alone.state == "loading"
    few_files(10_000)
    await until(lambda: alone.state == "ready")
    assert "".join([piece async for piece in alone.generate(SHORT)])


async def test_a_child_that_finds_no_memory_ends_and_another_takes_its_place(alone: LocalEngine) -> None:
    """Not one page more than it has: what comes in finds no room."""
    first = alone.pid
    pages = int((await asyncio.to_thread(Path(f"/proc/{first}/statm").read_text)).split()[0])
    limit = pages * resource.getpagesize()
    resource.prlimit(first, resource.RLIMIT_AS, (limit, limit))
    long = Prompt((Message("user", "battery " * 8_000_000),), max_tokens=2)
    with pytest.raises(EngineDied):
        async for _ in alone.generate(long):
            pass
    await until(lambda: alone.state == "ready")
    assert alone.pid != first
    assert "".join([piece async for piece in alone.generate(SHORT)])


async def test_the_kernel_takes_the_child_for_want_of_memory_and_the_box_stays(
    alone: LocalEngine, bounded: Bounded
) -> None:
    first = alone.pid
    await asyncio.to_thread(bounded.take_in, first, 4_000_000)
    long = Prompt((Message("user", "battery " * 8_000_000),), max_tokens=2)
    with pytest.raises(EngineDied):
        async for _ in alone.generate(long):
            pass
    assert await asyncio.to_thread(bounded.killed) == 1
    await until(lambda: alone.state == "ready")
    assert alone.pid != first
    assert "".join([piece async for piece in alone.generate(SHORT)])


async def test_what_is_asked_while_the_child_is_gone_is_answered_by_the_lesson(
    cast: Cast, engine: LocalEngine
) -> None:
    ben = await cast.student(cast.ben)
    await until(lambda: engine.state == "ready")
    engine._first_backoff = 30.0
    os.kill(engine.pid, signal.SIGKILL)
    await until(lambda: not engine.pid)
    answer = (await question(ben)).json()
    assert answer["citations"] and answer["text"]
