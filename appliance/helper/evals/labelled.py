"""The labelled sets: plain text, one question a line, its labels in front of it."""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

FOLDER = "appliance.helper.evals"
APART = " | "


@dataclass(frozen=True)
class Labelled:
    """`is_held`: no threshold was fitted on this half; whoever wrote the word lists had seen it."""

    labels: tuple[str, ...]
    text: str

    @property
    def is_held(self) -> bool:
        return bool(sha256(self.text.encode()).digest()[0] % 2)


def labelled(name: str, labels: int) -> list[Labelled]:
    """The set `name`, with that many labels before each text; lines with # are remarks."""
    text = (files(FOLDER) / f"{name}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [Labelled((*parts[:-1],), parts[-1]) for parts in (line.split(APART, labels) for line in lines)]
