"""The review of what a class handed in: the file itself, in all its versions, and the rubric it is marked by."""

from dataclasses import dataclass
from typing import Any

from sanic import HTTPResponse, Request

from appliance.errors import NotFound
from appliance.parts import parts_of
from appliance.storage.database import Database, Reads, Transaction
from appliance.teacher.reviewing import Reviewable, Word, piece_page, queue_page, save_word
from appliance.web.identity import person_of
from appliance.work.file_queue import FILES, NO_WORK, handed_in_piece, versions_of_piece
from appliance.work.previews import preview_of
from appliance.work.review_queue import Piece
from appliance.work.submission_reviews import (
    Criterion,
    SubmissionReview,
    criteria_of_material,
    review_of_submission,
    save_submission_review,
)


async def index(request: Request, class_id: int) -> HTTPResponse:
    return await queue_page(request, class_id, ReviewedFile)


async def show(request: Request, class_id: int, submission_id: int) -> HTTPResponse:
    return await piece_page(request, class_id, ReviewedFile(submission_id))


async def update(request: Request, class_id: int, submission_id: int) -> HTTPResponse:
    return await save_word(request, class_id, ReviewedFile(submission_id))


@dataclass(frozen=True)
class ReviewedFile(Reviewable):
    """One version of a file."""

    submission_id: int

    queue = FILES
    piles = ("files",)
    template = "teacher/submission_review.html"
    reviewed = "review_submission"
    returned = "return_submission"

    async def piece(self, db: Database | Reads, class_id: int) -> Piece:
        return await handed_in_piece(db, class_id, self.submission_id)

    async def criteria(self, db: Database | Reads, piece: Piece) -> tuple[Criterion, ...]:
        return await criteria_of_material(db, piece.material_id)

    async def review(self, db: Database | Reads) -> SubmissionReview | None:
        return await review_of_submission(db, self.submission_id)

    async def shown(self, request: Request, class_id: int, piece: Piece) -> dict[str, Any]:
        parts = parts_of(request)
        versions = await versions_of_piece(parts.db, piece)
        work = next((each for each in versions if each.id == self.submission_id), None)
        if work is None:
            raise NotFound(NO_WORK)
        path = parts.files.path(work.stored_name)
        preview = await preview_of(path, work.original_filename)
        pages = await parts.page_pictures.pages_of(path) if preview.kind == "pdf" else 0
        return {"work": work, "versions": versions, "preview": preview, "pages": pages}

    async def save(self, request: Request, tx: Transaction, piece: Piece, word: Word) -> None:
        await save_submission_review(
            tx,
            self.submission_id,
            person_of(request).id,
            word.state,
            word.score,
            word.comment,
            word.rubric,
        )
