"""Seconds counted in buckets, the way Prometheus reads them: small, and nobody's own."""

import math
from bisect import bisect_left
from collections.abc import Iterator

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
PATIENT = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 60.0, 90.0, 120.0)


class Histogram:
    def __init__(self, bounds: tuple[float, ...] = PATIENT) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    @property
    def count(self) -> int:
        return sum(self._counts)

    def note(self, seconds: float) -> None:
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.sum += seconds

    def buckets(self) -> Iterator[tuple[float, int]]:
        """Upper bound in seconds, and how many were no longer than that; infinity comes last."""
        so_far = 0
        for bound, count in zip((*self._bounds, math.inf), self._counts, strict=True):
            so_far += count
            yield bound, so_far
