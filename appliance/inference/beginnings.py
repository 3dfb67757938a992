"""What was read before and may begin the next question: lessons' beginnings and the ends of conversations."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from appliance.inference.memory import Memory
from appliance.inference.saved_states import Saved, SavedStates
from appliance.inference.token_keys import TOKEN_BYTES, common

WORTH_KEEPING = 48  # tokens
# A lesson's beginning serves a class, a conversation's end one student: it goes first by this many uses.
LESSON_BONUS = 64
# In a unified context every token written looks past all cells that are there, and to read one again costs as much as
# these many looks past it (measured: 0.5 µs and 2 ms): what was of no use for so long is cheaper to read again.
WORTH_CARRYING = 4000
# For the same reason only the latest conversations are kept there, up to so many cells of their own.
CONVERSATIONS = 1024


@dataclass(eq=False)
class Kept:
    """A sequence at rest. `prompt` tokens of it were read, what follows was written by the model.

    `carried`: how many tokens had been written beside all that is kept when it was last of use.
    `is_lesson`: it was read ahead for everybody and may be saved; `is_shared`: more than one question began so.
    """

    sequence: int
    key: bytes
    prompt: int
    used: int
    since: float
    carried: int = 0
    is_shared: bool = False
    is_lesson: bool = False
    is_saved: bool = False

    @property
    def tokens(self) -> int:
        return len(self.key) // TOKEN_BYTES


class Beginnings:
    """A bounded number of kept sequences; the least recently used is given up first."""

    def __init__(
        self,
        memory: Memory,
        sequences: Iterable[int],
        states: SavedStates | None,
        clock: Callable[[], float],
    ) -> None:
        self._memory = memory
        self._clock = clock
        self._free = list(sequences)
        self._states = states
        self._kept: list[Kept] = []
        self._uses = self._carried = 0

    def __iter__(self) -> Iterator[Kept]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def is_off(self) -> bool:
        return not self._free and not self._kept

    def best(self, key: bytes) -> tuple[Kept | None, int]:
        """The kept sequence that begins like this for the longest, and for how many tokens."""
        found, most = None, 0
        for kept in self._kept:
            length = common(kept.key, key)
            if length > most or (found and length == most and kept.is_shared > found.is_shared):
                found, most = kept, length
        return found, most

    def touch(self, kept: Kept) -> None:
        self._uses += 1
        kept.used, kept.carried = self._uses, self._carried

    def carry(self, written: int) -> None:
        """These many tokens were written beside what is kept; what is on no disk yet waits for that."""
        self._carried += written
        for kept in list(self._kept):
            is_dear = kept.is_lesson and not kept.is_saved and self._states is not None
            if self._memory.is_shared and self._carried - kept.carried > WORTH_CARRYING and not is_dear:
                self.give_up(kept)

    def keep(self, source: int, key: bytes, prompt: int, spared: Kept | None = None) -> Kept | None:
        """A copy of a sequence's beginning under a sequence of its own; in a unified context it costs nothing."""
        sequence = self.sequence(spared)
        if sequence is None:
            return None
        self._memory.share(source, sequence, len(key) // TOKEN_BYTES)
        return self.add(sequence, key, prompt)

    def bound_conversations(self, source: int) -> None:
        """Before the answer of `source` is kept as well: the oldest ones go."""
        kept = sorted((kept for kept in self._kept if not kept.is_shared), key=lambda kept: -kept.used)
        room = CONVERSATIONS - self._memory.only_held_by(source)
        for conversation in kept if self._memory.is_shared else ():
            room -= self._memory.only_held_by(conversation.sequence)
            if room < 0:
                self.give_up(conversation)

    def keep_shared(self, source: int, key: bytes, origin: Kept | None) -> None:
        """What two questions have in common, unless nearly as much is kept already; `origin` holds it now."""
        known = max((common(kept.key, key) for kept in self._kept if kept.is_shared), default=0)
        tokens = len(key) // TOKEN_BYTES
        if tokens - known < WORTH_KEEPING:
            return
        if origin and not self._memory.is_shared:
            # another sequence would cost a slot's memory: a lesson is worth more than one conversation's end
            self._memory.cut(origin.sequence, tokens)
            origin.key, origin.prompt, origin.is_shared = key, tokens, True
        elif kept := self.keep(source, key, tokens, origin):
            kept.is_shared = True

    def sequence(self, spared: Kept | None = None) -> int | None:
        """An empty sequence to keep something in, at the cost of the oldest if need be."""
        if not self._free and (oldest := self._oldest(spared)):
            self.give_up(oldest)
        return self._free.pop() if self._free else None

    def add(self, sequence: int, key: bytes, prompt: int) -> Kept:
        """A sequence from `sequence` that holds something now."""
        kept = Kept(sequence, key, prompt, 0, self._clock())
        self._kept.append(kept)
        self.touch(kept)
        return kept

    def add_lesson(self, sequence: int, key: bytes) -> Kept:
        kept = self.add(sequence, key, len(key) // TOKEN_BYTES)
        kept.is_shared = kept.is_lesson = True
        return kept

    def give_up(self, kept: Kept) -> None:
        self._memory.drop(kept.sequence)
        self._kept.remove(kept)
        self._free.append(kept.sequence)

    def forget_conversations(self, before: float) -> None:
        """A student's conversation is nobody's business after its hour, not even the engine's."""
        for kept in [kept for kept in self._kept if not kept.is_shared and kept.since < before]:
            self.give_up(kept)

    def make_room(self, cells: int, spared: Kept | None) -> bool:
        """Gives up what is kept, oldest first, until so many cells are free; False when they aren't even then."""
        while self._memory.free < cells:
            oldest = self._oldest(spared, self._frees_cells)
            if oldest is None:
                return False
            self.give_up(oldest)
        return True

    def saved_for(self, key: bytes, least: int) -> Saved | None:
        """What is on disk of this beginning, if that is at least so many tokens."""
        return None if self._states is None or self.is_off else self._states.best(key, least)

    def restore(self, saved: Saved) -> Kept | None:
        """None when the file is not what was written or there is no place for it."""
        state = self._states.load(saved) if self._states else b""
        sequence = self.sequence() if state else None
        if sequence is None:
            return None
        if not self._memory.restore(sequence, state, saved.tokens):
            self._free.append(sequence)
            return None
        kept = self.add_lesson(sequence, saved.key)
        kept.is_saved = True
        return kept

    def save_one(self) -> bool:
        """Begins to write one lesson's beginning to disk; False when there is none left, or one is being written."""
        unsaved = next((kept for kept in self._kept if kept.is_lesson and not kept.is_saved), None)
        if unsaved is None or self._states is None or self._states.is_saving:
            return False
        if state := self._memory.state(unsaved.sequence):
            self._states.save_aside(unsaved.key, state)
            unsaved.is_saved = True
        return bool(state)

    def _oldest(self, spared: Kept | None, is_welcome: Callable[[Kept], bool] | None = None) -> Kept | None:
        """Who goes next; the welcome ones before the others."""

        def place(kept: Kept) -> tuple[bool, int]:
            is_last = is_welcome is not None and not is_welcome(kept)
            return is_last, kept.used + LESSON_BONUS * kept.is_shared

        return min((kept for kept in self._kept if kept is not spared), key=place, default=None)

    def _frees_cells(self, kept: Kept) -> bool:
        return self._memory.only_held_by(kept.sequence) > 0
