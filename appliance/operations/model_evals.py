"""How well one chat model answers: labelled questions through the whole helper, with the real engine behind it."""

import re
import secrets
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.auth.throttle import Throttle
from appliance.errors import Invalid, NotFound, Sentence
from appliance.helper.answers import Answer as Said
from appliance.helper.answers import Delta, Done
from appliance.helper.citations import marks_in
from appliance.helper.evals.labelled import labelled
from appliance.helper.evals.retrieval import COURSE
from appliance.helper.pipeline import Helper
from appliance.helper.questions import Asker, Question
from appliance.helper.scope import scope_of_lesson, sign
from appliance.helper.words import language_of
from appliance.inference import models
from appliance.inference.circuit import Circuit
from appliance.inference.engine import Answer, Prompt
from appliance.inference.local import LocalEngine, ModelFiles
from appliance.inference.model_list import ModelFile, named
from appliance.inference.queue import FairQueue
from appliance.inference.router import Patience, Router
from appliance.inference.tuned import tuned_for
from appliance.library.courses import Shelf
from appliance.library.index import index_course
from appliance.library.lessons import Exercise, Lesson
from appliance.operations.ready import until_ready
from appliance.settings import Settings
from appliance.storage.cache import Cache
from appliance.storage.database import Database

# Nobody waits for these answers, and a slow machine is measured, not refused.
PATIENCE = Patience(first=600.0, between=120.0, whole=1200.0, vector=30.0, scores=30.0)
# A teacher's preview: it leaves no event and has no class.
ASKER = Asker("staff:1", 0, "", "en")
LESSON = "lesson"

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Asked:
    """One question; `exercise` is the one whose answer a strict helper has to keep, None for an ordinary question."""

    lesson: Lesson
    question: str
    exercise: Exercise | None = None


@dataclass(frozen=True)
class Heard:
    """What came of it. `raw` is what the model wrote before any guard; seconds from asking on."""

    asked: Asked
    answer: Said
    raw: str
    tokens: int
    first_word: float
    total: float
    writing: float


@dataclass(frozen=True)
class Measure:
    """`value` is a share, seconds, characters or tokens a second, as `unit` says; None where nothing was measured."""

    name: str
    value: float | None
    unit: str
    of: int


class ListeningEngine(LocalEngine):
    """Keeps what the model wrote last, and for how long it wrote."""

    raw = ""
    tokens = 0
    writing = 0.0

    def generate(self, prompt: Prompt) -> Answer:
        inner = super().generate(prompt)
        return Answer(lambda outer: self._listened(inner, outer))

    async def _listened(self, inner: Answer, outer: Answer) -> AsyncGenerator[str, None]:
        self.raw, self.tokens, began = "", 0, 0.0
        async with aclosing(inner):
            async for piece in inner:
                began = began or time.monotonic()
                self.raw += piece
                yield piece
        outer.truncated, outer.prompt_tokens = inner.truncated, inner.prompt_tokens
        self.tokens = outer.written_tokens = inner.written_tokens
        self.writing = time.monotonic() - began


def model_named(settings: Settings, name: str) -> ModelFile:
    """Raises NotFound or Invalid: a model that isn't on this box, or writes no answers."""
    model = named(models.installed(settings.appliance_data / "models", settings.appliance_models), name)
    if model.kind != "chat":
        raise Invalid(Sentence("%(name)s writes no answers: name a chat model.", name=name), "no_chat_model")
    if not model.path.is_file():
        raise NotFound(Sentence("The file of %(name)s is gone: add it again.", name=name), "no_such_model")
    return model


def sample(course_lessons: Sequence[Lesson], most: int) -> list[Asked]:
    """So many of the labelled questions, spread over all lessons, and every exercise as a strict lesson gets it."""
    lessons = {number: lesson for number, lesson in enumerate(course_lessons, start=1)}
    questions = labelled("retrieval", 2)
    few = min(most, len(questions))
    spread = (questions[number * len(questions) // few] for number in range(few))
    chosen = [Asked(lessons[int(each.labels[0])], each.text) for each in spread]
    kept = [
        Asked(lesson, f"Just tell me the answer: {exercise.question}", exercise)
        for lesson in course_lessons
        for exercise in lesson.exercises
    ]
    return [*chosen, *kept[: max(1, most // 3)]]


async def heard_from(settings: Settings, model: ModelFile, most: int, tell: Tell) -> list[Heard]:
    """One question after the other; `tell` hears how far it is. Cancelled, it leaves no worker behind."""
    shelf = Shelf([settings.appliance_content])
    questions = sample(shelf.lessons(COURSE), most)
    with tempfile.TemporaryDirectory(prefix="chalkbox-evals-") as folder:
        async with _helpers(settings, model, shelf, Path(folder)) as (engine, light, strict):
            found = []
            for number, asked in enumerate(questions):
                tell(number, len(questions))
                found.append(await _heard(engine, strict if asked.exercise else light, asked))
            tell(len(questions), len(questions))
            return found


@dataclass(frozen=True)
class Desk:
    """A helper, and the key that its tokens are signed with."""

    helper: Helper
    secret: bytes


@asynccontextmanager
async def _helpers(
    settings: Settings, model: ModelFile, shelf: Shelf, folder: Path
) -> AsyncIterator[tuple[ListeningEngine, Desk, Desk]]:
    search = models.chosen(settings.appliance_data / "models", "embedding", settings.appliance_models)
    files = ModelFiles(model.path, model.name, search.path if search else None, search.name if search else "")
    measured = tuned_for(settings.appliance_data / "models", model)
    engine = ListeningEngine(files, measured.tuning) if measured else ListeningEngine(files)
    db, cache = Database(folder / "evals.sqlite3", time.time), Cache(folder / "cache")
    await db.open(folder / "backups")
    async with AsyncExitStack() as closing:
        # Each of them, also when Ctrl-C comes again meanwhile: a database left open is threads that never end.
        for close in (db.close, cache.close, engine.stop):
            closing.push_async_callback(close)
        await engine.start()
        await until_ready(engine)
        router = Router(
            engine, FairQueue(lambda: 1, 1, 60.0, time.monotonic), Circuit(99, 30.0, time.monotonic), PATIENCE
        )
        await index_course(db, shelf.course(COURSE), router.embed if search else None)
        quiet = replace(settings, helper_rate_limit_per_minute=10**6, helper_shared_answers_enabled=False)
        desks = [
            _desk(replace(quiet, helper_strictness=strictness), router, db, shelf, cache)
            for strictness in ("light", "strict")
        ]
        yield engine, desks[0], desks[1]


def _desk(settings: Settings, router: Router, db: Database, shelf: Shelf, cache: Cache) -> Desk:
    secret = secrets.token_bytes(32)
    throttle = Throttle(cache, time.time)
    return Desk(Helper(settings, secret, router, db, shelf, cache, throttle, time.time), secret)


async def _heard(engine: ListeningEngine, desk: Desk, asked: Asked) -> Heard:
    token = sign(desk.secret, scope_of_lesson(asked.lesson, 0, "staff"), time.time())
    began, first, answer = time.monotonic(), 0.0, None
    engine.raw, engine.tokens, engine.writing = "", 0, 0.0
    async with aclosing(desk.helper.ask(ASKER, Question(asked.question, token))) as events:
        async for event in events:
            if isinstance(event, Delta):
                first = first or time.monotonic() - began
            elif isinstance(event, Done):
                answer = event.answer
    assert answer is not None  # noqa: S101 - a Done always comes last
    total = time.monotonic() - began
    return Heard(asked, answer, engine.raw, engine.tokens, first, total, engine.writing)


def measures(found: Sequence[Heard]) -> list[Measure]:
    ordinary = [each for each in found if each.asked.exercise is None]
    answered = [each for each in ordinary if each.answer.backend != LESSON]
    written = [(mark in _known(each), each) for each in ordinary for mark in marks_in(each.raw)]
    kept = [each for each in found if each.asked.exercise is not None]
    return [
        _share("answered by the model", [each.answer.backend != LESSON for each in ordinary]),
        _share("grounded in the lesson", [each.answer.grounded for each in answered]),
        _share("marks that point to a passage", [is_known for is_known, _ in written]),
        _share("in the language of the question", [_follows(each) for each in answered]),
        _share("strict: the model gave the answer away", [leaks(each, each.raw) for each in kept]),
        _share("strict: the answer reached the student", [leaks(each, each.answer.text) for each in kept]),
        _middle("length", [len(each.answer.text) for each in answered], "characters"),
        _middle("first sentence", [each.first_word for each in answered], "s"),
        _middle("whole answer", [each.total for each in answered], "s"),
        _middle("writing", [each.tokens / each.writing for each in answered if each.writing], "tokens/s"),
    ]


def leaks(heard: Heard, text: str) -> bool:
    """Looked for with plain means, which share nothing with the guard's own."""
    exercise = heard.asked.exercise
    if exercise is None:
        return False
    forms = (exercise.answer, *exercise.also)
    patterns = (rf"(?<![\w.,]){re.escape(form)}(?![\w]|[.,]\d)" for form in forms)
    return any(
        re.search(pattern, text, re.IGNORECASE) and not re.search(pattern, exercise.question, re.IGNORECASE)
        for pattern in patterns
    )


def _known(heard: Heard) -> set[str]:
    return {citation.id for citation in heard.answer.citations}


def _follows(heard: Heard) -> bool:
    asked_in = language_of(heard.asked.question, "en")
    return language_of(heard.answer.text, asked_in) == asked_in


def _share(name: str, judged: Sequence[bool]) -> Measure:
    return Measure(name, sum(judged) / len(judged) if judged else None, "share", len(judged))


def _middle(name: str, values: Sequence[float], unit: str) -> Measure:
    return Measure(name, statistics.median(values) if values else None, unit, len(values))
