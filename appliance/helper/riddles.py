"""What a reply says about a word instead of saying it: what it rhymes with, begins with, is the opposite of."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from appliance.helper.plain_letters import tokens_of
from appliance.helper.words import SMALL

# "Hot rhymes with pot" speaks of another word.
NAMED = r"(?:name|word|answer|apellido|nombre|palabra|respuesta)"
RHYMES = re.compile(
    r"(?:^\W*|\b(?:it|name|word|answer|one|that|which|apellido|nombre|palabra|respuesta|que|se)\b[^.,;]{0,20}?\s)"
    r"(?:rhym\w+ with|rima\w* con)\b"
    rf"|\b{NAMED} (?:also |almost |just )?(?:sounds? (?:a lot |much )?like|suena (?:casi |igual )?(?:como|que|a))\b"
)
SOUNDS_LIKE = re.compile(
    r"\b(?:sounds? (?:a lot |much |almost |just |nearly )?like|suena (?:casi |igual |parecido )?(?:como|que|a))\b"
)
# What speaks of the word that was asked for, and not of another.
SUBJECT = re.compile(
    r"^\W*(?:(?:hint|clue|pista)\W+)?(?:it|it's|its|the (?:answer|word|name|thing)|this (?:word|thing)"
    r"|la (?:respuesta|palabra)|el nombre|su nombre|es|se|comparte|lleva|tiene)\b"
)
PLAY = re.compile(
    r"\b(?:shares? (?:its|a|the) name with|(?:the )?same (?:name|word) as|named (?:after|like|for)|called like"
    r"|(?:homonym|homophone|antonym|synonym|opposite) (?:of|for)|(?:another|an other|a second) (?:word|name) for"
    r"|se llama (?:igual|lo mismo|como)|comparte (?:su |el )?nombre|(?:mismo )?nombre (?:que|de)"
    r"|(?:contrario|opuesto|antonimo|sinonimo|homonimo) (?:de|a)\b|otr[ao] (?:palabra|nombre) (?:para|de))"
)
EDGE = re.compile(
    r"\b(?:starts?|begins?|starting|beginning|empieza|comienza|empezando) (?:with|in|con|por|en)\W+"
    r"(?:(?:the|la|las|los) (?:letters?|syllables?|letras?|silabas?)\W+)?([a-z]{3,})\b"
)
LISTENED_TO = 4
# How much of two words has to be the same for a rhyme.
ENDING = 2
SOFT = str.maketrans({"z": "s", "y": "i"})


@dataclass(frozen=True)
class Riddles:
    """`beginnings` of a word, the `endings` of words it is said to sound like; `plays`: on its meaning or its name."""

    beginnings: frozenset[str]
    endings: frozenset[str]
    rhymes: bool
    plays: bool

    @cached_property
    def are_there(self) -> bool:
        return bool(self.beginnings or self.endings or self.rhymes or self.plays)

    def begin(self, word: str) -> bool:
        """With half of it or more."""
        return any(word.startswith(start) and 2 * len(start) >= len(word) for start in self.beginnings)

    def sound_like(self, word: str) -> bool:
        return self.rhymes or _ending(word) in self.endings


def riddles_in(sentences: Iterable[str]) -> Riddles:
    """Of levelled sentences; a question is none."""
    told = [sentence for sentence in sentences if not sentence.rstrip().endswith("?")]
    heard = [sentence[found.end() :] for sentence in told for found in SOUNDS_LIKE.finditer(sentence)]
    words = (token for text in heard for token in tokens_of(text)[:LISTENED_TO] if token not in SMALL)
    return Riddles(
        frozenset(found[1] for sentence in told for found in EDGE.finditer(sentence)),
        frozenset(filter(None, map(_ending, words))),
        any(map(RHYMES.search, told)),
        any(SUBJECT.search(sentence) and PLAY.search(sentence) for sentence in told),
    )


def _ending(word: str) -> str:
    bare = word.translate(SOFT).removesuffix("e")
    return bare[-ENDING:] if len(bare) > ENDING else ""
