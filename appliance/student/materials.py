"""A material on a page of its own; what came with a lesson is in the lesson instead."""

from dataclasses import dataclass

from markupsafe import Markup
from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.box import today
from appliance.classroom.material_items import items_of_material
from appliance.classroom.materials import Material, material_of_student, materials_of_student
from appliance.classroom.presence import Place
from appliance.classroom.releases import (
    Release,
    decisions_of_class,
    release_of_material,
    release_on_road,
)
from appliance.classroom.road_lessons import lessons_on_road
from appliance.errors import Forbidden, Refusal
from appliance.library.lessons import Item
from appliance.library.rendering import render as render_markdown
from appliance.parts import Parts, parts_of
from appliance.student import lessons, material_helper, presence
from appliance.student.lessons import LOCKED, OpenLesson, Turn, Typed, work_of
from appliance.web import forms
from appliance.web.identity import Person, person_of
from appliance.web.refusals import with_wait
from appliance.web.rendering import render, translator
from appliance.work.gallery import GalleryPage, gallery_of_material
from appliance.work.progress import lines_of
from appliance.work.response_reviews import response_reviews_of_student
from appliance.work.versions import versions_of_student

# Where in its lesson's page an activity stands.
ANCHORS = {"checklist": "checklist", "reflection": "reflection", "upload": "hand-in", "gallery": "hand-in"}


@dataclass(frozen=True)
class OpenMaterial:
    """A material that this student sees; `lesson` is the one it came with."""

    material: Material
    release: Release
    lesson: OpenLesson | None

    @property
    def path(self) -> str:
        """The page to come back to when something was done in it."""
        if self.lesson is None:
            return f"/material/{self.material.id}"
        return f"{self.lesson.path}#{ANCHORS.get(self.material.kind, 'main')}"


async def show(request: Request, material_id: int) -> HTTPResponse:
    """Locked ones too: the page says when they open, and no more."""
    parts, person = parts_of(request), person_of(request)
    material = await material_of_student(parts.db, person.id, material_id)
    if material.is_of_lesson or material.path != f"/material/{material.id}":
        anchor = f"#{ANCHORS[material.kind]}" if material.kind in ANCHORS else ""
        return redirect(f"{material.lesson_path}{anchor}" if material.is_of_lesson else material.path)
    return await _page(request, OpenMaterial(material, await _release(parts, material), None))


async def ask(request: Request, material_id: int) -> HTTPResponse:
    """The helper for browsers without script: the same page, with the answer in it."""
    material = await material_helper.own_material(request, material_id)
    opened = OpenMaterial(material, await _release(parts_of(request), material), None)
    try:
        turn = await material_helper.asked(request, material)
    except Refusal as refusal:
        question = forms.whole(request, "message")
        typed = Typed(question=question, question_error=translator(request)(refusal.message))
        return with_wait(await _page(request, opened, typed, material_helper.status_of(refusal)), refusal)
    return await _page(request, opened, turns=(turn,) if turn else ())


async def scope(request: Request, material_id: int) -> HTTPResponse:
    material = await material_helper.own_material(request, material_id)
    release = await _release(parts_of(request), material)
    return material_helper.token_answer(request, material, release.is_open)


async def open_material(
    parts: Parts, person: Person, material_id: int, kinds: tuple[str, ...]
) -> OpenMaterial:
    """For whoever does something in it. Raises NotFound for what isn't theirs, Forbidden while it is locked."""
    material = await material_of_student(parts.db, person.id, material_id, kinds)
    if material.is_of_lesson:
        lesson = await lessons.open_activity(parts, person, material)
        return OpenMaterial(material, lesson.release, lesson)
    release = await _release(parts, material)
    if not release.is_open:
        raise Forbidden(LOCKED, "lesson_locked")
    return OpenMaterial(material, release, None)


async def open_materials(parts: Parts, person: Person) -> set[int]:
    """The ids of all that this student sees and that is open today."""
    decisions, day = await decisions_of_class(parts.db, person.class_id), await today(parts.db)
    materials = await materials_of_student(parts.db, person.id)
    lessons = lessons_on_road(parts.shelf, materials)
    return {
        material.id for material in materials if release_on_road(decisions, lessons, material, day).is_open
    }


async def items_of(parts: Parts, opened: OpenMaterial) -> list[Item]:
    """The lines of its list: of the lesson's file where it came with a lesson and the teacher has none instead."""
    own = await items_of_material(parts.db, opened.material.id)
    return list(lines_of(opened.material, own, opened.lesson.lesson if opened.lesson else None))


async def page(
    request: Request, opened: OpenMaterial, typed: Typed | None = None, status: int = 200
) -> HTTPResponse:
    """The page that the form stands on, shown again with what was typed."""
    if opened.lesson is not None:
        return await lessons.page(request, opened.lesson, typed or Typed(), status)
    return await _page(request, opened, typed, status)


async def _page(
    request: Request,
    opened: OpenMaterial,
    typed: Typed | None = None,
    status: int = 200,
    turns: tuple[Turn, ...] = (),
) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    material = opened.material
    responses = await work_of(parts, person)
    return render(
        request,
        "student/material.html",
        status,
        opened=opened,
        material=material,
        text=_text(material) if opened.release.is_open else Markup(""),
        items=await items_of_material(parts.db, material.id),
        responses=responses,
        versions=(await versions_of_student(parts.db, person.id, material.id)).get(material.id, []),
        gallery=await _gallery(parts, person, material),
        said=await response_reviews_of_student(parts.db, person.id),
        typed=typed or Typed(),
        panel=await material_helper.panel_of(request, material, opened.release.is_open, turns),
        live=presence.note(request, Place(material.title, path=material.path)),
        is_late=material.due_at is not None and material.due_at < parts.db.now(),
        upload_mb=min(material.max_upload_mb, parts.settings.appliance_upload_max_mb),
    )


async def _gallery(parts: Parts, person: Person, material: Material) -> GalleryPage | None:
    if material.kind != "gallery":
        return None
    return await gallery_of_material(parts.db, material.id, person.id, 1)


def _text(material: Material) -> Markup:
    """A reflection's body is the label of its field, so it stays as it was typed."""
    return Markup("") if material.kind == "reflection" else render_markdown(material.body, "").html


async def _release(parts: Parts, material: Material) -> Release:
    decisions = await decisions_of_class(parts.db, material.class_id)
    return release_of_material(decisions, parts.shelf, material, await today(parts.db))
