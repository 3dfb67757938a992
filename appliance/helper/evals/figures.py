"""What an eval finds: shares with their counts, and the bound below or above which nobody may fall."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from appliance.helper.evals.labelled import FOLDER

Bound = Literal["at_least", "at_most"]


@dataclass(frozen=True)
class Figure:
    """`count` of `of`; `missed` are the texts that were judged otherwise than their label says."""

    name: str
    count: int
    of: int
    missed: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class Baseline:
    """`target` is what the box promises, `value` what was reached and may not be lost again; shares."""

    bound: Bound
    target: float
    value: float

    def holds(self, share: float) -> bool:
        return share >= self.value if self.bound == "at_least" else share <= self.value

    def reaches(self, share: float) -> bool:
        return share >= self.target if self.bound == "at_least" else share <= self.target


def share_of(name: str, judged: Iterable[tuple[str, bool]]) -> Figure:
    """How often it is true."""
    every = list(judged)
    missed = tuple(text for text, is_true in every if not is_true)
    return Figure(name, len(every) - len(missed), len(every), missed)


def baselines() -> dict[str, Baseline]:
    text = (files(FOLDER) / "baselines.toml").read_text(encoding="utf-8")
    return {name: Baseline(**entry) for name, entry in tomllib.loads(text).items()}


def fallen(figures: Sequence[Figure]) -> list[Figure]:
    """Those that are worse than their baseline."""
    known = baselines()
    return [
        figure for figure in figures if figure.name in known and not known[figure.name].holds(figure.share)
    ]
