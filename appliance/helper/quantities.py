"""Numbers in a text, however they are written: digits, fractions, powers, words; with their units."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from appliance.helper.number_words import SHARES, in_digits, written_numbers
from appliance.helper.units import DOUBTFUL, STEP_WORDS, UNITS, ZEROS

# Above this a number is no homework any more, and reckoning with it would take time.
MOST_DIGITS = 30
# Two numbers are one where they differ by rounding alone.
ROUNDING = Fraction(5, 1000)

NUMBER = re.compile(
    r"0x[0-9a-f]{1,16}\b|0b[01]{1,64}\b"
    r"|(?<![a-z\d])(?:\d+(?:[.,']\d+|_\d{3})*|(?<![\d.])\.\d+)"
    r"(?:\s?(?:[*x]\s?10\s?(?:\^|\*\*)?\s?|e)(?P<power>[+-]?\d{1,2})(?![\d.,]))?(?:\s?/\s?\d+(?![\d/]))?"
)
OF_A = re.compile(r"(?:\s(?:of|de))?(?:\s(?:an?|the|una?|la|el)\b)?")
UNIT = re.compile(r"\s?-?\s?(%|km/h|c?m/s|°\s?[cf]?|[$€]|[^\W\d_]+(?:\^?[23](?!\d))?)")
SOLID = re.compile(
    r"\s?(cubic|square) (kilo|deci|centi|milli)?met(?:re|er)s?\b"
    r"|\s?(kilo|deci|centi|mili)?metros? (cubico|cuadrado)s?\b"
)
SPACED = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?![\d])")
MIXED = re.compile(r"(?<![\d./])(\d+) (?:and |y )?(\d+)/(\d+)(?![\d/])")
WITH_HALF = re.compile(r"(?<!\d)(\d+) (?:and (?:a|one)|y) (half|medi[oa]|quarter|third|cuarto|tercio)\b")
POINTED = re.compile(r"(?<![\d.,])(\d+) ?(?:point|punto|coma|comma|dot|decimal|\.) ?(\d+)(?![\d.,])")
OUT_OF = re.compile(
    r"(?<!\d)(\d+) (?:out of(?: every)?|of every|in every|in|of|de cada|de un total de|sobre|over)"
    r" (?:the |las |los )?(\d+)\b"
)
AND_HALF = re.compile(r"\s?[^\W\d_]+ (?:and a half|y medi[oa])\b")
DIGIT = re.compile(r"\d")
AND_PART = re.compile(r"\s?(?:[^\W\d_]+ )?(?:and|plus|y|mas) ")
PIECES = {"half": 2, "quarter": 4, "third": 3, "cuarto": 4, "tercio": 3}
ROMAN = re.compile(r"\b(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
ONE_OF = re.compile(r"\b(?:an?|una?)\s(?=[a-z]{3})")
DOZENS = re.compile(r"(\d{1,9}) (?:dozens?|docenas?) (?:and|y) (\d{1,2})\b")
SHORT_YEAR = re.compile(r"(?<!\w)'(\d\d)(?!\d|')")
H_CLOCK = re.compile(r"(?<![\w.,])(\d{1,2})\s?h\s?([0-5]\d)(?:\s?m(?:in)?)?(?![\w])")
CLOCK = re.compile(r"(?<!\d)(\d{1,2}):([0-5]\d)(?=\s?(?:h|hrs?|hours?|horas?)\b)")
HOUR_AND_HALF = re.compile(r"(?<!\d )\b([a-z]{3,}) (?:and a half|y medi[oa])\b")
# `A third of a litre`; the third of March is no share.
A_SHARE = re.compile(r"\b(?:an?|un|una) ([a-z]{5,7})(?= (?:of|de) (?:an?|the|una?|la|el|su|its)\b)")
# In digits what was `384.4 thousand`.
BIG = re.compile(r"(?<![\d.,])(\d{1,6}(?:[.,]\d{1,2})?) (1000|1000000)\b(?![.,]\d)")
BINARY = re.compile(r"(?<![\d.,])[01]{2,64}(?![\d.,]\d)")
ROMAN_WORTH = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
TALLY = re.compile(r"([^\w\s.\-=_#>~`])(?:\ufe0f?\s?\1){2,}")
REPEATED = re.compile(r"\b(\w+)(?:[ ,]+\1\b){3,}")


@dataclass(frozen=True)
class Quantity:
    """`values` are all that the digits may mean (`1,500`); `dimension` is empty where no unit is known."""

    values: tuple[Fraction, ...]
    dimension: str
    worth: Fraction
    unit: str
    is_written: bool
    start: int
    end: int = 0

    def equals(self, other: "Quantity") -> bool:
        if self.dimension and self.dimension == other.dimension:
            return _meet(self.scaled, other.scaled)
        if self.dimension and other.dimension and not {self.unit, other.unit} & DOUBTFUL:
            return False
        ratio = {self.dimension, other.dimension} == {"percent", ""}
        return self.reads_like(other) or (ratio and _meet(_parts(self), _parts(other)))

    def reads_like(self, other: "Quantity") -> bool:
        """The same digits, whatever they measure."""
        return _meet(self.values, other.values)

    def measures(self, bare: "Quantity") -> bool:
        """`2500 mA` where the key says `2.5` and leaves the unit to its question."""
        return bool(self.dimension) and not bare.dimension and _meet(self.scaled, bare.values)

    @property
    def is_small(self) -> bool:
        """A bare number that any sentence may hold."""
        return not self.dimension and self.is_plain

    @property
    def is_plain(self) -> bool:
        """Up to a dozen, or round."""
        return all(
            value in range(13) or value in (15, 20, 25, 30, 40, 50, 60, 100, 1000) for value in self.values
        )

    @cached_property
    def surroundings(self) -> tuple[tuple[float, float], ...]:
        """Where to look for it in plain numbers: whatever is outside is another."""
        sizes = {abs(float(value)) / part for value in (*self.values, *self.scaled) for part in (1, 100)}
        slacks = ((size, max(0.02 * size, 0.51 if size >= 10 else 0.0) + 1e-12) for size in sizes)
        return tuple((size - slack, size + slack) for size, slack in slacks)

    @cached_property
    def scaled(self) -> tuple[Fraction, ...]:
        zero = ZEROS.get(self.unit, Fraction(0))
        return tuple((value + zero) * self.worth for value in self.values)


def quantities_in(text: str) -> list[Quantity]:
    """Of a levelled text."""
    single = [*_in_digits(text), *_in_words(text)]
    return [*single, *_together(single, text), *_mixed(in_digits(text))]


def near(one: Fraction, other: Fraction) -> bool:
    """Without their signs: `minus three` is as telling as `-3`."""
    one, other = abs(one), abs(other)
    if one == other:
        return True
    if one.denominator == 1 and other.denominator == 1:
        return False
    return abs(one - other) <= ROUNDING * max(one, other)


def _meet(some: Sequence[Fraction], others: Sequence[Fraction]) -> bool:
    return any(near(one, other) for one in some for other in others)


def _parts(quantity: Quantity) -> tuple[Fraction, ...]:
    if quantity.dimension == "percent":
        return tuple(value / 100 for value in quantity.values)
    return quantity.values


def _in_digits(text: str) -> Iterator[Quantity]:
    for found in NUMBER.finditer(text):
        values = _values(found)
        if values:
            yield _with_unit(values, text, found.start(), found.end(), is_written=False)


def _in_words(text: str) -> Iterator[Quantity]:
    for found in ONE_OF.finditer(text):
        one = _with_unit((Fraction(1),), text, found.start(), found.end() - 1, is_written=True)
        if one.dimension:
            yield one
    for written in written_numbers(text):
        yield _with_unit((written.value,), text, written.start, written.end, is_written=True)


def _with_unit(values: tuple[Fraction, ...], text: str, start: int, end: int, is_written: bool) -> Quantity:
    of_a = OF_A.match(text, end) if is_written or "/" in text[start:end] else None
    after = UNIT.match(text, of_a.end() if of_a else end)
    word = after[1].replace(" ", "") if after else ""
    if solid := SOLID.match(text, of_a.end() if of_a else end):
        step = (solid[2] or solid[3] or "")[:1]
        word = f"{step}m{3 if (solid[1] or solid[4]).startswith('cubic') else 2}"
    if after and word in STEP_WORDS:
        second = UNIT.match(text, after.end())
        word += second[1] if second else ""
    if text[max(0, start - 1) : start] in ("$", "€"):
        word = "$"
    dimension, worth = UNITS.get(word, ("", Fraction(1)))
    if not dimension:
        # A dozen, a pair: what is counted in them has no unit.
        values, worth = tuple(value * worth for value in values), Fraction(1)
    if re.match(r"\s?(?:por ciento|per cent|percent)\b", text[end:]):
        dimension, worth = "percent", Fraction(1)
    return Quantity(values, dimension, worth, word if dimension else "", is_written, start, end)


def _values(found: re.Match[str]) -> tuple[Fraction, ...]:
    whole = re.sub("['_]", "", found[0])
    if whole.startswith(("0x", "0b")) and len(whole) > 2:
        return (Fraction(int(whole, 16 if whole[1] == "x" else 2)),)
    if sum(sign.isdigit() for sign in whole) > MOST_DIGITS:
        return ()
    top, _, bottom = whole.partition("/")
    digits = re.match(r"[\d.,]+", top)
    if digits is None:
        return ()
    power = Fraction(10) ** int(found["power"]) if found["power"] else Fraction(1)
    values = {value * power for value in _meanings(digits[0])}
    if bottom.strip():
        below = int(bottom)
        values = {value / below for value in values} if below else set()
    return tuple(sorted(values))


def _meanings(digits: str) -> set[Fraction]:
    """Both of what `1,500` says in two languages."""
    found = set()
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits):
        found.add(Fraction(re.sub(r"[.,]", "", digits)))
    marks = re.findall(r"[.,]", digits)
    if len(marks) <= 1:
        found.add(Fraction(digits.replace(",", ".")))
    elif marks[-1] not in marks[:-1]:
        whole, part = re.split(rf"\{marks[-1]}", digits)
        found.add(Fraction(f"{re.sub(r'[.,]', '', whole)}.{part}"))
    return found


def _together(single: Sequence[Quantity], text: str) -> Iterator[Quantity]:
    """`1 h 30 min`, `two metres and five centimetres`, `two hours and a half`."""
    for each in single:
        if each.dimension and AND_HALF.match(text, each.end):
            yield replace(each, values=tuple(value + Fraction(1, 2) for value in each.values))
    for one, part in pairwise(sorted(single, key=lambda each: each.start)):
        # `A tonne and six tenths of one`
        is_part = one.dimension and not part.dimension and all(0 < value < 1 for value in part.values)
        if is_part and AND_PART.fullmatch(text, one.end, part.start):
            yield replace(one, values=tuple(value + part.values[0] for value in one.values), end=part.end)
    measured = sorted((each for each in single if each.dimension), key=lambda each: each.start)
    for one, two in pairwise(measured):
        if one.dimension != two.dimension or two.start < one.end or two.start - one.end > 24:
            continue
        between = text[one.end : two.start]
        is_added = re.search(r"\+|\b(?:plus|mas)\b", between) is not None
        if is_added or (two.worth < one.worth and re.fullmatch(r"\W*\w+\W*(?:and|y)?\W*", between)):
            value = one.scaled[-1] + two.scaled[-1]
            yield replace(one, values=(value / one.worth,), end=two.end)


def _mixed(text: str) -> Iterator[Quantity]:
    """Of a text in digits: `2 1/2`, `4 point 5`, `1 500`, `3 out of 4`, `1:30 h`."""
    for sign, pattern, value_of in READINGS if DIGIT.search(text) else ():
        for found in pattern.finditer(text) if sign in text else ():
            value = value_of(found) if len(found[0]) < MOST_DIGITS else None
            if value is not None:
                yield _with_unit((value,), text, found.start(), found.end(), is_written=False)
    for found in H_CLOCK.finditer(text) if DIGIT.search(text) else ():
        hours = int(found[1]) + Fraction(int(found[2]), 60)
        yield Quantity((hours,), *UNITS["h"], "h", False, found.start(), found.end())
    for found in A_SHARE.finditer(text):
        if found[1] in SHARES:
            part = (Fraction(1, SHARES[found[1]]),)
            yield _with_unit(part, text, found.start(), found.end(), is_written=True)
    for found in HOUR_AND_HALF.finditer(text):
        dimension, worth = UNITS.get(found[1], ("", Fraction(1)))
        if dimension:
            yield Quantity((Fraction(3, 2),), dimension, worth, found[1], True, found.start(), found.end())


def _share(found: re.Match[str]) -> Fraction | None:
    part, whole = int(found[1]), int(found[2])
    return Fraction(part, whole) if whole >= part > 0 else None


def _mixed_number(found: re.Match[str]) -> Fraction | None:
    return int(found[1]) + Fraction(int(found[2]), int(found[3])) if int(found[3]) else None


# Without the sign the pattern can't match.
READINGS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Fraction | None]], ...] = (
    (" ", SPACED, lambda found: Fraction(found[0].replace(" ", ""))),
    ("/", MIXED, _mixed_number),
    (" ", WITH_HALF, lambda found: int(found[1]) + Fraction(1, PIECES.get(found[2], 2))),
    ("", POINTED, lambda found: Fraction(f"{found[1]}.{found[2]}")),
    ("do", DOZENS, lambda found: Fraction(12 * int(found[1]) + int(found[2]))),
    ("'", SHORT_YEAR, lambda found: Fraction(1900 + int(found[1]))),
    (":", CLOCK, lambda found: int(found[1]) + Fraction(int(found[2]), 60)),
    (" ", OUT_OF, _share),
    (" 1000", BIG, lambda found: Fraction(found[1].replace(",", ".")) * int(found[2])),
)


def counted_in(raw: str, signs: bool) -> Iterator[Quantity]:
    """Roman numerals, and with `signs` also strokes and pictures that want to be counted, in a text as it stands."""
    for found in ROMAN.finditer(raw):
        if len(found[0]) > 1:
            yield _bare(_from_roman(found[0]), found.start())
    if not signs:
        return
    for found in TALLY.finditer(raw):
        yield _bare(found[0].count(found[1]), found.start())
    for found in REPEATED.finditer(raw.casefold()):
        yield _bare(len(re.findall(rf"\b{re.escape(found[1])}\b", found[0])), found.start())


def in_twos(text: str) -> Iterator[Quantity]:
    """What looks like binary."""
    for found in BINARY.finditer(text):
        yield _bare(int(found[0], 2), found.start())


def _from_roman(written: str) -> int:
    worths = [ROMAN_WORTH[sign] for sign in written]
    pairs = zip(worths, [*worths[1:], 0], strict=True)
    return sum(-one if one < following else one for one, following in pairs)


def _bare(value: int, start: int) -> Quantity:
    return Quantity((Fraction(value),), "", Fraction(1), "", False, start, start)
