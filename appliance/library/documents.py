"""The papers of a class: PDF, DOCX and PPTX that a teacher gave it, read by a job and searched by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from sqlite3 import Row
from typing import Literal

from appliance.errors import Conflict, Invalid, NotFound
from appliance.library.document_kinds import Kind
from appliance.storage import jobs
from appliance.storage.database import Database, Reads, Transaction
from appliance.storage.files import StoredFile
from appliance.storage.scanning import Scan

State = Literal["waiting", "reading", "ready", "failed"]

JOB = "read_document"
TITLE_CHARACTERS = 120
MOST_WAITING = 10
# A phone on a school's Wi-Fi opens this much text at once.
WINDOW_PAGES = 40

NOT_HERE = "There is no such paper, or it isn't in your class."
NO_TITLE = "Give the paper a title."
TITLE_TOO_LONG = "A title may have 120 characters at most."
NOTHING_TO_RETRY = "Only a paper that could not be read can be tried again."
LINE_FULL = "Ten papers are waiting to be read already. Wait until one is ready, then upload this one again."


@dataclass(frozen=True)
class Document:
    """`progress` goes from 0 to 1; `message` says why it failed, or what is missing from it."""

    id: int
    class_id: int
    title: str
    original_filename: str
    stored_name: str
    kind: Kind
    size_bytes: int
    state: State
    progress: float
    message: str
    pages: int
    created_at: int
    scan: Scan = ""

    @property
    def is_in_work(self) -> bool:
        return self.state in ("waiting", "reading")

    @property
    def percent(self) -> int:
        return int(100 * self.progress)


@dataclass(frozen=True)
class Paragraph:
    """One passage as it stands on its page; `heading` only where it changes."""

    heading: str
    body: str


@dataclass(frozen=True)
class TextPage:
    number: int
    paragraphs: list[Paragraph]


@dataclass(frozen=True)
class Window:
    """Pages `first` to `last` of `of`; those without text are not among `pages`."""

    first: int
    last: int
    of: int
    pages: list[TextPage]

    @property
    def before(self) -> int:
        """A page of the stretch before; 0 when this is the first."""
        return max(0, self.first - 1)

    @property
    def after(self) -> int:
        return self.last + 1 if self.last < self.of else 0


async def documents_of_class(db: Database | Reads, class_id: int) -> list[Document]:
    """The newest first."""
    rows = await db.fetch_all(
        """
        SELECT documents.*, jobs.state AS job_state, jobs.message AS job_message
        FROM documents LEFT JOIN jobs ON jobs.id = documents.job_id
        WHERE documents.class_id = :class_id
        ORDER BY documents.id DESC
        """,
        class_id=class_id,
    )
    return [_document(row) for row in rows]


async def document_of_class(db: Database | Reads, class_id: int, document_id: int) -> Document:
    document = await document_by_id(db, document_id)
    if document.class_id != class_id:
        raise NotFound(NOT_HERE)
    return document


async def document_by_id(db: Database | Reads, document_id: int) -> Document:
    """Whose it is has to be asked of its class."""
    row = await db.fetch_one(
        """
        SELECT documents.*, jobs.state AS job_state, jobs.message AS job_message
        FROM documents LEFT JOIN jobs ON jobs.id = documents.job_id
        WHERE documents.id = :id
        """,
        id=document_id,
    )
    if row is None:
        raise NotFound(NOT_HERE)
    return _document(row)


async def create_document(
    tx: Transaction, class_id: int, title: str, filename: str, kind: Kind, stored: StoredFile
) -> int:
    """Its row and the job that reads it; without a title it gets the file's name. Wake the job runner afterwards."""
    await _refuse_when_full(tx, class_id)
    document_id = await tx.insert(
        """
        INSERT INTO documents (class_id, title, original_filename, stored_name, kind, size_bytes, scan, created_at)
        VALUES (:class_id, :title, :filename, :stored_name, :kind, :size_bytes, :scan, :now)
        """,
        class_id=class_id,
        title=checked_title(title) if title.strip() else title_of(filename),
        filename=filename,
        stored_name=stored.stored_name,
        kind=kind,
        size_bytes=stored.size_bytes,
        scan=stored.scan,
        now=tx.now,
    )
    await enqueue_reading(tx, document_id)
    return document_id


async def enqueue_reading(tx: Transaction, document_id: int) -> None:
    job_id = await jobs.enqueue(tx, JOB, {"document": document_id})
    await tx.execute("UPDATE documents SET job_id = :job WHERE id = :id", job=job_id, id=document_id)


async def retry_document(tx: Transaction, class_id: int, document_id: int) -> None:
    """Read one again that failed; pressing twice does no harm. Raises Conflict for one that is ready."""
    document = await document_of_class(tx, class_id, document_id)
    if document.is_in_work:
        return
    if document.state != "failed":
        raise Conflict(NOTHING_TO_RETRY, "not_failed")
    await _refuse_when_full(tx, class_id)
    await tx.execute(
        "UPDATE documents SET state = 'waiting', progress = 0, message = '' WHERE id = :id", id=document.id
    )
    await enqueue_reading(tx, document.id)


async def enqueue_unfinished(tx: Transaction) -> int:
    """Those that could be read but not all searched by meaning, for want of a search model; returns how many."""
    rows = await tx.fetch_all("SELECT id FROM documents WHERE state = 'ready' AND progress < 1")
    for row in rows:
        await enqueue_reading(tx, row["id"])
    return len(rows)


async def rename_document(tx: Transaction, class_id: int, document_id: int, title: str) -> None:
    await document_of_class(tx, class_id, document_id)
    await tx.execute(
        "UPDATE documents SET title = :title WHERE id = :id", title=checked_title(title), id=document_id
    )


async def remove_document(tx: Transaction, class_id: int, document_id: int) -> str:
    """Its text goes with it; returns the stored name of the file that has to go too."""
    document = await document_of_class(tx, class_id, document_id)
    await tx.execute("DELETE FROM documents WHERE id = :id", id=document.id)
    return document.stored_name


async def window_of(db: Database, document: Document, page: int) -> Window:
    """The stretch of a paper that this page lies in."""
    first = (min(page, max(1, document.pages)) - 1) // WINDOW_PAGES * WINDOW_PAGES + 1
    last = min(first + WINDOW_PAGES - 1, document.pages)
    rows = await db.fetch_all(
        """
        SELECT page, heading, body
        FROM document_passages
        WHERE document_id = :id AND page BETWEEN :first AND :last
        ORDER BY position
        """,
        id=document.id,
        first=first,
        last=last,
    )
    by_page = groupby(rows, key=lambda row: int(row["page"]))
    pages = [TextPage(number, _paragraphs(list(on_page))) for number, on_page in by_page]
    return Window(first, last, document.pages, pages)


def checked_title(given: str) -> str:
    title = " ".join(given.split())
    if not title:
        raise Invalid(NO_TITLE, "no_title", field="title")
    if len(title) > TITLE_CHARACTERS:
        raise Invalid(TITLE_TOO_LONG, "too_long", field="title")
    return title


def title_of(filename: str) -> str:
    """`the_water-cycle.pdf` becomes `the water-cycle`."""
    stem = filename.rpartition(".")[0] or filename
    return " ".join(stem.replace("_", " ").split())[:TITLE_CHARACTERS] or filename


async def _refuse_when_full(tx: Transaction, class_id: int) -> None:
    row = await tx.fetch_one(
        """
        SELECT count(*) AS n
        FROM documents JOIN jobs ON jobs.id = documents.job_id
        WHERE documents.class_id = :class_id
          AND documents.state IN ('waiting', 'reading')
          AND jobs.state IN ('waiting', 'running')
        """,
        class_id=class_id,
    )
    if row is not None and row["n"] >= MOST_WAITING:
        raise Conflict(LINE_FULL, "line_full", field="file")


def _paragraphs(rows: Sequence[Row]) -> list[Paragraph]:
    before = ["", *(str(row["heading"]) for row in rows)]
    return [
        Paragraph(row["heading"] if row["heading"] != heading else "", row["body"])
        for heading, row in zip(before, rows, strict=False)
    ]


def _document(row: Row) -> Document:
    """A job that was given up, or is gone, leaves a paper that nobody will read any more: that is failed."""
    fields: Mapping[str, object] = dict(row)
    given_up = row["state"] in ("waiting", "reading") and row["job_state"] not in ("waiting", "running")
    told = {"state": "failed", "message": row["job_message"] or jobs.FAILED} if given_up else {}
    names = Document.__dataclass_fields__
    return Document(**{name: value for name, value in {**fields, **told}.items() if name in names})  # type: ignore[arg-type]
