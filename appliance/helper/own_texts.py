"""What a class's teacher wrote into its modules: its passages, and the page of one of them as the helper needs it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from appliance.classroom.box import today
from appliance.classroom.material_items import items_of_material
from appliance.classroom.materials import Material, material_of_student, materials_of_student
from appliance.classroom.releases import decisions_of_class, release_of_material
from appliance.errors import Invalid, NotFound
from appliance.helper.pages import CLOSED_LESSON, Page, on_their_road, page_of
from appliance.helper.questions import Asker
from appliance.helper.rules import rules_of
from appliance.helper.scope import CONTEXT_CHARS, Scope, refused
from appliance.helper.words import language_of
from appliance.library.chunks import Chunk, passages_of
from appliance.library.courses import Course, CourseLesson, Shelf
from appliance.library.lessons import Lesson, TeacherPanel
from appliance.library.search import Passage
from appliance.settings import Settings
from appliance.storage.database import Database

# Its helper answers from these; what a student finds behind a link the box doesn't know.
KINDS = ("text", "checklist", "upload", "gallery")
OWN = "material-"
MOST_PASSAGES = 120
# Whoever doesn't say is taken for a writer of the box's first language.
LANGUAGE = "en"


def scope_of_material(material: Material) -> Scope:
    context = " – ".join((material.title, material.module_title))[:CONTEXT_CHARS]
    slug = f"{OWN}{material.id}"
    return Scope(material.class_id, "", slug, "student", context, (material.title,))


def material_id_in(scope: Scope) -> int:
    """0 for a scope of a lesson."""
    kind, _, number = scope.lesson_slug.rpartition("-")
    is_own = not scope.course_slug and f"{kind}-" == OWN and number.isascii() and number.isdigit()
    return int(number) if is_own else 0


async def page_for(
    db: Database, shelf: Shelf, settings: Settings, scope: Scope, asker: Asker, now: int
) -> Page:
    """Of a lesson or of a material; refuses as `page_of` does."""
    material_id = material_id_in(scope)
    if not material_id:
        return await _beside_lesson(db, shelf, await page_of(db, shelf, settings, scope, now), asker)
    if asker.audience != "student":
        raise refused()
    try:
        material = await material_of_student(db, asker.id, material_id, KINDS)
    except NotFound as gone:
        raise refused() from gone
    near = await open_materials(db, shelf, asker.id)
    if material.id not in {each.id for each in near}:
        raise Invalid(CLOSED_LESSON, "invalid_scope_token")
    rules = await rules_of(db, settings, scope.class_id)
    rules.hold_to_on()
    of_module = [each for each in near if each.module_id == material.module_id]
    # The page's own text first: of passages that are as near to a question it wins.
    of_module.sort(key=lambda each: each.id != material.id)
    lessons = [await _lesson(db, each) for each in of_module]
    course = _course(material, lessons)
    own = passages_in(lessons)
    return Page(replace(scope, allowed_topics=rules.topics), course, lessons[0], frozenset(), rules, own)


async def _beside_lesson(db: Database, shelf: Shelf, page: Page, asker: Asker) -> Page:
    """With the class's own texts, where more than the lesson may be quoted."""
    if asker.audience != "student":
        return page
    page = await on_their_road(db, page, asker.id)
    if page.rules.reference != "all":
        return page
    materials = await open_materials(db, shelf, asker.id)
    return replace(page, own=await passages_of_materials(db, materials))


async def open_materials(db: Database, shelf: Shelf, student_id: int) -> list[Material]:
    """What this student may read now of what their teachers wrote themselves, in the order of the road."""
    return await open_among(db, shelf, await materials_of_student(db, student_id))


async def open_among(db: Database, shelf: Shelf, road: Sequence[Material]) -> list[Material]:
    """Of a road those that teachers wrote themselves and that can be read now."""
    materials = [each for each in road if each.kind in KINDS and not each.is_of_lesson]
    if not materials:
        return []
    decisions, day = await decisions_of_class(db, materials[0].class_id), await today(db)
    return [each for each in materials if release_of_material(decisions, shelf, each, day).is_open]


async def passages_of_materials(db: Database, materials: Sequence[Material]) -> tuple[Passage, ...]:
    """Each under the title of its material as well as its own heading."""
    titles = {f"{OWN}{each.id}": each.title for each in materials}
    passages = passages_in([await _lesson(db, each) for each in materials])
    return tuple(
        replace(each, heading=" · ".join(dict.fromkeys((titles[each.lesson_slug], each.heading))))
        for each in passages
    )


def passages_in(lessons: Sequence[Lesson]) -> tuple[Passage, ...]:
    found = [
        Passage(0, "own", "", lesson.slug, chunk.heading, chunk.anchor, chunk.body, 0.0)
        for lesson in lessons
        for chunk in _chunks_of(lesson)
    ]
    return tuple(found[:MOST_PASSAGES])


@lru_cache(maxsize=256)
def _chunks_of(lesson: Lesson) -> tuple[Chunk, ...]:
    """Taken apart once, as long as nobody changes it."""
    return tuple(passages_of(lesson))


async def _lesson(db: Database, material: Material) -> Lesson:
    items = await items_of_material(db, material.id)
    body = "\n\n".join(filter(None, (material.body, "\n".join(f"- {item.text}" for item in items))))
    return Lesson(
        course_slug="",
        language=language_of(body, LANGUAGE),
        slug=f"{OWN}{material.id}",
        session=0,
        title=material.title,
        summary=material.module_title,
        duration_minutes=None,
        makes="",
        needs=(),
        privacy=(),
        videos=(),
        submission=None,
        checklist=None,
        reflection=None,
        exercises=(),
        done_looks_like=(),
        quick_fixes=(),
        extend=(),
        teacher_panel=TeacherPanel("", (), (), ()),
        allowed_topics=(),
        helper_notes=(),
        helper_reference="",
        ui_level="",
        body_student=body,
        body_teacher="",
        available_on=None,
        previous=None,
        next=None,
    )


def _course(material: Material, lessons: Sequence[Lesson]) -> Course:
    """The module, for those steps that want to know a lesson's course."""
    return Course(
        slug="",
        title=material.module_title,
        summary="",
        language=lessons[0].language,
        age_band="",
        sessions=len(lessons),
        needs=(),
        privacy=(),
        helper_reference="",
        lessons=tuple(CourseLesson(0, each.slug, each.title, "", "", None, "", ()) for each in lessons),
        folder=Path(),
        duration_minutes=None,
        ui_level="",
        program_profile="",
        learner_level="",
        grade_band="",
    )
