"""Which font sets which part of a text: one that has the letters, and that knows how they join and in which order."""

import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont, features

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
# Preferred where they have the letters: whole families before fonts of last resort.
FAMILIES = ("DejaVuSans", "NotoSans", "FreeSans", "LiberationSans", "NotoSansCJK", "wqy", "unifont")
SKIPPED = ("Mono", "Italic", "Oblique", "Condensed", "Narrow", "Light", "sample")
# No font draws it; what it looks like is what a missing letter looks like.
NOTHING = "\U0010fffe"
# Scripts whose letters change or move beside each other, as OpenType calls them; a font without a word on them gets
# the letters right and the name wrong. https://learn.microsoft.com/typography/opentype/spec/scripttags
JOINED: tuple[tuple[int, int, frozenset[bytes]], ...] = (
    (0x0600, 0x06FF, frozenset({b"arab"})),
    (0x0700, 0x074F, frozenset({b"syrc"})),
    (0x0750, 0x077F, frozenset({b"arab"})),
    (0x07C0, 0x07FF, frozenset({b"nko "})),
    (0x0870, 0x08FF, frozenset({b"arab"})),
    (0x0900, 0x097F, frozenset({b"deva", b"dev2", b"dev3"})),
    (0x0980, 0x09FF, frozenset({b"beng", b"bng2", b"bng3"})),
    (0x0A00, 0x0A7F, frozenset({b"guru", b"gur2", b"gur3"})),
    (0x0A80, 0x0AFF, frozenset({b"gujr", b"gjr2", b"gjr3"})),
    (0x0B00, 0x0B7F, frozenset({b"orya", b"ory2", b"ory3"})),
    (0x0B80, 0x0BFF, frozenset({b"taml", b"tml2", b"tml3"})),
    (0x0C00, 0x0C7F, frozenset({b"telu", b"tel2", b"tel3"})),
    (0x0C80, 0x0CFF, frozenset({b"knda", b"knd2", b"knd3"})),
    (0x0D00, 0x0D7F, frozenset({b"mlym", b"mlm2", b"mlm3"})),
    (0x0D80, 0x0DFF, frozenset({b"sinh"})),
    (0x0F00, 0x0FFF, frozenset({b"tibt"})),
    (0x1000, 0x109F, frozenset({b"mymr", b"mym2"})),
    (0x1780, 0x17FF, frozenset({b"khmr"})),
    (0x1800, 0x18AF, frozenset({b"mong"})),
)
KANA = (0x3040, 0x30FF)


class NoFont(Exception):
    """No font of this machine sets a text as it is written."""


@dataclass(frozen=True)
class Run:
    """A stretch of a text in one font."""

    text: str
    font: Path


def runs_of(text: str, is_bold: bool) -> list[Run]:
    """The whole in one font where one has all of it; else several, for texts from left to right. Raises NoFont."""
    text = unicodedata.normalize("NFC", text)
    fonts = list(_fonts(text, is_bold))
    if _needs_order(text) and not has_order():
        raise NoFont(text)
    for path in fonts:
        if _sets(path, text):
            return [Run(text, path)]
    if _is_from_right(text):
        raise NoFont(text)
    return _split(text, fonts)


def has_order() -> bool:
    """Whether letters can be joined and put from right to left: Pillow needs FriBidi of the machine for it."""
    return bool(features.check_feature("raqm"))


def _split(text: str, fonts: list[Path]) -> list[Run]:
    """Each letter in the font of the one before it, if that has it; an emoji behind a name seldom is in the same."""
    runs: list[Run] = []
    for cluster in _clusters(text):
        before = [runs[-1].font] if runs else []
        path = next((path for path in (*before, *fonts) if _sets(path, cluster)), None)
        if path is None:
            raise NoFont(text)
        if before == [path]:
            runs[-1] = Run(runs[-1].text + cluster, path)
        else:
            runs.append(Run(cluster, path))
    return runs


def _clusters(text: str) -> Iterator[str]:
    """Words of joined scripts as a whole, every other letter with the marks on it."""
    held = ""
    for letter in text:
        is_one = bool(held) and (_is_joined(letter) and _is_joined(held[-1]))
        if held and not is_one and not unicodedata.category(letter).startswith(("M", "Cf")):
            yield held
            held = ""
        held += letter
    if held:
        yield held


def _sets(path: Path, text: str) -> bool:
    joined = [tags for low, high, tags in JOINED if any(low <= ord(letter) <= high for letter in text)]
    if any(not tags & _scripts(path) for tags in joined):
        return False
    try:
        font = _font(path)
    except OSError:
        return False
    return all(_has(font, letter) for letter in set(text) if not letter.isspace() and letter.isprintable())


@cache
def _font(path: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), 24)


def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    missing = font.getmask(NOTHING)
    drawn_letter = font.getmask(letter)
    return (drawn_letter.size, bytes(drawn_letter)) != (missing.size, bytes(missing))


def _needs_order(text: str) -> bool:
    return _is_from_right(text) or any(map(_is_joined, text))


def _is_joined(letter: str) -> bool:
    return any(low <= ord(letter) <= high for low, high, _ in JOINED)


def _is_from_right(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in text)


def _fonts(text: str, is_bold: bool) -> Iterator[Path]:
    """Every upright font of the machine, the best for this text first."""
    has_kana = any(KANA[0] <= ord(letter) <= KANA[1] for letter in text)
    found = [
        path
        for folder in FOLDERS
        for path in folder.rglob("*")
        if path.suffix.lower() in (".ttf", ".otf", ".ttc") and not any(part in path.stem for part in SKIPPED)
    ]
    yield from sorted(found, key=lambda path: (*_rank(path, is_bold, has_kana), path.name))


def _rank(path: Path, is_bold: bool, has_kana: bool) -> tuple[int, bool, bool]:
    """Chinese and Japanese draw some signs differently; kana tell which it is."""
    stem = path.stem.lower()
    family = next((at for at, name in enumerate(FAMILIES) if stem.startswith(name.lower())), len(FAMILIES))
    return family, ("bold" in stem) != is_bold, stem.endswith("jp") != has_kana


@cache
def _scripts(path: Path) -> frozenset[bytes]:
    """Tags of the scripts whose joining a font describes, from its GSUB table.

    https://learn.microsoft.com/typography/opentype/spec/gsub
    """
    try:
        with path.open("rb") as file:
            content = file.read()
        start = struct.unpack_from(">I", content, 12)[0] if content[:4] == b"ttcf" else 0
        (tables,) = struct.unpack_from(">H", content, start + 4)
        for at in range(start + 12, start + 12 + 16 * tables, 16):
            if content[at : at + 4] == b"GSUB":
                return _listed(content, struct.unpack_from(">I", content, at + 8)[0])
    except (OSError, struct.error):
        pass
    return frozenset()


def _listed(content: bytes, table: int) -> frozenset[bytes]:
    (offset,) = struct.unpack_from(">H", content, table + 4)
    first = table + offset
    (count,) = struct.unpack_from(">H", content, first)
    return frozenset(content[at : at + 4] for at in range(first + 2, first + 2 + 6 * count, 6))
