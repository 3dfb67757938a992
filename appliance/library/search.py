"""Search in a course: full text and meaning together, and nothing back when nothing fits."""

import json
import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row

import numpy as np
from numpy.typing import NDArray

from appliance.library.index import Embed, Indexed, Vector, index_course
from appliance.library.questions import Term, pairs_of, plain, terms_of
from appliance.storage.database import Database

__all__ = ["Embed", "Indexed", "Passage", "Vector", "Vectors", "index_course", "search"]

CANDIDATES = 60
# A passage has to hold this share of what the question's words tell; rare words tell more.
LEAST_SHARE = 0.3
LEAST_COSINE = 0.30
# Reciprocal rank fusion: a smaller constant lets the first places weigh more.
FUSION = 30
SAME_LESSON = 1.25
LESSONS_REFERENCE = 1.1
COURSES_KEPT = 16


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


@dataclass(frozen=True)
class Matrix:
    """The vectors of one course; `version` changes when the course is indexed."""

    version: str
    ids: NDArray[np.int64]
    rows: NDArray[np.float32]


class Vectors:
    """Keeps the vectors of the courses asked about last in memory; give one to every search."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Matrix] = OrderedDict()

    async def of_course(self, db: Database, course_slug: str) -> Matrix:
        version = await _version(db, course_slug)
        matrix = self._kept.pop(course_slug, None)
        if matrix is None or matrix.version != version:
            matrix = await _matrix(db, course_slug, version)
        self._kept[course_slug] = matrix
        while len(self._kept) > COURSES_KEPT:
            self._kept.popitem(last=False)
        return matrix


async def search(
    db: Database,
    question: str,
    course_slug: str,
    lesson_slug: str,
    vector: Vector | None,
    limit: int,
    vectors: Vectors | None = None,
    closed: frozenset[str] = frozenset(),
) -> list[Passage]:
    """The best passages of a course, those of the lesson at hand first among equals; none from `closed` lessons.

    `vector` is the question's, or None for full text alone.
    """
    terms = terms_of(question)
    by_words = await _by_words(db, terms, pairs_of(question), course_slug)
    by_meaning = await _by_meaning(db, vector, course_slug, vectors or Vectors())
    missing = [id for id in by_meaning if id not in by_words]
    rows = {**by_words, **await _rows(db, missing)}
    scores: dict[int, float] = dict.fromkeys(rows, 0.0)
    for ranking in (by_words, by_meaning):
        for rank, id in enumerate(ranking):
            scores[id] = scores.get(id, 0.0) + 1 / (FUSION + rank)
    found = [
        _passage(row, scores[id] * _closeness(row, lesson_slug))
        for id, row in rows.items()
        if row["lesson_slug"] not in closed
    ]
    return sorted(found, key=lambda passage: (-passage.score, passage.id))[:limit]


async def _by_words(
    db: Database, terms: Sequence[Term], pairs: Sequence[str], course_slug: str
) -> dict[int, Row]:
    """Passages that hold enough of the question's words, best first."""
    if not terms:
        return {}
    # CROSS JOIN keeps the order: left alone, SQLite asks the full text again for every passage of the course.
    rows = await db.fetch_all(
        """
        SELECT passages.id, passages.source, passages.course_slug, passages.lesson_slug,
               passages.heading, passages.anchor, passages.body
        FROM passages_fts
        CROSS JOIN passages ON passages.id = passages_fts.rowid
        WHERE passages_fts MATCH :match AND passages.course_slug = :course
        ORDER BY bm25(passages_fts, 2.0, 1.0)
        LIMIT :candidates
        """,
        match=" OR ".join([*(term.match for term in terms), *pairs]),
        course=course_slug,
        candidates=CANDIDATES,
    )
    weights = await _weights(db, terms, course_slug) if rows else {}
    whole = sum(weights.values())
    return {row["id"]: row for row in rows if _told(row, weights) >= LEAST_SHARE * whole}


async def _weights(db: Database, terms: Sequence[Term], course_slug: str) -> dict[Term, float]:
    """What each word tells: much when few passages have it, next to nothing when most do."""
    total = await db.fetch_one(
        "SELECT count(*) AS n FROM passages WHERE course_slug = :course", course=course_slug
    )
    rows = await db.fetch_all(
        """
        SELECT term.key AS place, count(*) AS n
        FROM json_each(:matches) AS term
        CROSS JOIN passages_fts ON passages_fts MATCH term.value
        CROSS JOIN passages ON passages.id = passages_fts.rowid
        WHERE passages.course_slug = :course
        GROUP BY term.key
        """,
        matches=json.dumps([term.match for term in terms]),
        course=course_slug,
    )
    having = {row["place"]: row["n"] for row in rows}
    passages = total["n"] if total else 0
    # A word the course never uses counts as one it uses twice: "bulb" must not drown what it says of light.
    return {term: math.log(1 + passages / (1 + max(having.get(i, 0), 2))) for i, term in enumerate(terms)}


def _told(row: Row, weights: Mapping[Term, float]) -> float:
    text = plain(f"{row['heading']} {row['body']}")
    return sum(weight for term, weight in weights.items() if term.is_in(text))


async def _by_meaning(db: Database, vector: Vector | None, course_slug: str, vectors: Vectors) -> list[int]:
    """Ids of the passages that mean something near, nearest first."""
    if vector is None or not np.linalg.norm(vector) > 0:
        return []
    matrix = await vectors.of_course(db, course_slug)
    if matrix.rows.shape[1:] != vector.shape:  # vectors of another model: full text alone
        return []
    cosines = matrix.rows @ (vector / np.linalg.norm(vector))
    nearest = np.argsort(-cosines)[:CANDIDATES]
    return [int(matrix.ids[place]) for place in nearest if cosines[place] >= LEAST_COSINE]


async def _version(db: Database, course_slug: str) -> str:
    row = await db.fetch_one(
        "SELECT group_concat(content_hash) AS version FROM indexed_texts WHERE course_slug = :course",
        course=course_slug,
    )
    return str(row["version"]) if row else ""


async def _matrix(db: Database, course_slug: str, version: str) -> Matrix:
    rows = await db.fetch_all(
        "SELECT id, embedding FROM passages WHERE course_slug = :course AND embedding IS NOT NULL",
        course=course_slug,
    )
    size = max((len(row["embedding"]) for row in rows), default=0)
    same = [row for row in rows if len(row["embedding"]) == size]
    flat = np.frombuffer(b"".join(row["embedding"] for row in same), np.float16).astype(np.float32)
    ids = np.fromiter((row["id"] for row in same), np.int64, len(same))
    return Matrix(version, ids, flat.reshape(len(same), size // 2))


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


def _closeness(row: Row, lesson_slug: str) -> float:
    if row["lesson_slug"] != lesson_slug:
        return 1.0
    return SAME_LESSON if row["source"] == "lesson" else LESSONS_REFERENCE


def _passage(row: Row, score: float) -> Passage:
    return Passage(**dict(row), score=score)
