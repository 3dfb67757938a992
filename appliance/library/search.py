"""Search in a course: full text and meaning together, and nothing back when nothing fits."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from sqlite3 import Row

from appliance.library.index import Embed, Indexed, Vector, index_course
from appliance.library.questions import pairs_of, terms_of
from appliance.library.ranking import (
    CANDIDATES,
    Cosines,
    Hit,
    Matrices,
    Matrix,
    cosines_of,
    fused,
    hits_among,
    is_chance,
    is_direction,
    match_of,
    no_cosines,
    weights_of,
    without,
)
from appliance.library.second_look import Rank, looked_at_again, wanted
from appliance.library.vocabulary import Vocabularies, Vocabulary
from appliance.storage.database import Database

__all__ = ["Embed", "Indexed", "Passage", "Rank", "Vector", "Vectors", "index_course", "search"]

SAME_LESSON = 1.4
LESSONS_REFERENCE = 1.23
# A lesson can be opened at the place; a reference can only be quoted.
OTHER_REFERENCE = 0.92
# The same for scores, which are sums.
OF_LESSON = 0.2
OF_LESSONS_REFERENCE = 0.12
OF_OTHER_REFERENCE = -0.02


@dataclass(frozen=True)
class Passage:
    """`lesson_slug` is empty for the reference of a whole course; `score` only orders one search."""

    id: int
    source: str
    course_slug: str
    lesson_slug: str
    heading: str
    anchor: str
    body: str
    score: float


class Vectors:
    """Keeps the vectors and words of the courses asked about last in memory; give one to every search."""

    def __init__(self) -> None:
        self._matrices = Matrices()
        self._vocabularies = Vocabularies()

    async def of_course(self, db: Database, course_slug: str, version: str | None = None) -> Matrix:
        version = version or await _version(db, course_slug)
        return await self._matrices.of(course_slug, version, lambda: _embeddings(db, course_slug))

    async def vocabulary(self, db: Database, course_slug: str, version: str | None = None) -> Vocabulary:
        version = version or await _version(db, course_slug)
        return await self._vocabularies.of(course_slug, version, lambda: _texts(db, course_slug))


async def search(
    db: Database,
    question: str,
    course_slug: str,
    lesson_slug: str,
    vector: Vector | None,
    limit: int,
    vectors: Vectors | None = None,
    closed: frozenset[str] = frozenset(),
    rank: Rank | None = None,
    references: frozenset[str] | None = None,
) -> list[Passage]:
    """The best passages of a course, the lesson at hand first among equals; none from `closed` lessons.

    `vector` is that of the comparable question, or None for full text alone. `rank` only orders what was found. Of
    references only the passages with one of the texts in `references` count, and like the lesson's own; None: all.
    """
    kept = vectors or Vectors()
    version = await _version(db, course_slug)
    vocabulary = await kept.vocabulary(db, course_slug, version)
    hits = await _by_words(db, question, course_slug, vocabulary, closed)
    cosines = await _cosines(db, vector, course_slug, kept, version)
    cosines = without(cosines, await _ids_of(db, course_slug, closed) if len(cosines.ids) and closed else ())
    by_words = [hit for hit in hits if not is_chance(hit, cosines)]
    scores = fused(by_words, cosines)
    rows = {hit.row["id"]: hit.row for hit in by_words}
    rows |= await _rows(db, scores.keys() - rows.keys())
    found = [
        Passage(**dict(row), score=scores[id] + _nearness(row, lesson_slug, references))
        for id, row in rows.items()
        if row["lesson_slug"] not in closed and _is_wanted(row, references)
    ]
    best = _spread(sorted(found, key=lambda passage: (-passage.score, passage.id)))[: wanted(limit)]
    ordered = await looked_at_again(
        rank, question, best, _text, lambda passage: _closeness(rows[passage.id], lesson_slug, references)
    )
    return ordered[:limit]


def _spread(best_first: Sequence[Passage]) -> list[Passage]:
    """One passage of each heading and one that no page can be opened at, before any second one."""
    first, rest, seen = list[Passage](), list[Passage](), set[tuple[str, ...]]()
    for passage in best_first:
        place = (passage.lesson_slug, passage.anchor) if passage.source == "lesson" else (passage.source,)
        (rest if place in seen else first).append(passage)
        seen.add(place)
    return [*first, *rest]


async def _by_words(
    db: Database, question: str, course_slug: str, vocabulary: Vocabulary, closed: frozenset[str]
) -> list[Hit]:
    """Passages that hold enough of the question's words, best first; none of `closed` takes another's place."""
    terms = terms_of(question, vocabulary.read, vocabulary.is_spanish)
    holders = {term: vocabulary.holders(term) for term in terms}
    having = {term: len(each.own or each.fellows) for term, each in holders.items()}
    weights = weights_of(having, vocabulary.passages)
    if not sum(weights.values()):
        return []
    # CROSS JOIN keeps the order: left alone, SQLite asks the full text again for every passage of the course.
    rows = await db.fetch_all(
        """
        SELECT passages.id, passages.source, passages.course_slug, passages.lesson_slug,
               passages.heading, passages.anchor, passages.body
        FROM passages_fts
        CROSS JOIN passages ON passages.id = passages_fts.rowid
        WHERE passages_fts MATCH :match AND passages.course_slug = :course
          AND passages.lesson_slug NOT IN (SELECT value FROM json_each(:closed))
        ORDER BY bm25(passages_fts, 2.0, 1.0)
        LIMIT :candidates
        """,
        match=match_of(weights, pairs_of(question)),
        course=course_slug,
        closed=json.dumps(sorted(closed)),
        candidates=CANDIDATES,
    )
    return hits_among(rows, weights, lambda term: holders[term].told_in, _section)


async def _cosines(
    db: Database, vector: Vector | None, course_slug: str, vectors: Vectors, version: str
) -> Cosines:
    if vector is None or not is_direction(vector):
        return no_cosines()
    return cosines_of(vector, await vectors.of_course(db, course_slug, version))


async def _ids_of(db: Database, course_slug: str, lessons: frozenset[str]) -> list[int]:
    rows = await db.fetch_all(
        """
        SELECT id
        FROM passages
        WHERE course_slug = :course AND lesson_slug IN (SELECT value FROM json_each(:lessons))
        """,
        course=course_slug,
        lessons=json.dumps(sorted(lessons)),
    )
    return [row["id"] for row in rows]


async def _version(db: Database, course_slug: str) -> str:
    row = await db.fetch_one(
        "SELECT group_concat(content_hash) AS version FROM indexed_texts WHERE course_slug = :course",
        course=course_slug,
    )
    return str(row["version"]) if row else "none"


async def _embeddings(db: Database, course_slug: str) -> list[Row]:
    return await db.fetch_all(
        """
        SELECT id, embedding, body
        FROM passages
        WHERE course_slug = :course AND embedding IS NOT NULL
        ORDER BY id
        """,
        course=course_slug,
    )


async def _texts(db: Database, course_slug: str) -> list[tuple[int, str, str]]:
    rows = await db.fetch_all(
        "SELECT id, heading, body FROM passages WHERE course_slug = :course", course=course_slug
    )
    return [(row["id"], row["heading"], row["body"]) for row in rows]


async def _rows(db: Database, ids: Iterable[int]) -> dict[int, Row]:
    rows = await db.fetch_all(
        """
        SELECT id, source, course_slug, lesson_slug, heading, anchor, body
        FROM passages
        WHERE id IN (SELECT value FROM json_each(:ids))
        """,
        ids=json.dumps(list(ids)),
    )
    return {row["id"]: row for row in rows}


def _section(row: Row) -> tuple[str, str, str]:
    return row["source"], row["lesson_slug"], row["heading"]


def _text(passage: Passage) -> str:
    return f"{passage.heading}. {passage.body}"


def _is_wanted(row: Row, references: frozenset[str] | None) -> bool:
    return references is None or row["source"] == "lesson" or row["body"] in references


def _closeness(row: Row, lesson_slug: str, references: frozenset[str] | None) -> float:
    is_chosen = references is not None and row["source"] == "reference"
    if row["lesson_slug"] != lesson_slug and not is_chosen:
        return 1.0 if row["source"] == "lesson" else OTHER_REFERENCE
    return SAME_LESSON if row["source"] == "lesson" else LESSONS_REFERENCE


def _nearness(row: Row, lesson_slug: str, references: frozenset[str] | None) -> float:
    is_chosen = references is not None and row["source"] == "reference"
    if row["lesson_slug"] != lesson_slug and not is_chosen:
        return 0.0 if row["source"] == "lesson" else OF_OTHER_REFERENCE
    return OF_LESSON if row["source"] == "lesson" else OF_LESSONS_REFERENCE
