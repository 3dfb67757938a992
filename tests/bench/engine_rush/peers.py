"""The other engines, out of the very source package that ours was built from, and the model files for all."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.made_models import SHAPES, noise_gguf, quantized, source_package

# The tokenizer that each shape's real model has; a tiny one brings its own.
VOCABS = {"qwen-0.5b": "qwen2", "llama-1b": "llama-bpe", "qwen-1.5b": "qwen2"}
CMAKE = (
    "-DCMAKE_BUILD_TYPE=Release", "-DLLAMA_BUILD_UI=OFF", "-DLLAMA_USE_PREBUILT_UI=OFF", "-DLLAMA_CURL=OFF",
    "-DLLAMA_OPENSSL=OFF", "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF",
)  # fmt: skip
START_SECONDS = 180.0
# As our own child has it: both give way to whoever else is on the machine.
NICE = ("nice", "-n", "10")


@dataclass(frozen=True)
class Cache:
    """A folder that git ignores: the unpacked source, the built server and the model files stay in it."""

    folder: Path

    @property
    def source(self) -> Path:
        return self.folder / "source"

    @property
    def server(self) -> Path:
        return self.folder / "server" / "bin" / "llama-server"

    def fetch_source(self) -> None:
        if self.source.is_dir():
            return
        scratch = self.folder / "incoming"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        with tarfile.open(source_package(scratch)) as package:
            package.extractall(scratch, filter="data")
        next(scratch.glob("llama_cpp_python-*/")).rename(self.source)
        shutil.rmtree(scratch)

    def build_server(self) -> None:
        """Ten minutes on two cores, once."""
        if self.server.is_file():
            return
        print("Building llama-server out of the source package: ten minutes or so, once.", flush=True)
        llama, built = self.source / "vendor" / "llama.cpp", self.folder / "server"
        jobs = ["-j", str(os.cpu_count() or 2)]
        with (self.folder / "build.log").open("w") as log:
            for words in (
                ["cmake", "-S", str(llama), "-B", str(built), *CMAKE],
                ["cmake", "--build", str(built), "--target", "llama-server", *jobs],
            ):
                subprocess.run(words, check=True, stdout=log, stderr=log)

    def model(self, shape: str) -> Path:
        """Made-up weights in the shape of a real model, 4-bit, and no token that ends an answer is ever likely."""
        path = self.folder / "models" / f"{shape}.gguf"
        if path.is_file():
            return path
        print(f"Making the model file {path.name}.", flush=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        if shape not in VOCABS:
            return noise_gguf(path, SHAPES[shape]).path
        raw, half = path.with_suffix(".f16"), path.with_suffix(".half")
        vocab = self.source / "vendor" / "llama.cpp" / "models" / f"ggml-vocab-{VOCABS[shape]}.gguf"
        noise_gguf(raw, SHAPES[shape], vocab)
        quantized(raw, half, "Q4_0")
        raw.unlink()
        return half.rename(path)


@asynccontextmanager
async def llama_server(
    cache: Cache, model: Path, slots: int, cells: int, threads: int, unified: bool
) -> AsyncIterator[tuple[str, int]]:
    """Address and process id."""
    port = _free_port()
    words = [
        str(cache.server), "-m", str(model), "--host", "127.0.0.1", "--port", str(port), "--no-ui",
        "-np", str(slots), "-c", str(slots * cells), "-t", str(threads), "-tb", str(threads),
        *(["-kvu", "-fa", "on"] if unified else []),
    ]  # fmt: skip
    async with _running(words, port, "/health") as pid:
        yield f"http://127.0.0.1:{port}", pid


@asynccontextmanager
async def python_server(model: Path, cells: int, threads: int) -> AsyncIterator[tuple[str, int]]:
    """`llama_cpp.server`: one after another; it would break running answers off for new ones unless told not to."""
    port = _free_port()
    given = {
        "model": model, "host": "127.0.0.1", "port": port, "n_ctx": cells, "n_threads": threads,
        "n_threads_batch": threads, "interrupt_requests": "false", "verbose": "false",
    }  # fmt: skip
    options = [str(word) for name, value in given.items() for word in (f"--{name}", value)]
    async with _running([sys.executable, "-m", "llama_cpp.server", *options], port, "/v1/models") as pid:
        yield f"http://127.0.0.1:{port}", pid


@asynccontextmanager
async def _running(words: Sequence[str], port: int, path: str) -> AsyncIterator[int]:
    process = _started(words)
    try:
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(trust_env=False) as client:
            while not await _answers(client, f"http://127.0.0.1:{port}{path}"):
                if process.poll() is not None:
                    raise RuntimeError(f"{words[0]} ended with {process.returncode} while it started")
                await asyncio.sleep(0.1)
        yield process.pid
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _started(words: Sequence[str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen([*NICE, *words], stdout=quiet, stderr=quiet, start_new_session=True)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
