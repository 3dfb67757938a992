"""What study tools are made from: the class's papers in reading order, then the lessons on its road."""

import sqlite3
from dataclasses import dataclass

from appliance.library.questions import STOP_WORDS
from appliance.storage.database import Database, Reads
from appliance.storage.search_words import plain

MOST_PASSAGES = 3000


@dataclass(frozen=True)
class SourcePassage:
    """`title` is the paper's or the lesson's; a lesson has no document and no page."""

    title: str
    heading: str
    body: str
    document_id: int | None = None
    page: int | None = None

    @property
    def place(self) -> tuple[int, str]:
        """The paper or lesson it is from."""
        return self.document_id or 0, self.title


async def sources_of_class(
    db: Database | Reads, class_id: int, limit: int = MOST_PASSAGES
) -> list[SourcePassage]:
    """Of hidden and locked lessons too: teachers prepare ahead, and what is made is a draft that they read first."""
    papers = await db.fetch_all(
        """
        SELECT documents.title, documents.id AS document_id, document_passages.page,
          document_passages.heading, document_passages.body
        FROM documents JOIN document_passages ON document_passages.document_id = documents.id
        WHERE documents.class_id = :class_id AND documents.state = 'ready'
        ORDER BY documents.id, document_passages.position
        LIMIT :limit
        """,
        class_id=class_id,
        limit=limit,
    )
    lessons = await db.fetch_all(
        """
        SELECT materials.title, NULL AS document_id, NULL AS page, passages.heading, passages.body
        FROM modules
          JOIN materials ON materials.module_id = modules.id AND materials.kind = 'lesson'
          JOIN passages
            ON passages.course_slug = materials.course_slug AND passages.lesson_slug = materials.lesson_slug
        WHERE modules.class_id = :class_id AND modules.removed_at IS NULL AND materials.removed_at IS NULL
        ORDER BY modules.position, modules.id, materials.position, passages.source, passages.position
        LIMIT :limit
        """,
        class_id=class_id,
        limit=max(0, limit - len(papers)),
    )
    return [_passage(row) for row in [*papers, *lessons]]


@dataclass(frozen=True)
class Stock:
    """How much there is to make things from: lessons on the road, papers that are ready, papers being read."""

    lessons: int
    ready: int
    being_read: int

    @property
    def is_there(self) -> bool:
        return self.lessons + self.ready > 0


async def stock_of_class(db: Database, class_id: int) -> Stock:
    row = await db.fetch_one(
        """
        SELECT
          (SELECT count(*) FROM materials JOIN modules ON modules.id = materials.module_id
           WHERE modules.class_id = :class_id AND materials.kind = 'lesson'
             AND modules.removed_at IS NULL AND materials.removed_at IS NULL) AS lessons,
          (SELECT count(*) FROM documents
           WHERE documents.class_id = :class_id AND documents.state = 'ready') AS ready,
          (SELECT count(*) FROM documents
           WHERE documents.class_id = :class_id AND documents.state IN ('waiting', 'reading')) AS being_read
        """,
        class_id=class_id,
    )
    return Stock(row["lessons"], row["ready"], row["being_read"]) if row else Stock(0, 0, 0)


def telling_words(text: str) -> frozenset[str]:
    """Its words without those that every text has, plurals and singulars alike."""
    words = (word.strip("'’-.,;:()\"“”") for word in plain(text).split())
    return frozenset(
        word[:-1] if len(word) > 3 and word.endswith("s") else word
        for word in words
        if word and word not in STOP_WORDS and any(letter.isalnum() for letter in word)
    )


def _passage(row: sqlite3.Row) -> SourcePassage:
    return SourcePassage(row["title"], row["heading"], row["body"], row["document_id"], row["page"])
