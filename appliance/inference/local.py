"""The engine on this box: hands the work to a child process with the chosen models, and changes them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass

from appliance.inference.asking import pieces_of, scores_of, turns_of, vectors_of
from appliance.inference.child import DIED, Child, Ended, Limits
from appliance.inference.chosen import (
    DEFAULT_TUNING,
    NO_STATES,
    Choice,
    ModelFiles,
    States,
    Tuning,
)
from appliance.inference.engine import (
    Answer,
    Change,
    EngineDied,
    EngineOff,
    EngineState,
    Message,
    Prompt,
    Vector,
)
from appliance.inference.lives import Lives
from appliance.inference.protocol import Ready, Warm

__all__ = ["LocalEngine", "ModelFiles", "Patience", "States", "Tuning"]

NO_MODEL = "There is no chat model on this box yet."
STILL_LOADING = "The model is still loading."
NO_EMBEDDER = "There is no search model on this box."
NO_RERANKER = "There is no reranking model on this box."
STOPPED = "The engine is being stopped."
EMBED_AT_ONCE = 64
MOST_WARMED = 64
WARM_AGAIN = 60.0  # seconds; the child knows by itself what it has read
IN_USE = 1800.0  # seconds; a lesson that nobody opened for longer is not read again for a new model
DEFAULT_LIMITS = Limits()

Clock = Callable[[], float]


@dataclass(frozen=True)
class Patience:
    """Seconds when models change: for answers under way, and how long questions wait for the new model to load.

    `slot` is for an answer that had its turn already when the change began: less than a router's patience.
    """

    drain: float = 120.0
    load: float = 60.0
    slot: float = 30.0


DEFAULT_PATIENCE = Patience()


@dataclass(frozen=True)
class TurnedDown:
    """The name of the model that could not be loaded, why as a sentence, and the name of the one that answers."""

    name: str
    why: str
    old: str


class LocalEngine:
    backend = "local"

    def __init__(
        self,
        files: ModelFiles,
        tuning: Tuning = DEFAULT_TUNING,
        limits: Limits = DEFAULT_LIMITS,
        idle_seconds: float = 120.0,
        first_backoff: float = 0.5,
        clock: Clock = time.monotonic,
        refusal: str = "",
        states: States = NO_STATES,
        patience: Patience = DEFAULT_PATIENCE,
    ) -> None:
        """`refusal` says why no child may be started on this machine at all; empty where one may."""
        self._limits = limits
        self._idle_seconds = idle_seconds
        self._first_backoff = first_backoff
        self._clock = clock
        self._refusal = refusal
        self._states = states
        self._patience = patience
        self._heard_of: dict[tuple[Message, ...], float] = {}
        self._warmed: dict[tuple[Message, ...], float] = {}
        self.crashes = 0
        self.turned_down: TurnedDown | None = None
        self._writing = 0
        self._next: Choice | None = None
        self._worked: Choice | None = None
        self._load_seconds = self._seconds_a_byte = 0.0
        self._change: asyncio.Task[None] | None = None
        self._holds = False
        self._changed = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        self._lives = self._lives_of(Choice(files, tuning))

    @property
    def state(self) -> EngineState:
        if self._next is not None and self._next.files.chat is None:
            return "off"
        return "loading" if self._holds else self._lives.state

    @property
    def change(self) -> Change | None:
        if not self._holds:
            return None
        choice, gone = self._next or self.choice, 0.0 if self._next else self._lives.age
        return Change(choice.files.chat_name, max(1.0, self._load_seconds - gone))

    @property
    def choice(self) -> Choice:
        """What runs, or is to run where nothing does yet."""
        return self._lives.choice

    @property
    def reason(self) -> str:
        return self._lives.chat_fault

    @property
    def model(self) -> str:
        return self.choice.files.chat_name if self.state == "ready" else ""

    @property
    def slots(self) -> int:
        up = self._lives.up
        if up is None and self._holds:
            return self.choice.tuning.slots
        return max(1, up.slots) if up else 1

    @property
    def can_embed(self) -> bool:
        return self._lives.can_embed

    @property
    def embedder(self) -> str:
        return self.choice.files.embedder_name if self.can_embed else ""

    @property
    def can_rank(self) -> bool:
        return self._lives.can_rank

    @property
    def pid(self) -> int:
        """The child's process id, 0 while there is none."""
        return self._lives.child.pid if self._lives.child else 0

    def listen(self, listener: Callable[[], None]) -> None:
        """Called whenever `state`, `change` or `slots` may be another than before."""
        self._listeners.append(listener)

    async def start(self) -> None:
        self._lives.start()

    async def stop(self) -> None:
        """Also in the middle of a change, which the next start has then behind it."""
        change, self._change = self._change, None
        if change is not None:
            change.cancel()
            await asyncio.wait({change})
        self._holds = False
        await self._lives.stop()
        if self._next is not None:
            self._lives, self._next = self._lives_of(self._next), None
        self._tell()

    async def choose(self, files: ModelFiles, tuning: Tuning | None = None) -> None:
        """Answers under way go to their end, then the child is replaced by one with these files; returns before that.

        A file that can't be loaded is turned down in favour of the model that worked before: `turned_down` says so.
        """
        chosen = Choice(files, tuning or self.choice.tuning)
        is_on_its_way = self._change is not None and chosen == (self._next or self.choice)
        if is_on_its_way or (chosen == self.choice and self.state == "ready"):
            return
        self.turned_down = None
        if files.chat is None:
            # Whoever switched the model off doesn't get it back when the next file is no good.
            self._worked = None
        if self._lives.is_on:
            self._want(chosen)
            self._change = self._change or asyncio.create_task(self._change_models(), name="model change")
        else:
            self._lives = self._lives_of(chosen)
        self._hold(files.chat is not None and (self._holds or self._lives.state == "ready"))

    def generate(self, prompt: Prompt) -> Answer:
        return Answer(lambda answer: self._pieces(prompt, answer))

    def warm(self, prompt: Prompt) -> None:
        now, lesson = self._clock(), prompt.messages
        if len(self._heard_of) >= MOST_WARMED and lesson not in self._heard_of:
            del self._heard_of[min(self._heard_of, key=lambda known: self._heard_of[known])]
        self._heard_of[lesson] = now
        self._warm(lesson, now)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Waits for a child that is starting; raises EngineOff or EngineDied."""
        vectors: list[Vector] = []
        for start in range(0, len(texts), EMBED_AT_ONCE):
            vectors += await self._embed_some(tuple(texts[start : start + EMBED_AT_ONCE]))
        return vectors

    async def rank(self, question: str, passages: Sequence[str], seconds: float) -> list[float]:
        """Waits for a child that starts for this alone, not for a chat model; raises Busy, EngineOff or EngineDied."""
        if self.choice.files.chat is not None and self._lives.up is None:
            raise EngineOff(STILL_LOADING)
        if not passages:
            return []
        _, child = await self._child_that(lambda up: up.can_rank, self._why_no_scores)
        return await scores_of(child, question, tuple(passages), seconds)

    async def _pieces(self, prompt: Prompt, answer: Answer) -> AsyncGenerator[str, None]:
        await self._until_changed()
        child = self._lives.child
        if self.state != "ready" or child is None:
            raise EngineOff(STILL_LOADING if self.state == "loading" else self.reason or NO_MODEL)
        with self._counted():
            async with contextlib.aclosing(pieces_of(child, prompt, answer)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _until_changed(self) -> None:
        """For an answer whose slot was given out just before a change began; the line keeps all others."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience.slot):
                while self._holds:
                    await self._changed.wait()

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        self._writing += 1
        try:
            yield
        finally:
            self._writing -= 1
            if self._change is not None:
                self._tell()

    async def _embed_some(self, texts: tuple[str, ...]) -> list[Vector]:
        """Begun anew on the next child where a change of models ended the one that was at it."""
        while True:
            lives, child = await self._child_that(lambda up: up.can_embed, self._why_no_vectors)
            try:
                return await vectors_of(child, texts)
            except EngineDied:
                if self._change is None and self._lives is lives:
                    raise

    def _why_no_vectors(self) -> str:
        return "" if self.can_embed else self._lives.embedder_fault or NO_EMBEDDER

    def _why_no_scores(self) -> str:
        return "" if self.can_rank else self._lives.reranker_fault or NO_RERANKER

    async def _child_that(
        self, can: Callable[[Ready], bool], why_not: Callable[[], str]
    ) -> tuple[Lives, Child]:
        """Waits for a child that is able to; `why_not` is empty as long as one may come."""
        try:
            async with asyncio.timeout(self._limits.load):
                while not why_not() and self._lives.is_on:
                    lives = self._lives
                    if lives.child and lives.up and can(lives.up):
                        return lives, lives.child
                    lives.want()
                    await self._changed.wait()
        except TimeoutError as late:
            raise EngineDied(DIED) from late
        raise EngineOff(why_not() or STOPPED)

    async def _change_models(self) -> None:
        """One choice after the other, until nobody chose again meanwhile."""
        try:
            while self._next is not None:
                await self._drained()
                if self._is_back:
                    self._worked, self._next = self.choice, None
                    break
                await self._lives.stop()
                self._lives, self._next = self._lives_of(self._next), None
                self._lives.start()
                self._tell()
                await self._loaded()
                if self._lives.state == "failed" and self._next is None:
                    self._turn_down()
        finally:
            self._change = None
            self._hold(False)
        self._warm_again()

    @property
    def _is_back(self) -> bool:
        """Whether what is wanted is what runs."""
        return self._next == self.choice and self._lives.state == "ready"

    async def _drained(self) -> None:
        """Until nothing is being written any more; what takes too long ends with its child."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience.drain):
                while self._writing and not self._is_back:
                    await self._changed.wait()

    async def _loaded(self) -> None:
        try:
            async with asyncio.timeout(self._patience.load):
                await self._until_settled()
        except TimeoutError:
            self._hold(False)
            await self._until_settled()

    async def _until_settled(self) -> None:
        while self._lives.state == "loading" and self._next is None:
            await self._changed.wait()

    def _turn_down(self) -> None:
        """A school is not left without a helper because a new file is no good."""
        worked, self._worked = self._worked, None
        if worked is None:
            return
        name, old = self.choice.files.chat_name, worked.files.chat_name
        self.turned_down = TurnedDown(name, self.reason, old)
        self._want(worked)

    def _want(self, choice: Choice) -> None:
        self._next = choice
        self._load_seconds = self._seconds_a_byte * _bytes_of(choice)

    def _hold(self, holds: bool) -> None:
        self._holds = holds
        self._tell()

    def _warm_again(self) -> None:
        """The lessons that were in use, the latest first; the child reads them when nobody asks."""
        now = self._clock()
        for lesson, heard in sorted(self._heard_of.items(), key=lambda each: -each[1]):
            if now - heard < IN_USE:
                self._warm(lesson, now)

    def _warm(self, lesson: tuple[Message, ...], now: float) -> None:
        child = self._lives.child
        if self.state != "ready" or child is None or now < self._warmed.get(lesson, now):
            return
        self._warmed = {known: until for known, until in self._warmed.items() if until > now}
        self._warmed[lesson] = now + WARM_AGAIN
        child.tell(Warm(turns_of(lesson)))

    def _lives_of(self, choice: Choice) -> Lives:
        return Lives(
            choice, self._limits, self._states, self._idle_seconds, self._first_backoff, self._refusal,
            self._hear, self._clock,
        )  # fmt: skip

    def _hear(self, news: Ready | Ended) -> None:
        lives = self._lives
        if isinstance(news, Ended):
            self.crashes += 1
            if lives.chat_fault and self._worked == lives.choice:
                self._worked = None
        else:
            self._warmed.clear()
            if news.slots:
                self._worked = lives.choice if self._next is None or self._next.files.chat else None
                self._seconds_a_byte = lives.load_seconds / max(1, _bytes_of(lives.choice))
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
        for listener in self._listeners:
            listener()


def _bytes_of(choice: Choice) -> int:
    """The size of the chat model's file; 0 where there is none."""
    try:
        return choice.files.chat.stat().st_size if choice.files.chat else 0
    except OSError:
        return 0
