"""The review queue: a piece of work large, the teacher's word beside it, the next one a press away."""

from collections.abc import Mapping

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.previews import preview_of
from appliance.work.review_queue import (
    SHOWN,
    Filter,
    neighbours_of_piece,
    piece_of_class,
    queue_of_class,
    versions_of_piece,
)
from appliance.work.reviews import COMMENT_CHARACTERS
from appliance.work.saved_comments import save_comment, saved_comments_of_staff
from appliance.work.submission_reviews import (
    Criterion,
    criteria_of_material,
    review_of_submission,
    save_submission_review,
    score_given,
)


async def index(request: Request, class_id: int) -> HTTPResponse:
    parts, wanted = parts_of(request), _filter(request)
    return render(
        request,
        "teacher/review_queue.html",
        classroom=await class_of_staff(parts.db, class_id, person_of(request).id),
        wanted=wanted,
        queue=await queue_of_class(parts.db, class_id, wanted, forms.page(request)),
    )


async def show(request: Request, class_id: int, submission_id: int) -> HTTPResponse:
    return await _page(request, class_id, submission_id)


async def update(request: Request, class_id: int, submission_id: int) -> HTTPResponse:
    """Saves, and goes on to the next piece of the queue that one came from."""
    parts, person, wanted = parts_of(request), person_of(request), _filter(request)
    await class_of_teacher(parts.db, class_id, person.id, "review")
    piece = await piece_of_class(parts.db, class_id, submission_id)
    after = (await neighbours_of_piece(parts.db, class_id, wanted, piece)).after
    criteria = await criteria_of_material(parts.db, piece.submission.material_id)
    try:
        comment, rubric = forms.text(request, "comment", 2 * COMMENT_CHARACTERS), _rubric(request, criteria)
        score = score_given(forms.text(request, "score", 20), criteria, rubric)
        async with parts.db.transaction() as tx:
            state = forms.text(request, "state")
            await save_submission_review(tx, submission_id, person.id, state, score, comment, rubric)
            if forms.text(request, "keep") and comment:
                await save_comment(tx, person.id, comment)
            action = "return_submission" if state == "returned" else "review_submission"
            await record_staff(tx, action, person.id, class_id, str(submission_id), request.ip)
    except Invalid as refusal:
        return await _page(request, class_id, submission_id, refusal)
    say(request, translator(request)("Saved. %(name)s sees it on the class page.", name=piece.student_name))
    place = f"/teach/class/{class_id}/review"
    return redirect(f"{place}/{after}?{wanted.query}" if after else f"{place}?{wanted.query}")


def _filter(request: Request) -> Filter:
    """Whatever the address says that can't be is left out."""
    asked = str(request.args.get("show") or "")
    shown = next((each for each in SHOWN if each == asked), SHOWN[0])
    return Filter(shown, *(forms.asked_number(request, name) for name in ("material", "student")))


def _rubric(request: Request, criteria: tuple[Criterion, ...]) -> dict[str, int]:
    """The criteria that have points; raises Invalid for points that can't be."""
    given: dict[str, int] = {}
    for number, each in enumerate(criteria):
        text = forms.text(request, f"criterion-{number}", 10)
        points = forms.number(text)
        if text and not 1 <= points <= each.most:
            raise Invalid("Choose the points from the list.", field="rubric")
        if text:
            given[each.key] = points
    return given


async def _page(
    request: Request, class_id: int, submission_id: int, refusal: Invalid | None = None
) -> HTTPResponse:
    parts, person, wanted = parts_of(request), person_of(request), _filter(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    piece = await piece_of_class(parts.db, class_id, submission_id)
    criteria = await criteria_of_material(parts.db, piece.submission.material_id)
    path = parts.files.path(piece.submission.stored_name)
    preview = await preview_of(path, piece.submission.original_filename)
    return render(
        request,
        "teacher/submission_review.html",
        forms.status_of(refusal),
        classroom=classroom,
        piece=piece,
        preview=preview,
        pages=await parts.page_pictures.pages_of(path) if preview.kind == "pdf" else 0,
        versions=await versions_of_piece(parts.db, piece),
        criteria=criteria,
        review=await review_of_submission(parts.db, submission_id),
        comments=await saved_comments_of_staff(parts.db, person.id),
        neighbours=await neighbours_of_piece(parts.db, class_id, wanted, piece),
        wanted=wanted,
        typed=_typed(request, criteria) if refusal else None,
        errors=forms.errors(refusal, translator(request)),
    )


def _typed(request: Request, criteria: tuple[Criterion, ...]) -> Mapping[str, str]:
    names = ("score", "comment", "state", "keep", *(f"criterion-{number}" for number in range(len(criteria))))
    return forms.typed(request, *names)
