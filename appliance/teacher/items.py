"""One question of a quiz or one card of a set: added, changed, removed and put back by its teacher."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_teacher
from appliance.errors import Conflict, Refusal
from appliance.parts import parts_of
from appliance.storage.database import Transaction
from appliance.teacher.activities import page
from appliance.teacher.form_keys import made_once
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator
from appliance.work.activities import Activity, activity_of_class
from appliance.work.flashcards import CardText, add_card, change_card
from appliance.work.quizzes import CHOICES, QuestionText, add_question, change_question
from appliance.work.removed_items import remove_item, restore_item

MOST_TYPED = 5000
FIELDS = ("stem", "choice-0", "choice-1", "choice-2", "choice-3", "answer", "explanation", "front", "back")


async def create(request: Request, class_id: int, activity_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            activity = await activity_of_class(tx, class_id, activity_id)

            async def make() -> int:
                added = await _add(tx, activity, request)
                await record_staff(tx, "add_item", person.id, class_id, str(activity_id), request.ip)
                return added

            made = await made_once(request, tx, make)
    except Refusal as refusal:
        return await page(request, class_id, activity_id, refusal, 0, forms.typed(request, *FIELDS))
    say(request, translator(request)("Added."))
    return redirect(f"/teach/class/{class_id}/activities/{activity_id}#item-{made}")


async def update(request: Request, class_id: int, activity_id: int, item_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            activity = await activity_of_class(tx, class_id, activity_id)
            if activity.is_quiz:
                await change_question(tx, activity, item_id, _question(request))
            else:
                await change_card(tx, activity, item_id, _card(request))
            await record_staff(tx, "change_item", person.id, class_id, str(activity_id), request.ip)
    except Refusal as refusal:
        return await page(request, class_id, activity_id, refusal, item_id, forms.typed(request, *FIELDS))
    say(request, translator(request)("Saved."))
    return redirect(f"/teach/class/{class_id}/activities/{activity_id}#item-{item_id}")


async def remove(request: Request, class_id: int, activity_id: int, item_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        activity = await activity_of_class(tx, class_id, activity_id)
        removed_id = await remove_item(tx, activity, item_id)
        await record_staff(tx, "remove_item", person.id, class_id, str(activity_id), request.ip)
    undo = f"/teach/class/{class_id}/activities/{activity_id}/removed-items/{removed_id}"
    say(request, translator(request)("Removed."), undo=undo)
    return redirect(f"/teach/class/{class_id}/activities/{activity_id}#items")


async def restore(request: Request, class_id: int, activity_id: int, removed_id: int) -> HTTPResponse:
    """`removed_id` is its number among those that were removed."""
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            activity = await activity_of_class(tx, class_id, activity_id)
            item_id = await restore_item(tx, activity, removed_id)
            await record_staff(tx, "restore_item", person.id, class_id, str(activity_id), request.ip)
    except Conflict as refusal:
        return await page(request, class_id, activity_id, refusal)
    say(request, translator(request)("It is back in its place."))
    return redirect(f"/teach/class/{class_id}/activities/{activity_id}#item-{item_id}")


async def _add(tx: Transaction, activity: Activity, request: Request) -> int:
    if activity.is_quiz:
        return await add_question(tx, activity, _question(request))
    return await add_card(tx, activity, _card(request))


def _question(request: Request) -> QuestionText:
    answer = forms.text(request, "answer", 10)
    return QuestionText(
        forms.text(request, "stem", MOST_TYPED),
        tuple(forms.text(request, f"choice-{number}", MOST_TYPED) for number in range(CHOICES)),
        int(answer) if answer in {"0", "1", "2", "3"} else -1,
        forms.text(request, "explanation", MOST_TYPED),
    )


def _card(request: Request) -> CardText:
    return CardText(forms.text(request, "front", MOST_TYPED), forms.text(request, "back", MOST_TYPED))
