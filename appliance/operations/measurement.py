"""Measuring the chosen model while the box runs: its engine makes room, and lessons answer meanwhile."""

import asyncio
from collections.abc import Callable

from appliance.errors import NotFound
from appliance.inference import measuring, models, tuned
from appliance.inference.engine import Engine
from appliance.inference.local import LocalEngine
from appliance.inference.model_list import ModelFile
from appliance.operations import machine
from appliance.settings import Settings
from appliance.storage.database import Database

JOB = "measure_model"
NO_MODEL = "No chat model is in use: choose one, then measure it."


def model_to_measure(settings: Settings) -> ModelFile:
    """Raises NotFound when no chat model is in use."""
    model = models.chosen(settings.appliance_data / "models", "chat", settings.appliance_models)
    if model is None:
        raise NotFound(NO_MODEL, "no_such_model")
    return model


async def measure(settings: Settings, tell: Callable[[str], None]) -> tuned.Tuned:
    """Measured and kept; takes less than two minutes."""
    model = await asyncio.to_thread(model_to_measure, settings)
    most = settings.helper_max_concurrency
    found = await measuring.measure(model.path, model.name, machine.cores(), tell, most_slots=most)
    await asyncio.to_thread(tuned.keep, settings.appliance_data / "models", model, found)
    return found


async def measure_beside(settings: Settings, engine: Engine) -> None:
    """Nothing else may compute meanwhile; whoever watches the models takes the result up."""
    if not isinstance(engine, LocalEngine):
        raise NotFound(NO_MODEL, "no_such_model")
    await engine.stop()
    try:
        await measure(settings, lambda line: None)
    finally:
        await engine.start()


async def is_measuring(db: Database) -> bool:
    row = await db.fetch_one(
        "SELECT id FROM jobs WHERE kind = :kind AND state IN ('waiting', 'running') LIMIT 1", kind=JOB
    )
    return row is not None
