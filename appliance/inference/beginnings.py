"""What was read before and may begin the next question: lessons' beginnings and the ends of conversations."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

TOKEN_BYTES = 4
# A lesson's beginning serves a class, a conversation's end one student: it goes first by this many uses.
LESSON_BONUS = 64


@dataclass(eq=False)
class Kept:
    """A sequence at rest. `prompt` tokens of it were read, what follows was written by the model.

    `is_lesson`: it was read ahead for everybody and may be saved; `is_shared`: more than one question began so.
    """

    sequence: int
    key: bytes
    prompt: int
    used: int
    is_shared: bool = False
    is_lesson: bool = False
    is_saved: bool = False

    @property
    def tokens(self) -> int:
        return len(self.key) // TOKEN_BYTES


class Beginnings:
    """A bounded number of kept sequences; the least recently used is given up first."""

    def __init__(self, sequences: Iterable[int]) -> None:
        self._free = list(sequences)
        self._kept: list[Kept] = []
        self._uses = 0

    def __iter__(self) -> Iterator[Kept]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def is_off(self) -> bool:
        return not self._free and not self._kept

    def take(self) -> int | None:
        """A sequence that holds nothing, None when all do."""
        return self._free.pop() if self._free else None

    def give_back(self, sequence: int) -> None:
        self._free.append(sequence)

    def add(self, sequence: int, key: bytes, prompt: int) -> Kept:
        kept = Kept(sequence, key, prompt, 0)
        self._kept.append(kept)
        self.touch(kept)
        return kept

    def touch(self, kept: Kept) -> None:
        self._uses += 1
        kept.used = self._uses

    def remove(self, kept: Kept) -> None:
        self._kept.remove(kept)
        self._free.append(kept.sequence)

    def oldest(self, spared: Kept | None, is_welcome: Callable[[Kept], bool] | None = None) -> Kept | None:
        """Who goes next when room is needed; the welcome ones before the others."""
        others = (kept for kept in self._kept if kept is not spared)
        return min(
            others,
            key=lambda kept: (
                is_welcome is not None and not is_welcome(kept),
                kept.used + LESSON_BONUS * kept.is_shared,
            ),
            default=None,
        )

    def best(self, key: bytes) -> tuple[Kept | None, int]:
        """The kept sequence that begins like this for the longest, and for how many tokens."""
        found, most = None, 0
        for kept in self._kept:
            length = common(kept.key, key)
            if length > most or (found and length == most and kept.is_shared > found.is_shared):
                found, most = kept, length
        return found, most


def key_of(tokens: Iterable[int]) -> bytes:
    """Tokens as bytes, which compare a hundred times faster than numbers."""
    return array("i", tokens).tobytes()


def common(one: bytes, other: bytes) -> int:
    """How many tokens two sequences begin with in common."""
    low, high = 0, min(len(one), len(other)) // TOKEN_BYTES
    while low < high:
        middle = (low + high + 1) // 2
        here = slice(low * TOKEN_BYTES, middle * TOKEN_BYTES)
        if one[here] == other[here]:
            low = middle
        else:
            high = middle - 1
    return low
