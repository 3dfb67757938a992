"""How a model's context is cut to the memory of the box."""

from pathlib import Path

import pytest

from appliance.inference.chat import fitting, physical_cores
from appliance.inference.llama import LoadFault, Model, Said
from tests.made_models import MadeModel


@pytest.fixture
def model(tiny_model: MadeModel) -> Model:
    return Model(str(tiny_model.path), Said())


def test_enough_memory_gives_all_that_was_asked_for(model: Model) -> None:
    assert fitting(model, 4, 2048, 1 << 40) == (4, 2048)


def test_less_memory_gives_fewer_slots_and_then_shorter_ones(model: Model) -> None:
    slot = model.bytes_per_cell * 2048
    assert fitting(model, 4, 2048, slot * 2) == (2, 2048)
    assert fitting(model, 4, 2048, slot - 1) == (1, 1024)


def test_no_memory_is_said(model: Model) -> None:
    with pytest.raises(LoadFault, match="smaller"):
        fitting(model, 4, 2048, 1000)


def test_no_slot_is_longer_than_the_model_was_trained_for(model: Model) -> None:
    assert fitting(model, 1, 1 << 20, 1 << 40) == (1, 8192)


def test_threads_are_no_more_than_there_are_cores() -> None:
    assert 1 <= physical_cores() <= max(1, len(list(Path("/sys/devices/system/cpu").glob("cpu[0-9]*"))))
