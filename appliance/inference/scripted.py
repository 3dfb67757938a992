"""Engines that say what they were told to: one for tests, one for showing the box without a model."""

import asyncio
import hashlib
import re
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import numpy

from appliance.inference.engine import Answer, Change, EngineDied, EngineState, Prompt, Vector

WIDTH = 384
LINE = "This is a scripted answer."
BROKE = "The engine stopped in the middle of its work."


@dataclass(frozen=True)
class Broken:
    """An answer that gets as far as `text`, and `hangs` there or dies."""

    text: str
    hangs: bool = False


class ScriptedEngine:
    """Says the queued texts in order, word by word, and keeps what it was asked in `asked` and `warmed`."""

    backend = "scripted"
    reason = ""

    def __init__(
        self,
        state: EngineState = "ready",
        slots: int = 2,
        can_embed: bool = True,
        line: str = LINE,
        can_rank: bool = False,
    ) -> None:
        self.state: EngineState = state
        self.slots = slots
        self.change: Change | None = None
        self.can_embed = can_embed
        self.can_rank = can_rank
        self.asked: list[Prompt] = []
        self.warmed: list[Prompt] = []
        self.live = 0
        self._line = line
        self._script: deque[str | Broken | Exception | None] = deque()
        self._go_on = asyncio.Event()
        self._go_on.set()

    @property
    def model(self) -> str:
        return "scripted" if self.state == "ready" else ""

    def will_say(self, *texts: str) -> None:
        self._script.extend(texts)

    def will_fail(self, error: Exception | None = None) -> None:
        self._script.append(error or EngineDied(BROKE))

    def will_break_after(self, text: str) -> None:
        """The next answer says this and then dies."""
        self._script.append(Broken(text))

    def will_hang_after(self, text: str) -> None:
        """The next answer says this and then nothing until it is cancelled."""
        self._script.append(Broken(text, hangs=True))

    def will_hang(self) -> None:
        """The next answer says nothing until it is cancelled."""
        self._script.append(None)

    def hold(self) -> None:
        """Answers stop before their next word until `release`."""
        self._go_on.clear()

    def release(self) -> None:
        self._go_on.set()

    @property
    def embedder(self) -> str:
        return "hashed-words" if self.can_embed else ""

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        self.state = "off"

    def generate(self, prompt: Prompt) -> Answer:
        self.asked.append(prompt)
        said = self._script.popleft() if self._script else self._line
        return Answer(lambda answer: self._words(said, prompt, answer))

    def warm(self, prompt: Prompt) -> None:
        self.warmed.append(prompt)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        return [hashed(text) for text in texts]

    async def rank(self, question: str, passages: Sequence[str], seconds: float) -> list[float]:
        asked = hashed(question)
        return [float(asked @ hashed(passage)) for passage in passages]

    async def _words(
        self, said: str | Broken | Exception | None, prompt: Prompt, answer: Answer
    ) -> AsyncGenerator[str, None]:
        self.live += 1
        try:
            if isinstance(said, Exception):
                raise said
            if said is None:
                await asyncio.Event().wait()
            answer.prompt_tokens = sum(len(message.content.split()) for message in prompt.messages)
            text = said.text if isinstance(said, Broken) else said
            for count, word in enumerate(re.findall(r"\S+\s*", text or ""), start=1):
                await self._go_on.wait()
                yield word
                answer.written_tokens = count
                if count == prompt.max_tokens:
                    answer.truncated = True
                    return
            if isinstance(said, Broken):
                if said.hangs:
                    await asyncio.Event().wait()
                raise EngineDied(BROKE)
        finally:
            self.live -= 1


def hashed(text: str) -> Vector:
    """A bag of words as a vector: texts that share words are near each other, the same on every machine."""
    vector = numpy.zeros(WIDTH, dtype=numpy.float32)
    for word in re.findall(r"\w+", text.lower()) or [""]:
        digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
        vector[int.from_bytes(digest) % WIDTH] += 1.0
    return vector / numpy.float32(numpy.linalg.norm(vector))


class MockEngine(ScriptedEngine):
    """Gives every question the same text: HELPER_LLM_BACKEND=mock."""

    backend = "mock"

    def __init__(self, text: str, slots: int = 4) -> None:
        super().__init__(slots=slots, can_embed=False, line=text)

    @property
    def model(self) -> str:
        return "mock"
