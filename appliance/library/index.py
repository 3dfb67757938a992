"""The index of passages: what search looks through, made again where a text has changed."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.errors import Refusal
from appliance.library.chunks import Chunk, passages_of, passages_of_reference
from appliance.library.comparable import comparable
from appliance.library.courses import Course, lessons_of
from appliance.library.references import PACKS_ONLY, References
from appliance.library.sentences import sentences_of
from appliance.storage.database import Database

Vector = NDArray[np.float32]
Embed = Callable[[str], Awaitable[Vector | None]]
Progress = Callable[[float], Awaitable[None]]

# Raise it when passages are cut or embedded in another way: every text is then indexed again.
EDITION = "3"
# Ends the hash of a text whose passages all have their vector.
EMBEDDED = "+vectors"
BATCH = 32


@dataclass(frozen=True)
class Indexed:
    """How many texts were cut anew, how many passages got a vector, and how many still have none."""

    texts: int
    embedded: int
    waiting: int


async def index_course(
    db: Database,
    course: Course,
    embed: Embed | None = None,
    progress: Progress | None = None,
    references: References = PACKS_ONLY,
) -> Indexed:
    """Full text is there at once, vectors as `embed` gives them; it stops at the first that it can't give.

    `progress` is told a share from 0 to 1. Running it again takes up what was left.
    """
    texts = await asyncio.to_thread(_texts_of, course, references)
    known = await _known(db, course.slug)
    changed = [slug for slug, chunks in texts.items() if known.get(slug) != _fingerprint(chunks)]
    for slug in changed:
        await _replace(db, course.slug, slug, texts[slug])
    for slug in known.keys() - texts.keys():
        await _replace(db, course.slug, slug, ())
    embedded, waiting = await _embed_missing(db, course.slug, embed, progress)
    return Indexed(len(changed), embedded, waiting)


def _texts_of(course: Course, references: References) -> dict[str, list[Chunk]]:
    """Passages by lesson; those of a reference that several lessons share belong to the course, under ''."""
    lessons = lessons_of(course)
    shared = {key for key, uses in Counter(lesson.helper_reference for lesson in lessons).items() if uses > 1}
    # A course that names none may have the operator's own for all such.
    shared = (shared - {""}) | {course.helper_reference}
    texts = {"": [chunk for key in sorted(shared) for chunk in _reference(course, key, references)]}
    for lesson in lessons:
        key = lesson.helper_reference
        own = [] if not key or key in shared else _reference(course, key, references)
        texts[lesson.slug] = [*passages_of(lesson), *own]
    return {slug: chunks for slug, chunks in texts.items() if chunks}


def _reference(course: Course, key: str, references: References) -> list[Chunk]:
    try:
        return passages_of_reference(references.text(course, key))
    except Refusal:  # `content validate` tells its author; the lessons are still worth indexing
        return []


def _fingerprint(chunks: Sequence[Chunk]) -> str:
    return hashlib.sha256(json.dumps([EDITION, *map(astuple, chunks)]).encode()).hexdigest()


async def _known(db: Database, course_slug: str) -> dict[str, str]:
    rows = await db.fetch_all(
        "SELECT lesson_slug, content_hash FROM indexed_texts WHERE course_slug = :course", course=course_slug
    )
    return {row["lesson_slug"]: row["content_hash"].removesuffix(EMBEDDED) for row in rows}


async def _replace(db: Database, course_slug: str, lesson_slug: str, chunks: Sequence[Chunk]) -> None:
    where: Mapping[str, str] = {"course": course_slug, "lesson": lesson_slug}
    async with db.transaction() as tx:
        await tx.execute(
            "DELETE FROM passages WHERE course_slug = :course AND lesson_slug = :lesson", **where
        )
        await tx.execute(
            "DELETE FROM indexed_texts WHERE course_slug = :course AND lesson_slug = :lesson", **where
        )
        if not chunks:
            return
        await tx.execute_many(
            """
            INSERT INTO passages (course_slug, lesson_slug, source, heading, anchor, position, body)
            VALUES (:course, :lesson, :source, :heading, :anchor, :position, :body)
            """,
            [
                {
                    **where,
                    "source": chunk.source,
                    "heading": chunk.heading,
                    "anchor": chunk.anchor,
                    "position": position,
                    "body": chunk.body,
                }
                for position, chunk in enumerate(chunks)
            ],
        )
        await tx.execute(
            """
            INSERT INTO indexed_texts (course_slug, lesson_slug, content_hash)
            VALUES (:course, :lesson, :hash)
            """,
            **where,
            hash=_fingerprint(chunks),
        )


async def _embed_missing(
    db: Database, course_slug: str, embed: Embed | None, progress: Progress | None
) -> tuple[int, int]:
    """How many passages got their vector now, and how many have none yet."""
    rows = await db.fetch_all(
        """
        SELECT id, heading, body
        FROM passages
        WHERE course_slug = :course AND embedding IS NULL
        ORDER BY id
        """,
        course=course_slug,
    )
    done = 0
    for start in range(0, len(rows) if embed else 0, BATCH):
        batch = rows[start : start + BATCH]
        blobs = [await _embeddings(embed, row["heading"], row["body"]) for row in batch]
        made = [{"id": row["id"], "blob": blob} for row, blob in zip(batch, blobs, strict=True) if blob]
        async with db.transaction() as tx:
            await tx.execute_many("UPDATE passages SET embedding = :blob WHERE id = :id", made)
        done += len(made)
        if progress is not None:
            await progress(done / len(rows))
        if len(made) < len(batch):
            break
    if done == len(rows):
        await _mark_embedded(db, course_slug)
    return done, len(rows) - done


async def _embeddings(embed: Embed | None, heading: str, body: str) -> bytes | None:
    """The vector of the passage and then one for each of its sentences."""
    made = [await embedding(embed, text) for text in (f"{heading}. {body}", *sentences_of(body))]
    return None if None in made else b"".join(filter(None, made))


async def embedding(embed: Embed | None, text: str) -> bytes | None:
    """384 float16 of length one: 768 bytes a text instead of 1,536, and cosine is a plain product."""
    vector = await embed(comparable(text)) if embed else None
    if vector is None:
        return None
    length = float(np.linalg.norm(vector))
    return (
        (np.asarray(vector, np.float32) / length).astype(np.float16).tobytes()
        if 0 < length < np.inf
        else None
    )


async def _mark_embedded(db: Database, course_slug: str) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            """
            UPDATE indexed_texts
            SET content_hash = content_hash || :embedded
            WHERE course_slug = :course AND content_hash NOT LIKE '%' || :embedded
            """,
            course=course_slug,
            embedded=EMBEDDED,
        )
