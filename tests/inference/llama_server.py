"""llama.cpp's own OpenAI-compatible server with a made model, in a process of its own on the loopback."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

KEY = "sk-only-for-this-test"


@dataclass(frozen=True)
class LlamaServer:
    """`port` is also what nobody but the box may come to know."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@asynccontextmanager
async def llama_server(model: Path) -> AsyncIterator[LlamaServer]:
    log = model.with_suffix(".server.log")
    server = _started(model, log)
    try:
        await _until_it_answers(server, log)
        yield server
    finally:
        server.kill()


def _started(model: Path, log: Path) -> LlamaServer:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    options = {"n_ctx": "2048", "n_threads": "1", "verbose": "false", "interrupt_requests": "false"}
    arguments = {"model": str(model), "host": "127.0.0.1", "port": str(port), "api_key": KEY, **options}
    words = [word for name, value in arguments.items() for word in (f"--{name}", value)]
    with log.open("wb") as told:
        command = [sys.executable, "-m", "llama_cpp.server", *words]
        return LlamaServer(port, subprocess.Popen(command, stdout=told, stderr=told))


async def _until_it_answers(server: LlamaServer, log: Path) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as client:
        while server.process.poll() is None:
            try:
                await client.get(server.url + "/v1/models")
                return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
    raise RuntimeError(f"llama_cpp.server did not start:\n{await asyncio.to_thread(log.read_text)}")
