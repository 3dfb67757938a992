"""Search in a class's papers, by the same rules as in a course, and the papers' text in reading order."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from sqlite3 import Row

import numpy as np

from appliance.library.document_kinds import Kind
from appliance.library.index import Vector
from appliance.library.questions import Term, pairs_of, terms_of
from appliance.library.ranking import (
    CANDIDATES,
    Cosines,
    Hit,
    Matrices,
    cosines_of,
    everywhere,
    fused,
    hits_among,
    is_chance,
    is_direction,
    match_of,
    no_cosines,
    told_in_text,
    weights_of,
)
from appliance.library.second_look import Rank, looked_at_again, wanted
from appliance.storage.database import Database


@dataclass(frozen=True)
class DocumentPassage:
    """`page` is the page of a PDF, the slide of a PPTX, the section of a DOCX; `score` only orders one search."""

    id: int
    document_id: int
    title: str
    page: int
    heading: str
    body: str
    score: float
    kind: Kind


async def search_documents(
    db: Database,
    question: str,
    class_id: int,
    vector: Vector | None,
    limit: int,
    vectors: Matrices | None = None,
    rank: Rank | None = None,
    document_id: int | None = None,
) -> list[DocumentPassage]:
    """The best passages of a class's papers, or of one. `vector` is the question's, or None for full text alone.

    Give the same `vectors` to every search: they are kept there. `document_id` 0 is a paper that is gone.
    """
    passages = await _count(db, class_id)
    if not passages or limit < 1 or document_id == 0:
        return []
    hits = await _by_words(db, terms_of(question), pairs_of(question), class_id, passages, document_id)
    cosines = await _cosines(db, vector, class_id, vectors or Matrices(), document_id)
    by_words = [hit for hit in hits if not is_chance(hit, cosines)]
    scores = fused(by_words, cosines)
    best = sorted(scores, key=lambda id: (-scores[id], id))
    rows = await _passages(db, best[: wanted(limit)])
    found = [DocumentPassage(**dict(rows[id]), score=scores[id]) for id in best if id in rows]
    ordered = await looked_at_again(
        rank, question, found, lambda passage: f"{passage.heading}. {passage.body}"
    )
    return ordered[:limit]


async def passages_of_documents(db: Database, class_id: int, limit: int) -> list[DocumentPassage]:
    """The beginning of all papers that are ready, in reading order."""
    rows = await db.fetch_all(
        """
        SELECT document_passages.id, document_passages.document_id, documents.title, documents.kind,
               document_passages.page, document_passages.heading, document_passages.body
        FROM documents
        CROSS JOIN document_passages ON document_passages.document_id = documents.id
        WHERE documents.class_id = :class_id AND documents.state = 'ready'
        ORDER BY documents.id, document_passages.position
        LIMIT :limit
        """,
        class_id=class_id,
        limit=limit,
    )
    return [DocumentPassage(**dict(row), score=0.0) for row in rows]


async def _count(db: Database, class_id: int) -> int:
    row = await db.fetch_one(
        """
        SELECT count(*) AS n
        FROM documents JOIN document_passages ON document_passages.document_id = documents.id
        WHERE documents.class_id = :class_id
        """,
        class_id=class_id,
    )
    return int(row["n"]) if row else 0


async def _by_words(
    db: Database,
    terms: Sequence[Term],
    pairs: Sequence[str],
    class_id: int,
    passages: int,
    document_id: int | None,
) -> list[Hit]:
    """Passages that hold enough of the question's words, best first."""
    weights = await _weights(db, terms, class_id, passages) if terms else {}
    if not sum(weights.values()):
        return []
    # CROSS JOIN keeps the order: left alone, SQLite asks the full text again for every passage of the class.
    rows = await db.fetch_all(
        """
        SELECT document_passages.id, document_passages.heading, document_passages.body
        FROM document_passages_fts
        CROSS JOIN document_passages ON document_passages.id = document_passages_fts.rowid
        CROSS JOIN documents ON documents.id = document_passages.document_id
        WHERE document_passages_fts MATCH :match AND documents.class_id = :class_id
          AND (:document IS NULL OR documents.id = :document)
        ORDER BY bm25(document_passages_fts, 2.0, 1.0)
        LIMIT :candidates
        """,
        match=match_of(weights, pairs),
        class_id=class_id,
        document=document_id,
        candidates=CANDIDATES,
    )
    return hits_among(rows, weights, told_in_text)


async def _weights(db: Database, terms: Sequence[Term], class_id: int, passages: int) -> dict[Term, float]:
    rows = await db.fetch_all(
        """
        SELECT term.key AS place, (
          SELECT count(*)
          FROM (
            SELECT 1
            FROM document_passages_fts
            CROSS JOIN document_passages ON document_passages.id = document_passages_fts.rowid
            CROSS JOIN documents ON documents.id = document_passages.document_id
            WHERE document_passages_fts MATCH term.value AND documents.class_id = :class_id
            LIMIT :everywhere
          )
        ) AS n
        FROM json_each(:matches) AS term
        """,
        matches=json.dumps([term.match for term in terms]),
        class_id=class_id,
        everywhere=everywhere(passages),
    )
    return weights_of({terms[row["place"]]: row["n"] for row in rows}, passages)


async def _cosines(
    db: Database, vector: Vector | None, class_id: int, vectors: Matrices, document_id: int | None
) -> Cosines:
    if vector is None or not is_direction(vector):
        return no_cosines()
    version = await _version(db, class_id)
    found = cosines_of(vector, await vectors.of(class_id, version, lambda: _embeddings(db, class_id)))
    if document_id is None:
        return found
    rows = await db.fetch_all("SELECT id FROM document_passages WHERE document_id = :id", id=document_id)
    is_of_paper = np.isin(found.ids, [row["id"] for row in rows])
    return replace(found, ids=found.ids[is_of_paper], values=found.values[is_of_paper])


async def _version(db: Database, class_id: int) -> str:
    """Another one whenever a paper has come, gone or been read further; ids alone are given out again."""
    row = await db.fetch_one(
        """
        SELECT group_concat(id || ':' || stored_name || ':' || state || ':' || progress) AS version
        FROM documents
        WHERE class_id = :class_id
        """,
        class_id=class_id,
    )
    return str(row["version"]) if row else ""


async def _embeddings(db: Database, class_id: int) -> list[Row]:
    return await db.fetch_all(
        """
        SELECT document_passages.id, document_passages.embedding, '' AS body
        FROM documents JOIN document_passages ON document_passages.document_id = documents.id
        WHERE documents.class_id = :class_id AND document_passages.embedding IS NOT NULL
        ORDER BY document_passages.id
        """,
        class_id=class_id,
    )


async def _passages(db: Database, ids: Iterable[int]) -> dict[int, Row]:
    rows = await db.fetch_all(
        """
        SELECT document_passages.id, document_passages.document_id, documents.title, documents.kind,
               document_passages.page, document_passages.heading, document_passages.body
        FROM document_passages JOIN documents ON documents.id = document_passages.document_id
        WHERE document_passages.id IN (SELECT value FROM json_each(:ids))
        """,
        ids=json.dumps(list(ids)),
    )
    return {row["id"]: row for row in rows}
