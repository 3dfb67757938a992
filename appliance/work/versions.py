"""Every version that a student handed in, with what came of it."""

import sqlite3
from dataclasses import dataclass

from appliance.storage.database import Database
from appliance.work.file_kinds import extension_of
from appliance.work.picture_bytes import WALKS
from appliance.work.pictures import HEIC
from appliance.work.submissions import Submission, submission_of_row


@dataclass(frozen=True)
class Version:
    """`state` is reviewed, returned, or empty while no teacher has said anything; `due_at` is the material's."""

    submission: Submission
    material_title: str
    module_title: str
    material_kind: str
    due_at: int | None
    state: str
    score: int | None
    comment: str

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.submission.uploaded_at > self.due_at

    @property
    def can_be_shared(self) -> bool:
        return self.material_kind == "gallery" and is_fit_to_show(self.submission)


def is_fit_to_show(submission: Submission) -> bool:
    """A picture that the box could not open may still tell where it was taken."""
    is_picture = extension_of(submission.original_filename) in (*WALKS, *HEIC)
    return not is_picture or submission.picture not in ("", "as_it_came")


async def versions_of_student(
    db: Database, student_id: int, material_id: int = 0
) -> dict[int, list[Version]]:
    """By material, in the order of the road; of each the newest first. With a material's id, of that one alone."""
    rows = await db.fetch_all(
        """
        SELECT submissions.*, materials.title AS material_title, materials.kind AS material_kind, materials.due_at,
          modules.title AS module_title, submission_reviews.state, submission_reviews.score,
          submission_reviews.comment
        FROM submissions
          JOIN materials ON materials.id = submissions.material_id
          JOIN modules ON modules.id = materials.module_id
          LEFT JOIN submission_reviews ON submission_reviews.submission_id = submissions.id
        WHERE submissions.student_id = :student_id
          AND (:material_id = 0 OR submissions.material_id = :material_id)
        ORDER BY modules.position, modules.id, materials.position, materials.id,
          submissions.id DESC
        """,
        student_id=student_id,
        material_id=material_id,
    )
    versions: dict[int, list[Version]] = {}
    for row in rows:
        versions.setdefault(row["material_id"], []).append(_version(row))
    return versions


async def newest_states_of_student(db: Database, student_id: int) -> dict[int, str]:
    """The state of the newest version alone, by material: all that a road has to know.

    What was written, ticked or marked is among them where a teacher returned it and nothing changed since.
    """
    rows = await db.fetch_all(
        """
        SELECT submissions.material_id, submission_reviews.state, submissions.id
        FROM submissions LEFT JOIN submission_reviews ON submission_reviews.submission_id = submissions.id
        WHERE submissions.student_id = :student_id
        UNION ALL
        SELECT material_id, state, 0
        FROM reviewed_responses
        WHERE student_id = :student_id AND state = 'returned' AND changed_at <= seen_at
        ORDER BY 1, 3
        """,
        student_id=student_id,
    )
    return {row["material_id"]: row["state"] or "" for row in rows}


def _version(row: sqlite3.Row) -> Version:
    return Version(
        submission_of_row(row),
        row["material_title"],
        row["module_title"],
        row["material_kind"],
        row["due_at"],
        row["state"] or "",
        row["score"],
        row["comment"] or "",
    )
