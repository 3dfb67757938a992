"""Child after child with one choice of models: started again after a crash, given up after three."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from appliance.inference.child import Child, Ended, Limits
from appliance.inference.chosen import Choice, ModelFiles, States, setup_for
from appliance.inference.engine import EngineState
from appliance.inference.protocol import Reader, Ready

CRASHED = "The model made the engine stop three times."
SEARCH_CRASHED = "The search model made the engine stop three times."
RANKING_CRASHED = "The reranking model made the engine stop three times."
MOST_CRASHES = 3
CRASH_WINDOW = 3600.0
LONGEST_BACKOFF = 30.0

log = logging.getLogger("chalkbox.engine")
Clock = Callable[[], float]


class Lives:
    """Without a chat model the child lives only while there is something to read for search."""

    def __init__(
        self,
        choice: Choice,
        limits: Limits,
        states: States,
        idle_seconds: float,
        first_backoff: float,
        refusal: str,
        told: Callable[[Ended | Ready], None],
        clock: Clock = time.monotonic,
    ) -> None:
        """`told` hears when a child is ready and when one ended in a way that nobody wanted."""
        self.choice = choice
        self.chat_fault = self.embedder_fault = self.reranker_fault = refusal
        self.child: Child | None = None
        self.load_seconds = 0.0
        self._began = clock()
        self._limits = limits
        self._states = states
        self._idle_seconds = idle_seconds
        self._first_backoff = first_backoff
        self._told = told
        self._clock = clock
        # What only reads for search must not cost the box its answers: each model has its own.
        self._crashes: dict[Reader | None, deque[float]] = {
            inside: deque(maxlen=MOST_CRASHES) for inside in (None, *get_args(Reader))
        }
        self._ready: Ready | None = None
        self._wanted = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    @property
    def state(self) -> EngineState:
        if self.choice.files.chat is None:
            return "off"
        if self.chat_fault:
            return "failed"
        return "ready" if self.up and self.up.slots else "loading"

    @property
    def up(self) -> Ready | None:
        """What the running child could load, None while there is none or it still loads."""
        return self._ready if self.child and not self.child.is_over else None

    @property
    def can_embed(self) -> bool:
        return self.choice.files.embedder is not None and not self.embedder_fault

    @property
    def can_rank(self) -> bool:
        return self.choice.files.reranker is not None and not self.reranker_fault

    @property
    def is_on(self) -> bool:
        return self._life is not None

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return self._clock() - self._began

    def start(self) -> None:
        if self._life is None:
            self._began = self._clock()
            self._life = asyncio.create_task(self._live(), name="engine")

    async def stop(self) -> None:
        """Returns when the child is gone; may be cancelled and called again."""
        if self._life is None:
            return
        if not self._life.cancelling():
            self._life.cancel()
        await asyncio.wait({self._life})
        self._life = None

    def want(self) -> None:
        """Somebody has texts to read for search: there should be a child, or it should stay."""
        self._wanted.set()

    async def _live(self) -> None:
        backoff = self._first_backoff
        while True:
            if not self._loads_chat:
                await self._wanted.wait()
            began = self._clock()
            ended = await self._one_life(began)
            if ended is None:
                continue
            self._note(ended)
            backoff = self._first_backoff if self._clock() - began > LONGEST_BACKOFF else backoff
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LONGEST_BACKOFF)

    @property
    def _loads_chat(self) -> bool:
        return self.choice.files.chat is not None and not self.chat_fault

    async def _one_life(self, began: float) -> Ended | None:
        """How the child ended, None when it was sent home for having nothing to do."""
        setup = setup_for(self._files(), self.choice.tuning, self._states, self._limits.beat)
        child = self.child = Child(setup, self._limits, lambda ready: self._on_ready(ready, began))
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
            self.child = self._ready = None
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    def _files(self) -> ModelFiles:
        """Those of the chosen ones that nothing is known against."""
        files = self.choice.files
        return replace(
            files,
            chat=files.chat if self._loads_chat else None,
            embedder=files.embedder if self.can_embed else None,
            reranker=files.reranker if self.can_rank else None,
        )

    def _is_needless(self, child: Child) -> bool:
        has_nothing_to_do = child.is_idle and not self._wanted.is_set()
        return self.up is not None and not self._loads_chat and has_nothing_to_do

    def _on_ready(self, ready: Ready, began: float) -> None:
        self._ready = ready
        self.load_seconds = self._clock() - began
        if ready.chat_fault:
            self._give_up_chat(ready.chat_fault)
        if ready.embedder_fault:
            self.embedder_fault = ready.embedder_fault
        if ready.reranker_fault:
            self.reranker_fault = ready.reranker_fault
            log.error("event=reranker_failed reason=%r", ready.reranker_fault)
        log.info("event=engine_ready slots=%d embeds=%s", ready.slots, ready.can_embed)
        self._told(ready)

    def _note(self, ended: Ended) -> None:
        log.warning("event=engine_ended code=%d reason=%r", ended.code, ended.fault or ended.reason)
        if ended.never_began:
            return
        now, crashes = self._clock(), self._crashes[ended.inside]
        crashes.append(now)
        is_hopeless = len(crashes) == MOST_CRASHES and now - crashes[0] < CRASH_WINDOW
        if ended.fault:
            self._give_up_chat(ended.fault)
        elif is_hopeless and ended.inside == "reranking":
            self.reranker_fault = RANKING_CRASHED
        elif is_hopeless and (ended.inside == "search" or not self._loads_chat):
            self.embedder_fault = SEARCH_CRASHED
        elif is_hopeless:
            self._give_up_chat(CRASHED)
        self._told(ended)

    def _give_up_chat(self, why: str) -> None:
        self.chat_fault = why
        self._crashes[None].clear()
        log.error("event=model_failed reason=%r", why)
