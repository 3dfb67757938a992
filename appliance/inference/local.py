"""The engine on this box: keeps a child process with the chosen models alive and hands it the work."""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy

from appliance.errors import Busy, Invalid
from appliance.inference.child import DIED, Child, Ended, Limits
from appliance.inference.engine import Answer, EngineDied, EngineOff, EngineState, Message, Prompt, Vector
from appliance.inference.protocol import (
    Ask,
    Embed,
    Embedded,
    Finished,
    Rank,
    Ready,
    Refused,
    Scored,
    Setup,
    Text,
    Warm,
)

NO_MODEL = "There is no chat model on this box yet."
STILL_LOADING = "The model is still loading."
STOPPED = "The engine is being stopped."
NO_EMBEDDER = "There is no search model on this box."
NO_RERANKER = "There is no reranking model on this box."
MOST_CRASHES = 3
CRASH_WINDOW = 3600.0
LONGEST_BACKOFF = 30.0
EMBED_AT_ONCE = 64

log = logging.getLogger("chalkbox.engine")
Clock = Callable[[], float]


@dataclass(frozen=True)
class ModelFiles:
    """What is chosen now; the names are what people read."""

    chat: Path | None = None
    chat_name: str = ""
    embedder: Path | None = None
    embedder_name: str = ""
    reranker: Path | None = None
    reranker_name: str = ""


@dataclass(frozen=True)
class Tuning:
    """How the child lays out its memory; 0 threads means one per physical core. Sizes in tokens.

    Fast mode is unified with flash attention: all share the cells, and what is shared is there once. Exact mode is
    split and without flash attention: an answer is the same in any company, to the bit. `prompt_chunk` bounds what is
    read in a step while answers are being written, `batch` any step. `kept` is how many lessons and conversations
    are remembered: split, each takes a slot's memory; unified there are 16 for one, in what the slots leave free.
    """

    slots: int = 4
    cells_per_slot: int = 2048
    threads: int = 0
    prompt_chunk: int = 128
    batch: int = 256
    unified: bool = True
    flash: bool = True
    cell_kind: Literal["f16", "q8_0", "f32"] = "f16"
    kept: int = 4
    ends_loops: bool = True


@dataclass(frozen=True)
class States:
    """Where lessons that were read are kept over a restart; without a folder nowhere."""

    folder: Path | None = None
    most_bytes: int = 512 * 1024 * 1024


DEFAULT_TUNING = Tuning()
EXACT_TUNING = Tuning(unified=False, flash=False)
DEFAULT_LIMITS = Limits()
NO_STATES = States()
MOST_WARMED = 64
WARM_AGAIN = 60.0  # seconds; the child knows by itself what it has read


class LocalEngine:
    """Without a chat model the child lives only while there is something to read for search."""

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
    ) -> None:
        """`refusal` says why no child may be started on this machine at all; empty where one may."""
        self._files = files
        self._tuning = tuning
        self._limits = limits
        self._idle_seconds = idle_seconds
        self._first_backoff = first_backoff
        self._clock = clock
        self._refusal = refusal
        self._states = states
        self._warmed: dict[tuple[Message, ...], float] = {}
        self._crashes: deque[float] = deque(maxlen=MOST_CRASHES)
        self._reranker_crashes: deque[float] = deque(maxlen=MOST_CRASHES)
        self.crashes = 0
        self._life: asyncio.Task[None] | None = None
        self._reset()

    def _reset(self) -> None:
        self._crashes.clear()
        self._reranker_crashes.clear()
        self._child: Child | None = None
        self._ready: Ready | None = None
        self._changed = asyncio.Event()
        self._wanted = asyncio.Event()
        self._chat_fault = self._embedder_fault = self._reranker_fault = self._refusal

    @property
    def state(self) -> EngineState:
        if self._files.chat is None:
            return "off"
        if self._chat_fault:
            return "failed"
        return "ready" if self._up and self._up.slots else "loading"

    @property
    def reason(self) -> str:
        """Why the chat model is switched off, as a sentence for the operator; empty while it isn't."""
        return self._chat_fault

    @property
    def model(self) -> str:
        return self._files.chat_name if self.state == "ready" else ""

    @property
    def slots(self) -> int:
        return max(1, self._up.slots) if self._up else 1

    @property
    def can_embed(self) -> bool:
        return self._files.embedder is not None and not self._embedder_fault

    @property
    def embedder(self) -> str:
        return self._files.embedder_name if self.can_embed else ""

    @property
    def can_rank(self) -> bool:
        return self._files.reranker is not None and not self._reranker_fault

    @property
    def pid(self) -> int:
        """The child's process id, 0 while there is none."""
        return self._child.pid if self._child else 0

    async def start(self) -> None:
        if self._life is None:
            self._life = asyncio.create_task(self._live(), name="engine")

    async def stop(self) -> None:
        life, self._life = self._life, None
        if life is not None:
            life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await life
        self._child = self._ready = None
        self._tell()

    async def choose(self, files: ModelFiles, tuning: Tuning | None = None) -> None:
        """Ends the running child and begins anew with other files; what it was writing ends as EngineDied."""
        await self.stop()
        self._files = files
        self._tuning = tuning or self._tuning
        self._reset()
        await self.start()

    def generate(self, prompt: Prompt) -> Answer:
        return Answer(lambda answer: self._pieces(prompt, answer))

    def warm(self, prompt: Prompt) -> None:
        now = self._clock()
        if self.state != "ready" or self._child is None or now < self._warmed.get(prompt.messages, now):
            return
        if len(self._warmed) >= MOST_WARMED:
            self._warmed.clear()
        self._warmed[prompt.messages] = now + WARM_AGAIN
        self._child.tell(Warm(_turns(prompt)))

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Waits for a child that is starting; raises EngineOff or EngineDied."""
        vectors: list[Vector] = []
        for start in range(0, len(texts), EMBED_AT_ONCE):
            vectors += await self._embed_some(tuple(texts[start : start + EMBED_AT_ONCE]))
        return vectors

    async def rank(self, question: str, passages: Sequence[str], seconds: float) -> list[float]:
        """Waits for a child that starts for this alone, not for a chat model; raises Busy, EngineOff or EngineDied."""
        if self._loads_chat and self._up is None:
            raise EngineOff(STILL_LOADING)
        child = await self._child_that(lambda ready: ready.can_rank, self._why_no_scores)
        texts, found = tuple(passages), dict[int, float]()
        if not texts:
            return []
        replies = child.converse(lambda number: Rank(number, question, texts, seconds))
        async with contextlib.aclosing(replies):
            async for reply in replies:
                match reply:
                    case Scored(index=index, score=score):
                        found[index] = score
                    case Refused():
                        raise _refusal(reply)
                if len(found) == len(texts):
                    break
        return [found[index] for index in range(len(texts))]

    async def _pieces(self, prompt: Prompt, answer: Answer) -> AsyncGenerator[str, None]:
        child = self._child
        if self.state != "ready" or child is None:
            raise EngineOff(STILL_LOADING if self.state == "loading" else self._chat_fault or NO_MODEL)
        async with contextlib.aclosing(child.converse(lambda number: _ask(number, prompt))) as replies:
            async for reply in replies:
                match reply:
                    case Text(piece=piece):
                        yield piece
                    case Finished():
                        answer.truncated = reply.reason == "length"
                        answer.prompt_tokens, answer.written_tokens = reply.prompt_tokens, reply.output_tokens
                    case Refused():
                        raise _refusal(reply)

    async def _embed_some(self, texts: tuple[str, ...]) -> list[Vector]:
        child = await self._child_that(lambda ready: ready.can_embed, self._why_no_vectors)
        found: dict[int, Vector] = {}
        async with contextlib.aclosing(child.converse(lambda number: Embed(number, texts))) as replies:
            async for reply in replies:
                match reply:
                    case Embedded(index=index, vector=vector):
                        found[index] = numpy.frombuffer(vector, dtype="<f4").astype(numpy.float32)
                    case Refused():
                        raise _refusal(reply)
                if len(found) == len(texts):
                    break
        return [found[index] for index in range(len(texts))]

    def _why_no_vectors(self) -> str:
        return "" if self.can_embed else self._embedder_fault or NO_EMBEDDER

    def _why_no_scores(self) -> str:
        return "" if self.can_rank else self._reranker_fault or NO_RERANKER

    async def _child_that(self, can: Callable[[Ready], bool], why_not: Callable[[], str]) -> Child:
        """Waits for a child that is able to; `why_not` is empty as long as one may come."""
        try:
            async with asyncio.timeout(self._limits.load):
                while not why_not() and self._life:
                    if self._child and self._up and can(self._up):
                        return self._child
                    self._wanted.set()
                    await self._changed.wait()
        except TimeoutError as late:
            raise EngineDied(DIED) from late
        raise EngineOff(why_not() or STOPPED)

    async def _live(self) -> None:
        """Child after child, until the engine is stopped."""
        backoff = self._first_backoff
        while True:
            if not self._loads_chat:
                await self._wanted.wait()
            began = self._clock()
            ended = await self._one_life()
            if ended is None:
                continue
            self._note(ended)
            backoff = self._first_backoff if self._clock() - began > LONGEST_BACKOFF else backoff
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LONGEST_BACKOFF)

    @property
    def _up(self) -> Ready | None:
        """What the running child could load, None while there is none or it still loads."""
        return self._ready if self._child and not self._child.is_over else None

    @property
    def _loads_chat(self) -> bool:
        return self._files.chat is not None and not self._chat_fault

    async def _one_life(self) -> Ended | None:
        """How the child ended, None when it was sent home for having nothing to do."""
        child = self._child = Child(self._setup(), self._limits, self._on_ready)
        life = asyncio.create_task(child.live())
        try:
            while not life.done():
                self._wanted.clear()
                await asyncio.wait({life}, timeout=self._idle_seconds)
                if not life.done() and self._is_needless(child):
                    await child.leave()
                    await life
                    return None
            return life.result()
        finally:
            self._child = self._ready = None
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    def _is_needless(self, child: Child) -> bool:
        has_nothing_to_do = child.is_idle and not self._wanted.is_set()
        return self._up is not None and not self._loads_chat and has_nothing_to_do

    def _setup(self) -> Setup:
        chat = str(self._files.chat) if self._loads_chat else ""
        embedder = str(self._files.embedder) if self.can_embed else ""
        reranker = str(self._files.reranker) if self.can_rank else ""
        tuning = self._tuning
        return Setup(
            chat, embedder, tuning.slots, tuning.cells_per_slot, tuning.threads, tuning.prompt_chunk,
            tuning.batch, tuning.unified, tuning.flash, tuning.cell_kind, tuning.kept, tuning.ends_loops,
            str(self._states.folder or ""), self._states.most_bytes, self._limits.beat, reranker,
        )  # fmt: skip

    def _on_ready(self, ready: Ready) -> None:
        self._ready = ready
        self._warmed.clear()
        if ready.chat_fault:
            self._give_up_chat(ready.chat_fault)
        if ready.embedder_fault:
            self._embedder_fault = ready.embedder_fault
        if ready.reranker_fault:
            self._reranker_fault = ready.reranker_fault
            log.error("event=reranker_failed reason=%r", ready.reranker_fault)
        log.info("event=engine_ready slots=%d embeds=%s", ready.slots, ready.can_embed)
        self._tell()

    def _note(self, ended: Ended) -> None:
        log.warning("event=engine_ended code=%d reason=%r", ended.code, ended.fault or ended.reason)
        now = self._clock()
        self.crashes += 1
        # what only brings passages into order must not cost the box its answers
        crashes = self._reranker_crashes if ended.was_ranking else self._crashes
        crashes.append(now)
        is_hopeless = len(crashes) == MOST_CRASHES and now - crashes[0] < CRASH_WINDOW
        if ended.fault:
            self._give_up_chat(ended.fault)
        elif is_hopeless and ended.was_ranking:
            self._reranker_fault = "The reranking model made the engine stop three times."
        elif is_hopeless and self._loads_chat:
            self._give_up_chat("The model made the engine stop three times: choose another model.")
        elif is_hopeless:
            self._embedder_fault = "The search model made the engine stop three times."
        self._tell()

    def _give_up_chat(self, why: str) -> None:
        self._chat_fault = why
        self._crashes.clear()
        log.error("event=model_failed reason=%r", why)

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _ask(number: int, prompt: Prompt) -> Ask:
    return Ask(
        number,
        _turns(prompt),
        prompt.max_tokens,
        prompt.temperature,
        prompt.top_p,
        prompt.seed,
        prompt.stop,
        prompt.grammar,
    )


def _turns(prompt: Prompt) -> tuple[tuple[str, str], ...]:
    return tuple((message.role, message.content) for message in prompt.messages)


def _refusal(refused: Refused) -> Exception:
    match refused.kind:
        case "too_long" | "bad_grammar":
            return Invalid(refused.message, code=refused.kind)
        case "busy":
            return Busy(refused.message)
        case "off":
            return EngineOff(refused.message)
    raise ValueError(refused.kind)
