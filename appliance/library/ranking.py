"""What every search here shares: words weighed, meanings compared, and both rankings made one."""

import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from sqlite3 import Row

import numpy as np
from numpy.typing import NDArray

from appliance.library.index import Vector
from appliance.library.questions import Term
from appliance.library.sentences import sentences_of
from appliance.storage.search_words import indexed

CANDIDATES = 60
# The best passage has to hold this share of what the question's words tell, and others enough to stand beside it; rare
# words tell more. That a passage belongs here at all, a word's fellow shows far less than the word: its power.
LEAST_SHARE = 0.335
LEAST_SHARE_BESIDE = 0.2
FELLOW_FALLS = 3
# Words in the rest of the section, and in its heading besides.
NEIGHBOUR_TELLS = 0.5
HEADING_TELLS = 0.15
# A word in this share of all passages tells nothing there, unless they are few.
EVERYWHERE = 0.2
EVERYWHERE_LEAST = 60
# Two signs that stand nowhere are most likely the end of one word and the beginning of the next.
NOWHERE_TELLS = 0.25
# all-MiniLM-L6-v2 puts most real questions above 0.4, and "tell me a joke" at 0.30 to one passage of an electricity
# course: the topic filter stands before that.
LEAST_COSINE = 0.28
# With sentences compared too, which always lie nearer by chance: the best passage has to be this near, and then the
# others only need to be near enough to stand beside it.
LEAST_BEST = 0.39
LEAST_BESIDE = 0.20
# "How do I bake bread" shares a word with graphite that is baked: few words and little meaning together are chance.
FULL_SHARE = 0.75
CHANCE_COSINE = 0.23
# What the words of a passage add to its cosine: sums of scores put the right passage first more often than sums
# of ranks (reciprocal rank fusion) on the labelled questions.
WORDS_WEIGH = 0.2
# Words alone: how much of the question is there, and how high full text ranks it.
ALONE_WEIGH = 0.4
RANK_WEIGHS = 0.2
RANK_FALLS = 5
# For a passage whose vector isn't made yet: the cosine of one that fits well.
UNREAD = 0.5
KEPT = 16


@dataclass(frozen=True)
class Hit:
    """A passage found by its words; `share` is how much of what the question's words tell it holds, 0 to 1."""

    row: Row
    share: float


@dataclass(frozen=True)
class Matrix:
    """The vectors of one shelf, by ascending id; `version` changes when it is indexed.

    `parts` are those of sentences, one row at least for each passage; those of a passage begin at its `starts`.
    """

    version: str
    ids: NDArray[np.int64]
    rows: NDArray[np.float32]
    parts: NDArray[np.float32]
    starts: NDArray[np.intp]


@dataclass(frozen=True)
class Cosines:
    """Nothing counts below `least`, and nothing at all where the best is below `least_best`."""

    ids: NDArray[np.int64]
    values: NDArray[np.float32]
    least: float = LEAST_COSINE
    least_best: float = LEAST_COSINE


class Matrices:
    """Keeps the vectors that were asked about last in memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str | int, Matrix] = OrderedDict()

    async def of(
        self, key: str | int, version: str, embeddings: Callable[[], Awaitable[list[Row]]]
    ) -> Matrix:
        """`embeddings` gives rows of `id` and `embedding` by ascending id."""
        matrix = self._kept.pop(key, None)
        if matrix is None or matrix.version != version:
            matrix = _matrix(await embeddings(), version)
        self._kept[key] = matrix
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return matrix


def everywhere(passages: int) -> int:
    """A word that this many passages have tells nothing."""
    return max(EVERYWHERE_LEAST, int(passages * EVERYWHERE))


def weights_of(having: Mapping[Term, int], passages: int) -> dict[Term, float]:
    """What each word tells: much when few passages have it, 0 when it is everywhere."""
    # A word that is never used counts as one used twice: "bulb" must not drown what is said of light.
    return {
        term: math.log(1 + passages / (1 + max(n, 2))) * (NOWHERE_TELLS if term.is_of_signs and not n else 1)
        if n < everywhere(passages)
        else 0.0
        for term, n in having.items()
    }


def match_of(weights: Mapping[Term, float], pairs: Sequence[str]) -> str:
    """The FTS5 expression for words that tell something."""
    return " OR ".join([*(term.match for term, weight in weights.items() if weight), *pairs])


def hits_among(
    rows: Sequence[Row],
    weights: Mapping[Term, float],
    told: Callable[[Term], Callable[[Row], float]],
    place: Callable[[Row], object] = lambda row: row["id"],
) -> list[Hit]:
    """Those that hold enough of the question's words, in the order they come.

    What another passage of the same `place` says counts in part: a section is cut where it is long, not where it
    speaks of something else.
    """
    telling = [(term, weight) for term, weight in weights.items() if weight]
    whole = sum(weight for _, weight in telling)
    weigh = [weight for _, weight in telling]
    columns = [told(term) for term, _ in telling]
    each_told = [[told_in(row) for told_in in columns] for row in rows]
    around: dict[object, list[float]] = {}
    for row, here in zip(rows, each_told, strict=True):
        around[place(row)] = list(map(max, around.get(place(row), here), here))
    named = {heading: _named(heading, telling) for heading in {str(row["heading"]) for row in rows}}
    hits = [
        Hit(
            row, min(1.0, (_with_neighbours(weigh, here, around[place(row)]) + named[row["heading"]]) / whole)
        )
        for row, here in zip(rows, each_told, strict=True)
    ]
    fits = [_fit(weigh, here) / whole for here in each_told]
    if max(fits, default=0.0) < LEAST_SHARE:
        return []
    return [hit for hit, fit in zip(hits, fits, strict=True) if fit >= LEAST_SHARE_BESIDE]


def _fit(weigh: Sequence[float], told: Sequence[float]) -> float:
    return sum(weight * each**FELLOW_FALLS for weight, each in zip(weigh, told, strict=True))


def told_in_text(term: Term) -> Callable[[Row], float]:
    return lambda row: term.told_in(indexed(f"{row['heading']} {row['body']}"))


def _with_neighbours(weigh: Sequence[float], here: Sequence[float], around: Sequence[float]) -> float:
    return sum(
        weight * max(own, NEIGHBOUR_TELLS * there)
        for weight, own, there in zip(weigh, here, around, strict=True)
    )


def _named(heading: str, telling: Sequence[tuple[Term, float]]) -> float:
    text = indexed(heading)
    return HEADING_TELLS * sum(weight * term.told_in(text) for term, weight in telling)


def is_direction(vector: Vector) -> bool:
    return bool(0 < np.linalg.norm(vector) < np.inf)


def no_cosines() -> Cosines:
    return Cosines(np.empty(0, np.int64), np.empty(0, np.float32))


def cosines_of(vector: Vector, matrix: Matrix) -> Cosines:
    """How near in meaning each passage is; empty with vectors of another model."""
    if matrix.rows.shape[1:] != vector.shape:
        return no_cosines()
    asked = vector / np.linalg.norm(vector)
    whole = matrix.rows @ asked
    if len(matrix.parts) == len(matrix.rows):
        return Cosines(matrix.ids, whole)
    parts = np.maximum.reduceat(matrix.parts @ asked, matrix.starts)
    # Half of what the better of both says, half of what both say: a sentence alone may mislead.
    values = (2 * np.maximum(whole, parts) + whole + parts) / 4
    return Cosines(matrix.ids, np.asarray(values, np.float32), LEAST_BESIDE, LEAST_BEST)


def without(cosines: Cosines, ids: Sequence[int]) -> Cosines:
    """Those that stay are measured by themselves: what nobody may read must not crowd them out."""
    stays = np.isin(cosines.ids, ids, invert=True)
    return replace(cosines, ids=cosines.ids[stays], values=cosines.values[stays]) if len(ids) else cosines


def nearest(cosines: Cosines) -> list[int]:
    """Ids of the passages that mean something near, nearest first."""
    places = np.argsort(-cosines.values)[:CANDIDATES]
    if not len(places) or cosines.values[places[0]] < cosines.least_best:
        return []
    return [int(cosines.ids[place]) for place in places if cosines.values[place] >= cosines.least]


def is_chance(hit: Hit, cosines: Cosines) -> bool:
    place = int(np.searchsorted(cosines.ids, hit.row["id"]))
    if hit.share >= FULL_SHARE or place == len(cosines.ids) or cosines.ids[place] != hit.row["id"]:
        return False
    return bool(cosines.values[place] < CHANCE_COSINE)


def fused(by_words: Sequence[Hit], cosines: Cosines) -> dict[int, float]:
    """One score for each id that is near in words, meaning or both; `by_words` goes from best to worst.

    A passage whose vector isn't made yet is taken to mean what its words say: while a course is being
    indexed, the passages that come first in it would else drown the one that answers.
    """
    known = dict(zip(cosines.ids.tolist(), cosines.values.tolist(), strict=True))
    scores = {id: known[id] for id in nearest(cosines)}
    for rank, hit in enumerate(by_words):
        id = hit.row["id"]
        if id in known:
            scores[id] = known[id] + WORDS_WEIGH * hit.share
        else:
            alone = ALONE_WEIGH * hit.share + RANK_WEIGHS * RANK_FALLS / (RANK_FALLS + rank)
            scores[id] = alone + (UNREAD if known else 0.0)
    return scores


def _matrix(rows: Sequence[Row], version: str) -> Matrix:
    """The vector of a passage comes first in its `embedding`, those of its sentences after it."""
    counts = [1 + len(sentences_of(row["body"])) for row in rows]
    sizes = [len(row["embedding"]) // count for row, count in zip(rows, counts, strict=True)]
    size = max(sizes, default=0)
    same = [(row, count) for row, count, each in zip(rows, counts, sizes, strict=True) if each == size]
    flat = np.frombuffer(b"".join(row["embedding"] for row, _ in same), np.float16).astype(np.float32)
    every = flat.reshape(sum(count for _, count in same), size // 2)
    numbers = np.array([count for _, count in same], np.intp)
    begins = np.cumsum(numbers) - numbers
    # A passage of one sentence is its own part.
    is_part = np.ones(len(every), np.bool_)
    is_part[begins[numbers > 1]] = False
    of_parts = np.maximum(numbers - 1, 1)
    ids = np.fromiter((row["id"] for row, _ in same), np.int64, len(same))
    return Matrix(version, ids, every[begins], every[is_part], np.cumsum(of_parts) - of_parts)
