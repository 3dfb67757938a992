"""Videos and other files of a class's lessons: in folders, shown or hidden, on the box or at an address elsewhere."""

import re
import sqlite3
from dataclasses import dataclass, replace

from appliance.classroom.material_drafts import checked_url
from appliance.classroom.modules import checked_title
from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction
from appliance.storage.files import StoredFile
from appliance.storage.scanning import Scan

FOLDER_CHARACTERS = 200
FOLDERS_DEEP = 6
DESCRIPTION_CHARACTERS = 1000
MOST_MEDIA = 500
VIDEO_EXTENSIONS = (".mp4", ".webm", ".mov", ".ogv")
CAPTIONS = ".vtt"
IMAGE_EXTENSIONS = (".png", ".jpg", ".jpeg", ".gif", ".webp")
NOT_HERE = "There is no such file, or it isn't from your class."
BAD_FOLDER = "A folder is called by plain words, such as Bees or Bees/Photos."
NO_VIDEO_ADDRESS = "Type the address of the video. It begins with https:// or http://."
FULL = "A class may have 500 files and videos at most. Remove some first."
MEDIA = """
  SELECT media.*, captions.id AS captions_id, classes.landing_media_id IS media.id AS is_landing
  FROM media
    JOIN classes ON classes.id = media.class_id
    LEFT JOIN media AS captions ON captions.captions_of = media.id AND captions.removed_at IS NULL
  WHERE media.removed_at IS NULL
"""
_BROKEN_SEGMENT = re.compile(r"\.+|.*[\\<>|].*")


@dataclass(frozen=True)
class Media:
    """`source_url` is empty for a file of the box. `captions_of` is the video that these captions belong to, or 0;
    `captions_id` are a video's own, or 0. `is_landing`: it is the picture above the class page.
    """

    id: int
    class_id: int
    kind: str
    folder: str
    course_slug: str
    lesson_slug: str
    title: str
    description: str
    source_url: str
    original_filename: str
    stored_name: str
    size_bytes: int
    is_shown: bool
    created_at: int
    captions_of: int
    captions_id: int
    is_landing: bool
    scan: Scan = ""

    @property
    def lesson(self) -> str:
        """As in a form: course and lesson, or nothing."""
        return f"{self.course_slug}/{self.lesson_slug}" if self.lesson_slug else ""

    @property
    def is_video(self) -> bool:
        return self.kind == "video"

    @property
    def is_playable(self) -> bool:
        """A video that is on the box."""
        return self.is_video and not self.source_url

    @property
    def is_image(self) -> bool:
        return self.original_filename.lower().endswith(IMAGE_EXTENSIONS)

    @property
    def path(self) -> str:
        """Where it is had: on the box, or elsewhere."""
        return self.source_url or f"/lesson-media/{self.id}"


@dataclass(frozen=True)
class MediaDraft:
    """What a form says about it; `lesson` is `course/lesson` or empty, `source_url` of a video elsewhere alone."""

    title: str
    folder: str = ""
    lesson: str = ""
    description: str = ""
    source_url: str = ""
    is_shown: bool = True


async def media_of_class(db: Database | Reads, class_id: int) -> list[Media]:
    """By folder and place, captions left out: they belong to their video."""
    rows = await db.fetch_all(
        f"""
        {MEDIA}
          AND media.class_id = :class_id AND media.captions_of IS NULL
        ORDER BY media.folder COLLATE NOCASE, media.position, media.id
        """,
        class_id=class_id,
    )
    return [_media(row) for row in rows]


async def media_of_lesson(
    db: Database | Reads, class_id: int, course_slug: str, lesson_slug: str
) -> list[Media]:
    """What students see in the lesson, in its order."""
    rows = await db.fetch_all(
        f"""
        {MEDIA}
          AND media.class_id = :class_id AND media.course_slug = :course_slug AND media.lesson_slug = :lesson_slug
          AND media.is_shown AND media.captions_of IS NULL
        ORDER BY media.position, media.id
        """,
        class_id=class_id,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
    )
    return [_media(row) for row in rows]


async def media_by_id(db: Database | Reads, media_id: int) -> Media:
    """Whose it is has to be asked of its class."""
    row = await db.fetch_one(f"{MEDIA} AND media.id = :id", id=media_id)
    if row is None:
        raise NotFound(NOT_HERE)
    return _media(row)


async def media_in_class(db: Database | Reads, class_id: int, media_id: int) -> Media:
    found = await media_by_id(db, media_id)
    if found.class_id != class_id:
        raise NotFound(NOT_HERE)
    return found


async def media_of_student(db: Database | Reads, class_id: int, media_id: int) -> Media:
    """What is shown to this class; captions are shown with their video. The lesson's lock is another question."""
    found = await media_in_class(db, class_id, media_id)
    if found.captions_of:
        return await _with_video(db, found)
    if not found.is_shown:
        raise NotFound(NOT_HERE)
    return found


async def landing_picture(db: Database | Reads, class_id: int) -> Media | None:
    rows = await db.fetch_all(
        f"{MEDIA} AND media.class_id = :class_id AND classes.landing_media_id = media.id AND media.is_shown",
        class_id=class_id,
    )
    return _media(rows[0]) if rows else None


async def create_media(
    tx: Transaction, class_id: int, draft: MediaDraft, filename: str = "", stored: StoredFile | None = None
) -> int:
    """A file that lies on the box already, or without one a video elsewhere. Raises Invalid."""
    draft = checked_media(draft, is_link=stored is None)
    row = await tx.fetch_one(
        """
        SELECT coalesce(sum(removed_at IS NULL), 0) AS number, coalesce(max(position), 0) AS last
        FROM media WHERE class_id = :class_id
        """,
        class_id=class_id,
    )
    if row is not None and row["number"] >= MOST_MEDIA:
        raise Invalid(FULL, "too_many", field="file")
    course_slug, _, lesson_slug = draft.lesson.partition("/")
    is_video = stored is None or filename.lower().endswith(VIDEO_EXTENSIONS)
    return await tx.insert(
        """
        INSERT INTO media (class_id, kind, folder, course_slug, lesson_slug, title, description, source_url,
          original_filename, stored_name, size_bytes, sha256, scan, position, is_shown, created_at)
        VALUES (:class_id, :kind, :folder, :course_slug, :lesson_slug, :title, :description, :source_url,
          :filename, :stored_name, :size_bytes, :sha256, :scan, :position, :is_shown, :now)
        """,
        class_id=class_id,
        kind="video" if is_video else "file",
        folder=draft.folder,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
        title=draft.title,
        description=draft.description,
        source_url=draft.source_url,
        filename=filename,
        stored_name=stored.stored_name if stored else None,
        size_bytes=stored.size_bytes if stored else 0,
        sha256=stored.sha256 if stored else "",
        scan=stored.scan if stored else "",
        position=row["last"] + 1 if row else 1,
        is_shown=draft.is_shown,
        now=tx.now,
    )


async def create_captions(tx: Transaction, video: Media, filename: str, stored: StoredFile) -> str:
    """In the place of those that the video had, removed ones too; returns the stored name of the file to remove."""
    row = await tx.fetch_one("SELECT stored_name FROM media WHERE captions_of = :video", video=video.id)
    before = row["stored_name"] if row else ""
    await tx.execute("DELETE FROM media WHERE captions_of = :video", video=video.id)
    captions_id = await create_media(tx, video.class_id, MediaDraft(video.title), filename, stored)
    await tx.execute("UPDATE media SET captions_of = :video WHERE id = :id", video=video.id, id=captions_id)
    return before


async def update_media(tx: Transaction, media: Media, draft: MediaDraft) -> None:
    """All that a form says; the file stays. Raises Invalid."""
    draft = checked_media(draft, is_link=bool(media.source_url))
    course_slug, _, lesson_slug = draft.lesson.partition("/")
    await tx.execute(
        """
        UPDATE media
        SET title = :title, folder = :folder, course_slug = :course_slug, lesson_slug = :lesson_slug,
          description = :description, source_url = :source_url, is_shown = :is_shown
        WHERE id = :id
        """,
        id=media.id,
        title=draft.title,
        folder=draft.folder,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
        description=draft.description,
        source_url=draft.source_url,
        is_shown=draft.is_shown,
    )


async def set_shown(tx: Transaction, media: Media, is_shown: bool) -> None:
    await tx.execute("UPDATE media SET is_shown = :is_shown WHERE id = :id", is_shown=is_shown, id=media.id)


async def move_media(tx: Transaction, media: Media, up: bool) -> None:
    """One place up or down in its folder; at the end of the list nothing moves, and captions stay with their video."""
    if media.captions_of:
        return
    beside = [each for each in await media_of_class(tx, media.class_id) if each.folder == media.folder]
    order = [each.id for each in beside]
    at = order.index(media.id)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    rows = await tx.fetch_all(
        "SELECT position FROM media WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY position, id",
        ids=f"[{','.join(map(str, order))}]",
    )
    places = [{"id": each, "position": row["position"]} for each, row in zip(order, rows, strict=True)]
    await tx.execute_many("UPDATE media SET position = :position WHERE id = :id", places)


async def remove_media(tx: Transaction, media: Media) -> None:
    """Gone for everybody at once with its captions, and swept later with its file: until then it can come back."""
    await tx.execute("UPDATE media SET removed_at = :now WHERE id = :id", now=tx.now, id=media.id)


async def restore_media(tx: Transaction, class_id: int, media_id: int) -> Media:
    """Back where it was, captions with their video. Twice changes nothing; raises NotFound once it is swept."""
    await tx.execute(
        """
        UPDATE media
        SET removed_at = NULL
        WHERE class_id = :class_id AND (id = :id OR id = (SELECT captions_of FROM media WHERE id = :id))
        """,
        id=media_id,
        class_id=class_id,
    )
    return await media_in_class(tx, class_id, media_id)


def checked_media(draft: MediaDraft, is_link: bool) -> MediaDraft:
    """Raises Invalid with the field that has to change."""
    if len(draft.description) > DESCRIPTION_CHARACTERS:
        raise Invalid("The description may have 1000 characters at most.", "too_long", field="description")
    return MediaDraft(
        checked_title(draft.title),
        checked_folder(draft.folder),
        draft.lesson,
        draft.description.strip(),
        _checked_address(draft.source_url) if is_link else "",
        draft.is_shown,
    )


def checked_folder(given: str) -> str:
    """As in `Bees/Photos`, without blanks at the ends or empty parts. Raises Invalid."""
    parts = [" ".join(part.split()) for part in given.split("/")]
    parts = [part for part in parts if part]
    folder = "/".join(parts)
    is_good = len(parts) <= FOLDERS_DEEP and len(folder) <= FOLDER_CHARACTERS and folder.isprintable()
    if not is_good or any(map(_BROKEN_SEGMENT.fullmatch, parts)):
        raise Invalid(BAD_FOLDER, "bad_folder", field="folder")
    return folder


def _checked_address(given: str) -> str:
    """Elsewhere on the web: a path on the box would be a file, and that is uploaded."""
    try:
        address = checked_url(given)
    except Invalid as refusal:
        raise Invalid(NO_VIDEO_ADDRESS, "bad_url", field="source_url") from refusal
    if address.startswith("/"):
        raise Invalid(NO_VIDEO_ADDRESS, "bad_url", field="source_url")
    return address


async def _with_video(db: Database | Reads, captions: Media) -> Media:
    """Captions stand under the lesson of their video."""
    video = await media_in_class(db, captions.class_id, captions.captions_of)
    if not video.is_shown:
        raise NotFound(NOT_HERE)
    return replace(captions, course_slug=video.course_slug, lesson_slug=video.lesson_slug)


def _media(row: sqlite3.Row) -> Media:
    return Media(
        row["id"],
        row["class_id"],
        row["kind"],
        row["folder"],
        row["course_slug"],
        row["lesson_slug"],
        row["title"],
        row["description"],
        row["source_url"],
        row["original_filename"],
        row["stored_name"] or "",
        row["size_bytes"],
        bool(row["is_shown"]),
        row["created_at"],
        row["captions_of"] or 0,
        row["captions_id"] or 0,
        bool(row["is_landing"]),
        row["scan"],
    )
