"""A linear classifier of short texts: hashed words and letter groups, and one row of whole numbers for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from appliance.helper.chat_spelling import let_go, written_out

BUCKETS = 1 << 14
MOST_WORDS = 60
WORD_GROUPS = (1, 2, 3)
LETTER_GROUPS = (3, 4, 5)
# What a feature weighs beside the others of its text.
LETTERS_WEIGH = 0.5
HIGHEST = 127
STEPS_TO_STEEPEST, SAFELY = 30, 1.1

Features = dict[int, float]


@dataclass(frozen=True)
class LinearText:
    """`table` holds a row for each bucket and a column for each label; `lines` is the hash of what taught it."""

    labels: tuple[str, ...]
    table: NDArray[np.int8]
    scale: float
    lines: str

    def shares(self, features: Features) -> NDArray[np.float64]:
        """How likely each label is, as far as it was taught; they add up to 1."""
        places = np.fromiter(features.keys(), np.int64, len(features))
        weights = np.fromiter(features.values(), np.float64, len(features))
        scores = weights @ self.table[places].astype(np.float64) * self.scale
        likely = np.exp(scores - scores.max())
        return np.asarray(likely / likely.sum(), np.float64)

    def to_bytes(self) -> bytes:
        kept = BytesIO()
        np.savez_compressed(
            kept,
            labels=np.array(self.labels),
            table=self.table,
            scale=np.float64(self.scale),
            lines=np.array(self.lines),
        )
        return kept.getvalue()


def from_bytes(kept: bytes) -> LinearText:
    with np.load(BytesIO(kept), allow_pickle=False) as parts:
        labels = tuple(str(label) for label in parts["labels"])
        return LinearText(labels, parts["table"], float(parts["scale"]), str(parts["lines"]))


def features_of(text: str, hints: Sequence[str] = (), hints_weigh: float = 1.0) -> Features:
    """Buckets and their weights, of length 1 apart from `hints`: names of what else is known about the text."""
    words = let_go(written_out(text)).split()[:MOST_WORDS]
    found: Features = {}
    around = ["<", *words, ">"]
    for size in WORD_GROUPS:
        for start in range(len(around) - size + 1):
            found[_bucket("w" + " ".join(around[start : start + size]))] = 1.0
    for word in dict.fromkeys(f" {word} " for word in words):
        for size in LETTER_GROUPS:
            for start in range(len(word) - size + 1):
                found.setdefault(_bucket("c" + word[start : start + size]), LETTERS_WEIGH)
    length = sum(weight * weight for weight in found.values()) ** 0.5
    found = {bucket: weight / length for bucket, weight in found.items()}
    for hint in hints:
        found[_bucket("h" + hint)] = hints_weigh
    return found


def taught(
    lines: Sequence[tuple[str, Features]], told_by: str, held_back: float = 1e-4, rounds: int = 300
) -> LinearText:
    """Multinomial logistic regression, every label counting the same; `held_back` is the weight of the L2 penalty.

    Nesterov's accelerated gradient (Nesterov 1983) on the mean loss. The same lines always give the same table.
    """
    labels = tuple(sorted({label for label, _ in lines}))
    data = _Data(labels, lines)
    weights, ahead, momentum = data.start(), data.start(), 1.0
    for _ in range(rounds):
        step = ahead - data.slope(ahead, held_back) * data.pace(held_back)
        grown = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = step + (momentum - 1) / grown * (step - weights)
        weights, momentum = step, grown
    scale = float(np.abs(weights).max()) / HIGHEST
    return LinearText(labels, np.round(weights.T / scale).astype(np.int8), scale, told_by)


class _Data:
    """All lines as one long run of buckets and weights; a row for each label."""

    def __init__(self, labels: Sequence[str], lines: Sequence[tuple[str, Features]]) -> None:
        self._buckets = np.array([bucket for _, each in lines for bucket in each])
        self._weights = np.array([weight for _, each in lines for weight in each.values()])
        self._line_of = np.repeat(np.arange(len(lines)), [len(each) for _, each in lines])
        own = np.array([labels.index(label) for label, _ in lines])
        self._wanted = np.eye(len(labels))[:, own]
        self._counts = (len(lines) / len(labels) / self._wanted.sum(axis=1))[own] / len(lines)

    def start(self) -> NDArray[np.float64]:
        return np.zeros((len(self._wanted), BUCKETS))

    def pace(self, held_back: float) -> float:
        """The inverse of a bound on the slope's steepness: the largest eigenvalue, by power iteration."""
        along, steepest = np.ones(BUCKETS), 0.0
        for _ in range(STEPS_TO_STEEPEST):
            along = self._pulled(self._scores(along) * self._counts)
            steepest = float(np.linalg.norm(along))
            along /= steepest
        return 1 / (0.5 * steepest * SAFELY + held_back)

    def slope(self, weights: NDArray[np.float64], held_back: float) -> NDArray[np.float64]:
        scores = np.stack([self._scores(row) for row in weights])
        likely = np.exp(scores - scores.max(axis=0))
        likely /= likely.sum(axis=0)
        missed = (likely - self._wanted) * self._counts
        return held_back * weights + np.stack([self._pulled(row) for row in missed])

    def _scores(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(self._line_of, row[self._buckets] * self._weights), np.float64)

    def _pulled(self, of_lines: NDArray[np.float64]) -> NDArray[np.float64]:
        pulled = of_lines[self._line_of] * self._weights
        return np.asarray(np.bincount(self._buckets, pulled, BUCKETS), np.float64)


def _bucket(feature: str) -> int:
    return crc32(feature.encode()) % BUCKETS
