"""The box that a command works on, running or not."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from appliance.operations.data_folder import insist_used
from appliance.settings import Settings
from appliance.storage.database import Database


@asynccontextmanager
async def database_of(settings: Settings) -> AsyncIterator[Database]:
    """Raises StartRefused when there is no box in the data folder or its database can't be used."""
    insist_used(settings.appliance_data)
    db = Database(settings.database, time.time)
    try:
        await db.open(settings.appliance_data / "backups")
        yield db
    finally:
        await db.close()
