"""Which font sets which part of a text: one that has the letters, and that knows how they join and in which order."""

import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont, features

from appliance.work.certificate_scripts import (
    Direction,
    clusters,
    is_from_right,
    is_joined,
    is_seen,
    stretches,
    tags_of,
)

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
# Preferred where they have the letters: whole families before fonts of last resort.
FAMILIES = (
    *("DejaVuSans", "NotoSans", "FreeSans", "LiberationSans", "NotoSerif"),
    *("NotoSansCJK", "wqy", "HanaMin", "BabelStoneHan", "Symbola", "unifont"),
)
SKIPPED = ("Mono", "Italic", "Oblique", "Condensed", "Narrow", "Light", "sample", "csur")
# No font draws it; what it looks like is what a missing letter looks like.
NOTHING = "\U0010fffe"
# Emoji and signs: it has letters too, which look better in another font.
SIGNS = "Symbola"
# It sets each letter by itself, whatever its tables say, and numbers where Unicode has no letter.
ONE_BY_ONE = "unifont"
# Colours, of which these fonts have none: a patch would stand behind the face.
SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
KANA = (0x3040, 0x30FF)


class NoFont(Exception):
    """No font of this machine sets a text as it is written."""


@dataclass(frozen=True)
class Run:
    """A stretch of a text in one font; without a direction its letters say which way it goes."""

    text: str
    font: Path
    direction: Direction | None = None


def runs_of(text: str, is_bold: bool) -> list[Run]:
    """From left to right, in one font where one has the whole text. Raises NoFont."""
    text = unicodedata.normalize("NFC", "".join(map(_printed, text)))
    fonts = list(_fonts(text, is_bold))
    if (is_from_right(text) or any(map(is_joined, text))) and not has_order():
        raise NoFont(text)
    for path in fonts:
        if _sets(path, text) and not (path.stem.startswith(SIGNS) and any(map(str.isalpha, text))):
            return [Run(text, path)]
    return [run for direction, part in stretches(text) for run in _split(part, direction, fonts)]


def has_order() -> bool:
    """Whether letters can be joined and put from right to left: Pillow needs FriBidi of the machine for it."""
    return bool(features.check_feature("raqm"))


def _printed(letter: str) -> str:
    if letter in SKIN_TONES:
        return ""
    return " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter


def _split(text: str, direction: Direction, fonts: list[Path]) -> list[Run]:
    """Each letter in the font of the one before it, if that has it; an emoji behind a name seldom is in the same."""
    runs: list[Run] = []
    for cluster in clusters(text):
        before = [run.font for run in runs[-1:]]
        first = [font for font in before if not font.stem.startswith(SIGNS)]
        path = next((path for path in (*first, *fonts) if _sets(path, cluster)), None)
        if path is None:
            raise NoFont(text)
        if before == [path]:
            runs[-1] = Run(runs[-1].text + cluster, path, runs[-1].direction)
        else:
            runs.append(Run(cluster, path, "rtl" if direction == "rtl" else None))
    return runs if direction == "ltr" else runs[::-1]


def _sets(path: Path, text: str) -> bool:
    if any(not tags & _scripts(path) for tags in tags_of(text)):
        return False
    try:
        font = _font(path)
    except OSError:
        return False
    if path.stem.startswith(ONE_BY_ONE) and any(unicodedata.category(letter) == "Cn" for letter in text):
        return False
    return all(_has(font, letter) for letter in set(text) if is_seen(letter))


@cache
def _font(path: Path) -> ImageFont.FreeTypeFont:
    """Letter by letter: asked for one that it lacks, a layout engine would put a circle or a box beside it."""
    return ImageFont.truetype(str(path), 24, layout_engine=ImageFont.Layout.BASIC)


def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    """Also in parts: where a font lacks é, its e and its accent are put together."""
    parts = unicodedata.normalize("NFD", letter)
    return _draws(font, letter) or (parts != letter and all(_draws(font, part) for part in parts))


def _draws(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    """A font of coloured emoji may have the letter and no ink for it."""
    missing, drawn_letter = font.getmask(NOTHING), font.getmask(letter)
    ink = bytes(drawn_letter)
    return any(ink) and (drawn_letter.size, ink) != (missing.size, bytes(missing))


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
    if path.stem.startswith(ONE_BY_ONE):
        return frozenset()
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
