"""The circuit breaker: after repeated faults the engine is left alone for a while."""

from collections import deque
from collections.abc import Callable

Clock = Callable[[], float]


class Circuit:
    """Opens for `ttl` seconds after `failures` faults within `ttl` seconds; after that one more is enough."""

    def __init__(self, failures: int, ttl: float, clock: Clock) -> None:
        self._ttl = ttl
        self._clock = clock
        self._faults: deque[float] = deque(maxlen=max(1, failures))
        self._open_until: float | None = None

    @property
    def is_open(self) -> bool:
        return self._open_until is not None and self._clock() < self._open_until

    def failed(self) -> None:
        now = self._clock()
        self._faults.append(now)
        full = len(self._faults) == self._faults.maxlen and now - self._faults[0] <= self._ttl
        on_trial = self._open_until is not None
        if full or on_trial:
            self._open_until = now + self._ttl
            self._faults.clear()

    def succeeded(self) -> None:
        self._faults.clear()
        self._open_until = None
