"""Names of students: made up for those who want one, cleaned and looked over for everybody."""

import re
import unicodedata
from random import Random

from appliance.auth.words import ADJECTIVES_EN, ADJECTIVES_ES, NOUNS_EN, NOUNS_ES, RUDE_NUMBERS, is_rude
from appliance.errors import Invalid

LONGEST_NAME = 80
NO_NAME = "Type a name, with at least one letter or number."
NAME_TOO_LONG = "This name is too long. Use at most 80 characters."

# First and second word, in the order of the language.
WORDS = {"en": (ADJECTIVES_EN, NOUNS_EN), "es": (NOUNS_ES, ADJECTIVES_ES)}
NUMBERS = tuple(number for number in range(10, 100) if number not in RUDE_NUMBERS)

EMAIL = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
# At least seven characters from digit to digit, as in +49 (30) 12-34.
PHONE = re.compile(r"\d[\d\s.()/-]{5,}\d")

# Characters that show nothing or turn the text around, and could make two names look the same.
INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2800\u3164\ufeff\uffa0"
)
INVISIBLE_RANGES = ((0x202A, 0x202E), (0x2060, 0x206F), (0xFFF0, 0xFFFB), (0xE0000, 0xE0FFF))
# Joiners hold some emoji and some scripts together; beside a Latin letter they only hide.
LONE_JOINERS = re.compile(r"(?<![^\x00-\u024f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\u024f])")
MARKS_IN_A_ROW = 3


def pseudonym(random: Random, language: str = "en") -> str:
    """Like "Quiet Comet 42" or "Cometa Radiante 42": plain ASCII, at most 32 characters."""
    firsts, seconds = WORDS.get(language[:2], WORDS["en"])
    while True:
        name = f"{random.choice(firsts)} {random.choice(seconds)}"
        if not is_rude(name):
            return f"{name} {random.choice(NUMBERS)}"


def name_problem(name: str) -> str | None:
    """ "email" or "phone" when the name looks like one: neither has a place on a box for children."""
    plain = unicodedata.normalize("NFKC", name)
    if EMAIL.search(plain):
        return "email"
    return "phone" if PHONE.search(plain) else None


def clean_display_name(raw: str) -> str:
    """One line of visible characters in NFC. Markup stays as typed: templates escape it."""
    spaced = "".join(" " if character.isspace() else character for character in raw)
    visible = LONE_JOINERS.sub("", _visible(spaced))
    name = unicodedata.normalize("NFC", " ".join(visible.split()))
    if not any(unicodedata.category(character)[0] in "LNS" for character in name):
        raise Invalid(NO_NAME, "name_missing", "display_name")
    if len(name) > LONGEST_NAME:
        raise Invalid(NAME_TOO_LONG, "name_too_long", "display_name")
    return name


def _visible(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        if _is_invisible(character):
            continue
        # Accents stacked without end would run over the names above and below.
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


def _is_invisible(character: str) -> bool:
    if character in INVISIBLE or unicodedata.category(character) in ("Cc", "Cs", "Co"):
        return True
    return any(first <= ord(character) <= last for first, last in INVISIBLE_RANGES)
