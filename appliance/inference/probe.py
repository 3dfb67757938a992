"""Whether a model file can be used: asked in a throw-away process, so that a bad file hurts nothing."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from appliance.errors import Invalid
from appliance.inference import processor
from appliance.inference.child import child_environment

SLOW = "The model file took too long to open, so it can't be used on this box."
CRASHED = "The model file made the engine stop, so it can't be used: copy it again or choose another."
SPARE_MEMORY = 4 << 30


@dataclass(frozen=True)
class Probe:
    """`parameters` is a count, `context` in tokens, `template` whether it brings its own."""

    kind: Literal["chat", "embedding", "reranking"]
    name: str
    parameters: int
    context: int
    template: bool


async def probe(path: Path, timeout: float = 120.0) -> Probe:
    """Raises Invalid (field `file`, code `bad_model`) with what is wrong with the file."""
    text = await asyncio.to_thread(_refusal_at_sight, path) or await asyncio.to_thread(processor.refusal)
    if text:
        raise _bad(text)
    memory = (await asyncio.to_thread(os.path.getsize, path)) * 2 + SPARE_MEMORY
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "appliance.inference.worker", "--probe", str(path), "--memory", str(memory),
        env=child_environment(), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(timeout):
            out, _ = await process.communicate()
    except TimeoutError as slow:
        raise _bad(SLOW) from slow
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    return _read(out)


def _refusal_at_sight(path: Path) -> str:
    try:
        with path.open("rb") as file:
            begins = file.read(4)
    except OSError:
        return "The model file can't be read."
    return "" if begins == b"GGUF" else "This file is no GGUF model."


def _read(out: bytes) -> Probe:
    try:
        found = json.loads(out)
    except ValueError as nothing:
        raise _bad(CRASHED) from nothing
    if not found["ok"]:
        raise _bad(found["error"])
    return Probe(found["kind"], found["name"], found["parameters"], found["context"], found["template"])


def _bad(text: str) -> Invalid:
    return Invalid(text, code="bad_model", field="file")
