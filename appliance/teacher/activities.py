"""Quizzes and cards of a class: made from its material or by hand, edited, published."""

from collections.abc import Mapping

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.box import zone_of
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.groups_of_materials import group_names
from appliance.classroom.pressed_forms import new_form_key
from appliance.errors import Invalid, Refusal
from appliance.parts import parts_of
from appliance.study.blueprints import topics_of_class
from appliance.study.generation import (
    DEFAULT_CARDS,
    DEFAULT_QUESTIONS,
    check_material,
    order_activity,
)
from appliance.study.sources import stock_of_class
from appliance.teacher.form_keys import made_once
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.activities import (
    activities_of_class,
    activity_of_class,
    change_words,
    copy_activity,
    create_activity,
    publish_activity,
    remove_activity,
    restore_activity,
)
from appliance.work.assignment_groups import WHOLE_CLASS, audience_of_assignment
from appliance.work.assignments import assignment_of_class, due_text
from appliance.work.flashcards import cards_of_activity
from appliance.work.quizzes import questions_of_activity


async def index(request: Request, class_id: int) -> HTTPResponse:
    return await _index_page(request, class_id)


async def create(request: Request, class_id: int) -> HTTPResponse:
    """From the material by a job, or an empty draft for whoever writes it."""
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    await class_of_teacher(parts.db, class_id, person.id)
    kind, by_hand = forms.text(request, "kind"), forms.text(request, "by") == "hand"
    try:
        title = forms.text(request, "title") or await _next_title(request, class_id, kind)
        instructions, topic = forms.text(request, "instructions", 2000), forms.text(request, "topic")
        if not by_hand:
            await check_material(parts.db, class_id)
        elif kind not in ("quiz", "cards"):
            raise Invalid("Choose a quiz or cards.", field="kind")
        async with parts.db.transaction() as tx:

            async def make() -> int:
                if by_hand:
                    made = await create_activity(tx, class_id, kind, title, instructions, topic)
                else:
                    count = _count(request, kind)
                    made = await order_activity(
                        tx, class_id, person.id, kind, count, title, instructions, topic
                    )
                await record_staff(tx, f"make_{kind}", person.id, class_id, str(made), request.ip)
                return made

            activity_id = await made_once(request, tx, make)
    except Invalid as refusal:
        return await _index_page(request, class_id, refusal)
    parts.jobs.wake()
    if not by_hand:
        say(request, translate("The box is making it. You can go on with other things meanwhile."))
    return redirect(f"/teach/class/{class_id}/activities/{activity_id}")


async def show(request: Request, class_id: int, activity_id: int) -> HTTPResponse:
    return await page(request, class_id, activity_id)


async def update(request: Request, class_id: int, activity_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        title, instructions = forms.text(request, "title"), forms.text(request, "instructions", 2000)
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            activity = await activity_of_class(tx, class_id, activity_id)
            await change_words(tx, activity, title, instructions)
            await record_staff(tx, "change_activity", person.id, class_id, str(activity_id), request.ip)
    except Invalid as refusal:
        typed = forms.typed(request, "title", "instructions")
        return await page(request, class_id, activity_id, refusal, typed=typed)
    say(request, translator(request)("Saved."))
    return redirect(f"/teach/class/{class_id}/activities/{activity_id}")


async def publish(request: Request, class_id: int, activity_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            await publish_activity(tx, await activity_of_class(tx, class_id, activity_id))
            await record_staff(tx, "publish_activity", person.id, class_id, str(activity_id), request.ip)
    except Refusal as refusal:
        return await page(request, class_id, activity_id, refusal)
    say(
        request,
        translator(request)(
            "It is published. Assign it, and your students will find it on their class page."
        ),
    )
    return redirect(f"/teach/class/{class_id}/activities/{activity_id}#assign")


async def copy(request: Request, class_id: int, activity_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        activity = await activity_of_class(tx, class_id, activity_id)

        async def make() -> int:
            copied = await copy_activity(tx, activity, translate("Copy of %(title)s", title=activity.title))
            await record_staff(tx, "copy_activity", person.id, class_id, str(activity_id), request.ip)
            return copied

        made = await made_once(request, tx, make)
    say(request, translate("This is the copy. Nobody has seen it yet."))
    return redirect(f"/teach/class/{class_id}/activities/{made}")


async def remove(request: Request, class_id: int, activity_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        activity = await activity_of_class(tx, class_id, activity_id)
        await remove_activity(tx, activity)
        await record_staff(tx, "remove_activity", person.id, class_id, str(activity_id), request.ip)
    undo = f"/teach/class/{class_id}/activities/{activity_id}/restore"
    say(request, translator(request)("%(title)s is removed.", title=activity.title), undo=undo)
    return redirect(f"/teach/class/{class_id}/activities")


async def restore(request: Request, class_id: int, activity_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        await restore_activity(tx, class_id, activity_id)
        await record_staff(tx, "restore_activity", person.id, class_id, str(activity_id), request.ip)
    say(request, translator(request)("It is back, with everything that was in it."))
    return redirect(f"/teach/class/{class_id}/activities/{activity_id}")


async def page(
    request: Request,
    class_id: int,
    activity_id: int,
    refusal: Refusal | None = None,
    item_id: int | None = None,
    typed: Mapping[str, str] | None = None,
) -> HTTPResponse:
    """The activity with all that is in it; `item_id` is where the refusal belongs, 0 for the new one.

    `typed` are the fields of the form that was refused.
    """
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    activity = await activity_of_class(parts.db, class_id, activity_id)
    assigned = activity.assignment_id
    assignment = await assignment_of_class(parts.db, class_id, assigned) if assigned else None
    return render(
        request,
        "teacher/activity.html",
        forms.status_of(refusal),
        classroom=classroom,
        activity=activity,
        questions=await questions_of_activity(parts.db, activity_id),
        cards=await cards_of_activity(parts.db, activity_id),
        assignment=assignment,
        due=due_text(assignment.due_at if assignment else None, await zone_of(parts.db)),
        audience=await audience_of_assignment(parts.db, assigned) if assigned else WHOLE_CLASS,
        groups=await group_names(parts.db, class_id),
        errors=forms.errors(refusal, translator(request)),
        item_id=item_id,
        typed=typed or {},
        ticked=frozenset(forms.numbers(request, "group")),
        form_key=new_form_key(),
    )


async def _index_page(request: Request, class_id: int, refusal: Refusal | None = None) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    typed = forms.typed(request, "kind", "count", "title", "instructions", "topic")
    return render(
        request,
        "teacher/activities.html",
        forms.status_of(refusal),
        classroom=classroom,
        activities=await activities_of_class(parts.db, class_id),
        topics=await topics_of_class(parts.db, class_id),
        has_material=(await stock_of_class(parts.db, class_id)).is_there,
        has_model=parts.engine.state in ("ready", "loading"),
        typed=typed,
        form_key=new_form_key(),
        errors=forms.errors(refusal, translate),
        default_count=DEFAULT_QUESTIONS,
    )


async def _next_title(request: Request, class_id: int, kind: str) -> str:
    """What it is about, else a number."""
    parts, translate = parts_of(request), translator(request)
    topic = forms.text(request, "topic")
    titles = {topic.key: topic.title for topic in await topics_of_class(parts.db, class_id)}
    if topic in titles:
        return titles[topic]
    number = len(await activities_of_class(parts.db, class_id)) + 1
    if kind == "cards":
        return translate("Cards %(number)s", number=number)
    return translate("Quiz %(number)s", number=number)


def _count(request: Request, kind: str) -> int:
    text = forms.text(request, "count", 20) or str(DEFAULT_CARDS if kind == "cards" else DEFAULT_QUESTIONS)
    return forms.number(text)
