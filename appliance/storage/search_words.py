"""The words of a text in every script, folded once for the index of full text and for what is asked of it."""

import re
import unicodedata
from itertools import pairwise

# Marks that writers leave out or set differently: accents, stress, Hebrew points, Arabic vowels and the stretched
# line, and signs that nobody sees, such as the soft hyphen of a PDF.
_LEFT_OUT = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\u00ad\u200c-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
# Letters of their own, that only look like one with an accent.
_OWN_LETTERS = {"и\u0306": "й", "і\u0308": "ї", "у\u0306": "ў"}
_ALIKE = dict(zip("đħıłŧðøىةکیٱ’ʼʻ", "dhiltdoيهكيا'''", strict=True)) | {
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "\u200b": " ",
}
_ALIKE_ONE = re.compile(f"[{''.join(_ALIKE)}]")
_ACCENTS = re.compile("[\u0300-\u036f\u00ad]")
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_CYRILLIC_APOSTROPHE = re.compile("(?<=[\u0400-\u04ff])'(?=[\u0400-\u04ff])")
# The article, alone or after "and", "with", "like" and "so"; what is left has to be a word.
_ARABIC_ARTICLE = re.compile("(?:[وبكف]?ال|لل)(?=.{3})")

# Scripts without spaces between words, and Korean, whose words change at their end.
_ALONE = (
    "\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3\U00020000-\U0003fffd"
)
_THAI_TO_KHMER = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ebd\u0ec0-\u0ecd\u1000-\u103f\u1780-\u17d3\u17dd"
# A letter there has its vowels and tones around it: เ and ไ are written before it, and Khmer sets letters below it.
_SIGN = re.compile(
    f"[{_ALONE}]"
    "|[\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e2f-\u0e3a\u0e45-\u0e4e]*"
    "|[\u0ec0-\u0ec4]?[\u0e81-\u0eae][\u0eaf-\u0ebd\u0ec8-\u0ecd]*"
    "|[\u1000-\u102a\u103f](?:\u1039[\u1000-\u102a]|[\u102b-\u1038\u103a-\u103e])*"
    "|[\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1\u17dd])*"
    f"|[{_THAI_TO_KHMER}]"
)
# Vowels of Indian and other scripts, which stand inside a word.
_VOWELS = "".join(
    char
    for char in map(chr, (*range(0x07A6, 0x07B1), *range(0x0900, 0x0E00), *range(0x0F71, 0x0FBD)))
    if unicodedata.category(char) in ("Mn", "Mc")
)
_LETTERS = rf"[^\W_{_ALONE}{_THAI_TO_KHMER}]"
_SPELT = f"{_LETTERS}+(?:[{_VOWELS}]+{_LETTERS}*)*"
_WORD = re.compile(f"{_SPELT}(?:'{_SPELT})?")
_RUN = re.compile(f"[{_ALONE}{_THAI_TO_KHMER}]+")
_WORD_OR_RUN = re.compile(f"{_WORD.pattern}|{_RUN.pattern}")


def plain(text: str) -> str:
    """Lower case and without accents, each letter and digit in one spelling."""
    if text.isascii():
        return text.lower()
    bare = _ALIKE_ONE.sub(_one_spelling, unicodedata.normalize("NFKD", text).casefold())
    if max(bare) < "\u0370":
        return _ACCENTS.sub("", bare)
    for spelt, letter in _OWN_LETTERS.items():
        bare = bare.replace(spelt, letter)
    bare = _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), _LEFT_OUT.sub("", bare))
    # Signs of Korean and Japanese are one again; there are no accents left to come back.
    return _CYRILLIC_APOSTROPHE.sub("", unicodedata.normalize("NFC", bare))


def words_of(text: str) -> list[str]:
    """In reading order. Where there are no spaces, every two neighbouring signs are a word, and so is the last."""
    return _words(plain(text), with_last=True)


def asked_words(text: str) -> list[str]:
    """As `words_of`, but without the last sign of several, which every word that begins with it would fit."""
    return _words(plain(text), with_last=False)


def indexed(text: str) -> str:
    """What full text search keeps in a text's place; it is asked for by the same function."""
    return " ".join(words_of(text)).replace("'", " ")


def is_of_signs(word: str) -> bool:
    """Whether it was cut out of a script that has no spaces."""
    return _RUN.match(word) is not None


def signs_in(text: str) -> int:
    """How many letters of scripts without spaces, each with its marks."""
    return 0 if text.isascii() else sum(len(_SIGN.findall(run)) for run in _RUN.findall(plain(text)))


def is_one_sign(word: str) -> bool:
    return _SIGN.fullmatch(word) is not None


def _one_spelling(letter: re.Match[str]) -> str:
    return _ALIKE[letter[0]]


def _words(bare: str, with_last: bool) -> list[str]:
    if bare.isascii():
        return _WORD.findall(bare)
    found: list[str] = []
    for word in _WORD_OR_RUN.findall(bare):
        if is_of_signs(word):
            signs = _SIGN.findall(word)
            found.extend(map("".join, pairwise(signs)))
            found.extend(signs[-1:] if with_last or len(signs) == 1 else ())
        else:
            found.append(_ARABIC_ARTICLE.sub("", word, count=1) if word[0] in "الوبكف" else word)
    return found
