"""The gallery: work that students show to their class, as long as they want and a teacher lets it in."""

import sqlite3
from dataclasses import dataclass

from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database, Transaction
from appliance.work.previews import kind_of
from appliance.work.submissions import Submission, submission_of_row
from appliance.work.versions import is_fit_to_show

PAGE_ITEMS = 24
NOT_HERE = "There is no such work in this gallery."
NOT_SHOWN = "It is not in the gallery: the box shows only pictures that it could open."


@dataclass(frozen=True)
class Shown:
    """One piece in the gallery; `is_own` is the looker's own."""

    submission: Submission
    author: str
    is_own: bool

    @property
    def is_picture(self) -> bool:
        return kind_of(self.submission.original_filename) == "image"


@dataclass(frozen=True)
class GalleryPage:
    """The newest first; `total` counts all of them."""

    items: tuple[Shown, ...]
    number: int
    total: int

    @property
    def has_next(self) -> bool:
        return self.number * PAGE_ITEMS < self.total


async def gallery_of_material(db: Database, material_id: int, student_id: int, number: int) -> GalleryPage:
    """As this student sees it: what is shown, and nothing that a teacher keeps out. `number` counts from 1."""
    return await _page(db, material_id, student_id, number, with_kept_out=False)


async def gallery_of_teacher(db: Database, material_id: int, number: int) -> GalleryPage:
    """With what is kept out, to let it in again."""
    return await _page(db, material_id, 0, number, with_kept_out=True)


async def share(tx: Transaction, submission_id: int, student_id: int, is_shared: bool) -> Submission:
    """Only of one's own, and only in a gallery. Raises NotFound, Invalid."""
    row = await tx.fetch_one(
        """
        SELECT submissions.*
        FROM submissions JOIN materials ON materials.id = submissions.material_id
        WHERE submissions.id = :id AND submissions.student_id = :student_id AND materials.kind = 'gallery'
        """,
        id=submission_id,
        student_id=student_id,
    )
    if row is None:
        raise NotFound(NOT_HERE)
    submission = submission_of_row(row)
    if is_shared and not is_fit_to_show(submission):
        raise Invalid(NOT_SHOWN, "not_fit_to_show")
    await tx.execute(
        "UPDATE submissions SET is_shared = :is_shared WHERE id = :id", is_shared=is_shared, id=submission_id
    )
    return submission


async def keep_out(
    tx: Transaction, class_id: int, material_id: int, submission_id: int, is_out: bool
) -> None:
    touched = await tx.execute(
        """
        UPDATE submissions
        SET is_kept_out = :is_out
        WHERE id = :id AND material_id = :material_id AND is_shared = 1
          AND student_id IN (SELECT id FROM students WHERE class_id = :class_id)
        """,
        is_out=is_out,
        id=submission_id,
        material_id=material_id,
        class_id=class_id,
    )
    if touched == 0:
        raise NotFound(NOT_HERE)


async def shown_to_student(db: Database, submission_id: int, student_id: int) -> Submission:
    """One's own, or a classmate's in a gallery that both see. Raises NotFound."""
    row = await db.fetch_one(
        """
        SELECT submissions.*
        FROM submissions
          JOIN students AS author ON author.id = submissions.student_id
          JOIN students AS looker ON looker.id = :student_id
          JOIN materials ON materials.id = submissions.material_id
        WHERE submissions.id = :id
          AND (author.id = looker.id OR (
            author.class_id = looker.class_id AND submissions.is_shared = 1 AND submissions.is_kept_out = 0
            AND materials.kind = 'gallery' AND EXISTS (
              SELECT 1 FROM student_materials
              WHERE student_materials.student_id = looker.id AND student_materials.material_id = materials.id)))
        """,
        id=submission_id,
        student_id=student_id,
    )
    if row is None:
        raise NotFound("There is no such file, or it isn't yours.")
    return submission_of_row(row)


async def _page(
    db: Database, material_id: int, student_id: int, number: int, with_kept_out: bool
) -> GalleryPage:
    values = {"material_id": material_id, "with_kept_out": with_kept_out}
    total = await db.fetch_one(
        """
        SELECT count(*) AS works
        FROM submissions
        WHERE material_id = :material_id AND is_shared = 1 AND (is_kept_out = 0 OR :with_kept_out)
        """,
        **values,
    )
    rows = await db.fetch_all(
        """
        SELECT submissions.*, students.display_name
        FROM submissions JOIN students ON students.id = submissions.student_id
        WHERE submissions.material_id = :material_id AND submissions.is_shared = 1
          AND (submissions.is_kept_out = 0 OR :with_kept_out)
        ORDER BY submissions.uploaded_at DESC, submissions.id DESC
        LIMIT :most OFFSET :skipped
        """,
        **values,
        most=PAGE_ITEMS,
        skipped=(number - 1) * PAGE_ITEMS,
    )
    items = tuple(_shown(row, student_id) for row in rows)
    return GalleryPage(items, number, int(total["works"]) if total else 0)


def _shown(row: sqlite3.Row, student_id: int) -> Shown:
    return Shown(submission_of_row(row), row["display_name"], row["student_id"] == student_id)
