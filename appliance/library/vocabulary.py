"""The words of a course: how many passages have one, and what a question's word may be that none of them has."""

from bisect import bisect_left
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Row

from appliance.library.questions import FELLOW_TELLS, STOP_WORDS, Form, Term, is_known
from appliance.library.spelling import distance, sounds
from appliance.storage.search_words import indexed, is_of_signs

LEAST_LETTERS = 4
# A longer word has room for two slips.
LONG = 7
MOST_READINGS = 2
# How many of the words that share most pairs of letters are looked at closely.
LOOKED_AT = 12
LEAST_ENDING = 5
KEPT = 16
CACHED = 2000
SPANISH_SIGNS = frozenset(["el", "los", "las", "del", "una", "que", "para", "con", "por", "se"])
ENGLISH_SIGNS = frozenset(["the", "of", "and", "to", "is", "it", "that", "with", "for", "you"])


@dataclass(frozen=True)
class Holders:
    """Ids of the passages that say a word itself, and of those that say one of its fellows."""

    own: frozenset[int]
    fellows: frozenset[int]

    def told_in(self, row: Row) -> float:
        """As `Term.told_in`."""
        id = row["id"]
        return 1.0 if id in self.own else FELLOW_TELLS if id in self.fellows else 0.0


class Vocabulary:
    """Made from id, heading and body of all passages; make a new one when they change."""

    def __init__(self, passages: Iterable[tuple[int, str, str]]) -> None:
        found: defaultdict[str, set[int]] = defaultdict(set)
        self.passages = 0
        for id, heading, body in passages:
            for word in indexed(f"{heading} {body}").split():
                found[word].add(id)
            self.passages += 1
        self._words = sorted(found)
        self.is_spanish = len(SPANISH_SIGNS & found.keys()) > len(ENGLISH_SIGNS & found.keys())
        self._having = {word: frozenset(found[word]) for word in self._words}
        self._holders: OrderedDict[Form, frozenset[int]] = OrderedDict()
        self._by_pair: defaultdict[str, list[str]] = defaultdict(list)
        self._by_sound: defaultdict[str, list[str]] = defaultdict(list)
        self._read: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def holders(self, term: Term) -> Holders:
        """Of several words in a row, the passages that have them all."""
        said = (self._saying(form) for form in term.forms)
        fellows = (self._saying(form) for form in term.fellows)
        return Holders(frozenset[int]().union(*said), frozenset[int]().union(*fellows))

    def read(self, word: str) -> tuple[str, ...]:
        """The words of the course that `word` may stand for, nearest first; itself where it is one, or is none.

        Nothing where it is most likely a small word that tells nothing, wrongly spelt.
        """
        if word in self._having or len(word) < LEAST_LETTERS or not word.isalpha() or is_of_signs(word):
            return (word,)
        if word not in self._read:
            self._read[word] = self._like(word)
            while len(self._read) > CACHED:
                self._read.popitem(last=False)
        return self._read[word]

    def _like(self, word: str) -> tuple[str, ...]:
        if is_known(word):
            return tuple(self._parts(word)) or (word,)
        near = sorted(
            (slips, each) for each in set(self._candidates(word)) if (slips := _slips(word, each)) < 3
        )
        best = [each for slips, each in near if slips == near[0][0]][:MOST_READINGS]
        if best:
            return () if best[0] in STOP_WORDS else tuple(best)
        return tuple(self._parts(word)) or (word,)

    def _candidates(self, word: str) -> list[str]:
        if not self._by_pair:
            for each in {*self._words, *(each for each in STOP_WORDS if len(each) >= LEAST_LETTERS)}:
                self._by_sound[sounds(each)].append(each)
                for pair in _pairs(each):
                    self._by_pair[pair].append(each)
        shared = Counter(each for pair in _pairs(word) for each in self._by_pair.get(pair, ()))
        close = ((n, each) for each, n in shared.items() if abs(len(each) - len(word)) <= 2)
        best = sorted(close, key=lambda entry: (-entry[0] / (len(entry[1]) + len(word)), entry[1]))
        return [*self._by_sound.get(sounds(word), ()), *(each for _, each in best[:LOOKED_AT])]

    def _parts(self, word: str) -> Iterator[str]:
        """`raindrops` is rain and drops, and `quakes` stands in earthquake."""
        for cut in range(LEAST_LETTERS - 1, len(word) - LEAST_LETTERS + 2):
            first, last = word[:cut], word[cut:]
            if self._has(first) and self._has(last) and not {first, last} & STOP_WORDS:
                yield from (first, last)
                return
        bare = word.removesuffix("s")
        if len(bare) >= LEAST_ENDING:
            yield from [each for each in self._words if each.endswith((bare, f"{bare}s"))][:MOST_READINGS]

    def _has(self, word: str) -> bool:
        return word in self._having or f"{word}s" in self._having or word.removesuffix("s") in self._having

    def _saying(self, form: Form) -> frozenset[int]:
        if form not in self._holders:
            *whole, last = form.words
            found = self._beginning(last) if form.is_beginning else self._having.get(last, frozenset())
            for word in whole:
                found &= self._having.get(word, frozenset())
            self._holders[form] = found
            while len(self._holders) > CACHED:
                self._holders.popitem(last=False)
        return self._holders[form]

    def _beginning(self, stem: str) -> frozenset[int]:
        begin, end = bisect_left(self._words, stem), bisect_left(self._words, f"{stem}\uffff")
        return frozenset[int]().union(*(self._having[word] for word in self._words[begin:end]))


class Vocabularies:
    """Keeps those of the courses that were asked about last in memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, Vocabulary]] = OrderedDict()

    async def of(
        self, key: str, version: str, passages: Callable[[], Awaitable[Sequence[tuple[int, str, str]]]]
    ) -> Vocabulary:
        """`version` changes when the passages do."""
        kept = self._kept.pop(key, None)
        if kept is None or kept[0] != version:
            kept = (version, Vocabulary(await passages()))
        self._kept[key] = kept
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return kept[1]


def _pairs(word: str) -> set[str]:
    marked = f" {word} "
    return {marked[place : place + 2] for place in range(len(marked) - 1)}


def _slips(word: str, other: str) -> float:
    """How far apart two words are; 3 and more is too far."""
    heard, meant = sounds(word), sounds(other)
    if heard == meant:
        return 0.5
    most = 2 if len(word) >= LONG else 1
    if heard[:1] != meant[:1] or min(len(word), len(other)) < LEAST_LETTERS:
        return 3.0
    # A short word is only taken for another with the same letters in it, or one more, or one fewer.
    if len(word) == LEAST_LETTERS and len(word) == len(other) and sorted(word) != sorted(other):
        return 3.0
    slips = min(distance(word, other, most), distance(heard, meant, most) + 0.5)
    return slips if slips <= most else 3.0
