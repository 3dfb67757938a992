"""Figures as plain lines: what, median, p99, worst, and beside them the budget or the ratio that they belong to."""

import statistics
from collections.abc import Sequence

WIDTH = 46


def title(text: str) -> None:
    print(f"\n{text}", flush=True)


def line(what: str, *figures: str) -> None:
    print(f"  {what:<{WIDTH}}" + "".join(f"{figure:>16}" for figure in figures), flush=True)


def spread(what: str, seconds: Sequence[float], budget: str = "", against: Sequence[float] = ()) -> None:
    """`against` gives the ratio of the medians: both were measured in turn, in this run."""
    ratio = f"x {statistics.median(seconds) / statistics.median(against):.2f}" if against else ""
    line(
        what,
        ms(statistics.median(seconds)),
        f"p99 {ms(percentile(seconds, 99))}",
        f"max {ms(max(seconds))}",
        ratio,
        budget,
    )


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def megabytes(size_bytes: float) -> str:
    return f"{size_bytes / 1024 / 1024:.1f} MB"
