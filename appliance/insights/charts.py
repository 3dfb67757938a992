"""A chart as data: a kind, a title and two to eight points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

ChartKind = Literal["bar", "line", "pie", "scatter"]

LEAST_POINTS = 2
MOST_POINTS = 8
LABEL_CHARACTERS = 60


@dataclass(frozen=True)
class Point:
    label: str
    value: float


@dataclass(frozen=True)
class Chart:
    kind: ChartKind
    title: str
    points: tuple[Point, ...]
    x_label: str = ""
    y_label: str = ""


def told_apart(points: Sequence[Point]) -> tuple[Point, ...]:
    """Short labels, each only once: two of one name would be one bar to many a drawing program."""
    seen: dict[str, int] = {}
    found = []
    for point in points:
        label = " ".join(point.label.split())[:LABEL_CHARACTERS].rstrip()
        seen[label] = seen.get(label, 0) + 1
        found.append(Point(label if seen[label] == 1 else f"{label} ({seen[label]})", point.value))
    return tuple(found)
