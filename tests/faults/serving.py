"""A box in a process of its own, as an operator runs it, and students who use it over HTTP."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import httpx

from appliance.settings import PREFIXES
from tests.conftest import COURSE, Browser

FIRST_LESSON = f"/course/{COURSE}/a-circle-makes-light"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class ServedBox:
    """One data folder and the server on it; what it printed is in `log`."""

    data: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def class_code(self) -> str:
        found = re.findall(r"/join/([A-Z2-9]{8})", self.log.read_text())
        return str(found[-1])

    def begin(self, *arguments: str, before: Callable[[], None] | None = None) -> "subprocess.Popen[bytes]":
        """Start it and don't wait; `before` runs in the new process."""
        command = [
            sys.executable,
            "-m",
            "appliance",
            "serve",
            "--data",
            str(self.data),
            "--port",
            str(self.port),
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._whole_environment(),
                preexec_fn=before,
            )
        return self.process

    def start(self, *arguments: str, before: Callable[[], None] | None = None) -> float:
        """Start it with its demo class; returns the seconds until the first page came."""
        said_before = len(self.log.read_bytes()) if self.log.exists() else 0
        began = time.perf_counter()
        process = self.begin("--demo", *arguments, before=before)
        seconds = 0.0
        while not seconds or b"/join/" not in self.log.read_bytes()[said_before:]:
            assert process.poll() is None and time.perf_counter() - began < START_SECONDS, self.last_words
            if not seconds and self._has_first_page():
                seconds = time.perf_counter() - began
            time.sleep(0.005)
        return seconds

    @property
    def last_words(self) -> str:
        return self.log.read_text()[-3000:]

    def kill(self) -> None:
        """What a power cut looks like to the software: nothing of it runs any more."""
        self._end(signal.SIGKILL)

    def stop(self) -> tuple[int, float]:
        """Ask it to stop; returns its exit status and the seconds that took."""
        began = time.perf_counter()
        return self._end(signal.SIGTERM), time.perf_counter() - began

    def _has_first_page(self) -> bool:
        try:
            return httpx.get(f"{self.url}/", timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(how)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"still there after {STOP_SECONDS:.0f} s") from None

    def _whole_environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIXES)}
        # No models: what is tested here is the box around them.
        return {**ours, "APPLIANCE_MODELS": str(self.data / "no-models"), **self.environment}


@dataclass(frozen=True)
class HandedIn:
    """A file that the box said it has."""

    student: str
    name: str
    sha256: str


@dataclass
class Pupil:
    """A student at a browser of their own."""

    name: str
    browser: Browser
    hand_in_path: str = ""

    async def join(self, class_code: str) -> None:
        answer = await self.browser.post("/join", {"class_code": class_code, "display_name": self.name})
        assert answer.status_code in (302, 303), answer.text
        lesson = await self.browser.get(FIRST_LESSON)
        found = re.search(r'action="(/material/\d+/upload)"', lesson.text)
        assert found, lesson.text
        self.hand_in_path = found[1]

    async def hand_in(self, content: bytes, name: str) -> httpx.Response:
        file = {"file": (name, content, "image/png")}
        return await self.browser.post(self.hand_in_path, {"note": "from a test"}, files=file)

    async def newest_download(self) -> str:
        """Where the file that was handed in last comes back from."""
        lesson = await self.browser.get(FIRST_LESSON)
        found = re.search(r'"(/submission/\d+/download)"', lesson.text)
        assert found, lesson.text
        return found[1]

    async def reflect(self, text: str) -> httpx.Response:
        path = f"/material/{int(re.findall('[0-9]+', self.hand_in_path)[0]) - 1}/reflection"
        return await self.browser.post(path, {"reflection_text": text})


def pupil(url: str, name: str) -> Pupil:
    client = httpx.AsyncClient(base_url=url, timeout=60, limits=httpx.Limits(max_keepalive_connections=2))
    return Pupil(name, Browser(client))


@asynccontextmanager
async def pupils(box: ServedBox, *names: str) -> AsyncIterator[list[Pupil]]:
    """Students of these names in the demo class."""
    seated = [pupil(box.url, name) for name in names]
    try:
        await asyncio.gather(*(one.join(box.class_code) for one in seated))
        yield seated
    finally:
        for one in seated:
            await one.browser.client.aclose()


def is_handed_in(answer: httpx.Response) -> bool:
    return answer.status_code in (302, 303) and answer.headers["location"].endswith("#hand-in")


def picture(size: int) -> bytes:
    """A file that passes for a PNG and is like no other."""
    return PNG + os.urandom(size)


def receipt(student: str, name: str, content: bytes) -> HandedIn:
    return HandedIn(student, name, sha256(content).hexdigest())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
