"""A lesson: the text, the work in it, and the helper beside it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from sanic import HTTPResponse, Request

from appliance.classroom.box import today
from appliance.classroom.material_items import items_of_material
from appliance.classroom.materials import Material, course_lessons_of_student, lesson_of_student
from appliance.classroom.media import Media, media_of_lesson
from appliance.classroom.presence import Place
from appliance.classroom.releases import Release, decisions_of_class, release_of
from appliance.errors import Forbidden, Invalid, NotFound, Refusal
from appliance.helper import scope
from appliance.helper.answers import Answer, Done
from appliance.helper.questions import Question
from appliance.helper.rules import Rules, rules_of
from appliance.helper.scope import Audience
from appliance.helper.suggestions import suggestions_for
from appliance.library.lessons import Item, Lesson
from appliance.library.rendering import Labels, Rendered, render, render_lesson
from appliance.library.sections import intro_only
from appliance.parts import Parts, parts_of
from appliance.student import presence
from appliance.student.asking import asker_of
from appliance.web import forms
from appliance.web.identity import Person, person_of
from appliance.web.refusals import with_wait
from appliance.web.rendering import render as render_page
from appliance.web.rendering import translator
from appliance.work.response_reviews import response_reviews_of_student
from appliance.work.responses import Responses, responses_of_student
from appliance.work.versions import versions_of_student

NOT_IN_CLASS = "This lesson is not part of your class. Go back to your class page."
STARTERS = 3
LOCKED = "This lesson is locked just now. Ask your teacher when it opens."


@dataclass(frozen=True)
class OpenLesson:
    """A lesson as this person may see it: a locked one is nothing but its introduction."""

    lesson: Lesson
    release: Release
    activities: dict[str, Material]
    rules: Rules
    previous: Lesson | None
    following: Lesson | None

    @property
    def asset_base(self) -> str:
        return f"/course/{self.lesson.course_slug}/assets"

    @property
    def path(self) -> str:
        return f"/course/{self.lesson.course_slug}/{self.lesson.slug}"

    @property
    def has_helper(self) -> bool:
        return self.release.is_open and self.rules.lets_ask

    @property
    def lost_helper(self) -> bool:
        """It would have one, but the teacher switched it off, or locked the class."""
        return self.release.is_open and not self.rules.lets_ask

    @property
    def is_to_read(self) -> bool:
        """This student may say that it is read: there is nothing else to do in it."""
        return self.release.is_open and set(self.activities) == {"lesson"}

    @property
    def place(self) -> Place:
        """As their teacher reads where somebody is."""
        return Place(self.lesson.title, self.lesson.language, self.path)

    def text(self, labels: Labels) -> Rendered:
        if self.release.is_open:
            return render_lesson(self.lesson, self.asset_base, labels)
        return render(intro_only(self.lesson.body_student), self.asset_base, labels=labels)


@dataclass(frozen=True)
class Turn:
    """One question with its answer, for the page without script."""

    question: str
    answer: Answer

    @property
    def text(self) -> str:
        return self.answer.text

    @property
    def citations(self) -> tuple[object, ...]:
        return self.answer.citations

    @property
    def rated_as(self) -> str:
        """The school's own words to somebody in trouble are not for rating."""
        return self.answer.request_id if self.answer.scope_verified else ""

    @property
    def follow_ups(self) -> tuple[str, ...]:
        return self.answer.follow_up_suggestions

    @property
    def shared(self) -> bool:
        return self.answer.shared


@dataclass(frozen=True)
class Typed:
    """What was typed and could not be taken, with the reason: it is shown again."""

    reflection: str = ""
    reflection_error: str = ""
    # Other words than those of the page were saved meanwhile: they stand beside what was typed.
    shows_saved: bool = False
    upload_error: str = ""
    upload_note: str = ""
    is_to_show: bool = False
    question: str = ""
    question_error: str = ""
    scores: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    note_error: str = ""


async def show(request: Request, course: str, lesson: str) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    opened = await open_lesson(parts, person, course, lesson)
    if person.is_student and opened.has_helper:
        parts.helper.expect(opened.lesson, opened.rules)
    return await page(request, opened)


async def ask(request: Request, course: str, lesson: str) -> HTTPResponse:
    """The helper for browsers without script: the same page, with the answer in it."""
    opened = await open_lesson(parts_of(request), person_of(request), course, lesson)
    message = forms.whole(request, "message")
    question = Question(
        message,
        _renewed(request, opened),
        forms.text(request, "conversation_id"),
        request_id=request.ctx.request_id,
        fresh=forms.text(request, "fresh") == "1",
    )
    try:
        turn = None
        async for event in parts_of(request).helper.ask(asker_of(request), question):
            turn = Turn(message, event.answer) if isinstance(event, Done) else turn
    except Refusal as refusal:
        typed = Typed(question=message, question_error=translator(request)(refusal.message))
        status = 422 if isinstance(refusal, Invalid) else refusal.status
        return with_wait(await page(request, opened, typed, status), refusal)
    return await page(request, opened, turns=[turn] if turn else [])


async def open_lesson(parts: Parts, person: Person, course_slug: str, lesson_slug: str) -> OpenLesson:
    """Raises NotFound for a lesson that isn't on this student's road. Staff may read every lesson."""
    lesson = parts.shelf.lesson(course_slug, lesson_slug)
    release, activities, seen = Release(True), {}, None
    if person.is_student:
        activities = await lesson_of_student(parts.db, person.id, course_slug, lesson_slug)
        if "lesson" not in activities:
            raise NotFound(NOT_IN_CLASS)
        decisions = await decisions_of_class(parts.db, person.class_id)
        release = release_of(decisions, course_slug, lesson_slug, lesson.available_on, await today(parts.db))
        seen = await course_lessons_of_student(parts.db, person.id, course_slug)
    return OpenLesson(
        lesson,
        release,
        activities,
        await rules_of(parts.db, parts.settings, person.class_id, parts.shelf.course(course_slug), lesson),
        _neighbour(parts, lesson, attrgetter("previous"), seen),
        _neighbour(parts, lesson, attrgetter("next"), seen),
    )


def scope_token(request: Request, opened: OpenLesson) -> str:
    parts = parts_of(request)
    return scope.sign(parts.secrets.scope, _scope(request, opened), parts.clock())


async def open_activity(parts: Parts, person: Person, material: Material) -> OpenLesson:
    """The lesson that this came with. Raises NotFound for one that isn't theirs, Forbidden while it is locked."""
    opened = await open_lesson(parts, person, material.course_slug, material.lesson_slug)
    if opened.activities.get(material.kind) != material:
        raise NotFound(NOT_IN_CLASS)
    if not opened.release.is_open:
        raise Forbidden(LOCKED, "lesson_locked")
    return opened


async def page(
    request: Request,
    opened: OpenLesson,
    typed: Typed = Typed(),
    status: int = 200,
    turns: list[Turn] | None = None,
) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    upload = opened.activities.get("upload")
    responses = await work_of(parts, person)
    labels = _labels(request)
    return render_page(
        request,
        "student/lesson.html",
        status,
        opened=opened,
        lesson=opened.lesson,
        text=opened.text(labels),
        teacher_text=_teacher_text(opened, person, labels),
        responses=responses,
        versions=await versions_of_student(parts.db, person.id, upload.id) if upload else {},
        said=await response_reviews_of_student(parts.db, person.id) if person.is_student else {},
        typed=typed,
        scope_token=scope_token(request, opened) if opened.has_helper else "",
        scope_seconds=parts.settings.helper_scope_token_max_age_seconds,
        conversation_id=_conversation_id(request, turns),
        starters=_starters(opened, request.ctx.language),
        turns=turns or [],
        upload_mb=_upload_mb(request, opened),
        live=presence.note(request, opened.place),
        media=await _media(parts, person, opened),
        own_lines=await _own_lines(parts, opened),
    )


async def work_of(parts: Parts, person: Person) -> Responses:
    """Everything this student ticked, wrote and marked; nothing for staff."""
    return await responses_of_student(parts.db, person.id) if person.is_student else Responses({}, {})


async def _own_lines(parts: Parts, opened: OpenLesson) -> list[Item]:
    """What the teacher put into the list instead of the lesson's lines."""
    checklist = opened.activities.get("checklist")
    return await items_of_material(parts.db, checklist.id) if checklist else []


async def _media(parts: Parts, person: Person, opened: OpenLesson) -> list[Media]:
    """What the teacher of this student added to the lesson; staff see theirs on the class's own page."""
    if not person.is_student or not opened.release.is_open:
        return []
    return await media_of_lesson(parts.db, person.class_id, opened.lesson.course_slug, opened.lesson.slug)


def _labels(request: Request) -> Labels:
    translate = translator(request)
    return Labels(translate("Done:"), translate("To do:"), translate("Table"))


def _teacher_text(opened: OpenLesson, person: Person, labels: Labels) -> Rendered | None:
    if not person.is_staff or not opened.lesson.body_teacher:
        return None
    return render(opened.lesson.body_teacher, opened.asset_base, "t-", labels)


def _starters(opened: OpenLesson, language: str) -> tuple[str, ...]:
    """First questions for somebody who doesn't know what to ask."""
    topic = opened.rules.topics[0] if opened.rules.topics else opened.lesson.title
    return suggestions_for("general", topic, language, STARTERS)


def _renewed(request: Request, opened: OpenLesson) -> str:
    """A form may have stood open for longer than its token: whoever may open this lesson now may ask now."""
    parts, given = parts_of(request), forms.text(request, "scope_token", 20_000)
    return scope.renewed(parts.secrets.scope, given, _scope(request, opened), parts.clock())


def _scope(request: Request, opened: OpenLesson) -> scope.Scope:
    person = person_of(request)
    audience: Audience = "student" if person.is_student else "staff"
    return scope.scope_of_lesson(opened.lesson, person.class_id, audience)


def _conversation_id(request: Request, turns: list[Turn] | None) -> str:
    """Without script the form carries it on from answer to answer."""
    return (
        turns[-1].answer.conversation_id
        if turns
        else forms.typed(request, "conversation_id")["conversation_id"]
    )


def _upload_mb(request: Request, opened: OpenLesson) -> int:
    material = opened.activities.get("upload")
    most = parts_of(request).settings.appliance_upload_max_mb
    return min(material.max_upload_mb, most) if material else most


def _neighbour(
    parts: Parts, lesson: Lesson, beside: Callable[[Lesson], str | None], seen: Collection[str] | None
) -> Lesson | None:
    """The nearest that way among those that somebody sees; None for `seen` means all."""
    try:
        while slug := beside(lesson):
            lesson = parts.shelf.lesson(lesson.course_slug, slug)
            if seen is None or slug in seen:
                return lesson
    except Refusal:
        return None
    return None
