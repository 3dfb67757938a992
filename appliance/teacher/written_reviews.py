"""The review of words and lists: what a student wrote, ticked or marked, beside what was asked."""

from dataclasses import dataclass
from typing import Any

from sanic import HTTPResponse, Request

from appliance.classroom.material_items import items_of_material
from appliance.classroom.materials import Material, material_of_class
from appliance.errors import NotFound, Unavailable
from appliance.library.lessons import Item, Lesson
from appliance.parts import Parts, parts_of
from appliance.storage.database import Database, Reads, Transaction
from appliance.teacher.reviewing import Reviewable, Word, piece_page, queue_page, save_word
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.work.progress import lines_of
from appliance.work.response_reviews import ResponseReview, review_of_response, save_response_review
from appliance.work.responses import responses_of_student
from appliance.work.review_queue import Piece
from appliance.work.written_queue import WRITTEN, WRITTEN_PILES, written_piece


async def index(request: Request, class_id: int) -> HTTPResponse:
    return await queue_page(request, class_id, ReviewedWriting)


async def show(request: Request, class_id: int, material_id: int, student_id: int) -> HTTPResponse:
    return await piece_page(request, class_id, ReviewedWriting(material_id, student_id))


async def update(request: Request, class_id: int, material_id: int, student_id: int) -> HTTPResponse:
    return await save_word(request, class_id, ReviewedWriting(material_id, student_id))


@dataclass(frozen=True)
class ReviewedWriting(Reviewable):
    """All that one student wrote, ticked or marked in one material."""

    material_id: int
    student_id: int

    queue = WRITTEN
    piles = WRITTEN_PILES
    template = "teacher/written_review.html"
    reviewed = "review_response"
    returned = "return_response"

    async def piece(self, db: Database | Reads, class_id: int) -> Piece:
        return await written_piece(db, class_id, self.material_id, self.student_id)

    async def review(self, db: Database | Reads) -> ResponseReview | None:
        return await review_of_response(db, self.material_id, self.student_id)

    async def shown(self, request: Request, class_id: int, piece: Piece) -> dict[str, Any]:
        parts = parts_of(request)
        material = await material_of_class(parts.db, class_id, self.material_id)
        return {
            "material": material,
            "asked": await _asked(parts, material),
            "responses": await responses_of_student(parts.db, self.student_id),
        }

    async def save(self, request: Request, tx: Transaction, piece: Piece, word: Word) -> None:
        seen_at = forms.number(forms.text(request, "seen_at")) or piece.worked_at
        await save_response_review(
            tx,
            self.material_id,
            self.student_id,
            person_of(request).id,
            word.state,
            word.score,
            word.comment,
            min(seen_at, piece.worked_at),
        )


@dataclass(frozen=True)
class Asked:
    """What the student had before them: the question of a reflection, or the lines of a list."""

    prompt: str
    lines: tuple[Item, ...]


async def _asked(parts: Parts, material: Material) -> Asked:
    lesson = _lesson(parts, material)
    lines = lines_of(material, await items_of_material(parts.db, material.id), lesson)
    prompt = lesson.reflection.prompt if lesson and lesson.reflection else material.body
    return Asked(prompt if material.kind == "reflection" else "", tuple(lines))


def _lesson(parts: Parts, material: Material) -> Lesson | None:
    try:
        if material.is_of_lesson:
            return parts.shelf.lesson(material.course_slug, material.lesson_slug)
    except (NotFound, Unavailable):
        return None
    return None
