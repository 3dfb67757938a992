"""Zip files that somebody sent: only their table of contents is read, and only so much of it."""

import io
import zipfile
from pathlib import Path

from appliance.errors import Invalid

MOST_ENTRIES = 5000
# Room for 5000 names of usual length. Without this limit a table of contents of 200 MB would fill the memory.
CONTENTS_BYTES = 1024 * 1024
TOO_MANY_FILES = "There are too many files inside this one."
DAMAGED = "This file is damaged. Save it again and hand it in once more."


def entries_of(path: Path) -> list[zipfile.ZipInfo]:
    """What lies inside, nothing of it unpacked. Raises Invalid: `damaged`, `too_many_files`."""
    try:
        with _Contents(io.FileIO(path)) as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise Invalid(DAMAGED, "damaged", "file") from error
    if len(entries) > MOST_ENTRIES:
        raise Invalid(TOO_MANY_FILES, "too_many_files", "file")
    return entries


class _Contents(io.BufferedReader):
    """A file of which only a little is read at a time: the archive itself says how long its table of contents is."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > CONTENTS_BYTES:
            raise Invalid(TOO_MANY_FILES, "too_many_files", "file")
        return super().read(CONTENTS_BYTES if size is None or size < 0 else size)
