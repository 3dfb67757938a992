"""Ratios and fractions told by their parts: `three parts of sugar to eight of flour`, `the numerator is 7`."""

import re
from fractions import Fraction

from appliance.helper.number_words import in_digits

RATIO = re.compile(r"(\d{1,6}) ?(?::|to|a) ?(\d{1,6})")
FRACTION = re.compile(r"(\d{1,6}) ?/ ?(\d{1,6})")
# A number, and how far the next one of the same sentence may be.
TWO_PARTS = r"(?<![\d.,]){first}(?!\d|[.,]\d)[^\d.!?\n]{{1,40}}(?<![\d.,]){second}(?!\d|[.,]\d)"
TOP = r"(?:numerator|top|upper|above|numerador|arriba|encima)"
BOTTOM = r"(?:denominator|bottom|lower|below|underneath|denominador|abajo|debajo)"


def ratio_of(answer: str) -> tuple[str, str] | None:
    """Of a levelled answer."""
    found = RATIO.fullmatch(answer)
    return (found[1], found[2]) if found else None


def fraction_of(answer: str) -> Fraction | None:
    """Of a levelled answer that is one, less than a whole or more."""
    found = FRACTION.fullmatch(answer)
    return Fraction(int(found[1]), int(found[2])) if found and int(found[2]) else None


def tells_ratio(text: str, ratio: tuple[str, str]) -> bool:
    """Both numbers after each other in one sentence of a levelled text."""
    first, second = ratio
    return re.search(TWO_PARTS.format(first=first, second=second), in_digits(text)) is not None


def tells_fraction(text: str, value: Fraction) -> bool:
    """What stands above its line and what below, in a levelled text."""
    said = in_digits(text)
    return any(
        top * value.denominator == bottom * value.numerator and bottom
        for top in _beside(TOP, said)
        for bottom in _beside(BOTTOM, said)
    )


def _beside(word: str, text: str) -> set[int]:
    """Numbers that a text puts into this place."""
    behind = re.findall(rf"\b{word}\b[^\d.!?\n]{{1,25}}(?<![\d.,])(\d{{1,6}})(?!\d|[.,]\d)", text)
    before = re.findall(rf"(?<![\d.,])(\d{{1,6}})(?!\d|[.,]\d)[^\d.!?\n]{{1,15}}\b{word}\b", text)
    return {int(number) for number in (*behind, *before)}
