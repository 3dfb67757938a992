"""Lessons' beginnings on disk, as computed: after a restart the first question doesn't read them again.

A file is a line of JSON, the tokens and the state. It is used only when it is whole and was computed by the same
engine, with the same model and layout: llama.cpp aborts at a state that is cut short and trusts any other.
"""

import contextlib
import hashlib
import json
import os
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

from appliance.inference.token_keys import TOKEN_BYTES, common

SUFFIX = ".beginning"
LONGEST_HEAD = 4096
MODEL_FILE = "model.json"
BLOCK = 1 << 20


@dataclass(frozen=True)
class Saved:
    path: Path
    key: bytes
    size: int
    digest: str

    @property
    def tokens(self) -> int:
        return len(self.key) // TOKEN_BYTES


class SavedStates:
    """A folder of at most `most_bytes`; the least recently used files go first."""

    def __init__(self, folder: Path, most_bytes: int, mark: str) -> None:
        """`mark` names engine, model and layout; what other ones left is deleted."""
        self._folder = folder
        self._most_bytes = most_bytes
        self._mark = mark
        self._lock = threading.Lock()
        self._saving: threading.Thread | None = None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for unfinished in folder.glob("*.part"):
            unfinished.unlink(missing_ok=True)
        self._saved: dict[Path, Saved] = {}
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            if saved := self._opened(path):
                self._saved[path] = saved
            else:
                path.unlink(missing_ok=True)

    @property
    def is_saving(self) -> bool:
        return self._saving is not None and self._saving.is_alive()

    def best(self, key: bytes, least: int) -> Saved | None:
        """What was saved of the longest common beginning, if that is at least so many tokens."""
        found, most = None, least
        with self._lock:
            there = list(self._saved.values())
        for saved in there:
            length = common(saved.key, key)
            if length >= most:
                found, most = saved, length + 1
        return found

    def load(self, saved: Saved) -> bytes:
        """Empty, and the file deleted, when it is not what was written."""
        try:
            with saved.path.open("rb") as file:
                file.readline(LONGEST_HEAD)
                body = file.read()
            if len(body) == saved.size and self._digest(saved.key, body) == saved.digest:
                os.utime(saved.path)
                return body[len(saved.key) :]
        except OSError:
            pass
        self._forget(saved.path)
        return b""

    def save_aside(self, key: bytes, state: bytes) -> None:
        """In a thread, one at a time: a slow disk that is busy with what a class hands in can take minutes."""
        self._saving = threading.Thread(target=self.save, args=(key, state), daemon=True)
        self._saving.start()

    def save(self, key: bytes, state: bytes) -> None:
        """A disk that is full or read-only costs nothing but the time after the next restart."""
        body = key + state
        digest = self._digest(key, body)
        head = {"mark": self._mark, "tokens": len(key) // TOKEN_BYTES, "size": len(body), "sha256": digest}
        path = self._folder / (hashlib.sha256(self._mark.encode() + key).hexdigest()[:32] + SUFFIX)
        if len(body) > self._most_bytes or path in self._saved:
            return
        try:
            self._write(path, json.dumps(head).encode() + b"\n" + body)
        except OSError:
            return
        with self._lock:
            self._saved[path] = Saved(path, key, len(body), digest)
        self._make_room()

    def _opened(self, path: Path) -> Saved | None:
        try:
            with path.open("rb") as file:
                head = json.loads(file.readline(LONGEST_HEAD))
                size, tokens = int(head["size"]), int(head["tokens"])
                whole = os.fstat(file.fileno()).st_size == file.tell() + size
                if head["mark"] != self._mark or not whole or not 0 < tokens * TOKEN_BYTES < size:
                    return None
                return Saved(path, file.read(tokens * TOKEN_BYTES), size, str(head["sha256"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _digest(self, key: bytes, body: bytes) -> str:
        head = f"{self._mark} {len(key)}\n".encode()
        return hashlib.sha256(head + body).hexdigest()

    def _write(self, path: Path, content: bytes) -> None:
        part = path.with_name(f"{secrets.token_hex(8)}.part")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)

    def _make_room(self) -> None:
        ages = {}
        with self._lock:
            there = list(self._saved)
        for path in there:
            try:
                about = path.stat()
                ages[path] = (about.st_mtime_ns, about.st_size)
            except OSError:
                self._forget(path)
        total = sum(size for _, size in ages.values())
        for path, (_, size) in sorted(ages.items(), key=lambda item: item[1]):
            if total <= self._most_bytes:
                return
            self._forget(path)
            total -= size

    def _forget(self, path: Path) -> None:
        with self._lock:
            self._saved.pop(path, None)
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def digest_of(model: Path, folder: Path) -> str:
    """SHA-256 of a model file; remembered with the file's size and time, for it takes seconds to compute."""
    about = model.stat()
    now = {"path": str(model), "size": about.st_size, "time": about.st_mtime_ns}
    remembered = folder / MODEL_FILE
    try:
        known = json.loads(remembered.read_text())
        if {key: known[key] for key in now} == now:
            return str(known["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    with model.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    remembered.write_text(json.dumps({**now, "sha256": digest}))
    return digest
