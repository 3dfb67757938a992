"""Deleting for real goes on to its end."""

import asyncio

from appliance.classroom.students import LeftFiles
from appliance.storage.database import Database
from appliance.storage.files import FileStore
from appliance.storage.partial_files import PartialFiles
from appliance.work.erasure import erase
from tests.work.conftest import arrived


async def test_files_go_also_when_whoever_deleted_them_closes_the_page_at_once(
    db: Database, store: FileStore
) -> None:
    kept = [arrived(store, b"a picture").keep(".png").stored_name for _ in range(3)]
    deleting = asyncio.create_task(erase(db, store, PartialFiles(store), LeftFiles(tuple(kept), ())))
    await asyncio.sleep(0)
    deleting.cancel()
    await asyncio.gather(deleting, return_exceptions=True)
    async with asyncio.timeout(20):
        while await store.names():  # noqa: ASYNC110 - the disk has no event
            await asyncio.sleep(0.01)
