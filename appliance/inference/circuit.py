"""The circuit breaker: after repeated faults the engine is left alone for a while."""

from collections import deque
from collections.abc import Callable

Clock = Callable[[], float]


class Circuit:
    """Opens for `ttl` seconds after `failures` faults within `window` seconds; after that one more is enough.

    A window as long as `ttl`, which is the default, is never filled by an engine that takes longer to fail.
    """

    def __init__(self, failures: int, ttl: float, clock: Clock, window: float = 0.0) -> None:
        self._ttl = ttl
        self._window = window or ttl
        self._clock = clock
        self._faults: deque[float] = deque(maxlen=max(1, failures))
        self._open_until: float | None = None

    @property
    def is_open(self) -> bool:
        return self._open_until is not None and self._clock() < self._open_until

    def failed(self) -> None:
        now = self._clock()
        self._faults.append(now)
        full = len(self._faults) == self._faults.maxlen and now - self._faults[0] <= self._window
        on_trial = self._open_until is not None
        if full or on_trial:
            self._open_until = now + self._ttl
            self._faults.clear()

    def succeeded(self) -> None:
        self._faults.clear()
        self._open_until = None
