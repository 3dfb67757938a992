"""What a text may say in disguise: backwards, spaced out, in code, in another alphabet of signs."""

import base64
import binascii
import html
import re
import string
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from urllib.parse import unquote

from appliance.helper.plain_letters import levelled, tokens_of

BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{3,}={0,2}")
BASE32 = re.compile(r"\b[A-Z2-7]{8,}=*")
HEX = re.compile(r"(?<![0-9a-zA-Z])(?:\\?[x%]?[0-9a-fA-F]{2}[\s,:]?){2,}")
CODES = re.compile(
    r"(?:(?:chr|char|String\.fromCharCode)?\W{0,3}\b\d{1,3}\b\W{0,5}){2,}(?:(?:and|y)\W{1,3}\d{1,3}\b)?"
)
DIGITS = re.compile(r"\d")
OCTAL = re.compile(r"[01][0-7]{2}")
OCTETS = re.compile(r"(?:\b[01]{7,8}\b\s*){1,}")
ESCAPES = re.compile(r"\\u\{?([0-9a-fA-F]{4})\}?")
MORSE_RUN = re.compile(r"[.\-/| ]{3,}")
MORSE_LETTERS = """
    .- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..
"""
MORSE_DIGITS = "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----."
MORSE = dict(zip(MORSE_LETTERS.split(), string.ascii_lowercase, strict=True)) | dict(
    zip(MORSE_DIGITS.split(), string.digits, strict=True)
)
LEET = tuple(str.maketrans("013457@$!|68+(", f"o{one}eastas{one}lgbtc") for one in "il")
LETTERS = string.ascii_lowercase
# Between the letters of one word that is pulled apart: signs, never another word.
PULLED = re.compile(r"(?<![^\W_])[^\W_](?:[\W_]{1,4}[^\W_](?![^\W_]))+")
GLUED = re.compile(r"(?<![^\W_])[^\W_]+(?:[-_.*·~|+/\\'\"`]+[^\W_]+)+")
JOINED = re.compile(r"[\"'`]\s*(?:\+|\.|,|&)?\s*[\"'`]")


def decoded(text: str) -> Iterator[str]:
    """Levelled readings of what the raw text holds in codes that machines read."""
    yield from (levelled(each) for each in _machine_codes(text))
    plain = html.unescape(unquote(ESCAPES.sub(lambda found: chr(int(found[1], 16)), text)))
    if plain != text:
        yield levelled(plain)
    morse = _from_morse(text)
    if morse:
        yield morse


def _machine_codes(text: str) -> Iterator[str]:
    for found in BASE64.findall(text):
        yield from _in_base64(found)
    for found in BASE32.findall(text):
        yield from _readable(_or_nothing(partial(base64.b32decode, found + "=" * (-len(found) % 8))))
    for found in HEX.findall(text):
        digits = re.sub(r"[^0-9a-fA-F]", "", found.replace("\\x", "").replace("0x", ""))
        yield from _readable(_or_nothing(partial(bytes.fromhex, digits)))
    if DIGITS.search(text):
        yield from _numbered_codes(text)


def _numbered_codes(text: str) -> Iterator[str]:
    for found in OCTETS.findall(text):
        yield from _readable(bytes(int(octet, 2) for octet in found.split()))
    for found in CODES.findall(text):
        numbers = [int(number) for number in re.findall(r"\d+", found)]
        if all(map(OCTAL.fullmatch, re.findall(r"\d+", found))):
            yield levelled("".join(chr(int(number, 8)) for number in re.findall(r"\d+", found)))
        if all(32 <= number < 256 for number in numbers):
            yield levelled("".join(map(chr, numbers)))
        if all(1 <= number <= 26 for number in numbers) and len(numbers) > 3:
            yield "".join(LETTERS[number - 1] for number in numbers)


@lru_cache(maxsize=4096)
def _in_base64(found: str) -> tuple[str, ...]:
    return tuple(_readable(_from_base64(found)))


def _from_base64(found: str) -> bytes:
    given = found.rstrip("=").replace("-", "+").replace("_", "/")
    return _or_nothing(lambda: base64.b64decode(given + "=" * (-len(given) % 4), validate=True))


def _or_nothing(decode: Callable[[], bytes]) -> bytes:
    try:
        return decode()
    except (binascii.Error, ValueError):
        return b""


def _readable(found: bytes) -> Iterator[str]:
    try:
        text = found.decode("utf-8")
    except UnicodeDecodeError:
        return
    if text and text.isprintable():
        yield text
        yield text[::-1]


def _from_morse(text: str) -> str:
    words = []
    for found in MORSE_RUN.findall(text.replace("·", ".").replace("−", "-").replace("–", "-")):
        letters = [MORSE.get(letter, "") for letter in found.replace("/", " ").replace("|", " ").split()]
        words.append("".join(letters))
    return " ".join(filter(None, words))


def pulled(text: str) -> Iterator[str]:
    """Letters or syllables of a levelled text with signs between them, put together."""
    bare = JOINED.sub("", text)
    yield from (re.sub(r"[\W_]", "", found[0]) for found in PULLED.finditer(bare))
    yield from (re.sub(r"[\W_]", "", found[0]) for found in GLUED.finditer(bare))


def respelled(text: str) -> Iterator[str]:
    """Single words of a levelled text that stand there with digits for letters or in pig latin."""
    for word in text.split():
        if not word.strip(".,;:!?()\"'*").isalpha():
            yield re.sub(r"[\W_]", "", word)
            yield from (re.sub(r"[\W_]", "", word.translate(leet)) for leet in LEET)
    for word in tokens_of(text):
        if word.endswith("ay") and len(word) > 4:
            yield from _from_pig_latin(word[:-2])


def _from_pig_latin(stem: str) -> Iterator[str]:
    for bare in {stem, stem.removesuffix("w"), stem.removesuffix("y")}:
        yield from (bare[len(bare) - moved :] + bare[: len(bare) - moved] for moved in range(5))
