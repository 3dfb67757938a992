"""Numbers in sentences: what they count, and what one gets instead by a slip."""

import re
from collections.abc import Iterable, Iterator

from appliance.storage.search_words import plain
from appliance.study.facts import is_telling

# A unit stands a blank away, or is one of those that people write close up; 4H is a pencil.
CLOSE_UNITS = "%|°C|°|[kmµ]?(?:V|A|W|Ω|g|m|s|l|L|J|N|Hz)|cm|km"
COUNTED = re.compile(
    rf"(?<![\w.,/×+-])(?P<number>\d{{1,6}}(?:[.,]\d+)?)"
    rf"(?P<unit>(?:{CLOSE_UNITS})(?!\w)| [A-Za-zµΩ°%²³]+)?(?![\w/-]|[.,]\d)"
)
BEFORE_LABELS_LIST = """
lesson step page figure table chapter section part exercise question leccion paso pagina figura tabla capitulo
"""
BEFORE_LABELS = frozenset(BEFORE_LABELS_LIST.split())
BEFORE_YEARS = frozenset(
    {"in", "since", "until", "before", "after", "by", "year", "en", "desde", "hasta", "ano"}
)
YEARS = range(1000, 2100)
THOUSANDS = re.compile(r"\d{1,3}[.,]\d{3}")


def is_label(sentence: str, match: re.Match[str]) -> bool:
    before = sentence[: match.start()].split()
    return bool(before) and plain(before[-1]) in BEFORE_LABELS


def unit_of(match: re.Match[str]) -> str:
    """Empty for a word that only comes next, such as a name after a year."""
    unit = (match["unit"] or "").strip()
    is_name = unit[:1].isupper() and unit[1:].islower() and len(unit) > 2
    return unit if (is_telling(unit) or unit == "A") and not is_name else ""


def is_year(sentence: str, match: re.Match[str]) -> bool:
    before = plain(sentence[: match.start()]).split()
    return (
        match["number"].isdigit()
        and int(match["number"]) in YEARS
        and before[-1:] != []
        and before[-1] in BEFORE_YEARS
    )


def near_numbers(number: str, is_year: bool) -> Iterator[str]:
    """What one gets by a slip: a wrong power of ten, half, double; for a year a few years off."""
    if is_year:
        yield from (str(int(number) + off) for off in (-10, 12, -27, 33))
        return
    value, has_decimals = float(number.replace(",", ".")), not number.isdigit()
    for factor in (10, 2, 0.5, 5, 0.1, 3):
        slip = value * factor
        text = (
            f"{slip:.1f}" if has_decimals and slip < 10 and round(slip, 1) == round(slip, 6) else f"{slip:g}"
        )
        if slip >= 0.01 and "e" not in text:
            yield text.replace(".", ",") if "," in number else text


def unlike(numbers: Iterable[str], said: Iterable[str]) -> list[str]:
    """Without those that mean the same as one before them or one of `said`: 1,000 and 1000, 5 and 5.0."""
    seen, kept = {value for number in said for value in _values(number)}, []
    for number in numbers:
        if not seen & _values(number):
            seen |= _values(number)
            kept.append(number)
    return kept


def _values(number: str) -> set[float]:
    """A comma before three digits is a decimal sign to some and parts thousands for others."""
    values = {float(number.replace(",", "."))}
    return values | ({float(re.sub("[.,]", "", number))} if THOUSANDS.fullmatch(number) else set())
