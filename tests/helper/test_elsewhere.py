"""What lies elsewhere: kept in whole numbers, weighed against the lesson, and nothing with another model."""

from importlib.resources import files

import numpy as np
import pytest

from appliance.helper.elsewhere import ANYWHERE, ELSEWHERE, NAME, Bank, Elsewhere, lines, most
from appliance.inference.engine import Vector
from appliance.inference.scripted import hashed

ROWS = np.eye(3, dtype=np.float32)


def test_whole_numbers_give_the_same_cosines() -> None:
    made = np.random.default_rng(7).normal(size=(600, 384)).astype(np.float32)
    rows = made / np.linalg.norm(made, axis=1, keepdims=True)
    bank = Bank.of(rows)
    assert np.abs(bank.cosines(rows[:5]) - rows @ rows[:5].T).max() < 0.005
    assert np.abs(bank.nearest(rows[:5]) - (rows @ rows[:5].T).max(axis=1)).max() < 0.005


def test_without_a_lesson_every_line_is_as_far_as_can_be() -> None:
    assert Bank.of(ROWS).nearest(np.empty((0, 0), np.float32)).tolist() == [-1, -1, -1]


def test_the_greatest_few_count() -> None:
    cosines = np.array([0.1, 0.9, 0.3, 0.6], np.float32)
    assert most(cosines, 1) == pytest.approx(0.9) and most(cosines) == pytest.approx(0.6)
    assert most(np.empty(0, np.float32)) == 0


async def test_with_a_search_model_that_nothing_was_fitted_for_there_are_none() -> None:
    read: list[str] = []

    async def embed(text: str) -> Vector:
        read.append(text)
        return hashed(text)

    elsewhere = Elsewhere(embed)
    assert await elsewhere.banks() is None and await elsewhere.banks() is None
    assert len(read) == 1


async def test_without_a_search_model_there_are_none() -> None:
    async def embed(text: str) -> Vector | None:
        return None

    assert await Elsewhere(embed).banks() is None


def test_what_lies_elsewhere_is_broad_and_small_enough_for_a_box() -> None:
    assert len(lines(ELSEWHERE)) == len(set(lines(ELSEWHERE))) >= 2000
    assert len(set(lines(ANYWHERE))) >= 80
    assert len((files("appliance.helper") / NAME).read_bytes()) < 2**21
