"""The review queue of words and lists: what a student wrote, ticked or marked, and the teacher's word on it."""

from dataclasses import dataclass

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.material_items import items_of_material
from appliance.classroom.materials import Material, material_of_class
from appliance.errors import Invalid, NotFound, Unavailable
from appliance.library.lessons import Item, Lesson
from appliance.parts import Parts, parts_of
from appliance.teacher.kept_words import keep_if_asked, puts_in, with_kept
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.progress import lines_of
from appliance.work.response_reviews import review_of_response, save_response_review
from appliance.work.responses import responses_of_student
from appliance.work.review_queue import SHOWN
from appliance.work.reviews import COMMENT_CHARACTERS
from appliance.work.saved_comments import saved_comments_of_staff
from appliance.work.submission_reviews import score_given
from appliance.work.written_queue import (
    WrittenFilter,
    filter_of,
    waiting_in_piles,
    written_neighbours,
    written_piece,
    written_queue,
)


@dataclass(frozen=True)
class Asked:
    """What the student had before them: the question of a reflection, or the lines of a list."""

    prompt: str
    lines: tuple[Item, ...]


async def index(request: Request, class_id: int) -> HTTPResponse:
    parts, wanted = parts_of(request), _filter(request)
    return render(
        request,
        "teacher/written_queue.html",
        classroom=await class_of_staff(parts.db, class_id, person_of(request).id),
        wanted=wanted,
        shown_words=SHOWN,
        queue=await written_queue(parts.db, class_id, wanted, forms.page(request)),
        waiting=await waiting_in_piles(parts.db, class_id),
    )


async def show(request: Request, class_id: int, material_id: int, student_id: int) -> HTTPResponse:
    return await _page(request, class_id, material_id, student_id)


async def update(request: Request, class_id: int, material_id: int, student_id: int) -> HTTPResponse:
    """Saves, and goes on to the next piece of the queue that one came from."""
    parts, person, wanted = parts_of(request), person_of(request), _filter(request)
    await class_of_teacher(parts.db, class_id, person.id, "review")
    if puts_in(request):
        return await _page(request, class_id, material_id, student_id)
    piece = await written_piece(parts.db, class_id, material_id, student_id)
    after = (await written_neighbours(parts.db, class_id, wanted, piece)).after
    try:
        comment, state = forms.text(request, "comment", 2 * COMMENT_CHARACTERS), forms.text(request, "state")
        score = score_given(forms.text(request, "score", 20), (), {})
        seen_at = forms.number(forms.text(request, "seen_at")) or piece.changed_at
        async with parts.db.transaction() as tx:
            await save_response_review(
                tx, material_id, student_id, person.id, state, score, comment, min(seen_at, piece.changed_at)
            )
            await keep_if_asked(request, tx, person.id, comment)
            action = "return_response" if state == "returned" else "review_response"
            await record_staff(tx, action, person.id, class_id, f"{material_id}/{student_id}", request.ip)
    except Invalid as refusal:
        return await _page(request, class_id, material_id, student_id, refusal)
    say(request, translator(request)("Saved. %(name)s sees it on the class page.", name=piece.student_name))
    place = f"/teach/class/{class_id}/review/written"
    return redirect(f"{place}/{after}?{wanted.query}" if after else f"{place}?{wanted.query}")


def _filter(request: Request) -> WrittenFilter:
    pile, shown = (str(request.args.get(name) or "") for name in ("pile", "show"))
    return filter_of(
        pile, shown, forms.asked_number(request, "material"), forms.asked_number(request, "student")
    )


async def _page(
    request: Request, class_id: int, material_id: int, student_id: int, refusal: Invalid | None = None
) -> HTTPResponse:
    parts, person, wanted = parts_of(request), person_of(request), _filter(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    piece = await written_piece(parts.db, class_id, material_id, student_id)
    material = await material_of_class(parts.db, class_id, material_id)
    is_sent = refusal is not None or puts_in(request)
    return render(
        request,
        "teacher/written_review.html",
        forms.status_of(refusal),
        classroom=classroom,
        piece=piece,
        material=material,
        asked=await _asked(parts, material),
        responses=await responses_of_student(parts.db, student_id),
        review=await review_of_response(parts.db, material_id, student_id),
        comments=await saved_comments_of_staff(parts.db, person.id),
        neighbours=await written_neighbours(parts.db, class_id, wanted, piece),
        wanted=wanted,
        typed=with_kept(request, "score", "comment", "keep") if is_sent else None,
        errors=forms.errors(refusal, translator(request)),
    )


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
