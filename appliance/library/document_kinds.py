"""What kinds of papers can be read, and whether a file is one: looked at before anything is unpacked."""

import asyncio
import zipfile
from pathlib import Path, PurePosixPath
from typing import Literal

from appliance.errors import Invalid
from appliance.storage.archives import entries_of
from appliance.storage.files import FileStore, IncomingFile, StoredFile

Kind = Literal["pdf", "docx", "pptx"]

KINDS: dict[str, Kind] = {".pdf": "pdf", ".docx": "docx", ".pptx": "pptx"}
ACCEPTED = ",".join(KINDS)
# The part without which it isn't what it says.
MAIN_PART = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml"}
# Readers find the mark within the first kilobyte, and some programs write a line before it.
PDF_MARK, PDF_MARK_WITHIN = b"%PDF-", 1024
ZIP_MARK = b"PK\x03\x04"
# What Word and PowerPoint wrote until 2006, and still write around a document with a password.
OLE_MARK = b"\xd0\xcf\x11\xe0"
MOST_UNPACKED_BYTES = 300 * 1024 * 1024
# Text packs to a tenth, an empty table to a hundredth.
MOST_RATIO = 200
SMALL_BYTES = 1024 * 1024

WRONG_KIND = (
    "Only PDF, Word (.docx) and PowerPoint (.pptx) can be read here. Save your paper as one of these."
)
EMPTY = "This file is empty. Save it again and upload it once more."
WRONG_CONTENT = "What is inside this file doesn't fit its name. Export it again from its own app."
OLD_OFFICE = "This file has a password or is in an old format. Save it as .docx or .pptx without a password."
DAMAGED = "This file is damaged. Open it in its own app, save it again and upload that."
BOMB = "This file would unpack to far more than a paper holds, so it was not opened. Save it again from its own app."


async def accept_document(store: FileStore, incoming: IncomingFile, filename: str) -> tuple[Kind, StoredFile]:
    """Look at what came and keep it on disk, or raise Invalid and leave nothing. The row comes after this."""
    try:
        kind = await asyncio.to_thread(kind_of, incoming.path, filename, incoming.head)
        await store.scan(incoming)
        return kind, await asyncio.to_thread(incoming.keep, f".{kind}")
    except BaseException:
        await asyncio.to_thread(incoming.discard)
        raise


def kind_of(path: Path, filename: str, head: bytes) -> Kind:
    """Raises Invalid unless the bytes are what the name says. Reads the disk: call it in a thread."""
    kind = KINDS.get(PurePosixPath(filename).suffix.lower())
    if kind is None:
        raise Invalid(WRONG_KIND, "wrong_kind", "file")
    if not head:
        raise Invalid(EMPTY, "empty_file", "file")
    if kind == "pdf":
        if PDF_MARK not in head[:PDF_MARK_WITHIN]:
            raise Invalid(WRONG_CONTENT, "wrong_content", "file")
        return kind
    if head.startswith(OLE_MARK):
        raise Invalid(OLD_OFFICE, "old_office", "file")
    if not head.startswith(ZIP_MARK):
        raise Invalid(WRONG_CONTENT, "wrong_content", "file")
    _check_parts(path, MAIN_PART[kind])
    return kind


def _check_parts(path: Path, main_part: str) -> None:
    try:
        entries = entries_of(path)
    except Invalid as refusal:
        raise Invalid(DAMAGED if refusal.code == "damaged" else BOMB, refusal.code, "file") from refusal
    if any(entry.flag_bits & 1 for entry in entries):
        raise Invalid(OLD_OFFICE, "old_office", "file")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES or any(map(_is_bomb, entries)):
        raise Invalid(BOMB, "bomb", "file")
    if main_part not in {entry.filename for entry in entries}:
        raise Invalid(WRONG_CONTENT, "wrong_content", "file")


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > max(SMALL_BYTES, entry.compress_size * MOST_RATIO)
