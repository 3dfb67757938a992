"""The blueprint of a class: its topics and what students can do after each."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.errors import Conflict, Invalid, Refusal
from appliance.parts import parts_of
from appliance.study.blueprints import (
    Blueprint,
    Topic,
    blueprint_of_class,
    key_for,
    publish_blueprint,
    save_draft,
)
from appliance.study.generation import check_material, making_of_blueprint, order_blueprint
from appliance.study.sources import stock_of_class
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator

# Rows of the form: more than a blueprint may hold, so that one too many is said and not cut off.
MOST_ROWS = 60
BEING_MADE = "The blueprint is still being made. Wait until it is ready."


async def show(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def make(request: Request, class_id: int) -> HTTPResponse:
    """A new draft from the material; the published blueprint stays what it is."""
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    await _check_still(request, class_id)
    try:
        await check_material(parts.db, class_id)
    except Invalid as refusal:
        return await _page(request, class_id, refusal)
    async with parts.db.transaction() as tx:
        await order_blueprint(tx, class_id, person.id)
        await record_staff(tx, "make_blueprint", person.id, class_id, "", request.ip)
    parts.jobs.wake()
    say(request, translator(request)("The box is making it. You can go on with other things meanwhile."))
    return redirect(f"/teach/class/{class_id}/blueprint")


async def update(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    await _check_still(request, class_id)
    known = await _shown(request, class_id)
    summary = forms.whole(request, "summary")
    topics = _topics(request, known)
    try:
        async with parts.db.transaction() as tx:
            await save_draft(tx, class_id, summary, topics)
            await record_staff(tx, "change_blueprint", person.id, class_id, "", request.ip)
    except Invalid as refusal:
        return await _page(request, class_id, refusal, topics, summary)
    say(request, translator(request)("Saved as a draft. Students' topics change when you publish it."))
    return redirect(f"/teach/class/{class_id}/blueprint")


async def publish(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    await _check_still(request, class_id)
    try:
        async with parts.db.transaction() as tx:
            await publish_blueprint(tx, class_id)
            await record_staff(tx, "publish_blueprint", person.id, class_id, "", request.ip)
    except Refusal as refusal:
        return await _page(request, class_id, refusal)
    say(request, translator(request)("The blueprint is published."))
    return redirect(f"/teach/class/{class_id}/blueprint")


async def _page(
    request: Request,
    class_id: int,
    refusal: Refusal | None = None,
    topics: list[Topic] | None = None,
    summary: str | None = None,
) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    shown = await _shown(request, class_id)
    return render(
        request,
        "teacher/blueprint.html",
        forms.status_of(refusal),
        classroom=classroom,
        blueprint=shown,
        published=await blueprint_of_class(parts.db, class_id, "published"),
        topics=topics if topics is not None else shown.topics if shown else (),
        summary=summary if summary is not None else shown.summary if shown else "",
        making=await making_of_blueprint(parts.db, shown),
        has_material=(await stock_of_class(parts.db, class_id)).is_there,
        errors=forms.errors(refusal, translator(request)),
    )


async def _shown(request: Request, class_id: int) -> Blueprint | None:
    """The draft, else what is published."""
    db = parts_of(request).db
    return await blueprint_of_class(db, class_id, "draft") or await blueprint_of_class(
        db, class_id, "published"
    )


async def _check_still(request: Request, class_id: int) -> None:
    """Raises Conflict while a job writes the draft: both would lose."""
    db = parts_of(request).db
    making = await making_of_blueprint(db, await blueprint_of_class(db, class_id, "draft"))
    if making is not None and making.is_running:
        raise Conflict(BEING_MADE, "being_made")


def _topics(request: Request, known: Blueprint | None) -> list[Topic]:
    """The rows of the form; a row without a title and objectives is one that was emptied to remove it."""
    evidence = {topic.key: topic.evidence for topic in known.topics} if known else {}
    topics: list[Topic] = []
    for row in range(MOST_ROWS):
        title = forms.whole(request, f"title-{row}")
        said = forms.texts(request, f"objective-{row}")
        objectives = tuple(text.replace("\x00", "").strip() for text in said if text.strip())
        if not title and not objectives:
            continue
        key = forms.whole(request, f"key-{row}") or key_for(
            title, {*evidence, *(other.key for other in topics)}
        )
        sequence = forms.number(forms.whole(request, f"place-{row}"), row + 1)
        topics.append(Topic(key, title, sequence, objectives, evidence.get(key, ())))
    return topics
