"""The cells of a context: which sequence holds which of them, each counted once however many share it."""

from itertools import count

from appliance.inference.llama import SPARE_CELLS, Context


class Memory:
    """Copies and drops sequences. In a split context each has its own cells, so there is nothing to count."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.is_shared = context.shape.unified  # a copy of a beginning then costs nothing
        self.cells = context.shape.cells - (SPARE_CELLS if self.is_shared else 0)
        self._numbers = count()
        self._held: dict[int, list[int]] = {}
        self._users: dict[int, int] = {}

    @property
    def used(self) -> int:
        return len(self._users)

    @property
    def free(self) -> int:
        return self.cells - self.used if self.is_shared else self.cells

    def grow(self, sequence: int, tokens: int) -> None:
        """These many more tokens of a sequence are in the step that is about to run."""
        fresh = [next(self._numbers) for _ in range(tokens)]
        self._held.setdefault(sequence, []).extend(fresh)
        self._users.update(dict.fromkeys(fresh, 1))

    def share(self, source: int, target: int, tokens: int) -> None:
        """The beginning of one sequence becomes the beginning of another, empty one."""
        self._context.copy(source, target, tokens)
        if not self.is_shared:
            self.grow(target, tokens)
            return
        shared = self._held[source][:tokens]
        self._held[target] = shared
        for cell in shared:
            self._users[cell] += 1

    def cut(self, sequence: int, tokens: int) -> None:
        """Only its first `tokens` stay."""
        self._context.cut(sequence, tokens)
        for cell in self._held[sequence][tokens:]:
            self._let_go(cell)
        self._held[sequence] = self._held[sequence][:tokens]

    def drop(self, sequence: int) -> None:
        self._context.forget(sequence)
        for cell in self._held.pop(sequence, ()):
            self._let_go(cell)

    def count(self, sequence: int) -> int:
        """The tokens of a sequence, whoever else holds them too."""
        return len(self._held.get(sequence, ()))

    def only_held_by(self, sequence: int) -> int:
        """Cells that dropping this sequence would free."""
        return sum(self._users[cell] == 1 for cell in self._held.get(sequence, ()))

    def restore(self, sequence: int, state: bytes, tokens: int) -> bool:
        """A sequence as it was saved; False when there is no room for it."""
        if self.free < tokens or not self._context.restore(sequence, state):
            return False
        self.grow(sequence, tokens)
        return True

    def state(self, sequence: int) -> bytes:
        return self._context.state(sequence)

    def _let_go(self, cell: int) -> None:
        self._users[cell] -= 1
        if not self._users[cell]:
            del self._users[cell]
