"""What can be drawn beside an answer: charts, diagrams, waves and vectors, within the limits that a page can show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

Kind = Literal["chart", "diagram", "wave", "vector"]

# Told apart by colour-blind eyes too (Okabe and Ito), and dark enough on white.
COLOURS = ("#0072b2", "#d55e00", "#007a5a", "#8a4a74")
LEAST_POINTS, MOST_POINTS = 3, 8
LEAST_NODES, MOST_NODES = 2, 8
MOST_EDGES = 12
MOST_WAVES, MOST_VECTORS = 3, 4
LABEL_CHARS = 40
TITLE_CHARS = 200
# What means something in Mermaid, and so can't stand in a label.
MERMAID_SIGNS = str.maketrans('"`[]{}()<>|;#\\', "''" + " " * 12)

Label = Annotated[str, Meta(min_length=1, max_length=LABEL_CHARS)]
Title = Annotated[str, Meta(min_length=1, max_length=TITLE_CHARS)]
# `$` alone would let a line break follow.
Colour = Annotated[str, Meta(pattern="^#[0-9a-f]{6}$", max_length=7)]


class Shape(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", tag_field="type"):
    title: Title


class Point(Struct, frozen=True, forbid_unknown_fields=True):
    label: Label
    value: Annotated[float, Meta(ge=-1e9, le=1e9)]


class Chart(Shape, frozen=True, tag="chart"):
    chart_type: Literal["bar", "line", "pie", "scatter"]
    data: Annotated[list[Point], Meta(min_length=LEAST_POINTS, max_length=MOST_POINTS)]
    x_label: Annotated[str, Meta(max_length=LABEL_CHARS)] | None = None
    y_label: Annotated[str, Meta(max_length=LABEL_CHARS)] | None = None


class Diagram(Shape, frozen=True, tag="diagram"):
    """`definition` is Mermaid, put together here and never taken from a model."""

    diagram_type: Literal["flowchart", "concept-map"]
    definition: Annotated[str, Meta(min_length=1, max_length=2000)]


class Wave(Struct, frozen=True, forbid_unknown_fields=True):
    label: Label
    amplitude: Annotated[float, Meta(ge=0.1, le=2)]
    frequency: Annotated[float, Meta(ge=0.1, le=5)]
    color: Colour


class Waves(Shape, frozen=True, tag="wave"):
    waves: Annotated[list[Wave], Meta(min_length=1, max_length=MOST_WAVES)]


class Arrow(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """An angle of 0 points right and grows against the clock."""

    label: Label
    magnitude: Annotated[float, Meta(ge=0.5, le=5)]
    angle_deg: Annotated[float, Meta(ge=0, le=360)]
    color: Colour


class Vectors(Shape, frozen=True, tag="vector"):
    vectors: Annotated[list[Arrow], Meta(min_length=1, max_length=MOST_VECTORS)]
    grid_size: Annotated[int, Meta(ge=2, le=20)] | None = None


Visual = Chart | Diagram | Waves | Vectors
SomeVisual = TypeVar("SomeVisual", Chart, Diagram, Waves, Vectors)


@dataclass(frozen=True)
class Hint:
    """What to draw: `concept` says of what, `title` what stands above it."""

    type: Kind
    concept: str
    title: str


@dataclass(frozen=True)
class Edge:
    start: int
    end: int
    label: str = ""


def checked(visual: SomeVisual) -> SomeVisual:
    """The same, when every limit above holds. Raises ValueError with the place that breaks one."""
    return msgspec.convert(msgspec.to_builtins(visual), type(visual))


def mermaid(nodes: Sequence[str], edges: Sequence[Edge], direction: Literal["TD", "LR"]) -> str:
    """A flowchart; labels can't end their own quotes. Raises ValueError for an edge that leads nowhere."""
    if not LEAST_NODES <= len(nodes) <= MOST_NODES or not 1 <= len(edges) <= MOST_EDGES:
        raise ValueError("a diagram has 2 to 8 nodes and 1 to 12 edges")
    lines = [f"flowchart {direction}"]
    for number, node in enumerate(nodes):
        lines.append(f'  n{number}["{_mermaid_label(node)}"]')
    for edge in edges:
        if not (0 <= edge.start < len(nodes) and 0 <= edge.end < len(nodes)) or edge.start == edge.end:
            raise ValueError("an edge goes from one node to another one")
        arrow = f'-->|"{_mermaid_label(edge.label)}"|' if edge.label.strip() else "-->"
        lines.append(f"  n{edge.start} {arrow} n{edge.end}")
    return "\n".join(lines)


def label(text: str) -> str:
    """One readable line that fits."""
    line = " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())
    return line if len(line) <= LABEL_CHARS else line[: LABEL_CHARS - 1].rsplit(" ", 1)[0] + "…"


def title(text: str) -> str:
    return " ".join(text.split())[:TITLE_CHARS]


def _mermaid_label(text: str) -> str:
    cleaned = label(text.translate(MERMAID_SIGNS))
    if not cleaned:
        raise ValueError("a node needs a name")
    return cleaned
