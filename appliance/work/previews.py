"""What a handed-in file looks like inside a page: nothing in it runs, and every kind has a bound."""

import asyncio
import json
import lzma
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

from appliance.errors import Invalid
from appliance.storage.archives import entries_of
from appliance.work.file_kinds import extension_of

Kind = Literal["image", "audio", "video", "pdf", "text", "scratch", "none", "gone"]
# What browsers show or play as it is. Never SVG or HTML: those are shown as text.
MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
}
TEXTS = frozenset(
    {
        ".txt",
        ".md",
        ".csv",
        ".py",
        ".ino",
        ".json",
        ".html",
        ".css",
        ".js",
        ".svg",
        ".xml",
        ".c",
        ".cpp",
        ".java",
    }
)
TEXT_BYTES = 100_000
# Scratch itself shares none that is larger; as brackets alone these bytes take a hundred megabytes of memory.
PROJECT_BYTES = 5 * 1024 * 1024
MOST_SPRITES = 60
# RuntimeError: asks for a password, is packed in a way that nobody here knows, or goes too deep.
UNREADABLE = (
    *(Invalid, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(KeyError, TypeError, ValueError, AttributeError, RuntimeError),
)


@dataclass(frozen=True)
class Sprite:
    name: str
    scripts: int
    blocks: int


@dataclass(frozen=True)
class Preview:
    """`html` is safe markup of a text; `is_cut`: the file is longer than what is shown."""

    kind: Kind
    html: str = ""
    is_cut: bool = False
    sprites: tuple[Sprite, ...] = ()


def kind_of(filename: str) -> Kind:
    extension = extension_of(filename)
    if extension in MEDIA_TYPES:
        family = MEDIA_TYPES[extension].split("/")[0]
        return "image" if family == "image" else "audio" if family == "audio" else "video"
    if extension in TEXTS:
        return "text"
    return "pdf" if extension == ".pdf" else "scratch" if extension == ".sb3" else "none"


async def preview_of(path: Path, filename: str) -> Preview:
    """Never raises for what is in the file: what can't be shown is of kind none, and gone what is not there."""
    if not await asyncio.to_thread(path.is_file):
        return Preview("gone")
    kind = kind_of(filename)
    if kind == "text":
        return await asyncio.to_thread(_text, path, filename)
    if kind == "scratch":
        return await asyncio.to_thread(_scratch, path)
    return Preview(kind)


def _text(path: Path, filename: str) -> Preview:
    with path.open("rb") as file:
        raw = file.read(TEXT_BYTES + 1)
    code = raw[:TEXT_BYTES].decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    try:
        lexer = get_lexer_for_filename(filename)
    except ClassNotFound:
        lexer = TextLexer()
    html = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return Preview("text", str(html), len(raw) > TEXT_BYTES)


def _scratch(path: Path) -> Preview:
    """Sprites with how much they do: enough to see whether anything was built."""
    try:
        entries_of(path)
        with zipfile.ZipFile(path) as archive, archive.open("project.json") as file:
            project = json.loads(file.read(PROJECT_BYTES))
        return Preview("scratch", sprites=tuple(_sprite(each) for each in project["targets"][:MOST_SPRITES]))
    except UNREADABLE:
        return Preview("none")


def _sprite(target: dict[str, object]) -> Sprite:
    blocks = target["blocks"]
    if not isinstance(blocks, dict):
        raise TypeError("blocks")
    heads = [each for each in blocks.values() if isinstance(each, dict) and each.get("topLevel")]
    return Sprite(str(target["name"])[:80], len(heads), len(blocks))
