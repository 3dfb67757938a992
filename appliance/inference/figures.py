"""What became of the questions, in numbers alone: for /metrics."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from appliance.errors import Refusal
from appliance.inference.queue import Priority
from appliance.storage.histograms import Histogram


class Outcome:
    """`stopped` until somebody says that the answer came to its end."""

    def __init__(self) -> None:
        self.word = "stopped"

    def ended(self) -> None:
        self.word = "ended"


class Figures:
    """`outcomes` by kind and word: ended, stopped, or the code of a refusal. `faults` are the engine's."""

    def __init__(self) -> None:
        self.waits = {priority: Histogram() for priority in Priority}
        self.first_words = {priority: Histogram() for priority in Priority}
        self.outcomes: Counter[tuple[Priority, str]] = Counter()
        self.pieces = 0
        self.faults = 0

    def waited(self, priority: Priority, seconds: float) -> None:
        self.waits[priority].note(seconds)

    def first_word(self, priority: Priority, seconds: float) -> None:
        self.first_words[priority].note(seconds)

    @contextmanager
    def counted(self, priority: Priority) -> Iterator[Outcome]:
        outcome = Outcome()
        try:
            yield outcome
        except Refusal as refusal:
            outcome.word = refusal.code
            raise
        finally:
            self.outcomes[priority, outcome.word] += 1
