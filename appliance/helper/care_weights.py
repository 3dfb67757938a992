"""How much a sentence speaks of danger: weights over what it is made of, learnt from the sentences in tests/care."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.helper.care_features import Numbers, features_of, words_in

FILE = "care_weights.npz"
# The bucket of what the rules say.
RULES = 0
MOST = 127


@dataclass(frozen=True)
class Weights:
    """`of` is one byte a bucket, each worth `step`; `made_from` is the SHA-256 of what they were learnt from."""

    of: NDArray[np.int8]
    step: float
    bias: float
    made_from: str

    @property
    def of_rules(self) -> float:
        return self.step * float(self.of[RULES])

    def score(self, text: str, rules_fit: bool) -> float:
        """The higher, the more it speaks of danger."""
        numbers, worth = parts_of(text, rules_fit)
        return self.bias + self.step * float(self.of[numbers].astype(np.float64) @ worth)


def parts_of(text: str, rules_fit: bool) -> tuple[Numbers, NDArray[np.float64]]:
    """Buckets and what each counts: every kind of feature counts the same in a long text as in a short one."""
    kinds = [kind for kind in features_of(words_in(text)) if len(kind)]
    worth = [np.full(len(kind), len(kind) ** -0.5) for kind in kinds]
    if rules_fit:
        kinds.append(np.array([RULES], dtype=np.int64))
        worth.append(np.ones(1))
    if not kinds:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    return np.concatenate(kinds), np.concatenate(worth)


@cache
def shipped() -> Weights:
    with as_file(files("appliance.helper") / FILE) as path:
        return read(path)


def read(path: Path) -> Weights:
    with np.load(path, allow_pickle=False) as kept:
        return Weights(kept["of"], float(kept["step"]), float(kept["bias"]), str(kept["made_from"]))


def write(weights: Weights, path: Path) -> None:
    np.savez_compressed(
        path,
        of=weights.of,
        step=np.float64(weights.step),
        bias=np.float64(weights.bias),
        made_from=np.str_(weights.made_from),
    )
