"""What classes ask about that lies elsewhere: questions whose vectors a lesson's own question is held against."""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from appliance.inference.engine import Vector

NAME = "elsewhere.npz"
# The shipped vectors are one model's: another puts the first line elsewhere.
SAME_MODEL = 0.99
# What lies this near to the lesson or to a passage is no elsewhere there: wars in a course on a war.
AT_HOME = 0.6
AT_HOME_OF_TOPIC = 0.8
FEW = 3

Matrix = NDArray[np.float32]
Embed = Callable[[str], Awaitable[Vector | None]]


class Elsewhere:
    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._is_same: bool | None = None

    async def rows(self) -> Matrix | None:
        """A row of length one for each line; None without the model that the topic filter was fitted for."""
        if self._is_same is None:
            first = await self._embed(lines()[0])
            if first is None:
                return None
            shipped = _shipped()
            self._is_same = shipped.shape[1:] == first.shape and float(shipped[0] @ unit(first)) > SAME_MODEL
        return _shipped() if self._is_same else None


def nearest_elsewhere(
    asked: Vector, rows: Matrix, topics: Matrix, context: Matrix, passages: Matrix
) -> tuple[float, float]:
    """Cosine of the nearest line and the mean of the nearest three, apart from those that are at home here."""
    away = _most(rows, topics) < AT_HOME_OF_TOPIC
    away &= (_most(rows, context) < AT_HOME) & (_most(rows, passages) < AT_HOME)
    cosines = np.sort((rows @ asked)[away])[::-1]
    return (float(cosines[0]), float(cosines[:FEW].mean())) if cosines.size else (0.0, 0.0)


def unit(vector: Vector) -> Vector:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length else vector, np.float32)


@lru_cache(maxsize=1)
def lines() -> tuple[str, ...]:
    text = (files("appliance.helper") / "elsewhere.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


def _most(rows: Matrix, others: Matrix) -> NDArray[np.float32]:
    """The cosine of each row with the nearest of the others."""
    if not others.size:
        return np.full(len(rows), -1, np.float32)
    most: NDArray[np.float32] = (rows @ others.T).max(axis=1)
    return most


@lru_cache(maxsize=1)
def _shipped() -> Matrix:
    with np.load(BytesIO((files("appliance.helper") / NAME).read_bytes()), allow_pickle=False) as parts:
        return np.asarray(parts["rows"], np.float32)
