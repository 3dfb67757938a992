"""A box that starts lets go of what was removed long ago, without anybody asking it to."""

import asyncio

from appliance.classroom.materials import materials_of_class
from appliance.inference.scripted import ScriptedEngine
from appliance.settings import Settings
from appliance.storage.files import IncomingFile
from appliance.work.removals import KEPT_SECONDS
from appliance.work.submissions import accept, create_submission
from tests.conftest import Cast, Clock, seat, started


async def hand_in(cast: Cast) -> int:
    """Ben's file; returns the material."""
    assert cast.ben is not None
    files = cast.parts.files
    materials = await materials_of_class(cast.parts.db, cast.classroom.id)
    upload = next(material for material in materials if material.kind == "upload")
    incoming = IncomingFile(files.folder)
    incoming.write(b"\x89PNG\r\n\x1a\n a picture", 1000, "")
    incoming.finish()
    stored = await accept(files, incoming, "a.png", (".png",))
    async with cast.parts.db.transaction() as tx:
        await create_submission(tx, upload.id, cast.ben.id, "a.png", stored, "")
    return upload.id


async def test_what_was_removed_is_gone_from_the_disk_a_month_later(
    settings: Settings, clock: Clock, engine: ScriptedEngine
) -> None:
    async with started(settings, clock, engine) as (app, url):
        cast = Cast(app, url, clock, engine)
        await seat(cast)
        material_id = await hand_in(cast)
        async with cast.parts.db.transaction() as tx:
            await tx.execute(
                "UPDATE materials SET removed_at = :now WHERE id = :id", now=tx.now, id=material_id
            )
    clock.now += KEPT_SECONDS + 1
    async with started(settings, clock, engine) as (app, url):
        again = Cast(app, url, clock, engine)
        async with asyncio.timeout(20):
            while await again.count("submissions") or await again.parts.files.names():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
