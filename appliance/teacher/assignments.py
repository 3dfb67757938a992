"""Giving a published activity to the class or to groups of it, and who has done it."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.box import zone_of
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.groups_of_materials import group_names
from appliance.errors import Refusal
from appliance.parts import parts_of
from appliance.teacher import activities
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.activities import activity_of_class
from appliance.work.assignment_groups import audience_of_assignment, give_to_groups
from appliance.work.assignments import (
    assign,
    assignment_of_class,
    change_due,
    due_of,
    due_text,
    results_of_assignment,
)
from appliance.work.reviews import waiting_for_review


async def create(request: Request, class_id: int, activity_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    chosen = group_ids(request)
    try:
        due_at = due_of(forms.text(request, "due", 40), await zone_of(parts.db))
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            activity = await activity_of_class(tx, class_id, activity_id)
            assignment_id = await assign(tx, activity, due_at)
            if chosen or not activity.is_assigned:
                await give_to_groups(tx, await assignment_of_class(tx, class_id, assignment_id), chosen)
            await record_staff(tx, "assign_activity", person.id, class_id, str(assignment_id), request.ip)
    except Refusal as refusal:
        return await activities.page(
            request, class_id, activity_id, refusal, typed=forms.typed(request, "due")
        )
    if chosen:
        say(request, translate("Only these groups have it now. Whoever comes into one later gets it too."))
    else:
        say(request, translate("The class has it now. Whoever joins later gets it too."))
    return redirect(f"/teach/class/{class_id}/assignments/{assignment_id}")


async def show(request: Request, class_id: int, assignment_id: int) -> HTTPResponse:
    return await page(request, class_id, assignment_id)


async def update(request: Request, class_id: int, assignment_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        due_at = due_of(forms.text(request, "due", 40), await zone_of(parts.db))
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            await change_due(tx, await assignment_of_class(tx, class_id, assignment_id), due_at)
            await record_staff(tx, "change_due_date", person.id, class_id, str(assignment_id), request.ip)
    except Refusal as refusal:
        return await page(request, class_id, assignment_id, refusal, due=forms.typed(request, "due")["due"])
    say(request, translator(request)("The due date is saved."))
    return redirect(f"/teach/class/{class_id}/assignments/{assignment_id}")


def group_ids(request: Request) -> frozenset[int]:
    """What is no number is the number of no group."""
    given = forms.texts(request, "group")
    return frozenset(
        int(each) if each.isascii() and each.isdigit() and len(each) < 16 else 0 for each in given
    )


async def page(
    request: Request,
    class_id: int,
    assignment_id: int,
    refusal: Refusal | None = None,
    due: str | None = None,
    ticked: frozenset[int] | None = None,
) -> HTTPResponse:
    """`due` and `ticked` are what was sent by the one form that was refused."""
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    assignment = await assignment_of_class(parts.db, class_id, assignment_id)
    results = await results_of_assignment(parts.db, assignment)
    return render(
        request,
        "teacher/assignment.html",
        forms.status_of(refusal),
        classroom=classroom,
        assignment=assignment,
        results=results,
        waiting=await waiting_for_review(parts.db, assignment),
        done=sum(result.standing.finished > 0 for result in results),
        is_late=assignment.is_past_due(parts.db.now()),
        due=due_text(assignment.due_at, await zone_of(parts.db)) if due is None else due,
        audience=(audience := await audience_of_assignment(parts.db, assignment_id)),
        ticked=audience.ids if ticked is None else ticked,
        groups=await group_names(parts.db, class_id),
        errors=forms.errors(refusal, translator(request)),
    )
