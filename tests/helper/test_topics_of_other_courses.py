"""With the shipped search model the topic filter holds for courses that nothing was written for, in both languages."""

import asyncio
import time
from collections import Counter
from pathlib import Path

import pytest

from appliance.helper.evals.topics import NOTHING_BEFORE, TopicEval
from appliance.inference.circuit import Circuit
from appliance.inference.local import LocalEngine, ModelFiles
from appliance.inference.queue import FairQueue
from appliance.inference.router import Patience, Router
from appliance.library.courses import Shelf
from appliance.library.index import index_course
from appliance.operations.helper_evals import LOAD_SECONDS
from appliance.storage.cache import Cache
from appliance.storage.database import Database

MODEL = Path(__file__).parents[2] / "models" / "all-MiniLM-L6-v2-f16.gguf"
EVALS = Path(__file__).parents[1] / "evals"
# Of 82 and 76, as promised; the set is one of those that the weights are learnt from.
MOST_REFUSED = 0.05
MOST_LET_THROUGH = 0.08


@pytest.mark.skipif(not MODEL.exists(), reason="needs the search model that set-up makes")
async def test_other_courses_keep_their_questions_and_send_others_away(tmp_path: Path) -> None:
    db = Database(tmp_path / "box.sqlite3", time.time)
    await db.open(tmp_path / "backups")
    engine = LocalEngine(ModelFiles(embedder=MODEL, embedder_name=MODEL.stem))
    await engine.start()
    try:
        async with asyncio.timeout(LOAD_SECONDS):
            while not engine.can_embed:  # noqa: ASYNC110 - the engine tells nobody when it is ready
                await asyncio.sleep(0.05)
        queue = FairQueue(lambda: 1, 1, 1.0, time.monotonic)
        router = Router(engine, queue, Circuit(5, 30.0, time.monotonic), Patience(vector=30.0))
        counts = await _judged(db, router, Cache(tmp_path / "cache"))
    finally:
        await engine.stop()
        await db.close()
    assert counts["on", False] / (counts["on", False] + counts["on", True]) <= MOST_REFUSED
    assert counts["off", True] / (counts["off", False] + counts["off", True]) <= MOST_LET_THROUGH


async def _judged(db: Database, router: Router, cache: Cache) -> Counter[tuple[str, bool]]:
    """How often a label passed or didn't."""
    shelf, asked = Shelf([EVALS / "courses"]), dict[str, TopicEval]()
    counts = Counter[tuple[str, bool]]()
    for line in (EVALS / "topics_other_courses.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        label, slug, session, text = line.split(" | ", 3)
        if slug not in asked:
            await index_course(db, shelf.course(slug), router.embed)
            asked[slug] = TopicEval(db, shelf.course(slug), router, cache)
        counts[label, await asked[slug].passes(session, NOTHING_BEFORE, text)] += 1
    return counts
