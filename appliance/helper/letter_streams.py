"""Words that a text hides in its letters: where lines begin, in capitals, in syllables, in shifted alphabets."""

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, pairwise

import numpy as np
from numpy.typing import NDArray

from appliance.helper.disguises import pulled, respelled
from appliance.helper.everyday import is_gibberish
from appliance.helper.plain_letters import levelled

LETTERS = string.ascii_lowercase
PILOTS = """
alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo
sierra tango uniform victor whiskey xray yankee zulu
"""
NAMES = """
a=ay/alpha, b=bee/be, c=cee/see/ce, d=dee/de, e=ee, f=eff/ef/efe, g=gee/ge, h=aitch/haitch/hache, i=eye,
j=jay/juliet/jota, k=kay/ka, l=el/ell/ele, m=em/eme, n=en/ene, o=oh, p=pee/pe, q=cue/queue/cu,
r=ar/are/erre/ere, s=ess/ese, t=tee/te, u=you, v=vee/uve/ve, w=whisky, x=ex/equis, y=why/ye, z=zee/zed/zeta
"""
LETTER_NAMES = (
    {letter: letter for letter in LETTERS}
    | dict(zip(PILOTS.split(), LETTERS, strict=True))
    | {
        name: letter
        for letter, names in (entry.strip().split("=") for entry in NAMES.replace("\n", " ").split(","))
        for name in names.split("/")
    }
)
LIKE = re.compile(
    r"(?<![^\W_])([a-z])\s*(?:[-,:(=]|as in|for|like|de|como(?: en)?)\s*(?:as in |for |de |como )?\(?\1[a-z]+\)?"
)
MARKED = re.compile(
    r"\*{1,3}([^*\n]{1,12})\*{1,3}|_([^_\n]{1,12})_|`([^`\n]{1,12})`|[\"“«]([^\"”»\n]{1,12})[\"”»]|[(\[{<]([^)\]}>\n]{1,12})[)\]}>]|'([^'\n]{1,6})'"
)
SENTENCE = re.compile(r"(?<=[.!?…;:\n])\s+|\n+")
WORD = re.compile(r"[^\W\d_]+")
LETTER = re.compile(r"[^\W\d_]")
P_SPEECH = re.compile(r"([aeiou])p\1")
SECRET_SPEECH = re.compile(r"(?:ub|ob|ib|op|ag|eg|idig|arp)(?=[aeiouy])")
SHORTEST_TOKEN_SKIPPED = 7
GRAM = 4
# Few enough for a quick look-up, and enough that a reply's few thousand fours seldom share one.
GRAM_NUMBERS = 2**16


@dataclass(frozen=True)
class Streams:
    """`dense` comes letter by letter, `loose` from anywhere in a text, `words` are words by another spelling.

    The first two are many streams, a line each. `letters` is the text without anything between its letters,
    `grams` has a 1 at the number of every four letters that follow each other anywhere here.
    """

    dense: str
    dense_lines: frozenset[str]
    loose: str
    words: frozenset[str]
    letters: str
    grams: bytes
    shifted: frozenset[str]
    shifted_run: str
    borders: frozenset[int]

    def may_hold(self, grams: Iterable[int]) -> bool:
        """False where none of these is here; two fours of letters may share a number."""
        return any(map(self.grams.__getitem__, grams))

    def runs_together(self, word: str) -> bool:
        """Whole words in a row make it."""
        at = self.letters.find(word)
        while at >= 0:
            if at in self.borders and at + len(word) in self.borders:
                return True
            at = self.letters.find(word, at + 1)
        return False


def streams_of(raw: str, plain: str, tokens: Sequence[str]) -> Streams:
    lines = [line for line in plain.splitlines() if line.strip()]
    sentences = [part for part in SENTENCE.split(plain) if part.strip()]
    dense = [
        *_ends(lines),
        *_ends(sentences),
        _capitals(raw),
        *_marked(raw),
        *pulled(plain),
        *_named(LIKE.sub(r" \1 ", plain)),
        "".join(token for token in tokens if len(token) == 1),
    ]
    letters = "".join(tokens)
    loose = [*_ends(tokens), *(letters[start::step] for step in (2, 3) for start in range(step))]
    odd = [token for token in tokens if len(token) > 3 and token.isalpha() and is_gibberish(token)]
    respelled_words = [*_respelled(plain, tokens)]
    return Streams(
        grams=_grams_of("\n".join((*dense, *loose, letters, *respelled_words))),
        dense="\n".join(filter(None, dense)),
        dense_lines=frozenset(dense),
        loose="\n".join(loose),
        words=frozenset(respelled_words),
        letters=letters,
        borders=frozenset(accumulate(map(len, tokens), initial=0)),
        shifted=frozenset(shift_of(token) for token in odd),
        shifted_run=shift_of("".join(odd)),
    )


def gram_of(letters: str) -> int:
    """The number of its first four letters."""
    return int(_numbered(letters[:GRAM])[0])


def _grams_of(text: str) -> bytes:
    found = np.zeros(GRAM_NUMBERS, np.uint8)
    if len(text) >= GRAM:
        found[_numbered(text)] = 1
    return found.tobytes()


def _numbered(text: str) -> NDArray[np.uint32]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = len(codes) - GRAM + 1
    places = (codes[at : at + ends] << np.uint32(5 * at) for at in range(GRAM))
    numbers: NDArray[np.uint32] = np.bitwise_xor.reduce([*places]) % np.uint32(GRAM_NUMBERS)
    return numbers


def shift_of(word: str) -> str:
    """The same for a word in every alphabet that begins at another letter."""
    return "".join(chr(97 + (ord(second) - ord(first)) % 26) for first, second in pairwise(word))


def mirror_of(shift: str) -> str:
    """The shift of the same word in an alphabet that runs backwards."""
    return "".join(chr(97 + (97 - ord(step)) % 26) for step in shift)


def _ends(rows: Iterable[str]) -> Iterator[str]:
    """First letters, last letters."""
    found = [*filter(None, map(_edges, rows))]
    yield "".join(edges[0] for edges in found)
    yield "".join(edges[-1] for edges in found)


def _edges(row: str) -> str:
    if row[0].isalpha() and row[-1].isalpha():
        return row[0] + row[-1]
    first = LETTER.search(row)
    return first[0] + next(sign for sign in reversed(row) if LETTER.match(sign)) if first else ""


def _capitals(raw: str) -> str:
    return levelled("".join(sign for sign in raw if sign.isupper()))


def _marked(raw: str) -> Iterator[str]:
    """What is printed bold, in quotes, in brackets, put together."""
    pieces = [next(filter(None, groups), "") for groups in MARKED.findall(raw)]
    whole = "".join(WORD.findall(levelled(" ".join(pieces))))
    yield whole
    yield "".join(piece for piece in map(levelled, pieces) if len(piece) <= 2 and piece.isalpha())


def _named(plain: str) -> Iterator[str]:
    """`golf romeo alfa`, `gee are ay`, `g, then r, then a`."""
    run = ""
    for token in WORD.findall(plain.replace("x-ray", "xray").replace("double u", "w")):
        letter = LETTER_NAMES.get(token)
        if letter is not None:
            run += letter
        elif token not in (
            "then",
            "and",
            "next",
            "luego",
            "after",
            "comes",
            "now",
            "despues",
            "sigue",
            "follows",
            "finally",
        ):
            if len(run) > 2:
                yield run
            run = ""
    yield run


def _respelled(plain: str, tokens: Sequence[str]) -> Iterator[str]:
    yield from respelled(plain)
    yield from chain.from_iterable(map(_respellings, {*tokens}))


@lru_cache(maxsize=8192)
def _respellings(token: str) -> tuple[str, ...]:
    if len(token) < SHORTEST_TOKEN_SKIPPED:
        return (token[::-1],)
    skipped = (token[start::step] for step in (2, 3) for start in range(step))
    return (token[::-1], *skipped, P_SPEECH.sub(r"\1", token), SECRET_SPEECH.sub("", token))
