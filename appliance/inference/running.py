"""One answer on its way: what was asked, how far its prompt is read, and what of it may be shown."""

from dataclasses import dataclass, field

from appliance.inference.beginnings import Kept
from appliance.inference.llama import Context
from appliance.inference.pieces import Pieces
from appliance.inference.repetition import Repetition
from appliance.inference.sampler import Sampler, Taste
from appliance.inference.token_keys import TOKEN_BYTES, key_of

THOUGHT_FACTOR = 3  # thoughts are not shown; they may take twice what the answer may


@dataclass(frozen=True)
class Work:
    """One answer to write: its prompt in tokens and how to go on from there."""

    id: int
    key: bytes
    max_tokens: int
    taste: Taste
    stop: tuple[str, ...]
    thinking: bool

    @property
    def tokens(self) -> int:
        return len(self.key) // TOKEN_BYTES

    @property
    def most_written(self) -> int:
        """Tokens of output that are kept free from the start, where a sequence is that long."""
        return self.max_tokens * (THOUGHT_FACTOR if self.thinking else 1)


@dataclass(eq=False)
class Running:
    """An answer that holds a sequence, or without a sampler a beginning that is read ahead.

    `read` counts decoded prompt tokens, `reused` those of them that were there before, `place` is this step's
    output, `most` how many tokens may be written, `follows` the conversation that this question goes on with.
    """

    work: Work
    sequence: int
    sampler: Sampler | None
    pieces: Pieces
    repetition: Repetition | None
    read: int
    most: int
    follows: Kept | None = None
    reused: int = 0
    shown: int = 0
    place: int = -1
    written: list[int] = field(default_factory=list)
    waiting: int = 0

    @property
    def unread(self) -> int:
        return self.work.tokens - self.read

    @property
    def is_writing(self) -> bool:
        return self.unread == 0 and self.sampler is not None

    @property
    def cells(self) -> int:
        return self.read + max(0, len(self.written) - 1)

    @property
    def outstanding(self) -> int:
        """Cells that it may still take."""
        if self.sampler is None:
            return self.unread
        return self.work.tokens + self.most - self.cells

    @property
    def key(self) -> bytes:
        """The tokens in its cells."""
        if self.unread:
            return self.work.key[: self.read * TOKEN_BYTES]
        return self.work.key + key_of(self.written[:-1])

    def pick(self, context: Context) -> int:
        """The next token; only for an answer, and only after a step in which it had a place."""
        if self.sampler is None:
            raise ValueError("what is read ahead writes nothing")
        return self.sampler.pick(context, self.place)

    def portion(self, size: int) -> list[int]:
        """The next tokens of the prompt."""
        here = self.work.key[self.read * TOKEN_BYTES : (self.read + size) * TOKEN_BYTES]
        return list(memoryview(here).cast("i"))
