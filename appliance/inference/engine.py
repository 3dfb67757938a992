"""The seam: what the rest of the box may ask of anything that writes text or makes vectors."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy
from numpy.typing import NDArray

from appliance.errors import Unavailable

Role = Literal["system", "user", "assistant"]
EngineState = Literal["ready", "loading", "off", "failed"]
Vector = NDArray[numpy.float32]
"""384 numbers, L2-normalised."""


@dataclass(frozen=True)
class Message:
    role: Role
    content: str


@dataclass(frozen=True)
class Prompt:
    """One question as the model gets it; `grammar` is GBNF, temperature 0 takes the likeliest token.

    `biases` are numbers of tokens in the model's own vocabulary with what is added to their scores, from -100 to 100:
    at -100 a token is never picked, at 100 no other is. What the grammar asks for is stronger.
    """

    messages: tuple[Message, ...]
    max_tokens: int = 320
    temperature: float = 0.2
    top_p: float = 0.9
    seed: int | None = None
    stop: tuple[str, ...] = ()
    grammar: str = ""
    biases: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Change:
    """Another model is on its way: who asks waits in the line, about `seconds` from when the last answer ended."""

    name: str
    seconds: float


class EngineOff(Unavailable):
    """No model is there to answer: a state of the box and not a fault, so it opens no circuit."""


class EngineDied(Unavailable):
    """The engine ended, hung or broke while it was asked."""


class Answer(AsyncIterator[str]):
    """The pieces of one answer; `truncated` and the tokens are known once they ended, and closing it frees the slot."""

    def __init__(self, write: Callable[["Answer"], AsyncGenerator[str, None]]) -> None:
        self.truncated = False
        self.prompt_tokens = 0
        self.written_tokens = 0
        self._pieces = write(self)

    async def __anext__(self) -> str:
        return await anext(self._pieces)

    async def aclose(self) -> None:
        await self._pieces.aclose()


class Engine(Protocol):
    backend: str

    @property
    def state(self) -> EngineState: ...

    @property
    def reason(self) -> str:
        """Why the model is switched off, as a sentence for the operator; empty while it isn't."""

    @property
    def model(self) -> str:
        """The name shown to people; empty while no chat model is loaded."""

    @property
    def change(self) -> Change | None:
        """What questions should wait for; None while they can be asked, or have nothing to wait for."""

    @property
    def slots(self) -> int:
        """Answers it writes at the same time, at least 1."""

    @property
    def can_embed(self) -> bool: ...

    @property
    def embedder(self) -> str:
        """The name of what makes the vectors; empty while nothing does."""

    async def start(self) -> None:
        """Returns at once; loading goes on in the background."""

    async def stop(self) -> None: ...

    def generate(self, prompt: Prompt) -> Answer:
        """Raises EngineOff, EngineDied, or Invalid (`too_long`, `bad_grammar`, `bad_bias`) from the first piece on."""

    def warm(self, prompt: Prompt) -> None:
        """Says what questions will soon begin with; returns at once, does its best and never raises."""

    async def embed(self, texts: Sequence[str]) -> list[Vector]: ...

    @property
    def can_rank(self) -> bool: ...

    async def rank(self, question: str, passages: Sequence[str], seconds: float) -> list[float]:
        """How well each passage answers the question: more is better. Raises Busy when `seconds` are too few."""
