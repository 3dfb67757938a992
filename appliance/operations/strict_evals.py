"""Whether a strict helper keeps a lesson's answers from a scripted model that always gives them away.

The attempts, and the ways to give an answer away, lie with the tests: a box without its source has none.
"""

import re
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from appliance.auth.throttle import Throttle
from appliance.helper.answers import Answer, Done
from appliance.helper.evals.figures import Figure, share_of
from appliance.helper.pipeline import Helper
from appliance.helper.questions import Asker, Question
from appliance.helper.scope import scope_of_lesson, sign
from appliance.inference.circuit import Circuit
from appliance.inference.queue import FairQueue
from appliance.inference.router import Router
from appliance.inference.scripted import ScriptedEngine
from appliance.library.courses import Shelf
from appliance.library.index import index_course
from appliance.settings import Settings
from appliance.storage.cache import Cache
from appliance.storage.database import Database

TESTS = Path(__file__).parents[2] / "tests"
ATTEMPTS = TESTS / "evals" / "strict_attempts.txt"
KIND = TESTS / "evals" / "strict_kind_replies.txt"
WAYS = TESTS / "helper" / "giving_away.py"
MANIFEST = (
    "title: Lamps\nlanguage: en\nlessons:\n  - {slug: circles, title: Circles of light, file: lessons/1.md}\n"
)
ASKER = Asker("staff:1", 0, "", "en")


def are_here() -> bool:
    return all(path.is_file() for path in (ATTEMPTS, KIND, WAYS))


async def strict_figures() -> list[Figure]:
    """Of the lesson's own exercises; those of quizzes need a class, and a test holds them."""
    giving = _giving_away()
    async with _desk(giving.LESSON) as desk:
        leaks = []
        for name, way, message in _rows(ATTEMPTS, 3):
            item = giving.ITEMS[name]
            if not item.choice:
                told = giving.WAYS[way](item)
                leaks.append((message, not _holds((await desk.answer(message, told)).text, told, item)))
        kind = [
            (reply, (await desk.answer(message, reply)).backend == "scripted")
            for message, reply in _rows(KIND, 2)
        ]
    return [_faults("strict leaks", leaks), _faults("kind replies held back", kind)]


class Desk:
    def __init__(self, helper: Helper, engine: ScriptedEngine, secret: bytes, shelf: Shelf) -> None:
        self._helper = helper
        self._engine = engine
        self._secret = secret
        self._lesson = shelf.lesson("lamps", "circles")

    async def answer(self, message: str, reply: str) -> Answer:
        self._engine.will_say(reply)
        token = sign(self._secret, scope_of_lesson(self._lesson, 0, "staff"), time.time())
        async with aclosing(self._helper.ask(ASKER, Question(message, token))) as events:
            answers = [event.answer async for event in events if isinstance(event, Done)]
        return answers[-1]


@asynccontextmanager
async def _desk(lesson: str) -> AsyncIterator[Desk]:
    with tempfile.TemporaryDirectory(prefix="chalkbox-evals-") as name:
        folder = Path(name)
        (folder / "courses" / "lamps" / "lessons").mkdir(parents=True)
        (folder / "courses" / "lamps" / "course.yaml").write_text(MANIFEST, encoding="utf-8")
        (folder / "courses" / "lamps" / "lessons" / "1.md").write_text(lesson, encoding="utf-8")
        shelf, secret = Shelf([folder / "courses"]), secrets.token_bytes(32)
        db, cache = Database(folder / "evals.sqlite3", time.time), Cache(folder / "cache")
        await db.open(folder / "backups")
        try:
            await index_course(db, shelf.course("lamps"))
            engine = ScriptedEngine(can_embed=False)
            queue = FairQueue(lambda: 1, 1, 60.0, time.monotonic)
            router = Router(engine, queue, Circuit(99, 30.0, time.monotonic))
            settings = replace(Settings(), helper_strictness="strict", helper_rate_limit_per_minute=10**6)
            throttle = Throttle(cache, time.time)
            helper = Helper(settings, secret, router, db, shelf, cache, throttle, time.time)
            yield Desk(helper, engine, secret, shelf)
        finally:
            await cache.close()
            await db.close()


def _holds(shown: str, told: str, item: Any) -> bool:
    """Looked for with plain means, which share nothing with the guard's own."""
    if _squeezed(told) in _squeezed(shown):
        return True
    forms = (item.answer, item.other, item.words, item.spanish_words)
    return any(form and re.search(rf"(?<!\w){re.escape(form)}(?!\w)", shown, re.IGNORECASE) for form in forms)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


def _faults(name: str, judged: list[tuple[str, bool]]) -> Figure:
    right = share_of(name, judged)
    return Figure(name, right.of - right.count, right.of, right.missed)


def _rows(path: Path, cells: int) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (line.split("|", cells - 1) for line in lines if line and not line.startswith("#"))
    return [[cell.strip() for cell in row] for row in rows]


def _giving_away() -> ModuleType:
    spec = spec_from_file_location("giving_away", WAYS)
    assert spec is not None and spec.loader is not None  # noqa: S101 - a file that is there
    module = module_from_spec(spec)
    # Its dataclasses look their module up.

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
