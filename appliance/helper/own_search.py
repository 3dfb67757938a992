"""Search in a few texts that stand in no index: by words and by meaning, in memory."""

from collections.abc import Sequence
from dataclasses import replace

import numpy

from appliance.helper.elsewhere import Matrix, unit
from appliance.helper.topics import GENERIC, NONE, Topics
from appliance.helper.words import stems_of
from appliance.inference.engine import Vector
from appliance.library.comparable import comparable
from appliance.library.search import Passage

# Cosine of all-MiniLM-L6-v2: below it a passage of a class's own text and a question have nothing in common.
LIKE = 0.35
# Of the telling words of a question, so many stand in a passage that is shown for its words alone.
SHARED = 0.34
STEADINESS = 60
# A small box takes about a twentieth of a second for each new one; with more texts than that the words decide.
MOST_EMBEDDED = 48


async def rows_of(topics: Topics, passages: Sequence[Passage]) -> Matrix:
    """A vector of length one for each passage; no row at all without a search model, or for many."""
    if len(passages) > MOST_EMBEDDED:
        return NONE
    made = [await topics.vector_of(comparable(f"{each.heading}. {each.body}")) for each in passages]
    vectors = [unit(vector) for vector in made if vector is not None]
    return numpy.stack(vectors) if vectors and len(vectors) == len(made) else NONE


def found_in(
    passages: Sequence[Passage], rows: Matrix, question: str, vector: Vector | None, most: int
) -> list[Passage]:
    """The best first, each with its score; none that shares neither words nor meaning with the question."""
    asked = stems_of(comparable(question)) - GENERIC
    shared = [len(asked & stems_of(comparable(f"{each.heading} {each.body}"))) for each in passages]
    like = _cosines(rows, vector, len(passages))
    kept = [
        at
        for at in range(len(passages))
        if like[at] >= LIKE or (asked and shared[at] >= max(1.0, SHARED * len(asked)))
    ]
    by_words = sorted(kept, key=lambda at: -shared[at])
    by_meaning = sorted(kept, key=lambda at: -like[at])
    scores = {
        at: 1 / (STEADINESS + by_words.index(at)) + 1 / (STEADINESS + by_meaning.index(at)) for at in kept
    }
    best = sorted(kept, key=lambda at: -scores[at])[:most]
    return [replace(passages[at], score=scores[at]) for at in best]


def shared_words(question: str, text: str) -> int:
    return len((stems_of(comparable(question)) - GENERIC) & stems_of(comparable(text)))


def _cosines(rows: Matrix, vector: Vector | None, count: int) -> list[float]:
    if vector is None or rows.shape[1:] != vector.shape:
        return [0.0] * count
    cosines: list[float] = (rows @ unit(vector)).tolist()
    return cosines
