"""Numbers as people write them out: in English and Spanish whole, in four neighbours' languages to a hundred."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
SPANISH_ONES = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis"
    " diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco"
    " veintiseis veintisiete veintiocho veintinueve"
)
# French, German, Italian, Portuguese; without those that are English or Spanish words ("due", "elf", "sei").
OTHER_ONES = """
deux=2 trois=3 quatre=4 cinq=5 sept=7 huit=8 neuf=9 dix=10 onze=11 douze=12 treize=13 quatorze=14 quinze=15 seize=16
eins=1 zwei=2 drei=3 vier=4 funf=5 fuenf=5 sechs=6 sieben=7 acht=8 neun=9 zehn=10 zwolf=12 zwoelf=12 dreizehn=13
vierzehn=14 funfzehn=15 sechzehn=16 siebzehn=17 achtzehn=18 neunzehn=19 quattro=4 cinque=5 sette=7 otto=8
nove=9 dieci=10 undici=11 dodici=12 tredici=13 quattordici=14 quindici=15 sedici=16 oito=8 dez=10 doze=12
"""
SMALL: dict[str, int] = {
    **{word: value for value, word in enumerate(ONES.split())},
    **{word: value for value, word in enumerate(SPANISH_ONES.split())},
    **{word: int(value) for word, value in (pair.split("=") for pair in OTHER_ONES.split())},
    "veintiun": 21,
    "treintaiun": 31,
    "nought": 0,
    "nil": 0,
}
TENS_WORDS = """
twenty thirty forty fifty sixty seventy eighty ninety
veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa
vingt trente quarante cinquante soixante septante huitante nonante
zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig
venti trenta quaranta cinquanta sessanta settanta ottanta novanta
vinte trinta quarenta cinquenta sessenta setenta oitenta noventa
"""
TENS = {word: 20 + 10 * (place % 8) for place, word in enumerate(TENS_WORDS.split())} | {"fourty": 40}
HUNDREDS = {
    word: 100 * (place + 2)
    for place, word in enumerate(
        [
            "doscientos",
            "trescientos",
            "cuatrocientos",
            "quinientos",
            "seiscientos",
            "setecientos",
            "ochocientos",
            "novecientos",
        ]
    )
} | {"cien": 100, "ciento": 100}
ADDED = SMALL | TENS | HUNDREDS | {word[:-2] + "as": value for word, value in HUNDREDS.items() if value > 100}
TIMES = {"hundred": 100, "thousand": 1000, "mil": 1000, "million": 10**6, "millon": 10**6, "millones": 10**6}
# Only behind another number: a cent is money.
BEHIND = {"cent": 100, "cents": 100, "cento": 100, "mille": 1000, "mila": 1000}
POINTS = {"point", "punto", "coma", "comma", "dot", "virgule", "komma", "con"}
PARTS = {
    "half": Fraction(1, 2),
    "medio": Fraction(1, 2),
    "media": Fraction(1, 2),
    "mitad": Fraction(1, 2),
    "quarter": Fraction(1, 4),
    "dozen": Fraction(12),
    "docena": Fraction(12),
}
PART_ROWS = (
    ("third quarter fifth sixth seventh eighth ninth tenth", 3, 1),
    ("tercio cuarto quinto sexto septimo octavo noveno decimo", 3, 1),
    ("tercera cuarta quinta sexta septima octava novena decima", 3, 1),
    ("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth", 20, 10),
    ("veinteavo treintavo cuarentavo cincuentavo sesentavo setentavo ochentavo noventavo", 20, 10),
)
SHARES: dict[str, int] = {
    "half": 2,
    "halves": 2,
    "fourth": 4,
    "fourths": 4,
    "medios": 2,
    "twelfth": 12,
    "twelfths": 12,
    **{
        word + ending: first + step * place
        for words, first, step in PART_ROWS
        for place, word in enumerate(words.split())
        for ending in ("", "s")
    },
    **{
        word + ending: size
        for word, size in (("hundredth", 100), ("thousandth", 1000), ("centesimo", 100), ("milesimo", 1000))
        for ending in ("", "s")
    },
    **{word: size for word, size in (("centesimas", 100), ("milesimas", 1000), ("millonesimas", 10**6))},
}
HUNDERT = re.compile(r"(|ein|zwei|drei|vier|funf|sechs|sieben|acht|neun)hundert(?:und)?([a-z]*)")
NUMBER_WORDS = frozenset((*ADDED, *TIMES, *PARTS, *POINTS)) - {"con"}
BEGINNINGS = (*TENS, "treint")
MOST_WORDS = 12
GERMAN = re.compile(r"([a-z]+)und([a-z]+)")
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Written:
    """A number in words from `start` to `end`."""

    value: Fraction
    start: int
    end: int


def written_numbers(text: str) -> Iterator[Written]:
    """Of a levelled text: `forty-two`, `cuarenta y dos`, `one point five`, `two thirds`, `two and a half`."""
    words = [*_words(text)]
    if NUMBER_WORDS.isdisjoint(word for word, _, _ in words):
        return
    at = 0
    while at < len(words):
        used, value = _spelled([word for word, _, _ in words[at : at + MOST_WORDS]])
        if used:
            yield Written(value, words[at][1], words[at + used - 1][2])
        at += max(1, used)


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """`twentyfive` and `treintaicinco` taken apart."""
    for found in WORD.finditer(text):
        parts = _parts(found[0]) if len(found[0]) > 6 else None
        for part in parts or (found[0],):
            yield part, found.start(), found.end()


@lru_cache(maxsize=8192)
def _parts(word: str) -> tuple[str, ...] | None:
    if not word.startswith(BEGINNINGS) and "und" not in word and "hundert" not in word:
        return None
    for tens, value in TENS.items():
        if word.startswith(tens) and len(word) > len(tens):
            rest = word[len(tens) :].removeprefix("i").removeprefix("y")
            if SMALL.get(rest, 99) < 10:
                return tens, rest
        if (
            value == 30
            and word.startswith("treint")
            and SMALL.get(word[6:].removeprefix("a").removeprefix("i"), 99) < 10
        ):
            return tens, word[6:].removeprefix("a").removeprefix("i")
    if found := HUNDERT.fullmatch(word):
        small = (found[2],) if found[2] in SMALL or found[2] in TENS else ()
        return ("one" if found[1] in ("", "ein") else found[1], "hundred", *(_parts(found[2]) or small))
    german = GERMAN.fullmatch(word)
    if german and german[2] in TENS and SMALL.get("eins" if german[1] == "ein" else german[1], 99) < 10:
        return german[2], "eins" if german[1] == "ein" else german[1]
    return None


def _spelled(words: Sequence[str]) -> tuple[int, Fraction]:
    """How many words the number takes, and what it is; 0 where none begins here."""
    if words[0] in PARTS:
        return 1, PARTS[words[0]]
    if words[0] in POINTS:
        digits = [str(SMALL[word]) for word in _while_small(words[1:])]
        return (
            (1 + len(digits), Fraction(f"0.{''.join(digits)}"))
            if digits and words[0] != "con"
            else (0, Fraction(0))
        )
    used, whole = _whole(words)
    if not used:
        return 0, Fraction(0)
    rest = words[used:]
    if rest and rest[0] in POINTS:
        digits = [str(SMALL[word]) for word in _while_small(rest[1:])]
        if digits:
            return used + 1 + len(digits), Fraction(f"{whole}.{''.join(digits)}")
    for joint, size in (
        (("and", "a"), 2),
        (("and", "one"), 2),
        (("and", "three"), 2),
        (("y",), 1),
        (("e",), 1),
    ):
        if tuple(rest[:size]) == joint and len(rest) > size and rest[size].rstrip("s") in PARTS:
            part = PARTS[rest[size].rstrip("s")] * (3 if "three" in joint else 1)
            return used + size + 1, whole + part
    if rest and rest[0] in SHARES and whole < 1000:
        return used + 1, Fraction(whole, SHARES[rest[0]])
    return used, Fraction(whole)


def _whole(words: Sequence[str]) -> tuple[int, int]:
    total, group, used, last = 0, 0, 0, 0
    for at, word in enumerate(words):
        if word in ADDED and (not used or _goes_on(last, ADDED[word])):
            group, used, last = group + ADDED[word], at + 1, ADDED[word]
        elif at and used == at and word in BEHIND:
            group, used, last = max(1, group) * BEHIND[word], at + 1, 100
        elif word in TIMES and (used == at or words[at - 1] in ("a", "un")):
            group, used, last = max(1, group) * TIMES[word], at + 1, TIMES[word]
            if TIMES[word] > 100:
                total, group = total + group, 0
        elif word not in ("and", "y", "et", "e") or used != at or not used:
            break
    return used, total + group


def _goes_on(last: int, value: int) -> bool:
    """`forty two` is one number and `four two` are two."""
    return value < last and (last >= 100 or (last >= 20 and last % 10 == 0 and value < 10))


def _while_small(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if SMALL.get(word, 99) > 9:
            return
        yield word


@lru_cache(maxsize=512)
def in_digits(text: str) -> str:
    """`siete por ocho` as `7 por 8`; the articles stay words."""
    out, at = [], 0
    for found in written_numbers(text):
        word = text[found.start : found.end]
        if word in ("un", "una", "half", "quarter", "medio", "media", "mitad", "dozen", "docena"):
            continue
        value = found.value
        said = str(value) if value.denominator in (1, 3, 6, 7, 9) else f"{float(value):.12g}"
        out += [text[at : found.start], said]
        at = found.end
    return "".join((*out, text[at:]))
