"""The recommended models, as models/manifest.toml lists them."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import NotFound

PART = r"[A-Za-z0-9_][\w.-]*"
PLACE = re.compile(rf"(?P<repo>{PART}/{PART})/(?P<file>(?:{PART}/)*{PART}\.gguf)")


@dataclass(frozen=True)
class Recommended:
    """`size` (bytes) and `sha256` only where they are certain; the two in megabytes guide people.

    `memory_mb` is weights, context of a small class and working memory together.
    """

    name: str
    repo: str
    file: str
    revision: str = "main"
    size: int = 0
    sha256: str = ""
    approximate_mb: int = 0
    memory_mb: int = 0
    licence: str = ""
    languages: tuple[str, ...] = ()
    good_for: str = ""
    kind: str = "chat"


def recommended(path: Path) -> tuple[Recommended, ...]:
    """Smallest first, as the file has them."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["model"]
    return tuple(Recommended(**{**entry, "languages": tuple(entry["languages"])}) for entry in entries)


def named(entries: tuple[Recommended, ...], name: str) -> Recommended:
    """A recommended name, or any `owner/repository/file.gguf`."""
    for entry in entries:
        if entry.name == name:
            return entry
    place = PLACE.fullmatch(name)
    if place:
        return Recommended(Path(place["file"]).stem, place["repo"], place["file"])
    known = ", ".join(entry.name for entry in entries)
    raise NotFound(
        f"No model called {name} is recommended. Choose one of {known}, or give owner/repository/file.gguf.",
        "no_such_model",
    )
