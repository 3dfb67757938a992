"""A small reader of sums and equations in signs; nothing is ever run."""

import re
from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

MOST_SIGNS = 120
MOST_POWER = 40
BIGGEST = 10**18
DEEPEST = 12
PART = re.compile(r"\s*(sqrt|cbrt|\d+(?:[.,]\d+)*|[()^*/+-])")
FACTOR = re.compile(r"(?<=[\d)])\s*(?=\()|(?<=\))\s*(?=\d)")


class NoSum(Exception):
    """These signs make no sum."""


def parts_of(signs: str) -> list[str]:
    """`2(3 + 4)` as numbers and signs."""
    return PART.findall(FACTOR.sub("*", signs.strip().strip(".,")))


def numbers_of(parts: Sequence[str]) -> list[Fraction]:
    return [number_of(part) for part in parts if part[0].isdigit()]


def reckoned(parts: Sequence[str]) -> Fraction:
    """Raises NoSum."""
    if len(parts) > MOST_SIGNS:
        raise NoSum
    try:
        value, rest = _sum(list(parts), 0)
    except ZeroDivisionError as error:
        raise NoSum from error
    if rest:
        raise NoSum
    return value


def roots_of(left: str, right: str, unknown: str) -> list[Fraction]:
    """Where both sides are equal, if the difference is at most a square in the unknown and comes out even."""

    def gap(at: Fraction) -> Fraction:
        value = f"({at.numerator}/{at.denominator})" if at >= 0 else f"(0-{-at.numerator}/{at.denominator})"
        sides = (parts_of(_with(side, unknown, value)) for side in (left, right))
        one, two = (reckoned(side) for side in sides)
        return one - two

    try:
        return _zeros([gap(Fraction(at)) for at in (1, 2, 3, 4)], over=False)
    except NoSum:
        return []


def _with(side: str, unknown: str, value: str) -> str:
    side = re.sub(rf"(?<=[\d)])\s*(?={unknown})", "*", side)
    return re.sub(rf"{unknown}\s*(?=[\d(])", f"{unknown}*", side).replace(unknown, value)


def _zeros(gaps: Sequence[Fraction], over: bool) -> list[Fraction]:
    """Of a polynomial through (1, gap), (2, gap), …; `over`: it was multiplied by the unknown."""
    one, two, three, four = gaps
    square = (three - 2 * two + one) / 2
    slope = two - one - 3 * square
    constant = one - square - slope
    if 16 * square + 4 * slope + constant != four:
        if over:
            return []
        return _zeros([gap * at for at, gap in enumerate(gaps, start=1)], over=True)
    if square == 0:
        return [-constant / slope] if slope else []
    under = slope * slope - 4 * square * constant
    if under < 0:
        return []
    root = _root(under, 2)
    return [
        value
        for value in ((-slope + root) / (2 * square), (-slope - root) / (2 * square))
        if value or not over
    ]


def number_of(digits: str) -> Fraction:
    """Raises NoSum."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", digits):
        digits = re.sub(r"[.,]", "", digits)
    try:
        return Fraction(digits.replace(",", "."))
    except ValueError as error:
        raise NoSum from error


def _sum(parts: list[str], depth: int) -> tuple[Fraction, list[str]]:
    value, parts = _product(parts, depth)
    while parts and parts[0] in "+-":
        sign, (more, rest) = parts[0], _product(parts[1:], depth)
        value, parts = _bounded(value + more if sign == "+" else value - more), rest
    return value, parts


def _product(parts: list[str], depth: int) -> tuple[Fraction, list[str]]:
    value, parts = _power(parts, depth)
    while parts and parts[0] in "*/":
        sign, (more, rest) = parts[0], _power(parts[1:], depth)
        value, parts = _bounded(value * more if sign == "*" else value / more), rest
    return value, parts


def _power(parts: list[str], depth: int) -> tuple[Fraction, list[str]]:
    base, parts = _single(parts, depth)
    if parts and parts[0] == "^":
        power, parts = _single(parts[1:], depth + 1)
        if power.denominator != 1 or abs(power) > MOST_POWER or abs(base) > 10**6:
            raise NoSum
        return _bounded(base ** int(power)), parts
    return base, parts


def _single(parts: list[str], depth: int) -> tuple[Fraction, list[str]]:
    if not parts or depth > DEEPEST:
        raise NoSum
    first, rest = parts[0], parts[1:]
    if first[0].isdigit():
        return number_of(first), rest
    if first in "+-":
        value, rest = _power(rest, depth + 1)
        return (-value if first == "-" else value), rest
    if first in ("sqrt", "cbrt"):
        value, rest = _single(rest, depth + 1)
        return _root(value, 2 if first == "sqrt" else 3), rest
    if first != "(":
        raise NoSum
    value, rest = _sum(rest, depth + 1)
    if not rest or rest[0] != ")":
        raise NoSum
    return value, rest[1:]


def _root(value: Fraction, degree: int) -> Fraction:
    """To four places, where it doesn't come out even."""
    if value < 0 or value > BIGGEST:
        raise NoSum
    if degree == 2:
        return _even(value) or Fraction(isqrt(int(value * 10**8)), 10**4)
    whole = round(float(value) ** (1 / 3))
    return (
        Fraction(whole)
        if whole**3 == value
        else Fraction(round(float(value) ** (1 / 3), 4)).limit_denominator(10**4)
    )


def _even(value: Fraction) -> Fraction | None:
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    return Fraction(top, bottom) if Fraction(top * top, bottom * bottom) == value else None


def _bounded(value: Fraction) -> Fraction:
    if abs(value) > BIGGEST or value.denominator > BIGGEST:
        raise NoSum
    return value
