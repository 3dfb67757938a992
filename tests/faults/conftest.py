"""Boxes that are started, and ended with the test whatever it did to them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.serving import ServedBox

NewBox = Callable[..., ServedBox]


@pytest.fixture
def new_box(tmp_path: Path) -> Iterator[NewBox]:
    """`new_box()` is not started yet; `data` may name another folder than the usual one."""
    made: list[ServedBox] = []

    def make(data: Path = tmp_path / "data", **environment: str) -> ServedBox:
        made.append(ServedBox(data, tmp_path / f"box-{len(made)}.log", environment))
        return made[-1]

    yield make
    for box in made:
        if box.process is not None:
            box.kill()
