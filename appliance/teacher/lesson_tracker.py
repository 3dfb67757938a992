"""The lesson tracker: what is open, who has done it, who is missing; for one class, and over all of them."""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup
from sanic import HTTPResponse, Request

from appliance.classroom.box import today
from appliance.classroom.classes import class_of_staff, classes_of_staff
from appliance.classroom.decisions import Decision
from appliance.classroom.materials import Material
from appliance.classroom.releases import (
    Decisions,
    Release,
    decisions_of_class,
    decisions_of_staff,
    release_of_module,
    release_on_road,
)
from appliance.classroom.road_lessons import RoadLessons, lessons_on_road
from appliance.errors import Invalid
from appliance.library.lessons import Lesson
from appliance.library.rendering import render as render_markdown
from appliance.parts import Parts, parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, translator
from appliance.work.tracker import Tally, tallies_of_staff


@dataclass(frozen=True)
class Heading:
    """The lesson of a module: `decision` is the teacher's, `course_opens` what its file says."""

    material: Material
    lesson: Lesson
    release: Release
    decision: Decision
    course_opens: date | None

    @property
    def has_notes(self) -> bool:
        panel = self.lesson.teacher_panel
        return bool(
            panel.purpose or panel.prep or panel.snags or panel.assessment or self.lesson.body_teacher
        )

    @property
    def notes(self) -> Markup:
        base = f"/course/{self.lesson.course_slug}/assets"
        # By the lesson's name and no number of the class's: set once, it is there for every class.
        prefix = f"t-{self.lesson.course_slug}-{self.lesson.slug}-"
        return render_markdown(self.lesson.body_teacher, base, prefix).html


@dataclass(frozen=True)
class Part:
    """One module with its lessons and with what there is to do in it."""

    id: int
    title: str
    is_hidden: bool
    decision: Decision
    release: Release
    headings: tuple[Heading, ...]
    tallies: tuple[Tally, ...]

    @property
    def work(self) -> tuple[Tally, ...]:
        return tuple(tally for tally in self.tallies if tally.is_work)

    @property
    def readings(self) -> tuple[Tally, ...]:
        return tuple(tally for tally in self.tallies if tally.is_reading)

    @property
    def own_module(self) -> bool:
        """A module without a lesson opens and closes by itself alone."""
        return not self.headings

    @property
    def is_gated(self) -> bool:
        return self.decision.is_locked or self.decision.opens_on is not None

    @property
    def named_by(self) -> Heading | None:
        """The lesson whose name the module has: it need not be said twice."""
        return next((heading for heading in self.headings if heading.material.title == self.title), None)

    @property
    def language(self) -> str:
        """Of the course that its lessons and what came with them are from; empty without one."""
        return self.headings[0].lesson.language if self.headings else ""

    @property
    def missing(self) -> int:
        """Pieces of work, not students: one may lack two."""
        return sum(len(tally.missing) for tally in self.work)


async def index(request: Request) -> HTTPResponse:
    """Every class with every lesson, and below it the shelf with what is wrong on it."""
    parts, person = parts_of(request), person_of(request)
    by_class: dict[int, list[Tally]] = {}
    for tally in await tallies_of_staff(parts.db, parts.shelf, person.id):
        by_class.setdefault(tally.material.class_id, []).append(tally)
    decisions, day = await decisions_of_staff(parts.db, person.id), await today(parts.db)
    classes = [
        (summary, _parts(parts, by_class.get(summary.id, []), decisions.get(summary.id, {}), day))
        for summary in await classes_of_staff(parts.db, person.id)
    ]
    return render(
        request,
        "teacher/lessons.html",
        classes=classes,
        courses=parts.shelf.courses(),
        problems=parts.shelf.problems(),
    )


async def show(request: Request, class_id: int) -> HTTPResponse:
    return await page(request, class_id)


async def page(request: Request, class_id: int, refusal: Invalid | None = None) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    tallies = await tallies_of_staff(parts.db, parts.shelf, person.id, class_id)
    decisions, day = await decisions_of_class(parts.db, class_id), await today(parts.db)
    return render(
        request,
        "teacher/lesson_tracker.html",
        forms.status_of(refusal),
        classroom=classroom,
        road=_parts(parts, tallies, decisions, day),
        day=day,
        errors=forms.errors(refusal, translator(request)),
        typed=forms.typed(request, "course", "lesson", "opens_on"),
    )


def _parts(parts: Parts, tallies: list[Tally], decisions: Decisions, day: date) -> list[Part]:
    lessons = lessons_on_road(parts.shelf, (tally.material for tally in tallies))
    by_module: dict[int, list[Tally]] = {}
    for tally in tallies:
        by_module.setdefault(tally.material.module_id, []).append(tally)
    return [
        Part(
            module_id,
            inside[0].material.module_title,
            inside[0].material.is_module_hidden,
            inside[0].material.module_decision,
            release_of_module(inside[0].material.module_decision, day),
            tuple(found for tally in inside if (found := _heading(lessons, tally.material, decisions, day))),
            tuple(inside),
        )
        for module_id, inside in by_module.items()
    ]


def _heading(lessons: RoadLessons, material: Material, decisions: Decisions, day: date) -> Heading | None:
    """None for what is no lesson, and for one whose file is gone or broken."""
    if material.kind != "lesson":
        return None
    key = (material.course_slug, material.lesson_slug)
    lesson = lessons.get(key)
    if lesson is None:
        return None
    release = release_on_road(decisions, lessons, material, day)
    return Heading(material, lesson, release, decisions.get(key, Decision()), lesson.available_on)
