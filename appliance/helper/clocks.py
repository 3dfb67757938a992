"""Times of the day that a text names, however it says them: `17:45`, `5:45 pm`, `a quarter to six`."""

import re
from collections.abc import Iterator

from appliance.helper.number_words import in_digits

HALF_A_DAY = 12 * 60
PARTS = {"quarter": 15, "cuarto": 15, "half": 30, "media": 30, ".25": 15, ".5": 30}
SIGNS = re.compile(r"(?<![\d.,:])([01]?\d|2[0-4])\s?[:.h]\s?([0-5]\d)(?![\d:]|[.,]\d)")
SPOKEN = re.compile(
    r"(?<![\d.,:])([01]?\d|2[0-4]) (?:(?:hours?|horas?),? )?(?:and |y )?([0-5]\d)(?![\d:]|[.,]\d)"
)
TO_OR_PAST = re.compile(
    r"\b(quarter|half|[0-5]?\d)(?: minutes?)? (to|before|of|past|after) ([01]?\d)(?![\d:]|[.,]\d)"
)
SPANISH = re.compile(r"\blas? ([01]?\d)(?: (y|menos) (cuarto|media|[0-5]?\d)\b|(\.25|\.5)(?!\d))")
ANSWER = re.compile(r"([01]?\d|2[0-4])[:.h]([0-5]\d) ?(?:[ap]\.? ?m\.?|h|hrs?|hours?|horas?|o'?clock)?")


def times_in(text: str) -> Iterator[int]:
    """Minutes since noon or midnight, of a levelled text."""
    said = in_digits(text)
    for found in (*SIGNS.finditer(text), *SPOKEN.finditer(said)):
        yield _minutes(int(found[1]), int(found[2]))
    for part, way, hour in TO_OR_PAST.findall(said):
        minutes = PARTS.get(part) or int(part)
        yield _minutes(int(hour), minutes if way in ("past", "after") else -minutes)
    for hour, way, part, of_hour in SPANISH.findall(said):
        minutes = PARTS.get(part or of_hour) or int(part)
        yield _minutes(int(hour), -minutes if way == "menos" else minutes)


def time_of(answer: str) -> int | None:
    """Of a levelled answer that is a time written with its minutes."""
    found = ANSWER.fullmatch(answer)
    return _minutes(int(found[1]), int(found[2])) if found else None


def _minutes(hour: int, minutes: int) -> int:
    return (60 * hour + minutes) % HALF_A_DAY
