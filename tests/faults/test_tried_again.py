"""A model that was switched off after three crashes is tried again when the operator chooses it once more."""

import os
import signal
from datetime import UTC, datetime

import pytest

from appliance.app import _model_files
from appliance.inference import models
from appliance.inference.child import Limits
from appliance.inference.local import LocalEngine
from appliance.inference.probe import probe
from appliance.settings import Settings
from tests.conftest import Cast
from tests.faults.test_engine_crashes import until
from tests.made_models import MadeModel, tiny_model

__all__ = ["tiny_model"]


@pytest.fixture
async def engine(settings: Settings, tiny_model: MadeModel) -> LocalEngine:
    """Of the model that the box's own list names."""
    await models.add(settings.appliance_data / "models", tiny_model.path, probe, datetime.now(UTC))
    limits = Limits(silence=2.0, step=10.0, load=60.0, beat=0.1)
    return LocalEngine(_model_files(settings), limits=limits, first_backoff=0.05)


async def test_the_same_model_chosen_once_more_is_tried_again(cast: Cast, engine: LocalEngine) -> None:
    operator, name = await cast.max(), engine.choice.files.chat_name
    for _ in range(3):
        await until(lambda: engine.state == "ready")
        os.kill(engine.pid, signal.SIGKILL)
        await until(lambda: not engine.pid)
    await until(lambda: engine.state == "failed")
    assert "or the same one to try again" in (await operator.get("/operate/models")).text
    # Pressed one right after the other, quicker than the box looks at its list.
    await operator.post("/operate/models", {"name": ""})
    await operator.post("/operate/models", {"name": name})
    await until(lambda: engine.state == "ready")
    assert engine.model == name
