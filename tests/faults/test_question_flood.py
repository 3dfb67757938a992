"""Ten thousand questions in a minute, and readers who read nothing: bounded, answered or refused, pages go on."""

import asyncio
import json
import re
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.classroom.students import create_student
from appliance.errors import Busy
from appliance.inference.circuit import Circuit
from appliance.inference.engine import Message, Prompt
from appliance.inference.local import LocalEngine, ModelFiles, Tuning
from appliance.inference.queue import FairQueue
from appliance.inference.router import Ended, Router
from appliance.inference.scripted import ScriptedEngine
from appliance.settings import Settings
from appliance.web import streams
from tests.conftest import Browser, Cast
from tests.faults.serving import FIRST_LESSON
from tests.made_models import MadeModel, tiny_model

__all__ = ["tiny_model"]

KEY = "the-key-of-this-box-0123456789"
SCOPE = re.compile(r'name="scope_token" value="([^"]+)"')
PROMPT = Prompt((Message("user", "Why is it dark?"),), temperature=0, max_tokens=4)
QUESTIONS = 10_000
CONNECTIONS = 20


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, appliance_api_key=KEY)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def outcome(router: Router, person: str) -> str:
    try:
        events = [event async for event in router.answer(PROMPT, person, f"class{hash(person) % 9}")]
    except Busy as busy:
        return busy.code
    return "answered" if isinstance(events[-1], Ended) else "cut"


async def test_ten_thousand_at_once_in_the_line_are_answered_or_told_to_come_back() -> None:
    engine = ScriptedEngine(slots=4)
    queue = FairQueue(lambda: 4, 60, 30, time.monotonic)
    router = Router(engine, queue, Circuit(3, 30, time.monotonic))
    engine.hold()
    asking = [asyncio.create_task(outcome(router, f"p{number}")) for number in range(QUESTIONS)]
    await until(lambda: sum(task.done() for task in asking) == QUESTIONS - 64)
    assert (queue.running, queue.waiting, engine.live) == (4, 60, 4)
    engine.release()
    assert Counter(await asyncio.gather(*asking)) == {"busy": QUESTIONS - 64, "answered": 64}
    assert (queue.running, queue.waiting, engine.live) == (0, 0, 0)


async def test_more_than_the_child_can_keep_are_told_so_and_the_rest_is_answered(
    tiny_model: MadeModel,
) -> None:
    """Past the line, straight into the real worker."""
    engine = LocalEngine(ModelFiles(tiny_model.path, "Tiny"), tuning=Tuning(slots=4))
    await engine.start()
    try:
        await until(lambda: engine.state == "ready")
        told = Counter(await asyncio.gather(*(said(engine) for _ in range(1000))))
        assert set(told) == {"busy", "A battery pushes electrons"} and told["busy"] < 1000
        assert engine.crashes == 0 and engine.state == "ready"
        assert await said(engine) == "A battery pushes electrons"
    finally:
        await engine.stop()


async def said(engine: LocalEngine) -> str:
    try:
        return "".join([piece async for piece in engine.generate(PROMPT)])
    except Busy as busy:
        return busy.code


async def request_of(browser: Browser, stream: bool = False) -> bytes:
    """A question of this student as it goes over the wire."""
    scope = SCOPE.search((await browser.get(FIRST_LESSON)).text)
    assert scope
    body = json.dumps({"message": "Why is it dark?", "scope_token": scope[1]}).encode()
    cookies = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
    head = [
        "POST /helper/chat HTTP/1.1",
        "Host: classroom.local",
        f"Cookie: {cookies}",
        f"X-CSRF-Token: {browser.token}",
        "Content-Type: application/json",
        f"Accept: {'text/event-stream' if stream else 'application/json'}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


async def class_of(cast: Cast, size: int) -> list[Browser]:
    async with cast.parts.db.transaction() as tx:
        made = [await create_student(tx, cast.classroom.id, f"Pupil {number}") for number in range(size)]
    return [await cast.student(one) for one in made]


async def ask_again_and_again(cast: Cast, request: bytes, times: int, told: Counter[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(cast.url.rpartition(":")[2]))
    for _ in range(times):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        assert length
        answer = json.loads(await reader.readexactly(int(length[1])))
        assert answer.get("text") or answer.get("message")
        told[int(head.split()[1])] += 1
    writer.close()


async def test_ten_thousand_over_http_each_get_an_answer_or_a_sentence_and_pages_go_on(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    pupils = await class_of(cast, CONNECTIONS)
    requests = [await request_of(pupil) for pupil in pupils]
    told: Counter[int] = Counter()
    before = resident()
    async with asyncio.TaskGroup() as flood:
        asking = [
            flood.create_task(ask_again_and_again(cast, request, QUESTIONS // CONNECTIONS, told))
            for request in requests
        ]
        pages = 0
        while not all(task.done() for task in asking):
            assert (await ben.get(FIRST_LESSON)).status_code == 200
            pages += 1
            await asyncio.wait(asking, timeout=0.1)
    assert sum(told.values()) == QUESTIONS and set(told) == {200, 429}
    assert pages > 10
    assert resident() - before < 64 * 1024
    assert cast.engine.live == 0 and cast.parts.router.status()["queue"]["running"] == 0


def resident() -> int:
    """This process's own memory in KiB; the box runs in it."""
    found = re.search(r"RssAnon:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1])


def deaf(cast: Cast) -> socket.socket:
    """A connection whose other end takes next to nothing."""
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    wire.setblocking(False)
    wire.connect_ex(("127.0.0.1", int(cast.url.rpartition(":")[2])))
    return wire


async def test_thirty_who_read_nothing_hold_no_slot_and_the_next_one_is_answered(cast: Cast) -> None:
    loop = asyncio.get_running_loop()
    cast.engine.will_say(*(["The lamp needs a closed loop. " * 60] * 30))
    wires = []
    for pupil in await class_of(cast, 30):
        wires.append(deaf(cast))
        await loop.sock_sendall(wires[-1], await request_of(pupil, stream=True))
    await until(lambda: len(cast.engine.asked) == 30 and cast.engine.live == 0)
    assert cast.parts.router.status()["queue"]["running"] == 0
    ben = await cast.student(cast.ben)
    token = SCOPE.search((await ben.get(FIRST_LESSON)).text)
    assert token
    body = {"message": "Why is it dark?", "scope_token": token[1]}
    assert (await ben.post_json("/helper/chat", body)).json()["model"] == "scripted"
    for wire in wires:
        wire.close()
    await until(lambda: cast.parts.helper.tickets.count <= 1)


async def test_a_program_that_reads_nothing_of_a_long_answer_loses_its_slot(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "UNREAD_SECONDS", 0.3)
    cast.engine.will_say(f"{'w' * 4000} " * 4096)  # more than the kernel keeps for a connection
    body = json.dumps(
        {"model": "m", "stream": True, "max_tokens": 4096, "messages": [{"role": "user", "content": "Why?"}]}
    )
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: classroom.local\r\nAuthorization: Bearer {KEY}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    wire = deaf(cast)
    await asyncio.get_running_loop().sock_sendall(wire, (head + body).encode())
    await until(lambda: cast.engine.live == 1)
    await until(lambda: cast.engine.live == 0)
    assert cast.parts.router.status()["queue"]["running"] == 0
    with wire:
        assert b"[DONE]" not in await rest_of(wire)


async def rest_of(wire: socket.socket) -> bytes:
    """What had come until the box hung up."""
    found = b""
    while True:
        try:
            more = await asyncio.get_running_loop().sock_recv(wire, 1 << 16)
        except ConnectionError:
            return found
        if not more:
            return found
        found += more
