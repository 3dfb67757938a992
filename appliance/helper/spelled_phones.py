"""Takes out phone numbers spelled in words, in English and Spanish, and numbers that go on in a second line."""

import re
from itertools import pairwise

from appliance.helper.number_words import ONES, SPANISH_ONES, TENS
from appliance.helper.phones import (
    FEWEST_DIGITS,
    OF_A_LESSON,
    PHONE,
    SAID,
    SAID_BEHIND,
    WINDOW,
    without_phones,
)

DIGITS = {
    **{word: value for words in (ONES, SPANISH_ONES) for value, word in enumerate(words.split()[:10])},
    "oh": 0,
}
# In Spanish numbers are said by twos: "seis doce treinta y cuatro".
PAIRS = {
    **{
        word: value for words in (ONES, SPANISH_ONES) for value, word in enumerate(words.split()) if value > 9
    },
    **TENS,
    "dieciséis": 16,
    "veintidós": 22,
    "veintitrés": 23,
    "veintiséis": 26,
}
# "double five", "triple cero".
AGAIN = {"double": 2, "doble": 2, "triple": 3}
WORD = re.compile(r"[^\W\d_]+")
GAP = r"(?:[ ,.\u00a0-]{1,3}|[ ,.-]{0,2}\r?\n ?)"


def _row_of(words: str) -> re.Pattern[str]:
    """At least four of these words in a row."""
    word = rf"(?:{words})"
    return re.compile(rf"(?<![\w-]){word}(?:{GAP}{word}){{3,}}(?![\w-])", re.IGNORECASE)


ALONE_ROW = _row_of("|".join([*DIGITS, *AGAIN]))
SAID_ROW = _row_of("|".join([*AGAIN, *sorted([*DIGITS, *PAIRS], key=len, reverse=True), "y"]))
MOST_DIGITS = 15
# Notes, beats and steps have few numbers; whoever counts says one after the other.
BEATS = 4
COUNTED = 0.6
OF_MUSIC = re.compile(
    r"\b(?:notes?|notas?|beats?|tiempos?|comp[aá]s|scale|escala|melod\w+|m[uú]sica?|music|keys?|teclas?|rhythm|ritmo"
    r"|danc\w+|bail\w+|steps?|pasos?|count\w*|cuenta\w*|cont\w+|numbers?|n[uú]meros|code|c[oó]digo|order|orden)\b",
    re.IGNORECASE,
)
OTHER_WORDS = 3
# Two lines of digits, and what may stand between the groups of a phone in each.
BROKEN = re.compile(
    r"(?<![\w.,])[+(]{0,2}\d[\d .()\u00a0-]{0,24}\r?\n[ \t]{0,4}[(]?\d[\d .()\u00a0-]{0,24}(?!\w)"
)
LINE_END = re.compile(r"[\s.-]*\n\s*")
ABROAD = re.compile(r"\+|00[1-9]")


def without_spelled_phones(text: str) -> str:
    text = SAID_ROW.sub(lambda found: PHONE if _is_said(found) and _is_phone(found[0], 1) else found[0], text)
    return ALONE_ROW.sub(
        lambda found: PHONE if _stands_alone(found) and _is_phone(found[0], COUNTED) else found[0], text
    )


def without_broken_phones(text: str) -> str:
    """Behind a line end a number goes on only when it is called a phone, or has the sign for abroad."""
    return BROKEN.sub(_without_broken, text)


def _without_broken(found: re.Match[str]) -> str:
    whole = LINE_END.sub(" ", found[0].rstrip())
    left = found[0][len(found[0].rstrip()) :]
    is_one = without_phones(f"phone: {whole}").removeprefix("phone: ") == PHONE
    return PHONE + left if is_one and (_is_said(found) or ABROAD.match(whole)) else found[0]


def _is_said(found: re.Match[str]) -> bool:
    before = found.string[max(0, found.start() - WINDOW) : found.start()]
    return bool(SAID.search(before) or SAID_BEHIND.match(found.string, found.end()))


def _stands_alone(found: re.Match[str]) -> bool:
    """Nobody says what it is, and hardly anything else is said: then it is the message, and no row of a lesson."""
    text = found.string
    around = f"{text[: found.start()]} {text[found.end() :]}"
    before = text[max(0, found.start() - WINDOW) : found.start()]
    return (
        len(WORD.findall(around)) <= OTHER_WORDS
        and not OF_MUSIC.search(around)
        and not OF_A_LESSON.search(before)
    )


def _is_phone(written: str, counted_share: float) -> bool:
    """With `counted_share` of its steps or more by one, up or down, it is counting."""
    said = _numbers(written)
    digits = "".join(map(str, said))
    if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS:
        return False
    singles = [int(digit) for digit in digits]
    counted = sum(abs(after - before) == 1 for before, after in pairwise(singles))
    return max(singles) > BEATS and counted < counted_share * (len(singles) - 1)


def _numbers(written: str) -> list[int]:
    """`fifty` and `one` are 51; `double five` is 5 and 5."""
    found: list[int] = []
    times = 1
    for word in map(str.lower, WORD.findall(written)):
        if word in AGAIN:
            times = AGAIN[word]
            continue
        value = DIGITS.get(word, PAIRS.get(word))
        if value is None:
            continue
        if found and 0 < value < 10 and found[-1] >= 20 and found[-1] % 10 == 0 and times == 1:
            found[-1] += value
        else:
            found += [value] * times
        times = 1
    return found
