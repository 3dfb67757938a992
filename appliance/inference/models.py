"""The model files on the box: which are there, which one is in use, and how new ones come in."""

import asyncio
import errno
import hashlib
import os
import re
import secrets
import shutil
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from appliance.errors import Conflict, Invalid, Sentence, Unavailable
from appliance.inference import pull as hub
from appliance.inference import search_model
from appliance.inference.manifest import Recommended
from appliance.inference.model_list import Kind, ModelFile, changing, choose, named, read
from appliance.storage.files import sync_folder

SETTLED_SECONDS = 5.0
INCOMING = ".incoming"
RESERVE_BYTES = 256 * 1024 * 1024  # the database must still be able to write beside a big model
CHUNK = 4 * 1024 * 1024
STALE_SECONDS = 24 * 3600

KINDS: dict[str, Kind] = {"embedding": "embedding", "reranking": "reranking"}

Progress = Callable[[int, int], None]
"""Called in the event loop with bytes done and bytes in all."""


class Opened(Protocol):
    """What a look at the file in a throw-away child found."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> int: ...
    @property
    def context(self) -> int: ...


Probe = Callable[[Path], Awaitable[Opened]]
"""Raises Invalid with a sentence when llama.cpp can't open the file."""


@dataclass(frozen=True)
class Checked:
    name: str
    ok: bool
    message: str


def installed(folder: Path, shipped: Path | None = None) -> list[ModelFile]:
    """The operator's files in `folder`, then the search model that set-up put into `shipped`."""
    own = [model for model in read(folder) if model.path.is_file()]
    search = shipped / search_model.FILE if shipped else None
    if search is None or not search.is_file():
        return own
    in_use = not any(model.chosen and model.kind == "embedding" for model in own)
    size = search.stat().st_size
    name = "all-MiniLM-L6-v2"
    made = ModelFile(
        name, search_model.FILE, search_model.GGUF_SHA256, size, "embedding", name, source="set-up"
    )
    return [*own, replace(made, chosen=in_use, path=search)]


def chosen(folder: Path, kind: Kind = "chat", shipped: Path | None = None) -> ModelFile | None:
    return next((model for model in installed(folder, shipped) if model.chosen and model.kind == kind), None)


def use(folder: Path, name: str) -> ModelFile:
    """From now on this one answers, or makes the vectors, or brings passages into order, as its kind is."""
    with changing(folder) as models:
        wanted = named(models, name)
        if wanted.kind == "unusable":
            raise Invalid(
                Sentence("%(name)s can't be used: %(why)s", name=name, why=wanted.note), "unusable_model"
            )
        choose(models, wanted)
        return replace(wanted, chosen=True)


def use_none(folder: Path, kind: Kind = "chat") -> None:
    """No chat model: the helper answers with the lesson's own passages. No reranking model: as search found them."""
    with changing(folder) as models:
        models[:] = [replace(model, chosen=model.chosen and model.kind != kind) for model in models]


def remove(folder: Path, name: str) -> None:
    with changing(folder) as models:
        gone = named(models, name)
        if gone.chosen:
            raise Conflict(
                f"{name} is in use. Choose another model or none first, then remove it.", "model_in_use"
            )
        gone.path.unlink(missing_ok=True)
        models.remove(gone)


async def add(
    folder: Path, source: Path, probe: Probe, now: datetime, progress: Progress | None = None
) -> ModelFile:
    """Copy a GGUF on to the box after a look at it; the first chat model is used at once."""
    size = await asyncio.to_thread(_size_of_source, source)
    await asyncio.to_thread(check_room, folder, source.name, size)
    opened = await probe(source)
    arrived, sha256 = await _copied(folder, source, size, progress)
    model = _described(source.name, sha256, size, opened, str(source), now)
    return await asyncio.to_thread(_take_in, folder, arrived, model)


async def pull(
    folder: Path,
    wanted: Recommended,
    endpoint: str,
    probe: Probe,
    now: datetime,
    progress: Progress | None = None,
) -> ModelFile:
    """Download from a Hugging Face hub; a download that was cut or cancelled goes on where it stopped."""
    incoming = folder / INCOMING
    await asyncio.to_thread(incoming.mkdir, parents=True, exist_ok=True)
    came = await hub.fetch(wanted, incoming, endpoint, RESERVE_BYTES, progress or _silent)
    try:
        opened = await probe(came.path)
    except Invalid:
        await asyncio.to_thread(came.path.unlink)
        raise
    model = _described(wanted.file, came.sha256, came.size, opened, f"{endpoint}/{wanted.repo}", now)
    return await asyncio.to_thread(_take_in, folder, came.path, model)


async def adopt(folder: Path, probe: Probe, now: datetime) -> list[ModelFile]:
    """Take up GGUF files that somebody laid into the folder by hand; a bad one is listed with the reason."""
    await asyncio.to_thread(_sweep, folder, now)
    taken = []
    for path, size in await asyncio.to_thread(_strangers, folder, now.timestamp()):
        sha256 = await asyncio.to_thread(_sha256, path)
        try:
            model = _described(path.name, sha256, size, await probe(path), "put in place", now)
        except Invalid as bad:
            model = ModelFile(_safe(path.stem), path.name, sha256, size, "unusable", note=bad.message)
        taken.append(await asyncio.to_thread(_record, folder, replace(model, file=path.name, path=path)))
    return taken


async def verify(folder: Path, shipped: Path | None = None) -> list[Checked]:
    """Read every file again: llama.cpp loads damaged weights without a word, so only the hash tells."""
    return [await asyncio.to_thread(_checked, model) for model in _with_missing(folder, shipped)]


def check_room(folder: Path, name: str, size: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free - RESERVE_BYTES
    if size > free:
        raise Unavailable(hub.no_room(name, size, free), "disk_full")


def _size_of_source(source: Path) -> int:
    if not source.is_file():
        raise Invalid(f"There is no file {source}.", "no_such_file")
    if re.search(r"-\d{5}-of-\d{5}\.gguf$", source.name):
        raise Invalid(f"{source.name} is one part of several. Get the model as a single file.", "split_model")
    return source.stat().st_size


async def _copied(folder: Path, source: Path, size: int, progress: Progress | None) -> tuple[Path, str]:
    loop, stop = asyncio.get_running_loop(), threading.Event()

    def tell(done: int) -> None:
        if progress:
            loop.call_soon_threadsafe(progress, done, size)

    copying = asyncio.ensure_future(asyncio.to_thread(_copy, folder, source, tell, stop))
    try:
        return await asyncio.shield(copying)
    except asyncio.CancelledError:
        stop.set()  # a thread can't be cancelled: it looks at this between two chunks
        await asyncio.wait({copying})
        if copying.exception() is None:
            copying.result()[0].unlink(missing_ok=True)
        raise


def _copy(folder: Path, source: Path, tell: Callable[[int], None], stop: threading.Event) -> tuple[Path, str]:
    incoming = folder / INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    target, digest, done = incoming / secrets.token_hex(8), hashlib.sha256(), 0
    try:
        with source.open("rb") as old, target.open("xb") as new:
            while (chunk := old.read(CHUNK)) and not stop.is_set():
                new.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                tell(done)
            os.fsync(new.fileno())
    except OSError as broken:
        target.unlink(missing_ok=True)
        raise Unavailable(_copy_sentence(source, broken), "copy_failed") from None
    return target, digest.hexdigest()


def _copy_sentence(source: Path, broken: OSError) -> str:
    if broken.errno == errno.ENOSPC:
        return f"The disk filled up while {source.name} was copied. Nothing was kept; make room first."
    return f"{source.name} could not be read to its end. Try another USB port, or copy it to the stick again."


def _described(file: str, sha256: str, size: int, opened: Opened, source: str, now: datetime) -> ModelFile:
    """What the file says of itself is only words: cleaned here, and never a path."""
    name = _safe(Path(file).stem)
    title = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in opened.name)).strip()[:80]
    kind = KINDS.get(opened.kind, "chat")
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    return ModelFile(
        name, f"{name}.gguf", sha256, size, kind, title or name, opened.parameters, opened.context, source, at
    )


def _safe(stem: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:80] or "model"


def _take_in(folder: Path, arrived: Path, model: ModelFile) -> ModelFile:
    """The file has its lasting name before the list knows it: what is listed is there after a power cut."""
    twin = next((m for m in read(folder) if m.sha256 == model.sha256 and m.path.is_file()), None)
    if twin:
        arrived.unlink()
        return twin
    target = folder / model.file
    if target.exists():
        arrived.unlink()
        sentence = f"Another model called {model.name} is on the box. Remove it, or rename the new file."
        raise Conflict(sentence, "name_taken")
    arrived.rename(target)
    sync_folder(folder)
    return _record(folder, replace(model, path=target))


def _record(folder: Path, model: ModelFile) -> ModelFile:
    with changing(folder) as models:
        models[:] = [known for known in models if known.file != model.file]
        first = not any(known.chosen and known.kind == model.kind for known in models)
        # a reranking model makes every question a little slower: only the operator takes one into use
        added = replace(model, chosen=first and model.kind in ("chat", "embedding"))
        models.append(added)
    return added


def _sweep(folder: Path, now: datetime) -> None:
    """Copies that a power cut left half-way; unfinished downloads stay, because they go on."""
    for path in (folder / INCOMING).glob("*"):
        if (
            path.is_file()
            and path.suffix != ".part"
            and now.timestamp() - path.stat().st_mtime > STALE_SECONDS
        ):
            path.unlink()


def _strangers(folder: Path, now: float) -> list[tuple[Path, int]]:
    """Size stands in for identity here: hashing gigabytes at every start would cost minutes.

    A file that is still being written is left for the next look.
    """
    known = {model.file: model.size for model in read(folder)}
    found = [(path, path.stat()) for path in sorted(folder.glob("*.gguf")) if path.is_file()]
    return [
        (path, seen.st_size)
        for path, seen in found
        if known.get(path.name) != seen.st_size and abs(now - seen.st_mtime) > SETTLED_SECONDS
    ]


def _with_missing(folder: Path, shipped: Path | None) -> list[ModelFile]:
    there = installed(folder, shipped)
    return there + [model for model in read(folder) if not model.path.is_file()]


def _checked(model: ModelFile) -> Checked:
    again = "Remove it and add it again."
    if not model.path.is_file():
        return Checked(model.name, False, f"The file {model.file} is missing. {again}")
    if model.path.stat().st_size != model.size or _sha256(model.path) != model.sha256:
        return Checked(model.name, False, f"The file {model.file} is damaged. {again}")
    if model.kind == "unusable":
        return Checked(model.name, False, model.note)
    return Checked(model.name, True, f"{model.file} is whole.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _silent(done: int, total: int) -> None: ...
