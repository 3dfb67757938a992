"""The job that reads a paper: its text first, then what each passage means; after a restart it goes on."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from sqlite3 import Row

from appliance.errors import Invalid
from appliance.library.document_reader import Closed, Leaf, Line, Opened, read
from appliance.library.index import Embed, embedding
from appliance.storage.database import Database, Transaction, Value
from appliance.storage.files import FileStore
from appliance.storage.jobs import Job

# Half of the bar for the text, half for its meaning.
TEXT_SHARE = 0.5
# Few enough that whoever else wants to write waits for milliseconds.
BATCH = 32
# Of passages that are copied with their vectors: 50 ms of a slow disk.
COPIED_BATCH = 250
# Seconds before each further try at a vector: a busy engine gets another chance, a missing one is not waited for.
PAUSES = (0.5, 2.0)

NO_TEXT = "No text could be extracted: the pages are pictures. Upload the file that they were printed from."
ONLY_THE_FIRST = "This is a long paper: only its first part was read."
SOME_ARE_PICTURES = "Some pages hold no text. If they are pictures, the helper can't read them."

log = logging.getLogger("chalkbox.study")


class Removed(Exception):
    """The paper was taken away while it was being read."""


async def read_document(
    job: Job, db: Database, files: FileStore, embed: Embed, pauses: Sequence[float] = PAUSES
) -> None:
    """What the file itself is to blame for ends in the paper's row; anything else is for another try.

    A job of a copied class says under `like` which paper has the same file and perhaps its text.
    """
    document_id = int(job.payload["document"])
    try:
        await _read(db, files, document_id, job.payload.get("like"))
        await _give_meaning(db, document_id, embed, pauses)
    except Invalid as refusal:
        log.info("document_failed id=%d code=%s", document_id, refusal.code)
        await _fail(db, document_id, refusal.message)
    except Removed:
        log.info("document_removed id=%d", document_id)


async def _read(db: Database, files: FileStore, document_id: int, like: int | None) -> None:
    """`pages` is written last: as long as it is 0, the text is not all there and is read anew."""
    row = await db.fetch_one("SELECT stored_name, kind, pages FROM documents WHERE id = :id", id=document_id)
    if row is None:
        raise Removed
    if row["pages"]:
        return
    if like is not None:
        await _begin(db, document_id)
        if await _take_over(db, document_id, like):
            return
    await _begin(db, document_id)
    text = _Incoming(db, document_id)
    async with aclosing(read(files.path(row["stored_name"]), row["kind"])) as lines:
        async for line in lines:
            await text.take(line)


async def _begin(db: Database, document_id: int) -> None:
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM document_passages WHERE document_id = :id", id=document_id)
        await _progress(tx, document_id, 0.0)


async def _take_over(db: Database, document_id: int, like: int) -> bool:
    """Passages and vectors of the other paper; False once its text isn't there, or not all of it yet."""
    start = 0
    while True:
        async with db.transaction() as tx:
            other = await tx.fetch_one(
                """
                SELECT pages, message,
                  (SELECT max(position) FROM document_passages WHERE document_id = documents.id) AS last
                FROM documents
                WHERE id = :like
                """,
                like=like,
            )
            if other is None or not other["pages"] or other["last"] is None:
                return False
            await tx.execute(
                """
                INSERT INTO document_passages (document_id, page, heading, position, body, embedding)
                SELECT :id, page, heading, position, body, embedding
                FROM document_passages
                WHERE document_id = :like AND position >= :start AND position < :start + :many
                ORDER BY position
                """,
                id=document_id,
                like=like,
                start=start,
                many=COPIED_BATCH,
            )
            start += COPIED_BATCH
            await _progress(tx, document_id, min(1.0, start / (other["last"] + 1)))
            if start > other["last"]:
                await _tell_pages(tx, document_id, other["pages"], other["message"])
                return True


async def _tell_pages(tx: Transaction, document_id: int, pages: int, message: str) -> None:
    await tx.execute(
        "UPDATE documents SET pages = :pages, message = :message WHERE id = :id",
        pages=pages,
        message=message,
        id=document_id,
    )


class _Incoming:
    """The text of one paper on its way into the database, some passages at a time."""

    def __init__(self, db: Database, document_id: int) -> None:
        self._db = db
        self._id = document_id
        self._of = 1
        self._told = 0
        self._kept = 0
        self._waiting: list[dict[str, Value]] = []

    async def take(self, line: Line) -> None:
        if isinstance(line, Opened):
            self._of = max(1, line.pages)
        elif isinstance(line, Leaf):
            self._add(line)
            # Pages that are pictures count too: the bar goes on, and one who has removed the paper is heard.
            if len(self._waiting) >= BATCH or line.page - self._told >= BATCH:
                self._told = line.page
                await self._keep(line.page / self._of)
        else:
            await self._keep(1.0)
            await self._close(line)

    def _add(self, leaf: Leaf) -> None:
        for heading, body in leaf.passages:
            position = self._kept + len(self._waiting)
            self._waiting.append(
                {"id": self._id, "page": leaf.page, "heading": heading, "position": position, "body": body}
            )

    async def _keep(self, share: float) -> None:
        async with self._db.transaction() as tx:
            await _progress(tx, self._id, TEXT_SHARE * share)
            await tx.execute_many(
                """
                INSERT INTO document_passages (document_id, page, heading, position, body)
                VALUES (:id, :page, :heading, :position, :body)
                """,
                self._waiting,
            )
        self._kept += len(self._waiting)
        self._waiting = []

    async def _close(self, end: Closed) -> None:
        if not self._kept:
            raise Invalid(NO_TEXT, "no_text")
        message = ONLY_THE_FIRST if end.is_cut else SOME_ARE_PICTURES if end.without_text else ""
        async with self._db.transaction() as tx:
            await _tell_pages(tx, self._id, end.pages, message)


async def _give_meaning(db: Database, document_id: int, embed: Embed, pauses: Sequence[float]) -> None:
    """A vector for each passage that has none; without a search model the paper is ready all the same."""
    rows = await db.fetch_all(
        """
        SELECT id, heading, body, (embedding IS NOT NULL) AS is_done
        FROM document_passages
        WHERE document_id = :id
        ORDER BY position
        """,
        id=document_id,
    )
    missing = [row for row in rows if not row["is_done"]]
    done = len(rows) - len(missing)
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        made = [
            {"id": row["id"], "blob": blob} for row in batch if (blob := await _vector(embed, row, pauses))
        ]
        done += len(made)
        async with db.transaction() as tx:
            await _progress(tx, document_id, TEXT_SHARE + (1 - TEXT_SHARE) * done / len(rows))
            await tx.execute_many("UPDATE document_passages SET embedding = :blob WHERE id = :id", made)
        if len(made) < len(batch):
            break
    async with db.transaction() as tx:
        await tx.execute("UPDATE documents SET state = 'ready' WHERE id = :id", id=document_id)


async def _vector(embed: Embed, row: Row, pauses: Sequence[float]) -> bytes | None:
    text = f"{row['heading']}. {row['body']}"
    for pause in pauses:
        blob = await embedding(embed, text)
        if blob is not None:
            return blob
        await asyncio.sleep(pause)
    return await embedding(embed, text)


async def _progress(tx: Transaction, document_id: int, progress: float) -> None:
    """A paper that was ready before stays so."""
    changed = await tx.execute(
        """
        UPDATE documents
        SET progress = :progress, state = CASE state WHEN 'ready' THEN 'ready' ELSE 'reading' END
        WHERE id = :id
        """,
        progress=progress,
        id=document_id,
    )
    if not changed:
        raise Removed


async def _fail(db: Database, document_id: int, message: str) -> None:
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM document_passages WHERE document_id = :id", id=document_id)
        await tx.execute(
            "UPDATE documents SET state = 'failed', message = :message WHERE id = :id",
            message=message,
            id=document_id,
        )
