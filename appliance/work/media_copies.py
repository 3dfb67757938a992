"""Videos and files for another class: rows of its own, files under names of their own, links that follow."""

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from appliance.classroom.materials import Material
from appliance.classroom.media import FULL, MOST_MEDIA
from appliance.errors import Conflict
from appliance.storage.database import Database, Reads, Transaction
from appliance.storage.file_copies import FileCopies
from appliance.work.submissions import bytes_of_class

NO_ROOM = (
    "The other class has no room left for these videos and files, so nothing was copied. Remove some first."
)
LINK = re.compile(r"/lesson-media/([0-9]{1,15})(?![0-9])")
IS_SAME = """
  SELECT there.id
  FROM media AS there JOIN media AS own ON own.id = :id
  WHERE there.class_id = :class_id AND there.captions_of IS NULL AND there.removed_at IS NULL
    AND (there.title, there.kind, there.source_url, there.sha256) = (own.title, own.kind, own.source_url, own.sha256)
    AND (there.source_url <> '' OR there.sha256 <> '')
"""
# A lesson that the other class hasn't is none there: nobody could open what stands in it.
COPY = """
  INSERT INTO media (class_id, kind, folder, course_slug, lesson_slug, title, description, source_url,
    original_filename, stored_name, size_bytes, sha256, scan, position, is_shown, captions_of, created_at)
  SELECT :class_id, kind, folder, iif(:has_lesson, course_slug, ''), iif(:has_lesson, lesson_slug, ''), title,
    description, source_url, original_filename, :stored_name, size_bytes, sha256, scan,
    (SELECT coalesce(max(position), 0) + 1 FROM media WHERE class_id = :class_id), is_shown, :captions_of, :now
  FROM media
  WHERE id = :id
"""


@dataclass(frozen=True)
class Copying:
    """What a copy needs beside its rows: the files' new names, and how many bytes one class may have."""

    files: FileCopies
    room_bytes: int


async def media_among(db: Database | Reads, class_id: int, materials: Collection[Material]) -> frozenset[int]:
    """Ids of what stands in these lessons, and of what these texts link to; captions go with their film."""
    lessons = {(each.course_slug, each.lesson_slug) for each in materials if each.lesson_slug}
    linked = {int(found) for each in materials for found in LINK.findall(f"{each.body} {each.url}")}
    return frozenset(
        row["id"]
        for row in await _media(db, class_id)
        if row["id"] in linked
        or row["captions_of"] in linked
        or (row["film_course"], row["film_lesson"]) in lessons
    )


async def all_media(db: Database | Reads, class_id: int) -> frozenset[int]:
    return frozenset(row["id"] for row in await _media(db, class_id))


async def files_of_media(db: Database | Reads, class_id: int, ids: Collection[int]) -> list[str]:
    """Stored names."""
    rows = await _media(db, class_id)
    return [row["stored_name"] for row in rows if row["id"] in ids and row["stored_name"]]


async def copy_media(
    tx: Transaction, class_id: int, ids: Collection[int], into: int, copying: Copying
) -> dict[int, int]:
    """New ids by old; what the other class has already stays as it is there. Raises Conflict without room."""
    lessons = await _lessons(tx, into)
    made: dict[int, int] = {}
    for row in await _media(tx, class_id):
        if row["id"] not in ids:
            continue
        new = await _copy(tx, row, into, made, lessons, copying.files)
        if new:
            made[row["id"]] = new
    await _check_room(tx, into, copying.room_bytes)
    return made


async def relink(tx: Transaction, made: Mapping[int, int], modules: Iterable[int]) -> None:
    """In the texts and links of these modules, the other class's own videos in place of those that were copied."""
    rows = await tx.fetch_all(
        """
        SELECT id, body, url
        FROM materials
        WHERE module_id IN (SELECT value FROM json_each(:modules)) AND instr(body || url, '/lesson-media/')
        """,
        modules=json.dumps(list(modules)),
    )
    for row in rows:
        await tx.execute(
            "UPDATE materials SET body = :body, url = :url WHERE id = :id",
            id=row["id"],
            body=_relinked(row["body"], made),
            url=_relinked(row["url"], made),
        )


async def relink_landing(tx: Transaction, class_id: int, into: int, made: Mapping[int, int]) -> None:
    """The first page of the class: its picture, and what its message links to."""
    rows = await tx.fetch_all(
        "SELECT landing_message, landing_media_id FROM classes WHERE id = :id", id=class_id
    )
    for row in rows:
        await tx.execute(
            "UPDATE classes SET landing_message = :message, landing_media_id = :picture WHERE id = :id",
            id=into,
            message=_relinked(row["landing_message"], made),
            picture=made.get(row["landing_media_id"]),
        )


def _relinked(text: str, made: Mapping[int, int]) -> str:
    return LINK.sub(lambda link: f"/lesson-media/{made.get(int(link[1]), link[1])}", text)


async def _media(db: Database | Reads, class_id: int) -> list[sqlite3.Row]:
    """In their order, films before captions, which stand in the lesson of their film."""
    return await db.fetch_all(
        """
        SELECT media.*, coalesce(film.course_slug, media.course_slug) AS film_course,
          coalesce(film.lesson_slug, media.lesson_slug) AS film_lesson
        FROM media LEFT JOIN media AS film ON film.id = media.captions_of
        WHERE media.class_id = :class_id AND media.removed_at IS NULL
        ORDER BY media.captions_of IS NOT NULL, media.position, media.id
        """,
        class_id=class_id,
    )


async def _lessons(tx: Transaction, class_id: int) -> set[tuple[str, str]]:
    rows = await tx.fetch_all(
        """
        SELECT materials.course_slug, materials.lesson_slug
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE modules.class_id = :class_id AND materials.kind = 'lesson'
          AND modules.removed_at IS NULL AND materials.removed_at IS NULL
        """,
        class_id=class_id,
    )
    return {(row["course_slug"], row["lesson_slug"]) for row in rows}


async def _copy(
    tx: Transaction,
    row: sqlite3.Row,
    into: int,
    made: Mapping[int, int],
    lessons: Collection[tuple[str, str]],
    files: FileCopies,
) -> int | None:
    """None for what can't be copied: its file is gone, or its film has captions there already."""
    film = made.get(row["captions_of"]) if row["captions_of"] else None
    if row["captions_of"]:
        if film is None or await tx.fetch_one("SELECT id FROM media WHERE captions_of = :film", film=film):
            return None
    elif same := await tx.fetch_one(IS_SAME, id=row["id"], class_id=into):
        return int(same["id"])
    stored_name = files.take(row["stored_name"]) if row["stored_name"] else None
    if row["stored_name"] and stored_name is None:
        return None
    return await tx.insert(
        COPY,
        id=row["id"],
        class_id=into,
        has_lesson=(row["course_slug"], row["lesson_slug"]) in lessons,
        stored_name=stored_name,
        captions_of=film,
        now=tx.now,
    )


async def _check_room(tx: Transaction, class_id: int, room_bytes: int) -> None:
    if len(await _media(tx, class_id)) > MOST_MEDIA:
        raise Conflict(FULL, "too_many")
    if await bytes_of_class(tx, class_id) > room_bytes:
        raise Conflict(NO_ROOM, "class_full")
