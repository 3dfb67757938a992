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
# A word in this share of a course's passages tells nothing there, unless the course is tiny.
EVERYWHERE = 0.2
EVERYWHERE_LEAST = 60
# all-MiniLM-L6-v2 puts "tell me a joke" at 0.30 to an electricity lesson, and most real questions above 0.4.
LEAST_COSINE = 0.31
# "How do I bake bread" shares a word with graphite that is baked: few words and little meaning together are chance.
FULL_SHARE = 0.75
CHANCE_COSINE = 0.20
# Reciprocal rank fusion: a smaller constant lets the first places weigh more.
FUSION = 30
SAME_LESSON = 1.25
LESSONS_REFERENCE = 1.1
# A lesson can be opened at the place; a reference can only be quoted.
OTHER_REFERENCE = 0.92
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
class Hit:
    """A passage found by its words; `share` is how much of what the question's words tell it holds, 0 to 1."""

    row: Row
    share: float


@dataclass(frozen=True)
class Matrix:
    """The vectors of one course, by ascending id; `version` changes when the course is indexed."""

    version: str
    ids: NDArray[np.int64]
    rows: NDArray[np.float32]


@dataclass(frozen=True)
class Cosines:
    ids: NDArray[np.int64]
    values: NDArray[np.float32]


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
    """The best passages of a course, the lesson at hand first among equals; none from `closed` lessons.

    `vector` is the question's, or None for full text alone.
    """
    terms = terms_of(question)
    hits = await _by_words(db, terms, pairs_of(question), course_slug)
    cosines = await _cosines(db, vector, course_slug, vectors or Vectors())
    by_words = [hit for hit in hits if not _is_chance(hit, cosines)]
    by_meaning = _nearest(cosines)
    rows = {hit.row["id"]: hit.row for hit in by_words}
    rows |= await _rows(db, [id for id in by_meaning if id not in rows])
    scores: dict[int, float] = dict.fromkeys(rows, 0.0)
    for ranking in ([hit.row["id"] for hit in by_words], by_meaning):
        for rank, id in enumerate(ranking):
            scores[id] = scores.get(id, 0.0) + 1 / (FUSION + rank)
    found = [
        _passage(row, scores[id] * _closeness(row, lesson_slug))
        for id, row in rows.items()
        if row["lesson_slug"] not in closed
    ]
    return sorted(found, key=lambda passage: (-passage.score, passage.id))[:limit]


async def _by_words(db: Database, terms: Sequence[Term], pairs: Sequence[str], course_slug: str) -> list[Hit]:
    """Passages that hold enough of the question's words, best first."""
    weights = await _weights(db, terms, course_slug) if terms else {}
    whole = sum(weights.values())
    if not whole:
        return []
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
        match=" OR ".join([*(term.match for term in terms if weights[term]), *pairs]),
        course=course_slug,
        candidates=CANDIDATES,
    )
    hits = (Hit(row, _told(row, weights) / whole) for row in rows)
    return [hit for hit in hits if hit.share >= LEAST_SHARE]


async def _weights(db: Database, terms: Sequence[Term], course_slug: str) -> dict[Term, float]:
    """What each word tells: much when few passages have it, 0 when it is everywhere in the course."""
    row = await db.fetch_one(
        "SELECT count(*) AS n FROM passages WHERE course_slug = :course", course=course_slug
    )
    passages = row["n"] if row else 0
    everywhere = max(EVERYWHERE_LEAST, int(passages * EVERYWHERE))
    rows = await db.fetch_all(
        """
        SELECT term.key AS place, (
          SELECT count(*)
          FROM (
            SELECT 1
            FROM passages_fts
            CROSS JOIN passages ON passages.id = passages_fts.rowid
            WHERE passages_fts MATCH term.value AND passages.course_slug = :course
            LIMIT :everywhere
          )
        ) AS n
        FROM json_each(:matches) AS term
        """,
        matches=json.dumps([term.match for term in terms]),
        course=course_slug,
        everywhere=everywhere,
    )
    having = {terms[row["place"]]: row["n"] for row in rows}
    # A word the course never uses counts as one it uses twice: "bulb" must not drown what it says of light.
    return {
        term: math.log(1 + passages / (1 + max(n, 2))) if n < everywhere else 0.0
        for term, n in having.items()
    }


def _told(row: Row, weights: Mapping[Term, float]) -> float:
    text = plain(f"{row['heading']} {row['body']}")
    return sum(weight for term, weight in weights.items() if term.is_in(text))


async def _cosines(db: Database, vector: Vector | None, course_slug: str, vectors: Vectors) -> Cosines:
    """How near in meaning each passage is; empty without vectors, or with those of another model."""
    if vector is not None and 0 < np.linalg.norm(vector) < np.inf:
        matrix = await vectors.of_course(db, course_slug)
        if matrix.rows.shape[1:] == vector.shape:
            return Cosines(matrix.ids, matrix.rows @ (vector / np.linalg.norm(vector)))
    return Cosines(np.empty(0, np.int64), np.empty(0, np.float32))


def _nearest(cosines: Cosines) -> list[int]:
    """Ids of the passages that mean something near, nearest first."""
    nearest = np.argsort(-cosines.values)[:CANDIDATES]
    return [int(cosines.ids[place]) for place in nearest if cosines.values[place] >= LEAST_COSINE]


def _is_chance(hit: Hit, cosines: Cosines) -> bool:
    place = int(np.searchsorted(cosines.ids, hit.row["id"]))
    if hit.share >= FULL_SHARE or place == len(cosines.ids) or cosines.ids[place] != hit.row["id"]:
        return False
    return bool(cosines.values[place] < CHANCE_COSINE)


async def _version(db: Database, course_slug: str) -> str:
    row = await db.fetch_one(
        "SELECT group_concat(content_hash) AS version FROM indexed_texts WHERE course_slug = :course",
        course=course_slug,
    )
    return str(row["version"]) if row else ""


async def _matrix(db: Database, course_slug: str, version: str) -> Matrix:
    rows = await db.fetch_all(
        """
        SELECT id, embedding
        FROM passages
        WHERE course_slug = :course AND embedding IS NOT NULL
        ORDER BY id
        """,
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
        return 1.0 if row["source"] == "lesson" else OTHER_REFERENCE
    return SAME_LESSON if row["source"] == "lesson" else LESSONS_REFERENCE


def _passage(row: Row, score: float) -> Passage:
    return Passage(**dict(row), score=score)
