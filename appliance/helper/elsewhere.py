"""What classes ask about that lies elsewhere, and what they ask about any lesson: a question is held against both."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from appliance.inference.engine import Vector

NAME = "elsewhere.npz"
ELSEWHERE = "elsewhere.txt"
ANYWHERE = "anywhere.txt"
# The shipped vectors are one model's: another puts the first line elsewhere.
SAME_MODEL = 0.99
MOST = 127
# So many rows at once are made whole numbers no longer: all of them would take four times the memory.
BLOCK = 256
FEW = 3

Matrix = NDArray[np.float32]
Embed = Callable[[str], Awaitable[Vector | None]]


@dataclass(frozen=True)
class Bank:
    """Rows of length one in whole numbers, each with the step that makes them fractions again."""

    whole: NDArray[np.int8]
    steps: NDArray[np.float32]

    @classmethod
    def of(cls, rows: Matrix) -> "Bank":
        steps = (np.abs(rows).max(axis=1) / MOST).astype(np.float32)
        return cls(np.rint(rows / steps[:, None]).astype(np.int8), steps)

    def cosines(self, others: Matrix) -> Matrix:
        """Of each row with each of the others."""
        parts = [rows @ others.T for rows in self._blocks()]
        return np.concatenate(parts) if parts else np.empty((0, len(others)), np.float32)

    def nearest(self, others: Matrix, few: int = 1) -> NDArray[np.float32]:
        """The mean cosine of each row with the nearest few of the others."""
        if not others.size:
            return np.full(len(self.steps), -1, np.float32)
        return np.concatenate([np.sort(rows @ others.T)[:, -few:].mean(axis=1) for rows in self._blocks()])

    def _blocks(self) -> Iterator[Matrix]:
        for start in range(0, len(self.steps), BLOCK):
            part = slice(start, start + BLOCK)
            yield self.whole[part].astype(np.float32) * self.steps[part, None]


@dataclass(frozen=True)
class Banks:
    elsewhere: Bank
    anywhere: Bank


class Elsewhere:
    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._is_same: bool | None = None

    async def banks(self) -> Banks | None:
        """None without the model that the topic filter was fitted for."""
        if self._is_same is None:
            first = await self._embed(lines(ELSEWHERE)[0])
            if first is None:
                return None
            shipped = _shipped().elsewhere
            self._is_same = shipped.whole.shape[1:] == first.shape and (
                float(shipped.whole[0] @ unit(first) * shipped.steps[0]) > SAME_MODEL
            )
        return _shipped() if self._is_same else None


def most(cosines: NDArray[np.float32], few: int = FEW) -> float:
    """The mean of the greatest few; 0 without any."""
    return float(np.sort(cosines)[-few:].mean()) if cosines.size else 0.0


def unit(vector: Vector) -> Vector:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length else vector, np.float32)


def lines(name: str) -> tuple[str, ...]:
    text = (files("appliance.helper") / name).read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


def packed(elsewhere: Matrix, anywhere: Matrix) -> bytes:
    """What elsewhere.npz holds."""
    far, any_of = Bank.of(elsewhere), Bank.of(anywhere)
    kept = BytesIO()
    np.savez_compressed(
        kept,
        elsewhere=far.whole,
        elsewhere_steps=far.steps,
        anywhere=any_of.whole,
        anywhere_steps=any_of.steps,
    )
    return kept.getvalue()


@lru_cache(maxsize=1)
def _shipped() -> Banks:
    with np.load(BytesIO((files("appliance.helper") / NAME).read_bytes()), allow_pickle=False) as parts:
        return Banks(
            Bank(parts["elsewhere"], parts["elsewhere_steps"]),
            Bank(parts["anywhere"], parts["anywhere_steps"]),
        )
