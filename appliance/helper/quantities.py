"""Numbers in a text, however they are written: digits, fractions, powers, words; with their units."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from appliance.helper.plain_letters import tokens_of

# Above this a number is no homework any more, and reckoning with it would take time.
MOST_DIGITS = 30
MOST_POWER = 60
# Two numbers are one where they differ by rounding alone.
ROUNDING = Fraction(5, 1000)

NUMBER = re.compile(
    r"0x[0-9a-f]{1,16}\b|0b[01]{1,64}\b"
    r"|(?<![a-z])\d+(?:[.,']\d+)*(?:\s?(?:\*\s?10\s?\^?\s?|e)(?P<power>[+-]?\d{1,2})(?![\d.,]))?(?:\s?/\s?\d+(?![\d/]))?"
)
UNIT = re.compile(r"\s?-?\s?(%|°\s?[cfk]?|[$€]|[^\W\d_]+(?:[23²³])?)")

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
SPANISH_ONES = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis"
    " diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco"
    " veintiseis veintisiete veintiocho veintinueve"
)
SMALL: dict[str, int] = {
    **{word: value for value, word in enumerate(ONES.split())},
    **{word: value for value, word in enumerate(SPANISH_ONES.split())},
    "veintiun": 21,
}
TENS_WORDS = """
twenty thirty forty fifty sixty seventy eighty ninety
veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa
"""
TENS = {word: 20 + 10 * (place % 8) for place, word in enumerate(TENS_WORDS.split())}
SPANISH_HUNDREDS = {
    "cien": 100,
    "ciento": 100,
    "doscientos": 200,
    "trescientos": 300,
    "cuatrocientos": 400,
    "quinientos": 500,
    "seiscientos": 600,
    "setecientos": 700,
    "ochocientos": 800,
    "novecientos": 900,
}
ADDED = SMALL | TENS | SPANISH_HUNDREDS
TIMES = {"hundred": 100, "thousand": 1000, "mil": 1000, "million": 10**6, "millon": 10**6, "millones": 10**6}
POINTS = {"point", "punto", "coma"}
PARTS = {
    "half": Fraction(1, 2),
    "medio": Fraction(1, 2),
    "media": Fraction(1, 2),
    "quarter": Fraction(1, 4),
    "dozen": Fraction(12),
    "docena": Fraction(12),
}
SHARES_OF = "third quarter fifth sixth seventh eighth ninth tenth"
SPANISH_SHARES_OF = "tercio cuarto quinto sexto septimo octavo noveno decimo"
SHARES: dict[str, int] = {"half": 2, "halves": 2, "fourth": 4, "medios": 2} | {
    word + ending: 3 + place
    for words in (SHARES_OF, SPANISH_SHARES_OF)
    for place, word in enumerate(words.split())
    for ending in ("", "s")
}

# Dimension and what one of it is worth in the dimension's first unit.
UNIT_WORDS: dict[str, tuple[str, int | Fraction]] = {
    "volt": ("v volt volts voltio voltios", 1),
    "milli volt": ("mv millivolt millivolts milivoltios", Fraction(1, 1000)),
    "kilo volt": ("kv kilovolt kilovolts kilovoltios", 1000),
    "amp": ("a amp amps ampere amperes amperio amperios", 1),
    "milli amp": ("ma milliamp milliamps milliampere milliamperes miliamperios", Fraction(1, 1000)),
    "ohm": ("ohm ohms ohmio ohmios", 1),
    "kilo ohm": ("kohm kohms kiloohm kiloohms kilohm kilohms kiloohmios", 1000),
    "watt": ("w watt watts vatio vatios", 1),
    "kilo watt": ("kw kilowatt kilowatts kilovatios", 1000),
    "metre": ("m metre metres meter meters metro metros", 1),
    "kilo metre": ("km kilometre kilometres kilometer kilometers kilometro kilometros", 1000),
    "centi metre": (
        "cm centimetre centimetres centimeter centimeters centimetro centimetros",
        Fraction(1, 100),
    ),
    "milli metre": (
        "mm millimetre millimetres millimeter millimeters milimetro milimetros",
        Fraction(1, 1000),
    ),
    "gram": ("g gram grams gramo gramos", 1),
    "kilo gram": ("kg kilo kilos kilogram kilograms kilogramo kilogramos", 1000),
    "milli gram": ("mg milligram milligrams miligramos", Fraction(1, 1000)),
    "second": ("s sec secs second seconds segundo segundos", 1),
    "sixty second": ("min mins minute minutes minuto minutos", 60),
    "hour second": ("h hr hrs hour hours hora horas", 3600),
    "litre": ("l litre litres liter liters litro litros", 1),
    "milli litre": ("ml millilitre millilitres milliliter milliliters mililitros", Fraction(1, 1000)),
    "newton": ("n newton newtons", 1),
    "joule": ("j joule joules julios", 1),
    "degree": ("° °c °f degree degrees grado grados", 1),
    "percent": ("% percent", 1),
    "money": ("$ € euro euros dollar dollars dolar dolares", 1),
    "square metre": ("m2 m² cm2 cm²", 1),
}
UNITS: dict[str, tuple[str, Fraction]] = {
    word: (name.rsplit(" ", 1)[-1], Fraction(worth))
    for name, (words, worth) in UNIT_WORDS.items()
    for word in words.split()
}


@dataclass(frozen=True)
class Quantity:
    """`values` are all that the digits may mean (`1,500`); `dimension` is empty where no unit is known."""

    values: tuple[Fraction, ...]
    dimension: str
    worth: Fraction
    unit: str
    is_written: bool
    start: int

    def equals(self, other: "Quantity") -> bool:
        if self.dimension and self.dimension == other.dimension:
            return _meet(_scaled(self), _scaled(other))
        if self.dimension and other.dimension and len(self.unit) > 1:
            return False
        ratio = {self.dimension, other.dimension} == {"percent", ""}
        return _meet(self.values, other.values) or (ratio and _meet(_parts(self), _parts(other)))

    @property
    def is_small(self) -> bool:
        """A bare number that any sentence may hold."""
        return not self.dimension and all(value in range(13) for value in self.values)


def quantities_in(text: str) -> list[Quantity]:
    """Of a levelled text."""
    return [*_in_digits(text), *_in_words(text)]


def near(one: Fraction, other: Fraction) -> bool:
    if one == other:
        return True
    if one.denominator == 1 and other.denominator == 1:
        return False
    return abs(one - other) <= ROUNDING * max(abs(one), abs(other))


def _meet(some: tuple[Fraction, ...], others: tuple[Fraction, ...]) -> bool:
    return any(near(one, other) for one in some for other in others)


def _scaled(quantity: Quantity) -> tuple[Fraction, ...]:
    return tuple(value * quantity.worth for value in quantity.values)


def _parts(quantity: Quantity) -> tuple[Fraction, ...]:
    if quantity.dimension == "percent":
        return tuple(value / 100 for value in quantity.values)
    return quantity.values


def _in_digits(text: str) -> Iterator[Quantity]:
    for found in NUMBER.finditer(text):
        values = _values(found)
        if values:
            yield _with_unit(values, text, found.start(), found.end(), is_written=False)


def _with_unit(values: tuple[Fraction, ...], text: str, start: int, end: int, is_written: bool) -> Quantity:
    after = UNIT.match(text, end)
    word = after[1].replace(" ", "") if after else ""
    if text[max(0, start - 1) : start] in ("$", "€"):
        word = "$"
    dimension, worth = UNITS.get(word, ("", Fraction(1)))
    if re.match(r"\s?(?:por ciento|per cent)\b", text[end:]):
        dimension, worth = "percent", Fraction(1)
    return Quantity(values, dimension, worth, word if dimension else "", is_written, start)


def _values(found: re.Match[str]) -> tuple[Fraction, ...]:
    whole = found[0].replace("'", "")
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


def _in_words(text: str) -> Iterator[Quantity]:
    """`forty-two`, `cuarenta y dos`, `one point five`, `two thirds` of what people write out."""
    words = [(found[0], found.start(), found.end()) for found in re.finditer(r"[^\W\d_]+", text)]
    at = 0
    while at < len(words):
        used, value = _spelled([word for word, _, _ in words[at : at + 12]])
        if used:
            _, start, _ = words[at]
            end = words[at + used - 1][2]
            yield _with_unit((value,), text, start, end, is_written=True)
        at += max(1, used)


def _spelled(words: list[str]) -> tuple[int, Fraction]:
    """How many words the number takes, and what it is; 0 where none begins here."""
    if words and words[0] in PARTS:
        return 1, PARTS[words[0]]
    total, group, used, last = 0, 0, 0, 0
    for at, word in enumerate(words):
        if word in ADDED and (not used or _goes_on(last, ADDED[word])):
            group, used, last = group + ADDED[word], at + 1, ADDED[word]
        elif word in TIMES and (used == at or words[at - 1] in ("a", "un")):
            group, used, last = max(1, group) * TIMES[word], at + 1, TIMES[word]
            if TIMES[word] > 100:
                total, group = total + group, 0
        elif not (word in ("and", "y") and used == at and used):
            break
    if used and used < len(words) and words[used] in POINTS:
        digits = [str(SMALL[word]) for word in _while_small(words[used + 1 :])]
        if digits:
            return used + 1 + len(digits), Fraction(f"{total + group}.{''.join(digits)}")
    if used and used < len(words) and words[used] in SHARES and total + group < 100:
        return used + 1, Fraction(total + group, SHARES[words[used]])
    return used, Fraction(total + group)


def _goes_on(last: int, value: int) -> bool:
    """`forty two` is one number and `four two` are two."""
    return value < last and (last >= 100 or (last >= 20 and last % 10 == 0 and value < 10))


def _while_small(words: list[str]) -> Iterator[str]:
    for word in words:
        if SMALL.get(word, 99) > 9:
            return
        yield word


def spelled_digits(text: str) -> list[str]:
    """Every token that is a run of digits or a digit's name, as digits; other tokens as they are."""
    return [str(SMALL[token]) if SMALL.get(token, 99) < 10 else token for token in tokens_of(text)]
