"""Course packs coming in: looked through before anything is unpacked, put in place whole or not at all."""

import os
import secrets
import shutil
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO

from appliance.errors import Conflict, Invalid, Sentence, TooLarge
from appliance.library.courses import MANIFEST, problems_of
from appliance.library.media import CONTENT_TYPES
from appliance.library.sources import SLUG

MOST_FILES = 500
MOST_BYTES = 256 * 1024 * 1024
IS_LINK = "'%(name)s' is a link. Put the file itself into the pack."
TOO_LARGE = "The pack is larger than %(limit)s MB once unpacked."
LONGEST_NAME = 255
# What the library says of a broken archive; LZMAError is no OSError, so a full disk is never called one.
BROKEN = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, LZMAError),
    *(NotImplementedError, RuntimeError, EOFError),
)
KINDS = frozenset({".yaml", ".md", *CONTENT_TYPES})
CHUNK = 1024 * 1024


def import_pack(source: Path, into: Path) -> str:
    """Copy a pack, a folder or a zip, to the shelf's folder `into`. Blocks; returns the course's slug.

    Raises Invalid with the first fault found, TooLarge, or Conflict when the box has that course.
    """
    if source.is_dir():
        return _placed(_folder_files(source), source.name, into)
    try:
        with zipfile.ZipFile(source) as archive:
            return _placed(_zip_files(archive), source.stem, into)
    except BROKEN as error:
        sentence = Sentence(
            "%(file)s can't be opened as a zip file. Pack the course again.", file=source.name
        )
        raise Invalid(sentence, "pack_broken") from error


def _folder_files(folder: Path) -> dict[PurePosixPath, Path]:
    files: dict[PurePosixPath, Path] = {}
    for parent, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = Path(parent, name)
            if path.is_symlink():
                raise Invalid(Sentence(IS_LINK, name=name), "pack_link")
        for name in names:
            path = Path(parent, name)
            if path.is_file():
                files[PurePosixPath(path.relative_to(folder).as_posix())] = path
        _refuse_many(len(files))
    return files


def _zip_files(archive: zipfile.ZipFile) -> dict[PurePosixPath, "zipfile.Path"]:
    """The archive's files by their safe names, without the one folder that may hold them all."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    _refuse_many(len(entries))
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise TooLarge(Sentence(TOO_LARGE, limit=MOST_BYTES // CHUNK), "pack_large")
    for entry in entries:
        name = PurePosixPath(entry.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in entry.filename or ":" in entry.filename:
            sentence = Sentence(
                "The pack has a file outside its own folder: '%(name)s'.", name=entry.filename[:80]
            )
            raise Invalid(sentence, "path_outside")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Invalid(Sentence(IS_LINK, name=name.name), "pack_link")
        if entry.flag_bits & 1:
            raise Invalid("The pack has a password. Pack it again without one.", "pack_encrypted")
    files = {PurePosixPath(entry.filename): zipfile.Path(archive, entry.filename) for entry in entries}
    if any(not _can_lie_on_disk(path, files) for path in files):
        raise zipfile.BadZipFile("names that no folder can hold")
    return files


def _can_lie_on_disk(path: PurePosixPath, files: Collection[PurePosixPath]) -> bool:
    """No file is a folder of others, and no name is longer than a disk can write."""
    return all(len(os.fsencode(part)) <= LONGEST_NAME for part in path.parts) and not any(
        folder in files for folder in path.parents
    )


def _refuse_many(count: int) -> None:
    if count > MOST_FILES:
        raise TooLarge(Sentence("The pack has more than %(most)s files.", most=MOST_FILES), "pack_large")


def _placed(
    files: "dict[PurePosixPath, Path] | dict[PurePosixPath, zipfile.Path]", name: str, into: Path
) -> str:
    manifests = sorted((path for path in files if path.name == MANIFEST), key=lambda path: len(path.parts))
    if not manifests:
        raise Invalid(Sentence("There is no %(file)s in the pack.", file=MANIFEST), "pack_no_manifest")
    root = manifests[0].parent
    slug = root.name or name
    if not SLUG.fullmatch(slug):
        sentence = Sentence(
            "'%(name)s' can't name a course: use letters, digits, - and _ only.", name=slug[:80]
        )
        raise Invalid(sentence, "slug_invalid")
    if os.path.lexists(into / slug):
        sentence = Sentence(
            "The box already has the course '%(name)s'. Remove or rename one of the two.", name=slug
        )
        raise Conflict(sentence, "course_exists")
    with _staging(into) as staging:
        left = MOST_BYTES
        for path, source in files.items():
            if path.is_relative_to(root) and path.suffix.lower() in KINDS:
                target = staging / slug / path.relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                with source.open("rb") as incoming:
                    left -= _copied(incoming, target, left)
        problems = problems_of(staging / slug)
        if problems:
            raise Invalid(problems[0].sentence, "pack_faulty")
        (staging / slug).rename(into / slug)
    return slug


@contextmanager
def _staging(into: Path) -> Iterator[Path]:
    """A folder beside the courses that the shelf doesn't look into."""
    folder = into / f".arriving-{secrets.token_hex(8)}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _copied(incoming: IO[bytes], target: Path, most: int) -> int:
    """How many bytes were written; a zip may say less than it holds."""
    size = 0
    with target.open("xb") as file:
        while chunk := incoming.read(CHUNK):
            size += len(chunk)
            if size > most:
                raise TooLarge(Sentence(TOO_LARGE, limit=MOST_BYTES // CHUNK), "pack_large")
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size
