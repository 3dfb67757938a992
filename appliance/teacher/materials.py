"""One material of a class: made, changed, and read with what every student did in it."""

from dataclasses import replace

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.box import today, zone_of
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.groups_of_materials import group_names, groups_of_materials
from appliance.classroom.lesson_words import only_changes, words_of
from appliance.classroom.material_drafts import (
    KINDS,
    WITH_ACTIVITY,
    Draft,
    create_material,
    update_material,
)
from appliance.classroom.material_items import items_of_material
from appliance.classroom.materials import Material, material_of_class
from appliance.classroom.modules import module_of_class
from appliance.classroom.pressed_forms import new_form_key
from appliance.classroom.releases import decisions_of_class, release_of_material
from appliance.errors import Invalid, NotFound, Refusal, Unavailable
from appliance.library.lessons import Lesson
from appliance.library.rendering import render as render_markdown
from appliance.parts import Parts, parts_of
from appliance.storage.database import Transaction
from appliance.teacher.form_keys import made_once
from appliance.teacher.material_forms import Shown, draft, fresh, shown_material, typed
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.activities import activities_of_class, activity_of_class
from appliance.work.assignments import assign
from appliance.work.material_answers import answers_of_material
from appliance.work.progress import lines_of


async def new(request: Request, class_id: int, module_id: int) -> HTTPResponse:
    kind = str(request.args.get("kind") or "")
    return await _new_page(request, class_id, module_id, kind if kind in KINDS else "text")


async def create(request: Request, class_id: int, module_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    kind = forms.text(request, "kind")
    try:
        groups, zone = await group_names(parts.db, class_id), await zone_of(parts.db)
        wanted = draft(request, kind, (), groups, zone)
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            module = await module_of_class(tx, class_id, module_id)

            async def make() -> int:
                await _give_activity(tx, class_id, wanted)
                made = await create_material(tx, module.id, wanted)
                await record_staff(tx, "create_material", person.id, class_id, str(made), request.ip)
                return made

            material_id = await made_once(request, tx, make)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return await _new_page(request, class_id, module_id, kind if kind in KINDS else "text", refusal)
    say(request, translator(request)("It is in the module."))
    return redirect(f"/teach/class/{class_id}/modules#material-{material_id}")


async def show(request: Request, class_id: int, material_id: int) -> HTTPResponse:
    """What the students see, and what each of them ticked, wrote, marked or handed in."""
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    material = await material_of_class(parts.db, class_id, material_id)
    lesson = _lesson(parts, material)
    lines = lines_of(material, await items_of_material(parts.db, material_id), lesson)
    chosen = (await groups_of_materials(parts.db, class_id)).get(material_id, frozenset())
    decisions, day = await decisions_of_class(parts.db, class_id), await today(parts.db)
    return render(
        request,
        "teacher/material.html",
        classroom=classroom,
        material=material,
        lines=lines,
        text=render_markdown(words_of(material, lesson), "").html,
        release=release_of_material(decisions, parts.shelf, material, day),
        groups=[group for group in await group_names(parts.db, class_id) if group.id in chosen],
        answers=await answers_of_material(parts.db, material, lines),
    )


async def edit(request: Request, class_id: int, material_id: int) -> HTTPResponse:
    return await _edit_page(request, class_id, material_id)


async def update(request: Request, class_id: int, material_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    try:
        groups, zone = await group_names(parts.db, class_id), await zone_of(parts.db)
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            material = await material_of_class(tx, class_id, material_id)
            lesson = _lesson(parts, material)
            items = lines_of(material, await items_of_material(tx, material_id), lesson)
            wanted = draft(request, material.kind, items, groups, zone)
            if material.is_of_lesson:
                wanted = only_changes(wanted, material, lesson)
            if material.kind in WITH_ACTIVITY:
                wanted = replace(wanted, activity_id=material.activity_id)
            await _give_activity(tx, class_id, wanted)
            await update_material(tx, material, wanted)
            await record_staff(tx, "change_material", person.id, class_id, str(material_id), request.ip)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return await _edit_page(request, class_id, material_id, refusal)
    say(request, translator(request)("Saved."))
    return redirect(f"/teach/class/{class_id}/modules#material-{material_id}")


async def _give_activity(tx: Transaction, class_id: int, wanted: Draft) -> None:
    """A quiz on the road is given to the class; its due date is the one that counts everywhere. Raises Refusal."""
    if wanted.kind not in WITH_ACTIVITY:
        return
    if wanted.activity_id < 1:
        raise Invalid("Choose one that is published.", field="activity")
    activity = await activity_of_class(tx, class_id, wanted.activity_id)
    if activity.kind != wanted.kind:
        raise Invalid("Choose one that is published.", field="activity")
    await assign(tx, activity, wanted.due_at)


async def _new_page(
    request: Request, class_id: int, module_id: int, kind: str, refusal: Refusal | None = None
) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    module = await module_of_class(parts.db, class_id, module_id)
    shown = typed(request, ()) if refusal else fresh()
    values = {"module": module, "material": None, "form_key": new_form_key()}
    return await _form(request, class_id, kind, shown, refusal, **values)


async def _edit_page(
    request: Request, class_id: int, material_id: int, refusal: Refusal | None = None
) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    material = await material_of_class(parts.db, class_id, material_id)
    module = await module_of_class(parts.db, class_id, material.module_id)
    lesson = _lesson(parts, material)
    items = lines_of(material, await items_of_material(parts.db, material_id), lesson)
    if refusal:
        shown = typed(request, items)
    else:
        chosen = (await groups_of_materials(parts.db, class_id)).get(material_id, frozenset())
        written = replace(material, body=words_of(material, lesson)) if material.is_of_lesson else material
        shown = shown_material(written, items, chosen, await zone_of(parts.db))
    values = {"module": module, "material": material, "form_key": "", "copy_key": new_form_key()}
    return await _form(request, class_id, material.kind, shown, refusal, **values)


async def _form(
    request: Request, class_id: int, kind: str, shown: Shown, refusal: Refusal | None, **values: object
) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    activities = await activities_of_class(parts.db, class_id) if kind in WITH_ACTIVITY else []
    return render(
        request,
        "teacher/material_form.html",
        forms.status_of(refusal),
        classroom=await class_of_staff(parts.db, class_id, person.id),
        kind=kind,
        shown=shown,
        groups=await group_names(parts.db, class_id),
        activities=[each for each in activities if each.kind == kind and each.state == "published"],
        most_mb=parts.settings.appliance_upload_max_mb,
        errors=forms.errors(refusal, translator(request)),
        **values,
    )


def _lesson(parts: Parts, material: Material) -> Lesson | None:
    try:
        return (
            parts.shelf.lesson(*material.locked_by) if material.is_of_lesson and material.locked_by else None
        )
    except (NotFound, Unavailable):
        return None
