"""Families of phrases with places to fill: from each some lines are made, the same ones every time."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

PLACE = re.compile(r"\{([^{}]*)\}")
SLOT = "slot "
TRIES = 4


@dataclass(frozen=True)
class Family:
    """`lines` are what was made of `phrase`."""

    label: str
    phrase: str
    lines: tuple[str, ...]


def families_of(name: str, most: int) -> list[Family]:
    """Those in the file, each with at most so many lines."""
    slots: dict[str, list[str]] = {}
    found, label = [], ""
    for line in (files(__package__) / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(SLOT):
            slot, _, choices = line.removeprefix(SLOT).partition(" = ")
            slots[slot] = choices.split(" ; ")
        elif line.startswith("["):
            label = line.strip("[]")
        elif line and not line.startswith("#"):
            found.append(Family(label, line, _made_of(line, slots, most)))
    return found


def _made_of(phrase: str, slots: Mapping[str, list[str]], most: int) -> tuple[str, ...]:
    chance = random.Random(phrase)  # noqa: S311
    made = (_filled(phrase, slots, chance) for _ in range(most * TRIES))
    return tuple(dict.fromkeys(made))[:most]


def _filled(phrase: str, slots: Mapping[str, list[str]], chance: random.Random) -> str:
    """From the inside out, so that a choice may hold places itself."""
    while place := PLACE.search(phrase):
        chosen = chance.choice(slots.get(place[1]) or place[1].split("|"))
        phrase = phrase[: place.start()] + chosen + phrase[place.end() :]
    return " ".join(phrase.split())
