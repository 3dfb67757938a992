"""What the letters of a script ask of whoever sets them: joining, moving about, an order of their own, or nothing."""

import unicodedata
from collections.abc import Iterator
from typing import Literal

Direction = Literal["ltr", "rtl"]

# Scripts whose letters change or move beside each other, as OpenType calls them; a font without a word on them gets
# the letters right and the name wrong. Mongolian, which goes down a page, lies along the line here, letters joined.
# https://learn.microsoft.com/typography/opentype/spec/scripttags
JOINED: tuple[tuple[int, int, frozenset[bytes]], ...] = tuple(
    (low, high, frozenset(tag.encode() for tag in tags))
    for low, high, *tags in (
        (0x0600, 0x06FF, "arab"),
        (0x0700, 0x074F, "syrc"),
        (0x0750, 0x077F, "arab"),
        (0x07C0, 0x07FF, "nko "),
        (0x0840, 0x085F, "mand"),
        (0x0860, 0x086F, "syrc"),
        (0x0870, 0x08FF, "arab"),
        (0x0900, 0x097F, "deva", "dev2", "dev3"),
        (0x0980, 0x09FF, "beng", "bng2", "bng3"),
        (0x0A00, 0x0A7F, "guru", "gur2", "gur3"),
        (0x0A80, 0x0AFF, "gujr", "gjr2", "gjr3"),
        (0x0B00, 0x0B7F, "orya", "ory2", "ory3"),
        (0x0B80, 0x0BFF, "taml", "tml2", "tml3"),
        (0x0C00, 0x0C7F, "telu", "tel2", "tel3"),
        (0x0C80, 0x0CFF, "knda", "knd2", "knd3"),
        (0x0D00, 0x0D7F, "mlym", "mlm2", "mlm3"),
        (0x0D80, 0x0DFF, "sinh"),
        (0x0F00, 0x0FFF, "tibt"),
        (0x1000, 0x109F, "mymr", "mym2"),
        (0x1700, 0x171F, "tglg"),
        (0x1720, 0x173F, "hano"),
        (0x1740, 0x175F, "buhd"),
        (0x1780, 0x17FF, "khmr"),
        (0x1800, 0x18AF, "mong"),
        (0x1900, 0x194F, "limb"),
        (0x1A00, 0x1A1F, "bugi"),
        (0x1A20, 0x1AAF, "lana", "DFLT"),
        (0x1B00, 0x1B7F, "bali"),
        (0x1B80, 0x1BBF, "sund"),
        (0x1BC0, 0x1BFF, "batk"),
        (0x1C00, 0x1C4F, "lepc"),
        (0xA800, 0xA82F, "sylo"),
        (0xA840, 0xA87F, "phag"),
        (0xA880, 0xA8DF, "saur"),
        (0xA930, 0xA95F, "rjng"),
        (0xA980, 0xA9DF, "java"),
        (0xA9E0, 0xA9FF, "mymr", "mym2"),
        (0xAA00, 0xAA5F, "cham"),
        (0xAA60, 0xAA7F, "mymr", "mym2"),
        (0xAAE0, 0xAAFF, "mtei"),
        (0xABC0, 0xABFF, "mtei"),
        (0x10D00, 0x10D3F, "rohg"),
        (0x11080, 0x110CF, "kthi"),
        (0x11100, 0x1114F, "cakm"),
        (0x11180, 0x111DF, "shrd"),
        (0x11200, 0x1124F, "khoj"),
        (0x112B0, 0x112FF, "sind"),
        (0x11300, 0x1137F, "gran"),
        (0x11400, 0x1147F, "newa"),
        (0x11480, 0x114DF, "tirh"),
        (0x11600, 0x1165F, "modi"),
        (0x11660, 0x1167F, "mong"),
        (0x11680, 0x116CF, "takr"),
        (0x11700, 0x1174F, "ahom"),
        (0x11800, 0x1184F, "dogr"),
        (0x11D00, 0x11D5F, "gonm"),
        (0x11D60, 0x11DAF, "gong"),
        (0x11F00, 0x11F5F, "kawi"),
        (0x16F00, 0x16F9F, "plrd"),
        (0x1E900, 0x1E95F, "adlm"),
    )
)
# Blank, or only a word on how their neighbours look: no font needs to have them.
UNSEEN = (
    *((0x034F, 0x034F), (0x115F, 0x1160), (0x180B, 0x180F), (0x2800, 0x2800), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF)),
)


def tags_of(text: str) -> list[frozenset[bytes]]:
    """Of each joined script that the text has letters of, the tags of which a font has to know one."""
    return [tags for low, high, tags in JOINED if any(low <= ord(letter) <= high for letter in text)]


def is_joined(letter: str) -> bool:
    return any(low <= ord(letter) <= high for low, high, _ in JOINED)


def is_seen(letter: str) -> bool:
    """Whether it leaves ink: what has no name yet does, for then a font shows the lack of it."""
    if unicodedata.category(letter) in ("Cc", "Zs", "Zl", "Zp"):
        return False
    if unicodedata.category(letter) == "Cf":
        # The signs of Arabic numbers are drawn around them.
        return unicodedata.bidirectional(letter) == "AN"
    return not any(low <= ord(letter) <= high for low, high in UNSEEN)


def is_from_right(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in text)


def clusters(text: str) -> Iterator[str]:
    """Words of joined scripts as a whole, every other letter with the marks on it."""
    held = ""
    for letter in text:
        is_one = bool(held) and (is_joined(letter) and is_joined(held[-1]))
        if held and not is_one and not unicodedata.category(letter).startswith(("M", "Cf")):
            yield held
            held = ""
        held += letter
    if held:
        yield held


def stretches(text: str) -> list[tuple[Direction, str]]:
    """From the left edge to the right, each in the order it is read in.

    What has no direction of its own goes with its neighbours where they agree, else with the text, as its first
    letter says: the rules N1 and N2 of https://www.unicode.org/reports/tr9/ without embeddings.
    """
    strong = [_direction(letter) for letter in text]
    whole: Direction = next(filter(None, strong), "ltr")
    found: list[tuple[Direction, str]] = []
    for at, letter in enumerate(text):
        before: Direction = next(filter(None, reversed(strong[:at])), whole)
        after: Direction = next(filter(None, strong[at:]), whole)
        way = strong[at] or (before if before == after or unicodedata.combining(letter) else whole)
        if found and found[-1][0] == way:
            found[-1] = (way, found[-1][1] + letter)
        else:
            found.append((way, letter))
    return found if whole == "ltr" else found[::-1]


def _direction(letter: str) -> Direction | None:
    written = unicodedata.bidirectional(letter)
    return "ltr" if written == "L" else "rtl" if written in ("R", "AL") else None
