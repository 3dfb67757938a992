"""What a question wants reckoned: sums, equations, averages, areas, conversions, the rule of a row of numbers."""

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

from appliance.helper.number_words import in_digits
from appliance.helper.quantities import quantities_in
from appliance.helper.reckoning import NoSum, number_of, roots_of
from appliance.helper.sums import Sum, in_signs, sums_in
from appliance.helper.units import UNITS, ZEROS

MOST_NUMBERS = 24
MOST_SIDE = 60
PI = Fraction(314_159_265, 10**8)
NUMBER = re.compile(r"(?<![\w.,])-?\d+(?:[.,]\d+)*(?:/\d+)?")
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+|\S")
UNKNOWN_WORDS = re.compile(
    r"\b(?:what|which|a|some|un|que|algun|cierto|the|el) (?:number|numero)\b|\bthe unknown\b"
    r"|\bla incognita\b|(?<![?□_])[?□_]+(?= ?[*/+=-])|(?<=[*/+=-]) ?[?□_]+"
)
EQUALS = re.compile(r"\b(?:is equal to|equals|gives|makes|is|es igual a|da|es|hace)\b")
ROW = re.compile(
    r"\b(?:next|continue|follows?|missing|sequence|pattern|sigue|siguiente|continua|secuencia|sucesion"
    r"|falta)\b"
)
Law = Callable[[Fraction, Fraction], Fraction]
MEASURED: dict[tuple[str, str], tuple[tuple[str, Law], ...]] = {
    ("voltage", "resistance"): (
        ("current", lambda volts, ohms: volts / ohms),
        ("power", lambda volts, ohms: volts**2 / ohms),
    ),
    ("voltage", "current"): (
        ("resistance", lambda volts, amps: volts / amps),
        ("power", lambda volts, amps: volts * amps),
    ),
    ("current", "resistance"): (
        ("voltage", lambda amps, ohms: amps * ohms),
        ("power", lambda amps, ohms: amps**2 * ohms),
    ),
    ("power", "voltage"): (
        ("current", lambda watts, volts: watts / volts),
        ("resistance", lambda watts, volts: volts**2 / watts),
    ),
    ("power", "current"): (("voltage", lambda watts, amps: watts / amps),),
    ("power", "time"): (("work", lambda watts, seconds: watts * seconds),),
    ("length", "time"): (("speed", lambda metres, seconds: metres / seconds),),
    ("speed", "time"): (("length", lambda speed, seconds: speed * seconds),),
    ("length", "speed"): (("time", lambda metres, speed: metres / speed),),
}


def asked_sums(text: str) -> Iterator[Sum]:
    """Of a levelled question."""
    for make in (sums_in, _equations, _lists, _shapes, _conversions, _laws, _rows, _bases):
        yield from make(text)


def _equations(text: str) -> Iterator[Sum]:
    text = in_signs(UNKNOWN_WORDS.sub(" n ", text))
    if " n " in text and "=" not in text:
        text = EQUALS.sub("=", text, count=1)
    tokens = TOKEN.findall(text)
    for at, sign in enumerate(tokens):
        if sign != "=":
            continue
        left, right = _side(tokens[:at][::-1])[::-1], _side(tokens[at + 1 :])
        unknowns = {part for part in (*left, *right) if part.isalpha() and part not in ("sqrt", "cbrt")}
        if len(unknowns) != 1 or not left or not right or left in ([*unknowns],):
            continue
        given = frozenset(_numbers(" ".join((*left, *right))))
        for root in roots_of(" ".join(left), " ".join(right), unknowns.pop()):
            yield Sum(root, given)


def _side(parts: Sequence[str]) -> list[str]:
    """As far as it is a side of an equation."""
    side: list[str] = []
    for part in parts[:MOST_SIDE]:
        is_name = part.isalpha() and (len(part) == 1 or part in ("sqrt", "cbrt"))
        if not (part[0].isdigit() or part in "()^*/+-" or is_name):
            break
        if (
            is_name
            and side
            and (side[-1].isalpha() or (len(part) == 1 and part in "ay" and side[-1].isdigit()))
        ):
            break
        side.append(part)
    return side


def _lists(text: str) -> Iterator[Sum]:
    """Averages, middles, common divisors and multiples, sums of more than two."""
    text = in_digits(text)
    ways: tuple[tuple[str, Callable[[list[Fraction]], Fraction | None]], ...] = (
        (
            r"\b(?:average|mean|promedio|media(?: aritmetica)?)\b",
            lambda numbers: sum(numbers, Fraction(0)) / len(numbers),
        ),
        (r"\b(?:median|mediana)\b", _middle),
        (r"\b(?:sum|total|suma|add|sumar|altogether)\b", lambda numbers: sum(numbers, Fraction(0))),
        (r"\b(?:product|producto|multiply)\b", _product),
        (
            r"\b(?:greatest common|highest common|maximo comun|gcd|gcf|hcf|mcd)\b",
            lambda numbers: _whole(numbers, gcd),
        ),
        (
            r"\b(?:least common|lowest common|smallest common|minimo comun|lcm|mcm)\b",
            lambda numbers: _whole(numbers, lcm),
        ),
    )
    for pattern, way in ways:
        found = re.search(pattern, text)
        numbers = _numbers(text[found.end() :]) if found else []
        if len(numbers) > 1 and (value := way(numbers)) is not None:
            yield Sum(value, frozenset(numbers))


def _middle(numbers: list[Fraction]) -> Fraction:
    ordered, half = sorted(numbers), len(numbers) // 2
    return ordered[half] if len(numbers) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _product(numbers: list[Fraction]) -> Fraction | None:
    value = Fraction(1)
    for number in numbers[:8]:
        value *= number
    return value if abs(value) < 10**18 else None


def _whole(numbers: list[Fraction], way: Callable[..., int]) -> Fraction | None:
    if any(number.denominator != 1 or not 0 < number < 10**9 for number in numbers):
        return None
    return Fraction(way(*(int(number) for number in numbers[:8])))


def _shapes(text: str) -> Iterator[Sum]:
    text = in_digits(text)
    found = re.search(
        r"\b(?:area|perimeter|perimetro|volume|volumen|circumference|circunferencia|surface)\b", text
    )
    if found is None:
        return
    sides, wanted = _numbers(text), found[0]
    if not 0 < len(sides) <= 4:
        return
    is_round = re.search(
        r"\b(?:circle|circulo|radius|radio|diameter|diametro|circunferencia|circumference)\b", text
    )
    for value in _round(wanted, sides[0], text) if is_round else _cornered(wanted, sides, text):
        yield Sum(value, frozenset(sides))


def _round(wanted: str, given: Fraction, text: str) -> Iterator[Fraction]:
    radius = given / 2 if re.search(r"\bdiamet", text) else given
    if wanted in ("area", "surface"):
        yield PI * radius**2
        yield radius**2
    else:
        yield 2 * PI * radius
        yield 2 * radius


def _cornered(wanted: str, sides: list[Fraction], text: str) -> Iterator[Fraction]:
    is_triangle = re.search(r"\btri(?:angle|angulo)", text) is not None
    is_even = re.search(r"\b(?:square|cuadrado|cube|cubo)\b", text) is not None
    first, second = sides[0], sides[1] if len(sides) > 1 else sides[0]
    if wanted.startswith("vol"):
        if len(sides) == 3:
            yield first * second * sides[2]
        elif is_even:
            yield first**3
    elif wanted.startswith("per"):
        if is_triangle:
            yield sum(sides, Fraction(0)) if len(sides) > 1 else 3 * first
        else:
            yield 4 * first if is_even or len(sides) == 1 else 2 * (first + second)
    elif len(sides) > 1 or is_even:
        yield first * second / 2 if is_triangle else first * second


def _conversions(text: str) -> Iterator[Sum]:
    """`How many mm are 3.5 cm?`: a unit that stands without a number, beside a number in another one."""
    given = [each for each in quantities_in(text) if each.dimension]
    if len(given) > MOST_NUMBERS:
        return
    taken = [(each.start, each.end + len(each.unit) + 2) for each in given]
    for word in re.finditer(r"%|km/h|m/s|°[cf]|[^\W\d_]+(?:\^?[23](?!\d))?", text):
        unit = UNITS.get(word[0])
        if (
            unit is None
            or any(start <= word.start() <= end for start, end in taken)
            or (len(word[0]) == 1 and word[0] in "ays")
        ):
            continue
        for each in given:
            if each.dimension == unit[0] and (
                each.worth != unit[1] or ZEROS.get(word[0]) != ZEROS.get(each.unit)
            ):
                value = each.scaled[-1] / unit[1] - ZEROS.get(word[0], Fraction(0))
                yield Sum(value, frozenset(each.values))


def _laws(text: str) -> Iterator[Sum]:
    """Two measured things and the law that ties them to a third."""
    given = [each for each in quantities_in(text) if each.dimension]
    if len(given) != 2:
        return
    for one, two in (given, given[::-1]):
        for _, law in MEASURED.get((one.dimension, two.dimension), ()):
            if two.scaled[-1] and one.scaled[-1]:
                yield Sum(law(one.scaled[-1], two.scaled[-1]), frozenset((*one.values, *two.values)))


def _rows(text: str) -> Iterator[Sum]:
    numbers = _numbers(in_digits(text))
    if len(numbers) < 3 or not ROW.search(text):
        return
    steps = {two - one for one, two in pairwise(numbers)}
    if len(steps) == 1:
        yield Sum(numbers[-1] + steps.pop(), frozenset(numbers))
    elif all(numbers) and len(factors := {two / one for one, two in pairwise(numbers)}) == 1:
        yield Sum(numbers[-1] * factors.pop(), frozenset(numbers))


def _bases(text: str) -> Iterator[Sum]:
    found = re.search(r"\b(\d{1,9})\b.{0,24}\b(?:binar\w+|base (?:2|two|dos))\b", text)
    if found:
        yield Sum(Fraction(f"{int(found[1]):b}"), frozenset((Fraction(found[1]),)))
    found = re.search(r"\b([01]{2,24})\b.{0,24}\b(?:decimal|base (?:10|ten|diez))\b", text)
    if found:
        yield Sum(Fraction(int(found[1], 2)), frozenset((Fraction(found[1]),)))
    found = re.search(r"\b(\d{1,2}) ?(?:!(?=\s|$|\?)|factorial\b)", text)
    if found:
        value = 1
        for factor in range(2, min(int(found[1]), 18) + 1):
            value *= factor
        yield Sum(Fraction(value), frozenset((Fraction(found[1]),)))


def _numbers(text: str) -> list[Fraction]:
    found = []
    for given in NUMBER.findall(text)[:MOST_NUMBERS]:
        top, _, bottom = given.partition("/")
        try:
            number = number_of(top.lstrip("-")) / (int(bottom) if bottom else 1)
        except (NoSum, ZeroDivisionError):
            continue
        found.append(-number if given.startswith("-") else number)
    return found
