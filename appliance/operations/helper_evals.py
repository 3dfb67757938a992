"""The evals that need an index and a search model: both made for the moment, beside the box's own."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from appliance.errors import Unavailable
from appliance.helper.evals.figures import Figure
from appliance.helper.evals.retrieval import COURSE, retrieval_figures
from appliance.helper.evals.sharing import sharing_figures
from appliance.helper.evals.strangers import other_course, retrieval_of_strangers, topics_of_strangers
from appliance.helper.evals.topics import TopicEval
from appliance.inference.circuit import Circuit
from appliance.inference.local import LocalEngine, ModelFiles
from appliance.inference.queue import FairQueue
from appliance.inference.router import Patience, Router
from appliance.library.courses import Course, Shelf
from appliance.library.index import index_course
from appliance.storage.cache import Cache
from appliance.storage.database import Database

LOAD_SECONDS = 60.0
POLL = 0.05
# A vector that comes late is late for a student; here it only has to come.
PATIENCE = Patience(vector=30.0)
NOT_LOADED = "The search model could not be loaded: 'chalkbox models verify' says whether its file is whole."


async def figures(content: Path, embedder: Path | None) -> list[Figure]:
    """Raises Unavailable when the search model doesn't load, NotFound when the shipped course is gone."""
    course = Shelf([content]).course(COURSE)
    with tempfile.TemporaryDirectory(prefix="chalkbox-evals-") as folder:
        db = Database(Path(folder) / "evals.sqlite3", time.time)
        await db.open(Path(folder) / "backups")
        try:
            return await _figures(db, course, Cache(Path(folder) / "cache"), embedder)
        finally:
            await db.close()


async def _figures(db: Database, course: Course, cache: Cache, embedder: Path | None) -> list[Figure]:
    courses = {each.slug: each for each in (course, other_course())}
    for each in courses.values():
        await index_course(db, each)
    found = [
        *await sharing_figures(),
        *await retrieval_figures(db, course, None),
        *await retrieval_of_strangers(db, courses, None),
    ]
    if embedder is None:
        return found
    async with _router(embedder) as router:
        for each in courses.values():
            await index_course(db, each, router.embed)
        found += await sharing_figures(router.embed)
        found += await retrieval_figures(db, course, router.embed)
        found += await retrieval_of_strangers(db, courses, router.embed)
        asked = [TopicEval(db, each, router, cache) for each in courses.values()]
        return [*found, *await asked[0].figures(), *await topics_of_strangers(asked)]


@asynccontextmanager
async def _router(embedder: Path) -> AsyncIterator[Router]:
    """With the search model in a worker of its own and no chat model."""
    engine = LocalEngine(ModelFiles(embedder=embedder, embedder_name=embedder.stem))
    await engine.start()
    try:
        await _until_loaded(engine)
        queue = FairQueue(lambda: 1, 1, 1.0, time.monotonic)
        yield Router(engine, queue, Circuit(5, 30.0, time.monotonic), PATIENCE)
    finally:
        await engine.stop()


async def _until_loaded(engine: LocalEngine) -> None:
    try:
        async with asyncio.timeout(LOAD_SECONDS):
            while not engine.can_embed:  # noqa: ASYNC110 - the engine tells nobody when it is ready
                await asyncio.sleep(POLL)
    except TimeoutError as late:
        raise Unavailable(NOT_LOADED) from late
