"""`python -m tests.topics MODEL`: learn the topic filter's weights anew and write them where the box reads them."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from appliance.helper.topics import WEIGHTS
from appliance.inference.circuit import Circuit
from appliance.inference.engine import Vector
from appliance.inference.local import LocalEngine, ModelFiles
from appliance.inference.queue import FairQueue
from appliance.inference.router import Patience, Router
from appliance.storage.cache import Cache
from appliance.storage.database import Database
from tests.topics.training import HELPER, Judged, judged, learnt, written


class Remembering(Router):
    """Each text gets its vector once."""

    def __init__(self, engine: LocalEngine) -> None:
        queue = FairQueue(lambda: 1, 1, 1.0, time.monotonic)
        super().__init__(engine, queue, Circuit(5, 30.0, time.monotonic), Patience(vector=30.0))
        self._made: dict[str, Vector | None] = {}

    async def embed(self, text: str) -> Vector | None:
        if text not in self._made:
            self._made[text] = await super().embed(text)
        return self._made[text]


async def rows(model: Path, folder: Path) -> list[Judged]:
    db, engine = (
        Database(folder / "box.sqlite3", time.time),
        LocalEngine(ModelFiles(embedder=model, embedder_name=model.stem)),
    )
    await db.open(folder / "backups")
    await engine.start()
    try:
        while not engine.can_embed:  # noqa: ASYNC110 - the engine tells nobody when it is ready
            await asyncio.sleep(0.1)
        return await judged(db, Remembering(engine), Cache(folder / "cache"), folder / "shelf")
    finally:
        await engine.stop()
        await db.close()


with tempfile.TemporaryDirectory(prefix="chalkbox-topics-") as made:
    told = learnt(asyncio.run(rows(Path(sys.argv[1]), Path(made))))
(HELPER / WEIGHTS).write_text(written(told.weights), encoding="utf-8")
for course, refused in told.refused.items():
    print(f"{course} left out: refused {refused:.1%}, let through {told.let_through[course]:.1%}")
