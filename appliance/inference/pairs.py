"""The passages that wait to be scored, and whether they can be in time."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.inference.protocol import Rank

RECENT = 8
GOOD_FOR = 60.0  # seconds that a measurement is believed: what was slow a minute ago is tried again


@dataclass(frozen=True)
class Pair:
    request: int
    index: int
    question: str
    passage: str


class Pairs:
    def __init__(self) -> None:
        self._waiting: deque[Pair] = deque()
        self._seconds: deque[float] = deque(maxlen=RECENT)
        self._measured_at = float("-inf")

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, rank: Rank, step_seconds: float, now: float) -> bool:
        """False, and nothing is added, when they can't all be scored in time.

        `step_seconds` is how long a step of the answers takes that comes between two passages, 0 without answers.
        Saying so early keeps a question from waiting for scores that come too late, and answers from waiting for them.
        """
        count = len(self._waiting) + len(rank.passages)
        if now - self._measured_at < GOOD_FOR and count * (self._mean + step_seconds) > rank.seconds:
            return False
        self._waiting.extend(_pairs_of(rank))
        return True

    def next(self) -> Pair:
        return self._waiting.popleft()

    def took(self, seconds: float, now: float) -> None:
        """How long a passage took to be scored."""
        self._seconds.append(seconds)
        self._measured_at = now

    def forget(self, request: int) -> None:
        self._waiting = deque(pair for pair in self._waiting if pair.request != request)

    @property
    def _mean(self) -> float:
        return sum(self._seconds) / len(self._seconds) if self._seconds else 0.0


def _pairs_of(rank: Rank) -> Iterator[Pair]:
    for index, passage in enumerate(rank.passages):
        yield Pair(rank.id, index, rank.question, passage)
