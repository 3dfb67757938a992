"""Words that are nearly the same: misspelled, or the same word in a neighbour's language."""

import re
from collections.abc import Iterable
from functools import lru_cache

from appliance.helper.plain_letters import tokens_of
from appliance.helper.words import stem
from appliance.library.glossary import in_english

# In this order: how a word sounds, roughly, to somebody who speaks a Romance language.
SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"ch(?=[lrn])", "k"),
        (r"sch|sh|ch", "x"),
        (r"th", "t"),
        (r"qu(?=[ei])|ck|q", "k"),
        (r"[ct]i(?=on)", "si"),
        (r"c(?=[ei])", "s"),
        (r"c", "k"),
        (r"x", "ks"),
        (r"y", "i"),
        (r"z", "s"),
        (r"w", "v"),
        (r"h", ""),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)[aeiou]+$", ""),
    )
)
VOWELS = re.compile(r"[aeiou]")
SHORTEST_SOUND = 4
SHORTEST_SKELETON = 6
SHORTEST_WRONG = 7


@lru_cache(maxsize=8192)
def sound_of(word: str) -> str:
    """Empty for a word too short to tell."""
    if len(word) < SHORTEST_SOUND + 1 or not word.isalpha():
        return ""
    for pattern, sound in SOUNDS:
        word = pattern.sub(sound, word)
    return word if len(word) >= SHORTEST_SOUND else ""


@lru_cache(maxsize=8192)
def skeleton_of(word: str) -> str:
    """How it begins and its consonants, of a long word with enough of them: `dolphin` and `delfín` share theirs."""
    sound = sound_of(word)
    bare = VOWELS.sub("", sound)
    return bare if len(sound) >= SHORTEST_SKELETON and len(bare) > 3 and sound[0] == bare[0] else ""


@lru_cache(maxsize=8192)
def misspellings_of(word: str) -> frozenset[str]:
    """The word's sound, whole and with each letter left out: two words that share one differ by a slip."""
    sound = sound_of(word)
    if len(word) < SHORTEST_WRONG or len(sound) < SHORTEST_WRONG - 1:
        return frozenset()
    return frozenset((sound, *(sound[:at] + sound[at + 1 :] for at in range(len(sound)))))


@lru_cache(maxsize=8192)
def meanings_of(word: str) -> frozenset[str]:
    """Stems of what a word may mean, in English where the box's glossary knows it."""
    fellows = (stem(fellow) for said in in_english(word) for fellow in tokens_of(said))
    return frozenset((stem(word), *fellows))


def all_meanings(tokens: Iterable[str]) -> frozenset[str]:
    return frozenset(meaning for token in tokens for meaning in meanings_of(token))
