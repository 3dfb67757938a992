"""What lies elsewhere: a line at home in the lesson counts for nothing; another model's vectors are made anew."""

import numpy as np

from appliance.helper.elsewhere import Elsewhere, nearest_elsewhere
from appliance.inference.engine import Vector
from appliance.inference.scripted import hashed

NOTHING = np.empty((0, 0), np.float32)
ROWS = np.eye(3, dtype=np.float32)


def test_the_nearest_line_counts_unless_it_is_at_home() -> None:
    asked = np.array([0.8, 0.6, 0.0], np.float32)
    assert nearest_elsewhere(asked, ROWS, NOTHING, NOTHING, NOTHING)[0] == np.float32(0.8)
    assert nearest_elsewhere(asked, ROWS, ROWS[:1], NOTHING, NOTHING)[0] == np.float32(0.6)
    assert nearest_elsewhere(asked, ROWS, ROWS, NOTHING, NOTHING) == (0.0, 0.0)


async def test_with_a_search_model_that_nothing_was_fitted_for_there_are_none() -> None:
    read: list[str] = []

    async def embed(text: str) -> Vector:
        read.append(text)
        return hashed(text)

    elsewhere = Elsewhere(embed)
    assert await elsewhere.rows() is None and await elsewhere.rows() is None
    assert len(read) == 1


async def test_without_a_search_model_there_are_none() -> None:
    async def embed(text: str) -> Vector | None:
        return None

    assert await Elsewhere(embed).rows() is None
