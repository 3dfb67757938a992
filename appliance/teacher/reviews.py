"""One student's work in one assignment, and the teacher's word on it."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.students import student_of_class
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.teacher.kept_words import keep_if_asked, puts_in, with_kept
from appliance.teacher.reviewing import check_unsaid
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.assignments import assignment_of_class
from appliance.work.attempts import answers_of_attempt, attempts_of_student, best_of
from appliance.work.flashcards import cards_of_activity
from appliance.work.quizzes import questions_of_activity
from appliance.work.reviews import (
    COMMENT_CHARACTERS,
    next_for_review,
    review_of,
    save_review,
    score_of_text,
)
from appliance.work.saved_comments import saved_comments_of_staff


async def show(request: Request, class_id: int, assignment_id: int, student_id: int) -> HTTPResponse:
    return await _page(request, class_id, assignment_id, student_id)


async def update(request: Request, class_id: int, assignment_id: int, student_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id, "review")
    if puts_in(request):
        return await _page(request, class_id, assignment_id, student_id)
    try:
        score = score_of_text(forms.text(request, "score", 20))
        comment = forms.text(request, "comment", COMMENT_CHARACTERS * 2)
        async with parts.db.transaction() as tx:
            # Looked up in here: the student may be removed at this very moment.
            student = await student_of_class(tx, class_id, student_id)
            assignment = await assignment_of_class(tx, class_id, assignment_id)
            check_unsaid(request, person.id, await review_of(tx, assignment_id, student_id))
            await save_review(tx, assignment, student.id, person.id, score, comment)
            not_kept = await keep_if_asked(request, tx, person.id, comment)
            target = f"{assignment_id}/{student_id}"
            await record_staff(tx, "review_work", person.id, class_id, target, request.ip)
    except Invalid as refusal:
        return await _page(request, class_id, assignment_id, student_id, refusal)
    saved = translator(request)("%(name)s sees your review on the class page.", name=student.display_name)
    say(request, f"{saved} {not_kept}".strip())
    following = await next_for_review(parts.db, assignment, student.id)
    place = f"/teach/class/{class_id}/assignments/{assignment_id}"
    return redirect(f"{place}/student/{following}" if following else place)


async def _page(
    request: Request, class_id: int, assignment_id: int, student_id: int, refusal: Invalid | None = None
) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    student = await student_of_class(parts.db, class_id, student_id)
    assignment = await assignment_of_class(parts.db, class_id, assignment_id)
    attempts = await attempts_of_student(parts.db, assignment_id, student_id)
    shown = best_of(attempts) or (attempts[-1] if attempts else None)
    return render(
        request,
        "teacher/review.html",
        forms.status_of(refusal),
        classroom=classroom,
        student=student,
        assignment=assignment,
        attempts=attempts,
        shown=shown,
        given=await answers_of_attempt(parts.db, shown.id) if shown else {},
        questions=await questions_of_activity(parts.db, assignment.activity_id),
        cards=await cards_of_activity(parts.db, assignment.activity_id),
        review=await review_of(parts.db, assignment_id, student_id),
        following=await next_for_review(parts.db, assignment, student_id),
        comments=await saved_comments_of_staff(parts.db, person.id),
        typed=with_kept(request, "score", "comment", "keep") if refusal or puts_in(request) else None,
        errors=forms.errors(refusal, translator(request)),
    )
