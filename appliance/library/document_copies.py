"""Papers for a copied class: rows and files of its own at once, their text by a job that asks no model again."""

from appliance.library.documents import Document, documents_of_class
from appliance.storage import jobs
from appliance.storage.database import Database, Reads, Transaction
from appliance.storage.file_copies import FileCopies

COPY_JOB = "copy_document"


async def files_of_documents(db: Database | Reads, class_id: int) -> list[str]:
    """Stored names."""
    return [document.stored_name for document in await documents_of_class(db, class_id)]


async def copy_documents(tx: Transaction, class_id: int, into: int, files: FileCopies) -> dict[int, int]:
    """New ids by old, in their order; one whose file is gone is left out. Wake the job runner afterwards."""
    made: dict[int, int] = {}
    for document in reversed(await documents_of_class(tx, class_id)):
        stored_name = files.take(document.stored_name)
        if stored_name is not None:
            made[document.id] = await _copy(tx, document, into, stored_name)
    return made


async def _copy(tx: Transaction, document: Document, into: int, stored_name: str) -> int:
    """What could not be read stays so until somebody tries again; anything else gets its text from the first."""
    is_failed = document.state == "failed"
    copy = await tx.insert(
        """
        INSERT INTO documents
          (class_id, title, original_filename, stored_name, kind, size_bytes, scan, state, message, created_at)
        SELECT :class_id, title, original_filename, :stored_name, kind, size_bytes, scan, :state, :message, :now
        FROM documents WHERE id = :id
        """,
        id=document.id,
        class_id=into,
        stored_name=stored_name,
        state="failed" if is_failed else "waiting",
        message=document.message if is_failed else "",
        now=tx.now,
    )
    if not is_failed:
        # A class may have a million passages: written in this one change, they would keep everybody else waiting.
        job = await jobs.enqueue(tx, COPY_JOB, {"document": copy, "like": document.id})
        await tx.execute("UPDATE documents SET job_id = :job WHERE id = :id", job=job, id=copy)
    return copy
