"""Copying a material or a module beside itself, a module into another class, and a whole class."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.materials import material_of_class, materials_of_class
from appliance.classroom.modules import module_of_class
from appliance.classroom.pressed_forms import new_form_key
from appliance.errors import Invalid, NotFound
from appliance.parts import Parts, parts_of
from appliance.storage.file_copies import FileCopies, copies_of
from appliance.teacher.form_keys import made_once
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.copies import (
    copy_class,
    copy_module,
    duplicate_material,
    duplicate_module,
    files_to_copy,
)
from appliance.work.media_copies import Copying

MEGABYTE = 1024 * 1024


async def create_material(request: Request, class_id: int, material_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        material = await material_of_class(tx, class_id, material_id)
        title = translate("Copy of %(title)s", title=material.title)

        async def make() -> int:
            made = await duplicate_material(tx, parts.shelf, material, title)
            await record_staff(tx, "duplicate_material", person.id, class_id, str(made), request.ip)
            return made

        made = await made_once(request, tx, make)
    say(request, translate("This is the copy. Nobody has done anything in it yet."))
    return redirect(f"/teach/class/{class_id}/modules#material-{made}")


async def create_module(request: Request, class_id: int, module_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        module = await module_of_class(tx, class_id, module_id)
        title = translate("Copy of %(title)s", title=module.title)

        async def make() -> int:
            made = await duplicate_module(tx, parts.shelf, module, title)
            await record_staff(tx, "duplicate_module", person.id, class_id, str(made), request.ip)
            return made

        made = await made_once(request, tx, make)
        inside = [each for each in await materials_of_class(tx, class_id) if each.module_id == module_id]
    say(request, _said_of_copy(request, [each.title for each in inside if each.kind == "lesson"]))
    return redirect(f"/teach/class/{class_id}/modules#module-{made}")


async def create_in_class(request: Request, class_id: int, module_id: int) -> HTTPResponse:
    """A module into another class of the same person."""
    parts, person = parts_of(request), person_of(request)
    target_id = forms.number(forms.text(request, "class_id", 20))
    await class_of_staff(parts.db, class_id, person.id)
    target = await class_of_teacher(parts.db, target_id, person.id)
    names = await files_to_copy(parts.db, class_id, await module_of_class(parts.db, class_id, module_id))
    async with copies_of(parts.files, names) as files, parts.db.transaction() as tx:
        await class_of_staff(tx, class_id, person.id)
        module = await module_of_class(tx, class_id, module_id)
        target = await class_of_teacher(tx, target_id, person.id)
        if target.id == class_id:
            raise NotFound("Choose another class of yours.")

        async def make() -> int:
            made = await copy_module(tx, module, target.id, _copying(parts, files))
            await record_staff(tx, "copy_module", person.id, target.id, f"{class_id}/{module_id}", request.ip)
            return made

        made = await made_once(request, tx, make)
    say(
        request,
        translator(request)(
            "%(title)s is in %(name)s now. Lessons that stood there already were left out.",
            title=module.title,
            name=target.name,
        ),
    )
    return redirect(f"/teach/class/{target.id}/modules#module-{made}")


async def new_class(request: Request, class_id: int) -> HTTPResponse:
    return await _class_page(request, class_id)


async def create_class(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_staff(parts.db, class_id, person.id)
    names = await files_to_copy(parts.db, class_id)
    try:
        async with copies_of(parts.files, names) as files, parts.db.transaction() as tx:
            source = await class_of_staff(tx, class_id, person.id)
            name = forms.text(request, "name", 2000)

            async def make() -> int:
                copied = await copy_class(tx, person.id, source, name, _copying(parts, files))
                await record_staff(tx, "copy_class", person.id, copied.id, str(class_id), request.ip)
                return copied.id

            made = await made_once(request, tx, make)
    except Invalid as refusal:
        return await _class_page(request, class_id, refusal)
    parts.jobs.wake()
    say(request, translator(request)("Your class is ready. Show its code to your students."))
    return redirect(f"/teach/class/{made}")


def _said_of_copy(request: Request, lessons: list[str]) -> str:
    """By name what the copy has not."""
    translate = translator(request)
    if not lessons:
        return translate("This is the copy. Nobody has done anything in it yet.")
    return translate(
        "This is the copy. Not in it: %(lessons)s. A lesson stands on a class's road once.",
        lessons=", ".join(lessons),
    )


def _copying(parts: Parts, files: FileCopies) -> Copying:
    return Copying(files, parts.settings.appliance_class_quota_mb * MEGABYTE)


async def _class_page(request: Request, class_id: int, refusal: Invalid | None = None) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    suggested = {"name": translate("Copy of %(title)s", title=classroom.name)}
    return render(
        request,
        "teacher/copy_class.html",
        forms.status_of(refusal),
        classroom=classroom,
        typed=forms.typed(request, "name") if refusal else suggested,
        errors=forms.errors(refusal, translate),
        form_key=new_form_key(),
    )
