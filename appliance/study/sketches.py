"""What can be drawn from the words of an answer alone: its numbers, its lists, its forces and waves."""

import re
from collections.abc import Sequence
from itertools import pairwise

from appliance.library.questions import ENGLISH_WORDS
from appliance.library.spanish import is_spanish
from appliance.storage.search_words import plain
from appliance.study.visuals import (
    COLOURS,
    LEAST_POINTS,
    MOST_NODES,
    MOST_POINTS,
    MOST_VECTORS,
    Arrow,
    Chart,
    Diagram,
    Edge,
    Hint,
    Kind,
    Point,
    Vectors,
    Visual,
    Wave,
    Waves,
    checked,
    label,
    mermaid,
    title,
)

# With blanks or commas between thousands, or points between several; else a point or a comma is the decimal sign.
THOUSANDS = r"[1-9]\d{0,2}(?:(?:[ ,]\d{3})+(?:\.\d+)?|(?:\.\d{3}){2,}(?:,\d+)?)(?!\d)"
NUMBER = rf"[-−]?(?:{THOUSANDS}|\d+(?:[.,]\d+)?)"
# In Spanish some part thousands by the point and some write decimals behind it.
UNCLEAR = re.compile(r"(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?![\d]|[.,]\d)")
# "Copper: 8.96 g/cm³", "the Moon is 384 400 km away": a name, a word that joins, a number, perhaps a unit.
PAIR = re.compile(
    rf"(?P<name>[^\W\d_][^\n:;,=]{{0,60}}?)\s*(?:[:=–]|\b(?:is|are|has|have|takes|weighs|measures|was|were|es|son|tiene|mide"
    rf"|pesa)\b)\s*(?:about |around |unos |unas )?(?P<value>{NUMBER})(?!\d)\s*(?P<unit>%|°C|[A-Za-zµΩ][\w/²³·]{{0,9}})?"
)
BORDER = re.compile(r"\n|;|,(?!\d)|(?<!\d)\.|\.(?!\d)|\band\b|\by\b")
BULLET = re.compile(r"^\s*(?:[-*•–]|(?P<number>\d{1,2})[.)])\s+(?P<item>.+)$", re.MULTILINE)
ARROWS = re.compile(r"\s*(?:→|->|⟶)\s*")
SERIES = re.compile(r":\s*(?P<items>[^:.\n]+(?:,[^:.,\n]+)+)")
LAST = re.compile(r",?\s+(?:and|or|y|o)\s+")
FORCE = re.compile(
    rf"(?<![\d.,])(?P<value>{NUMBER})\s*(?P<unit>N|m/s²?|km/h)\b[^.\n;\d]{{0,40}}?(?:(?P<angle>{NUMBER})\s*(?:°|degrees|grados)"
    r"|\b(?P<way>right|left|up|down|east|west|north|south|derecha|izquierda|arriba|abajo)\b)"
)
WAYS = {
    **dict.fromkeys(("right", "east", "derecha"), 0),
    **dict.fromkeys(("up", "north", "arriba"), 90),
    **dict.fromkeys(("left", "west", "izquierda"), 180),
    **dict.fromkeys(("down", "south", "abajo"), 270),
}
AMPLITUDE = re.compile(rf"(?:amplitude|amplitud)\D{{0,20}}?(?P<value>{NUMBER})", re.IGNORECASE)
FREQUENCY = re.compile(
    rf"(?:frequency|frecuencia)\D{{0,20}}?(?P<value>{NUMBER})|(?P<hertz>{NUMBER})\s*Hz", re.IGNORECASE
)
WISH_LIST = """
chart graph plot diagram draw picture show map compare visual sketch grafico grafica diagrama dibuja dibujo mapa
compara muestra esquema
"""
WISHES = frozenset(WISH_LIST.split())


def sketched(hint: Hint, answer: str) -> Visual | None:
    """None when the words don't say enough: nothing is made up to have something to draw."""
    if hint.type != "diagram" and UNCLEAR.search(answer) and is_spanish(plain(answer), ENGLISH_WORDS):
        return None
    makers = {"chart": chart_from, "diagram": diagram_from, "wave": waves_from, "vector": vectors_from}
    try:
        return makers[hint.type](hint, re.sub(r"[ \t]+", " ", answer))
    except ValueError:
        return None


def hinted(question: str, answer: str) -> Hint | None:
    """For somebody who asks to see something: what the answer has enough of to draw."""
    words = set(re.findall(r"[^\W_]+", plain(question)))
    if not words & WISHES:
        return None
    concept = title(question) or "?"
    kinds: tuple[Kind, ...] = ("vector", "wave", "chart", "diagram")
    for kind in kinds:
        hint = Hint(kind, concept, concept)
        if sketched(hint, answer) is not None:
            return hint
    return None


def chart_from(hint: Hint, answer: str) -> Chart | None:
    """Bars of the numbers that stand beside a name, when all of them have one unit."""
    found: dict[str, tuple[float, str]] = {}
    for part in BORDER.split(answer):
        if pair := PAIR.search(part):
            name = label(
                re.sub(r"^(?:the|a|an|el|la|los|las)\s+", "", pair["name"].strip(" -*•\t"), flags=re.I)
            )
            if name:
                found.setdefault(name, (number_of(pair["value"]), pair["unit"] or ""))
    units = {unit for _, unit in found.values()}
    if not LEAST_POINTS <= len(found) <= MOST_POINTS or len(units) != 1:
        return None
    points = [Point(name, value) for name, (value, _) in found.items()]
    return checked(Chart(hint.title, "bar", points, None, units.pop() or None))


def diagram_from(hint: Hint, answer: str) -> Diagram | None:
    """Steps one after the other, or the things of a list around what they belong to."""
    for line in answer.splitlines():
        if len(steps := [step for step in ARROWS.split(line) if step.strip()]) > 1:
            return _flow(hint, [steps[0].rsplit(":", 1)[-1], *steps[1:]])
    items = [*BULLET.finditer(answer)]
    if len(items) > 1:
        named = [_name(item["item"]) for item in items]
        return _flow(hint, named) if all(item["number"] for item in items) else _map(hint, named)
    if series := SERIES.search(answer):
        return _map(hint, [item for item in LAST.sub(",", series["items"]).split(",") if item.strip()])
    return None


def waves_from(hint: Hint, answer: str) -> Waves | None:
    """One wave for each frequency that is named; without an amplitude each has 1."""
    frequencies = [number_of(found["value"] or found["hertz"]) for found in FREQUENCY.finditer(answer)]
    amplitudes = [number_of(found["value"]) for found in AMPLITUDE.finditer(answer)]
    if not frequencies:
        return None
    heights = amplitudes if len(amplitudes) == len(frequencies) else [1.0] * len(frequencies)
    # A frequency that is named twice is one wave.
    height_of: dict[float, float] = {}
    for frequency, height in zip(frequencies, heights, strict=True):
        height_of.setdefault(frequency, height)
    waves = [
        Wave(f"{frequency:g} Hz", height, frequency, colour)
        for (frequency, height), colour in zip(height_of.items(), COLOURS, strict=False)
    ]
    return checked(Waves(hint.title, waves))


def vectors_from(hint: Hint, answer: str) -> Vectors | None:
    """Each size that has a direction, the longest drawn with 5."""
    found = []
    for each in FORCE.finditer(answer):
        angle = float(WAYS[each["way"]]) if each["way"] else number_of(each["angle"]) % 360
        found.append((number_of(each["value"]), each["unit"], angle))
    if not 1 <= len(found) <= MOST_VECTORS or len({unit for _, unit, _ in found}) != 1:
        return None
    longest = max(abs(size) for size, _, _ in found)
    if not longest:
        return None
    arrows = [
        Arrow(f"{size:g} {unit}", round(5 * size / longest, 2), angle, colour)
        for (size, unit, angle), colour in zip(found, COLOURS, strict=False)
    ]
    return checked(Vectors(hint.title, arrows, 12))


def number_of(text: str) -> float:
    bare = text.replace("−", "-")
    if not re.fullmatch(f"-?{THOUSANDS}", bare):
        return float(bare.replace(",", "."))
    if bare.count(".") > 1:
        return float(bare.replace(".", "").replace(",", "."))
    return float(re.sub(r"[ ,]", "", bare))


def numbers_in(text: str) -> frozenset[float]:
    return frozenset(number_of(found) for found in re.findall(NUMBER, text))


def _flow(hint: Hint, steps: Sequence[str]) -> Diagram:
    edges = [Edge(start, end) for start, end in pairwise(range(len(steps)))]
    return checked(Diagram(hint.title, "flowchart", mermaid(steps, edges, "TD")))


def _map(hint: Hint, items: Sequence[str]) -> Diagram:
    nodes = [hint.concept, *items][:MOST_NODES]
    edges = [Edge(0, number) for number in range(1, len(nodes))]
    return checked(Diagram(hint.title, "concept-map", mermaid(nodes, edges, "LR")))


def _name(item: str) -> str:
    """What a line of a list is about, without what it says about it."""
    return re.split(r"[:–.;]|\s-\s", item.replace("**", ""), maxsplit=1)[0]
