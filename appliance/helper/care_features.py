"""What a sentence is made of, as numbers for the weights of care: its words, their letters, what they speak of."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from appliance.helper.plain_letters import levelled

CONCEPTS = "care_concepts.txt"
BUCKETS = 1 << 17
# So far apart may two things stand and still belong together.
REACH = 5
WORD = re.compile(r"[a-z0-9]+(?:[’'][a-z]+)*|[😂💀😭?]")
DRAWN_OUT = re.compile(r"(.)\1{2,}")
# A letter between digits or a digit between letters is how a word gets past a filter.
DIGITS_AS_LETTERS = str.maketrans("013457", "oieast")
HAS_BOTH = re.compile(r"(?=.*[a-z])(?=.*[0-9])")
CHAT_WORDS = """
u=you ur=your r=are y=why n=and im=i'm ive=i've id=i'd idk=i_dont_know idw=i_dont_want wanna=want_to gonna=going_to
gona=going_to gotta=got_to dont=don't dnt=don't cant=can't wont=won't doesnt=doesn't didnt=didn't isnt=isn't
bc=because cuz=because coz=because pls=please plz=please ppl=people smth=something sth=something sb=somebody
rn=right_now rly=really evry=every everyday=every_day nite=night luv=love wnt=want abt=about tho=though nd=and
k=que q=que xq=porque pq=porque porq=porque x=por d=de m=me t=te tb=tambien tmb=tambien toy=estoy ta=esta
pa=para kiero=quiero qiero=quiero kieren=quieren kiere=quiere aki=aqui bn=bien tqm=te_quiero nadien=nadie
ermano=hermano aser=hacer ase=hace asen=hacen boy=boy kien=quien aora=ahora asta=hasta ay=hay
"""
CHAT = dict(pair.split("=") for pair in CHAT_WORDS.split())

Numbers = NDArray[np.int64]


def words_in(text: str) -> list[str]:
    """As chat writes them, led back to how they are written elsewhere."""
    found = []
    for word in WORD.findall(DRAWN_OUT.sub(r"\1", levelled(text))):
        word = word.replace("’", "'")
        if len(word) > 2 and HAS_BOTH.match(word):
            word = word.translate(DIGITS_AS_LETTERS)
        found += CHAT.get(word, word).replace("'", "").split("_")
    return found


def features_of(words: list[str]) -> tuple[Numbers, Numbers, Numbers]:
    """Numbers below BUCKETS: of words in a row, of letters in a row, of what is spoken of."""
    row = ["^", *words, "$"]
    of_words = {
        f"w{' '.join(row[at : at + size])}" for size in (1, 2, 3) for at in range(len(row) - size + 1)
    }
    of_letters = {piece for word in words for piece in _letters(word)}
    return _hashed(of_words), _hashed(of_letters), _hashed(_spoken_of(words))


@lru_cache(maxsize=4096)
def _letters(word: str) -> tuple[str, ...]:
    padded = f"_{word}_"
    sizes = range(3, min(6, len(padded) + 1))
    return tuple(f"c{padded[at : at + size]}" for size in sizes for at in range(len(padded) - size + 1))


def _spoken_of(words: list[str]) -> set[str]:
    """Each thing, two in reach of each other in their order, and three in a row."""
    places = [(at, concept) for at, word in enumerate(words) for concept in _concepts_of(word)]
    found = {f"o{concept}" for _, concept in places}
    for first, (at, concept) in enumerate(places):
        for at_next, following in places[first + 1 :]:
            if at_next - at > REACH:
                break
            if at_next > at:
                found.add(f"p{concept} {following}")
    main = [_concepts_of(word)[0] for word in words if _concepts_of(word)]
    found |= {f"t{' '.join(main[at : at + 3])}" for at in range(len(main) - 2)}
    found |= {f"q{' '.join(main[at : at + 4])}" for at in range(len(main) - 3)}
    return found


@lru_cache(maxsize=4096)
def _concepts_of(word: str) -> tuple[str, ...]:
    whole, beginnings = _lexicon()
    found = list(whole.get(word, ()))
    for end in range(2, len(word) + 1):
        found += beginnings.get(word[:end], ())
    return tuple(dict.fromkeys(found))


@cache
def _lexicon() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    whole: dict[str, list[str]] = {}
    beginnings: dict[str, list[str]] = {}
    for line in (files("appliance.helper") / CONCEPTS).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        concept, _, words = line.partition(": ")
        for word in words.split():
            table = beginnings if word.endswith("*") else whole
            table.setdefault(word.removesuffix("*"), []).append(concept)
    return whole, beginnings


def _hashed(pieces: set[str]) -> Numbers:
    """Bucket 0 stays free."""
    return np.array([1 + crc32(piece.encode()) % (BUCKETS - 1) for piece in sorted(pieces)], dtype=np.int64)
