"""Sums that a text asks for, reckoned with a small reader of our own; nothing is ever run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

MOST_SIGNS = 120
MOST_POWER = 40
BIGGEST = 10**18
DEEPEST = 12

# What is said in words, as a sign; tried in this order on levelled text.
SAID = (
    (r"(?:square root|raiz cuadrada) (?:of |de )?", " sqrt "),
    (r"√", " sqrt "),
    (r"(\d)\s?% (?:of|de) ", r"\1/100*"),
    (r"(\d) (?:percent|per cent|por ciento) (?:of|de) ", r"\1/100*"),
    (r"\bhalf of |\bla mitad de ", "1/2*"),
    (r"\btwice |\bdouble (?:of )?|\bel doble de ", "2*"),
    (r"\bto the power of |\belevado a (?:la )?|\*\*", "^"),
    (r"(?<=\d) squared| al cuadrado", "^2"),
    (r"(?<=\d) cubed| al cubo", "^3"),
    (r"\b(?:multiplied by|times|multiplicado por|por)\b", "*"),
    (r"\b(?:divided by|over|dividido (?:entre|por)|entre)\b", "/"),
    (r"\b(?:plus|added to|mas)\b", "+"),
    (r"\b(?:minus|menos)\b", "-"),
    (r"(?<=[\d)])\s?x\s?(?=[\d(])", "*"),
    (r"[÷:](?=\s?\d)", "/"),
)
SIGNS = re.compile(r"(?:sqrt|[\d.,()^*/+\- ])+")
PART = re.compile(r"\s*(sqrt|\d+(?:[.,]\d+)*|[()^*/+-])")
SOLVE = re.compile(r"(-?\d*)\s?\*?\s?([a-z])\s?([+-]\s?\d+)?\s?=\s?(-?\d+)(?![\d.,])")


@dataclass(frozen=True)
class Sum:
    value: Fraction
    operands: frozenset[Fraction]


class _NoSum(Exception):
    """These signs make no sum."""


def sums_in(text: str) -> Iterator[Sum]:
    """Of a levelled text: every sum with at least one sign between numbers, and `2x + 3 = 11`."""
    for found in SOLVE.finditer(text):
        factor = {"": 1, "-": -1}.get(found[1]) or int(found[1] or 1)
        plus, right = int((found[3] or "0").replace(" ", "")), int(found[4])
        if factor and (factor != 1 or plus) and len(found[0]) < MOST_SIGNS:
            yield Sum(Fraction(right - plus, factor), frozenset(map(Fraction, (factor, plus, right))))
    for pattern, sign in SAID:
        text = re.sub(pattern, sign, text)
    for found in SIGNS.finditer(text):
        if 3 <= len(found[0].strip()) <= MOST_SIGNS:
            reckoned = _reckoned(found[0])
            if reckoned is not None:
                yield reckoned


def _reckoned(signs: str) -> Sum | None:
    parts = PART.findall(signs.strip().strip(".,"))
    numbers = [part for part in parts if part[0].isdigit()]
    if not any(part in ("sqrt", "^", "*", "/", "+", "-") for part in parts) or not numbers:
        return None
    if len(numbers) < 2 and "sqrt" not in parts:
        return None
    try:
        value, rest = _sum(parts, 0)
        if rest:
            return None
        return Sum(value, frozenset(_number(number) for number in numbers))
    except (_NoSum, ZeroDivisionError):
        return None


def _number(digits: str) -> Fraction:
    digits = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", digits) if re.search(r"[.,]\d{3}\b", digits) else digits
    try:
        return Fraction(digits.replace(",", "."))
    except ValueError as error:
        raise _NoSum from error


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
            raise _NoSum
        return _bounded(base ** int(power)), parts
    return base, parts


def _single(parts: list[str], depth: int) -> tuple[Fraction, list[str]]:
    if not parts or depth > DEEPEST:
        raise _NoSum
    first, rest = parts[0], parts[1:]
    if first[0].isdigit():
        return _number(first), rest
    if first in "+-":
        value, rest = _single(rest, depth + 1)
        return (-value if first == "-" else value), rest
    if first == "sqrt":
        value, rest = _single(rest, depth + 1)
        return _root(value), rest
    if first != "(":
        raise _NoSum
    value, rest = _sum(rest, depth + 1)
    if not rest or rest[0] != ")":
        raise _NoSum
    return value, rest[1:]


def _root(value: Fraction) -> Fraction:
    """To four places, where it doesn't come out even."""
    if value < 0 or value > BIGGEST:
        raise _NoSum
    return Fraction(isqrt(int(value * 10**8)), 10**4)


def _bounded(value: Fraction) -> Fraction:
    if abs(value) > BIGGEST or value.denominator > BIGGEST:
        raise _NoSum
    return value
