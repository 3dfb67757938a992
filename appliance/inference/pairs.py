"""The passages that wait to be scored, and whether they can be in time."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.inference.protocol import Rank

RECENT = 8
MOST_READ = 1000  # characters of about as many tokens as a reranker takes
GOOD_FOR = 60.0  # seconds that a measurement is believed: what was slow a minute ago is tried again


@dataclass(frozen=True)
class Pair:
    request: int
    index: int
    question: str
    passage: str
    deadline: float = float("inf")

    @property
    def size(self) -> int:
        """In characters, as far as they are read: what its time goes by."""
        return min(MOST_READ, len(self.question) + len(self.passage))


class Pairs:
    def __init__(self) -> None:
        self._waiting: deque[Pair] = deque()
        self._rates: deque[float] = deque(maxlen=RECENT)
        self._measured_at = float("-inf")

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, rank: Rank, step_seconds: float, now: float) -> bool:
        """False, and nothing is added, when they can't all be scored in time.

        `step_seconds` is how long a step of the answers takes that comes between two passages, 0 without answers.
        Saying so early keeps a question from waiting for scores that come too late, and answers from waiting for them.
        """
        self._waiting.extend(_pairs_of(rank, now + rank.seconds))
        if rank.id not in self.late(step_seconds, now):
            return True
        self.forget(rank.id)
        return False

    def late(self, step_seconds: float, now: float) -> list[int]:
        """Requests that can't be done in time any more: answers may have begun since they were taken."""
        if now - self._measured_at >= GOOD_FOR:
            return []
        rate, done_at, found = self._rate, now, dict[int, None]()
        for pair in self._waiting:
            done_at += pair.size * rate + step_seconds
            if done_at > pair.deadline:
                found[pair.request] = None
        return list(found)

    def next(self) -> Pair:
        return self._waiting.popleft()

    def took(self, pair: Pair, seconds: float, now: float) -> None:
        """How long it took to be scored."""
        self._rates.append(seconds / max(1, pair.size))
        self._measured_at = now

    def forget(self, request: int) -> None:
        self._waiting = deque(pair for pair in self._waiting if pair.request != request)

    @property
    def _rate(self) -> float:
        """Seconds for a character."""
        return sum(self._rates) / len(self._rates) if self._rates else 0.0


def _pairs_of(rank: Rank, deadline: float) -> Iterator[Pair]:
    for index, passage in enumerate(rank.passages):
        yield Pair(rank.id, index, rank.question, passage, deadline)
