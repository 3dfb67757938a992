"""How much sooner a shared answer is there: the whole pipeline over a real worker with a model made for the test."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.auth.throttle import Throttle
from appliance.helper.pipeline import Answer, Asker, Helper
from appliance.inference.circuit import Circuit
from appliance.inference.local import LocalEngine, ModelFiles
from appliance.inference.queue import FairQueue
from appliance.inference.router import Router
from appliance.library.courses import Shelf
from appliance.library.index import index_course
from appliance.operations.ready import until_ready
from appliance.settings import Settings
from appliance.storage.cache import Cache
from appliance.storage.database import Database
from tests.helper.conftest import SECRET, Classroom, HandClock
from tests.made_models import SHAPES, known_gguf

SAID = (
    "Both ends of the battery meet in the bare wire [L1]. Nothing slows the current down on its way there. "
    "So the wire has to carry all that the battery can give, and it warms up at once. What would you take off first?"
)
QUESTIONS = (
    "Why does the wire get hot in a short circuit?",
    "in a short circuit why does the wire get hot",
    "why is the wire getting hot in a short circuit?",
)


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[LocalEngine]:
    """Wide enough that its work is felt; small real models are slower still."""
    made = known_gguf(tmp_path / "model.gguf", SAID, SHAPES["slow"])
    engine = LocalEngine(ModelFiles(made.path, "made"))
    await engine.start()
    await until_ready(engine)
    yield engine
    await engine.stop()


async def test_a_shared_answer_is_there_many_times_sooner_than_a_new_one(
    real: LocalEngine, settings: Settings, db: Database, cache: Cache, shelf: Shelf, clock: HandClock,
    room: Classroom, ben: Asker, chi: Asker,
) -> None:  # fmt: skip
    await index_course(db, shelf.course("lamps"))
    router = Router(real, FairQueue(lambda: 1, 9, 60.0, time.monotonic), Circuit(5, 30.0, time.monotonic))
    room.helper = Helper(settings, SECRET, router, db, shelf, cache, Throttle(cache, clock), clock)

    async def timed(asker: Asker, question: str, fresh: bool = False) -> tuple[float, Answer]:
        began = time.monotonic()
        answer = await room.answer(asker, question, fresh=fresh)
        return time.monotonic() - began, answer

    new, first = await timed(ben, QUESTIONS[0])
    assert first.text == SAID and first.grounded and not first.shared
    anew, again = await timed(chi, QUESTIONS[0], fresh=True)
    shared = [await timed(chi, question) for question in QUESTIONS]
    assert all(answer.shared and answer.text == SAID for _, answer in shared) and not again.shared
    slowest = max(seconds for seconds, _ in shared)
    print(f"written anew {new:.2f} s and {anew:.2f} s, shared in {slowest:.3f} s at the most")
    assert slowest * 3 < min(new, anew)
