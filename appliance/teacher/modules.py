"""The modules of a class: everything on its road, in order, and what can be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.box import today
from appliance.classroom.classes import Class, class_of_staff, class_of_teacher, classes_of_staff
from appliance.classroom.groups_of_materials import GroupName, group_names, groups_of_materials
from appliance.classroom.material_drafts import KINDS
from appliance.classroom.materials import Material, materials_of_class
from appliance.classroom.modules import (
    Module,
    create_module,
    module_of_class,
    modules_of_class,
    rename_module,
)
from appliance.classroom.pressed_forms import new_form_key
from appliance.classroom.releases import (
    Release,
    decisions_of_class,
    release_of_module,
    release_on_road,
)
from appliance.classroom.road_lessons import lessons_on_road
from appliance.errors import Invalid
from appliance.parts import Parts, parts_of
from appliance.teacher.form_keys import made_once
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.recently_removed import removed_of_class


@dataclass(frozen=True)
class Line:
    """A material as its teacher sees it; no groups: for the whole class. `language` is its course's."""

    material: Material
    release: Release
    groups: tuple[GroupName, ...]
    language: str


@dataclass(frozen=True)
class Part:
    module: Module
    lines: tuple[Line, ...]
    release: Release

    @property
    def lessons(self) -> tuple[str, ...]:
        """Titles of what a copy in the same class can't have."""
        return tuple(line.material.title for line in self.lines if line.material.kind == "lesson")


async def index(request: Request, class_id: int) -> HTTPResponse:
    return await _index_page(request, class_id)


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            title = forms.text(request, "title", 2000)

            async def make() -> int:
                module_id = await create_module(tx, class_id, title)
                await record_staff(tx, "create_module", person.id, class_id, str(module_id), request.ip)
                return module_id

            module_id = await made_once(request, tx, make)
    except Invalid as refusal:
        return await _index_page(request, class_id, refusal)
    say(request, translator(request)("The module is on the road. Now put something into it."))
    return redirect(f"/teach/class/{class_id}/modules#module-{module_id}")


async def show(request: Request, class_id: int, module_id: int) -> HTTPResponse:
    return await module_page(request, class_id, module_id)


async def update(request: Request, class_id: int, module_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            intro = forms.text(request, "intro", 4000)
            await rename_module(tx, class_id, module_id, forms.text(request, "title", 2000), intro)
            await record_staff(tx, "rename_module", person.id, class_id, str(module_id), request.ip)
    except Invalid as refusal:
        return await module_page(request, class_id, module_id, refusal)
    say(request, translator(request)("Saved."))
    return redirect(f"/teach/class/{class_id}/modules#module-{module_id}")


async def parts_of_road(parts: Parts, classroom: Class) -> list[Part]:
    """Every module with every material, empty ones too; in six queries."""
    decisions, day = await decisions_of_class(parts.db, classroom.id), await today(parts.db)
    names = await group_names(parts.db, classroom.id)
    chosen = await groups_of_materials(parts.db, classroom.id)
    lines: dict[int, list[Line]] = {}
    materials = await materials_of_class(parts.db, classroom.id)
    lessons = lessons_on_road(parts.shelf, materials)
    for material in materials:
        release = release_on_road(decisions, lessons, material, day)
        groups = tuple(name for name in names if name.id in chosen.get(material.id, ()))
        lesson = lessons.get((material.course_slug, material.lesson_slug))
        line = Line(material, release, groups, lesson.language if lesson else "")
        lines.setdefault(material.module_id, []).append(line)
    return [
        Part(module, tuple(lines.get(module.id, ())), release_of_module(module.decision, day))
        for module in await modules_of_class(parts.db, classroom.id)
    ]


async def _index_page(request: Request, class_id: int, refusal: Invalid | None = None) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    return render(
        request,
        "teacher/modules.html",
        forms.status_of(refusal),
        classroom=classroom,
        road=await parts_of_road(parts, classroom),
        kinds=KINDS,
        removed=await removed_of_class(parts.db, class_id),
        form_key=new_form_key(),
        typed=forms.typed(request, "title"),
        errors=forms.errors(refusal, translator(request)),
    )


async def module_page(
    request: Request, class_id: int, module_id: int, refusal: Invalid | None = None
) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    module = await module_of_class(parts.db, class_id, module_id)
    typed: Mapping[str, str] = {"title": module.title, "intro": module.intro, "opens_on": ""}
    if refusal:
        # Two forms stand on this page: what one of them sent says nothing about the other.
        is_day = forms.text(request, "state") == "date"
        typed = {**typed, **forms.typed(request, *(("opens_on",) if is_day else ("title", "intro")))}
    return render(
        request,
        "teacher/module.html",
        forms.status_of(refusal),
        classroom=classroom,
        module=module,
        release=release_of_module(module.decision, await today(parts.db)),
        lessons=await _lesson_titles(parts, module),
        typed=typed,
        errors=forms.errors(refusal, translator(request)),
        other_classes=[
            other for other in await classes_of_staff(parts.db, person.id) if other.id != class_id
        ],
        form_key=new_form_key(),
    )


async def _lesson_titles(parts: Parts, module: Module) -> list[str]:
    return [
        material.title
        for material in await materials_of_class(parts.db, module.class_id)
        if material.module_id == module.id and material.kind == "lesson"
    ]
