"""Days and centuries that a text names, however it writes them: `9 July 1816`, `9/7/1816`, `the ninth of July`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.helper.number_words import in_digits

MONTH_ROWS = (
    "january february march april may june july august september october november december",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "jan feb mar apr may jun jul aug sept oct nov dec",
    "ene febr marz abr mayo junio julio ago setiembre octub noviemb dic",
)
MONTHS = {name: place for row in MONTH_ROWS for place, name in enumerate(row.split(), start=1)} | {"sep": 9}
ORDINAL_ROWS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
    " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
    "primero segundo tercero cuarto quinto sexto septimo octavo noveno decimo",
)
ORDINALS = {name: place for row in ORDINAL_ROWS for place, name in enumerate(row.split(), start=1)} | {
    "thirtieth": 30
}
ORDINAL = re.compile(rf"\b(?:(20|30)[\s-])?({'|'.join(ORDINALS)})\b")
NAME = rf"({'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
DAY = r"(?<![\d.,:/])(\d{1,2})(?:st|nd|rd|th|o)?\b"
YEAR = r"(?:(\d{4})|(1\d|20) (\d\d))(?!\d)"
OF = r"(?:,|,? (?:of|de|del|in|en|the|el))?\s+"
DAY_FIRST = re.compile(rf"{DAY}{OF}{NAME}(?:{OF}{YEAR})?")
MONTH_FIRST = re.compile(rf"\b{NAME}{OF}{DAY}(?:{OF}{YEAR})?")
BY_SIGNS = re.compile(r"(?<![\d.,/-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)(?![\d/])")
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?!\d)")
CENTURY = re.compile(r"\bsiglo\W+(\d{1,2}|[ivx]+)\b|\b(\d{1,2})(?:st|nd|rd|th|o)?[\s-]+(?:century|siglo)\b")
HUNDREDS = re.compile(r"(?<!\d)(\d{1,2})00'?s\b|\banos (\d{1,2})00\b")
WHOLE_NUMBER = re.compile(r"(?<![\d.,])\d{1,4}(?![\d]|[.,]\d)")
ROMAN = {"i": 1, "v": 5, "x": 10}
MOST_OTHER_WORDS = 2
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Date:
    """`year` is 0 where none is named."""

    year: int
    month: int
    day: int

    def tells(self, other: "Date") -> bool:
        """The same day of the year, and no other year."""
        same = (self.month, self.day) == (other.month, other.day)
        return same and (self.year == other.year or 0 in (self.year, other.year))


@dataclass(frozen=True)
class Days:
    """`names` and `numbers`: months and numbers that stand anywhere in the text."""

    dates: frozenset[Date]
    centuries: frozenset[int]
    names: frozenset[int]
    numbers: frozenset[int]

    def tell(self, date: Date) -> bool:
        """At once, or in pieces."""
        if any(each.tells(date) for each in self.dates):
            return True
        return bool(date.year) and date.month in self.names and {date.day, date.year} <= self.numbers

    def tell_century(self, number: int) -> bool:
        """By its name, or by its first and its last year."""
        starts, ends = {100 * number - 100, 100 * number - 99}, {100 * number - 1, 100 * number}
        return number in self.centuries or bool(starts & self.numbers and ends & self.numbers)


def days_in(text: str) -> Days:
    """Of a levelled text."""
    text = ORDINAL.sub(_as_number, in_digits(text))
    return Days(
        frozenset(_dates_in(text)),
        frozenset(_centuries_in(text)),
        frozenset(MONTHS[word] for word in WORD.findall(text) if word in MONTHS),
        frozenset(int(number) for number in WHOLE_NUMBER.findall(text)),
    )


def date_of(answer: str) -> Date | None:
    """Of a levelled answer that is a day and little else; the day comes first where signs leave it open."""
    text = ORDINAL.sub(_as_number, in_digits(answer))
    rest = min((pattern.sub("", text) for pattern in (DAY_FIRST, MONTH_FIRST, BY_SIGNS, YEAR_FIRST)), key=len)
    return next(_dates_in(text), None) if len(WORD.findall(rest)) <= MOST_OTHER_WORDS else None


def century_of(answer: str) -> int:
    """0 where the levelled answer is none."""
    text = ORDINAL.sub(_as_number, in_digits(answer))
    is_short = len(WORD.findall(text)) <= 2 + MOST_OTHER_WORDS
    return next(_centuries_in(text), 0) if is_short else 0


def _as_number(found: re.Match[str]) -> str:
    return f"{int(found[1] or 0) + ORDINALS[found[2]]}th"


def _dates_in(text: str) -> Iterator[Date]:
    for found in DAY_FIRST.finditer(text):
        yield Date(_year(*found.groups()[2:]), MONTHS[found[2]], int(found[1]))
    for found in MONTH_FIRST.finditer(text):
        yield Date(_year(*found.groups()[2:]), MONTHS[found[1]], int(found[2]))
    for found in BY_SIGNS.finditer(text):
        year = int(found[4]) if len(found[4]) == 4 else 0
        yield Date(year, int(found[3]), int(found[1]))
        yield Date(year, int(found[1]), int(found[3]))
    for found in YEAR_FIRST.finditer(text):
        yield Date(int(found[1]), int(found[3]), int(found[4]))


def _year(whole: str | None, first: str | None, last: str | None) -> int:
    return int(whole or f"{first or ''}{last or ''}" or 0)


def _centuries_in(text: str) -> Iterator[int]:
    for spanish, english in CENTURY.findall(text):
        number = spanish or english
        yield int(number) if number.isdigit() else _from_roman(number)
    for english, spanish in HUNDREDS.findall(text):
        yield int(english or spanish) + 1


def _from_roman(written: str) -> int:
    worths = [ROMAN[sign] for sign in written]
    pairs = zip(worths, [*worths[1:], 0], strict=True)
    return sum(-one if one < following else one for one, following in pairs)
