"""Zip files made while they are sent: never whole in memory, never on the disk; and names that every system takes."""

import io
import unicodedata
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

BLOCK = 256 * 1024
NAME_CHARACTERS = 80
# A name of a file may have 255 bytes on Linux.
NAME_BYTES = 180
FORBIDDEN = frozenset('<>:"/\\|?*')
# What Windows keeps for its devices, whatever stands behind a dot.
PORTS = tuple(f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³")
DEVICES = frozenset(("con", "prn", "aux", "nul", "conin$", "conout$", *PORTS))
# Zip counts from 1980 on, in two bytes.
FIRST_YEAR, LAST_YEAR = 1980, 2107
ZIP64_BYTES = 2**31 - 1


@dataclass(frozen=True)
class ZipEntry:
    """A file of the disk, or bytes that are made when it is their turn. `moment` is the clock's on the wall."""

    name: str
    moment: datetime
    source: Path | Callable[[], bytes]


class Names:
    """Paths for one zip: safe on Windows, Unicode kept, no two the same even where capitals don't count."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def path(self, *parts: str) -> str:
        *folders, last = (safe_name(part) for part in parts)
        stem, dot, suffix = last.rpartition(".")
        stem, ending = (stem, f".{suffix}") if dot and stem else (last, "")
        path, number = "/".join((*folders, last)), 2
        while path.casefold() in self._taken:
            path = "/".join((*folders, f"{stem} ({number}){ending}"))
            number += 1
        self._taken.add(path.casefold())
        return path


def safe_name(given: str) -> str:
    """One part of a path: never empty, never a way out of its folder."""
    text = unicodedata.normalize("NFC", given)
    # Cc, Cf, Cs, Co, Cn: control, direction marks, halves of characters, what has no shape.
    shown = "".join(
        "_" if character in FORBIDDEN else character
        for character in text
        if unicodedata.category(character)[0] != "C"
    )
    shown = _shortened(" ".join(shown.split())).strip(" .")
    if shown.split(".")[0].strip().casefold() in DEVICES:
        shown = f"_{shown}"
    return shown or "_"


def zip_pieces(entries: Iterable[ZipEntry], missing: list[str]) -> Generator[bytes, None, None]:
    """The zip, block by block. Files that aren't there are left out and named in `missing`. Reads the disk."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for entry in entries:
            for _ in _added(archive, entry, missing):
                if sink.is_full:
                    yield sink.take()
    yield sink.take()


def _added(archive: zipfile.ZipFile, entry: ZipEntry, missing: list[str]) -> Iterator[None]:
    year = min(max(entry.moment.year, FIRST_YEAR), LAST_YEAR)
    info = zipfile.ZipInfo(entry.name, (year, *entry.moment.timetuple()[1:6]))
    info.external_attr = 0o644 << 16
    if not isinstance(entry.source, Path):
        archive.writestr(info, entry.source(), zipfile.ZIP_DEFLATED)
        yield
        return
    try:
        file = entry.source.open("rb")
    except OSError:
        missing.append(entry.name)
        return
    with file:
        size = entry.source.stat().st_size
        with archive.open(info, "w", force_zip64=size > ZIP64_BYTES) as target:
            while block := file.read(BLOCK):
                target.write(block)
                yield
    yield


def _shortened(text: str) -> str:
    """With its ending kept, where it has one."""
    stem, dot, suffix = text.rpartition(".")
    if not dot or not stem or len(suffix) > 12:
        stem, dot, suffix = text, "", ""
    while len(stem) + len(dot + suffix) > NAME_CHARACTERS or len((stem + dot + suffix).encode()) > NAME_BYTES:
        stem = stem[:-1]
    return stem.rstrip(" .") + dot + suffix


class _Sink(io.RawIOBase):
    """What was written and not yet sent."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def is_full(self) -> bool:
        return len(self._held) >= BLOCK

    def writable(self) -> bool:
        return True

    def write(self, block: object) -> int:
        held = bytes(block)  # type: ignore[call-overload]
        self._held += held
        return len(held)

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken
