"""Tuning the helper, for a class or for one of its lessons: what holds, what can be chosen, and a box to try it in."""

from dataclasses import dataclass, replace

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.auth.digests import digest
from appliance.classroom.audit import record_staff
from appliance.classroom.box import profile_of
from appliance.classroom.classes import Class, class_of_staff, class_of_teacher
from appliance.classroom.materials import materials_of_lesson
from appliance.classroom.road_lessons import lessons_of_class
from appliance.classroom.tunings import (
    NOT_OFFERED,
    Layers,
    Tuning,
    layers_of,
    save_tuning,
    texts_of,
    tuned_lessons,
    tuning_from,
)
from appliance.errors import Conflict, Invalid, NotFound, Refusal
from appliance.helper.rules import for_profile
from appliance.helper.trial import Trace
from appliance.library.documents import documents_of_class
from appliance.library.lessons import Lesson
from appliance.parts import parts_of
from appliance.storage.database import Transaction
from appliance.teacher.tuning_words import Ground, inherited_topics, labels_of, lines_of, options_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator

FIELDS = (
    "is_on",
    "strictness",
    "scope_mode",
    "topic_filter",
    "topics",
    "reference",
    "notes",
    "ages",
    "language",
    "answers",
)
MOST_TYPED = 20_000
MEANWHILE = "tuned_meanwhile"
TUNED_MEANWHILE = (
    "This was tuned elsewhere since you opened it. What holds now stands on this page; what you chose is still in the "
    "form. Save once more if yours is to hold."
)
NOT_ON_ROAD = "This lesson is not on the class's road."


@dataclass(frozen=True)
class Place:
    """What is being tuned; without a lesson the class as a whole."""

    classroom: Class
    ground: Ground

    @property
    def lesson(self) -> Lesson | None:
        return self.ground.lesson

    @property
    def slugs(self) -> tuple[str, str]:
        return (self.lesson.course_slug, self.lesson.slug) if self.lesson else ("", "")

    @property
    def of_class(self) -> str:
        return f"/teach/class/{self.classroom.id}/helper/tuning"

    @property
    def path(self) -> str:
        return "/".join((self.of_class, *filter(None, self.slugs)))

    @property
    def may_share(self) -> bool:
        """Whether answers are shared on this box at all."""
        return self.ground.settings.helper_shared_answers_enabled

    @property
    def own(self) -> Tuning:
        layers = self.ground.layers
        return layers.own if self.lesson else layers.of_class

    def tuned(self, own: Tuning) -> "Place":
        """As it would be with this tuning of its own."""
        layers = self.ground.layers
        return self._with(replace(layers, own=own) if self.lesson else Layers(own, Tuning()))

    def tuned_in_class(self, of_class: Tuning) -> "Place":
        """As it would be with this tuning of its class."""
        return self._with(replace(self.ground.layers, of_class=of_class))

    def _with(self, layers: Layers) -> "Place":
        return replace(self, ground=replace(self.ground, layers=layers))


async def edit(request: Request, class_id: int, course: str = "", lesson: str = "") -> HTTPResponse:
    return await page(request, await place_of(request, class_id, course, lesson))


async def update(request: Request, class_id: int, course: str = "", lesson: str = "") -> HTTPResponse:
    """With every field left to the next one, what was decided here is gone."""
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    place = await place_of(request, class_id, course, lesson)
    try:
        tuning = tuning_typed(request, place)
        async with parts.db.transaction() as tx:
            await _check_seen(request, tx, place, tuning)
            await save_tuning(tx, class_id, *place.slugs, tuning)
            target = "/".join(filter(None, place.slugs))
            await record_staff(tx, "tune_helper", person.id, class_id, target, request.ip)
    except Invalid as refusal:
        return await page(request, place, refusal=refusal)
    except Conflict as refusal:
        # What somebody else saved stands beside the form from here on.
        return await page(request, await place_of(request, class_id, course, lesson), refusal=refusal)
    say(request, translator(request)("Saved. The next question is answered this way."))
    return redirect(place.path)


async def place_of(request: Request, class_id: int, course_slug: str, lesson_slug: str) -> Place:
    """Raises NotFound for somebody else's class and for a lesson that isn't on its road."""
    parts = parts_of(request)
    classroom = await class_of_staff(parts.db, class_id, person_of(request).id)
    course = lesson = None
    if lesson_slug:
        if "lesson" not in await materials_of_lesson(parts.db, class_id, course_slug, lesson_slug):
            raise NotFound(NOT_ON_ROAD)
        course, lesson = parts.shelf.course(course_slug), parts.shelf.lesson(course_slug, lesson_slug)
    layers = await layers_of(parts.db, class_id, course_slug, lesson_slug)
    papers = await documents_of_class(parts.db, class_id)
    defaults = for_profile(parts.settings, await profile_of(parts.db, parts.settings))
    return Place(classroom, Ground(defaults, layers, course, lesson, papers))


def tuning_typed(request: Request, place: Place) -> Tuning:
    """Raises Invalid with the field."""
    typed = {field: forms.text(request, field, MOST_TYPED) for field in FIELDS}
    tuning = tuning_from(typed)
    offered = dict(options_of(place.ground, translator(request))["reference"])
    if tuning.reference is not None and tuning.reference not in offered:
        raise Invalid(NOT_OFFERED, field="reference")
    # A choice of the class alone; a form without it leaves it as it is.
    chosen = "" if place.lesson else forms.text(request, "shared_answers", 20)
    return replace(
        tuning,
        shared_answers=place.own.shared_answers if not chosen else chosen == "on",
        answers=tuning.answers if place.lesson else None,
    )


async def _check_seen(request: Request, tx: Transaction, place: Place, tuning: Tuning) -> None:
    """Raises Conflict where others saved something else since this form was drawn: no word is lost unseen."""
    if not forms.has(request, "seen"):
        return
    layers = await layers_of(tx, place.classroom.id, *place.slugs)
    saved = layers.own if place.lesson else layers.of_class
    if mark_of(saved) not in (forms.text(request, "seen"), mark_of(tuning)):
        raise Conflict(TUNED_MEANWHILE, MEANWHILE)


def mark_of(tuning: Tuning) -> str:
    """Another one as soon as anything of it is another."""
    return digest(repr(sorted({**texts_of(tuning), "shared": str(tuning.shared_answers)}.items())))


async def page(
    request: Request, place: Place, *, refusal: Refusal | None = None, trace: Trace | None = None
) -> HTTPResponse:
    """The form with what was typed, when something was."""
    parts, translate = parts_of(request), translator(request)
    is_typed = refusal is not None or trace is not None
    return render(
        request,
        "teacher/tuning.html",
        forms.status_of(refusal),
        place=place,
        classroom=place.classroom,
        lesson=place.lesson,
        lines=list(lines_of(place.ground, translate)),
        options=options_of(place.ground, translate),
        labels=labels_of(translate),
        topics_hint=inherited_topics(place.ground, translate),
        typed=forms.typed(request, *FIELDS) if is_typed else texts_of(place.own),
        seen=_seen(request, place, is_typed, refusal),
        shared_answers=_sharing(request, place, is_typed),
        is_own=place.own != replace(Tuning(), shared_answers=place.own.shared_answers),
        errors=forms.errors(refusal, translate),
        asked=forms.typed(request, "question", "student_language", "lesson"),
        lessons=await lessons_of_class(parts.db, parts.shelf, place.classroom.id),
        tuned=await tuned_lessons(parts.db, place.classroom.id),
        trace=trace,
    )


def _seen(request: Request, place: Place, is_typed: bool, refusal: Refusal | None) -> str:
    """What was saved when whoever fills in this form last saw it."""
    if is_typed and not (refusal and refusal.code == MEANWHILE):
        return forms.typed(request, "seen")["seen"]
    return mark_of(place.own)


def _sharing(request: Request, place: Place, is_typed: bool) -> str:
    typed = forms.typed(request, "shared_answers")["shared_answers"] if is_typed else ""
    return typed or ("on" if place.own.shared_answers else "off")
