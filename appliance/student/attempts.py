"""Taking a quiz or going through cards: start, save what was given, hand in."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.box import today
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.student.study import page
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.refusals import wants_json
from appliance.web.rendering import say, translator
from appliance.work.assignments import open_assignment
from appliance.work.attempts import (
    NO_SUCH_CHOICE,
    NO_SUCH_ITEM,
    attempts_of_student,
    finish_attempt,
    save_answers,
    start_attempt,
)

ANSWER = "answer-"


async def create(request: Request, assignment_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    day = await today(parts.db)
    async with parts.db.transaction() as tx:
        assignment = await open_assignment(tx, person.id, assignment_id, day)
        await start_attempt(tx, assignment, person.id)
    return redirect(f"/student/study/{assignment_id}")


async def update(request: Request, assignment_id: int) -> HTTPResponse:
    """Every answer that the form holds; those that it doesn't hold stay as they are."""
    parts, person = parts_of(request), person_of(request)
    day = await today(parts.db)
    async with parts.db.transaction() as tx:
        assignment = await open_assignment(tx, person.id, assignment_id, day)
        await save_answers(tx, assignment, person.id, _number(request), _given(request))
    if not wants_json(request):
        say(request, translator(request)("Your answers are saved."))
    return redirect(f"/student/study/{assignment_id}")


async def finish(request: Request, assignment_id: int) -> HTTPResponse:
    """What the form still holds is saved first, also when something is missing."""
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    number, given = _number(request), _given(request)
    day = await today(parts.db)
    try:
        async with parts.db.transaction() as tx:
            assignment = await open_assignment(tx, person.id, assignment_id, day)
            attempts = await attempts_of_student(tx, assignment.id, person.id)
            if not any(attempt.is_finished for attempt in attempts if attempt.number == number):
                await save_answers(tx, assignment, person.id, number, given)
        async with parts.db.transaction() as tx:
            attempt = await finish_attempt(tx, assignment, person.id, number)
    except Invalid as refusal:
        return await page(request, assignment_id, translate(refusal.message), 422)
    say(request, translate("Handed in. You have %(score)s%%.", score=attempt.score))
    return redirect(f"/student/study/{assignment_id}")


def _number(request: Request) -> int:
    return forms.number(forms.text(request, "attempt", 10))


def _given(request: Request) -> dict[int, int]:
    """Choice by question or card. Raises Invalid for what no form of ours sends."""
    given: dict[int, int] = {}
    for name in request.form or {}:
        if name.startswith(ANSWER):
            item = forms.number(name.removeprefix(ANSWER), -1)
            choice = forms.number(forms.text(request, name, 10), -1)
            if item < 0:
                raise Invalid(NO_SUCH_ITEM, "no_such_item")
            if choice < 0:
                raise Invalid(NO_SUCH_CHOICE, "no_such_choice")
            given[item] = choice
    return given
