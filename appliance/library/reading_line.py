"""The line of papers that wait to be read: one put in again, and how those in front fared."""

from dataclasses import dataclass

from appliance.library.documents import JOB, Document, enqueue_reading
from appliance.storage.database import Database, Reads, Transaction


@dataclass(frozen=True)
class Reading:
    """A job that reads a paper; `tries` counts how often it was begun."""

    job_id: int
    document_id: int
    tries: int


@dataclass(frozen=True)
class Outcome:
    """How one reading stands: waiting, running, done or failed; `message` says why it failed or is tried again."""

    reading: Reading
    state: str
    tries: int
    message: str

    @property
    def is_retried(self) -> bool:
        return self.state == "waiting" and self.tries > self.reading.tries

    @property
    def is_open(self) -> bool:
        """Nothing has come of it yet."""
        return self.state == "running" or (self.state == "waiting" and not self.is_retried)


async def put_in_line(tx: Transaction, document: Document) -> bool:
    """Have a paper read unless it stands in the line already; False when nothing of it is left to read."""
    if await is_in_line(tx, document.id):
        return True
    if document.state == "ready" and document.progress >= 1:
        return False
    if document.state != "ready":
        await tx.execute(
            "UPDATE documents SET state = 'waiting', progress = 0, message = '' WHERE id = :id",
            id=document.id,
        )
    await enqueue_reading(tx, document.id)
    return True


async def is_in_line(db: Database | Reads, document_id: int) -> bool:
    row = await db.fetch_one(
        """
        SELECT jobs.state
        FROM documents JOIN jobs ON jobs.id = documents.job_id
        WHERE documents.id = :id AND jobs.state IN ('waiting', 'running')
        """,
        id=document_id,
    )
    return row is not None


async def next_readings(db: Database, most: int) -> list[Reading]:
    """Those being read and those in front of the line, in its order; not those whose next try is later."""
    rows = await db.fetch_all(
        """
        SELECT jobs.id, documents.id AS document_id, jobs.attempts - (jobs.state = 'running') AS tries
        FROM jobs JOIN documents ON documents.job_id = jobs.id
        WHERE jobs.kind = :kind
          AND (jobs.state = 'running' OR (jobs.state = 'waiting' AND jobs.run_at <= :now))
        ORDER BY jobs.state, jobs.run_at, jobs.id
        LIMIT :most
        """,
        kind=JOB,
        now=db.now(),
        most=most,
    )
    return [Reading(row["id"], row["document_id"], row["tries"]) for row in rows]


async def outcome_of(db: Database, reading: Reading) -> Outcome:
    """What the file is to blame for stands in the paper's row; a paper that was removed is done."""
    row = await db.fetch_one(
        """
        SELECT jobs.state, jobs.attempts, jobs.message,
          documents.state AS document_state, documents.message AS document_message
        FROM jobs LEFT JOIN documents ON documents.id = :document
        WHERE jobs.id = :job
        """,
        job=reading.job_id,
        document=reading.document_id,
    )
    if row is None:
        return Outcome(reading, "done", reading.tries, "")
    if row["state"] == "done" and row["document_state"] == "failed":
        return Outcome(reading, "failed", row["attempts"], row["document_message"])
    return Outcome(reading, row["state"], row["attempts"], row["message"])
