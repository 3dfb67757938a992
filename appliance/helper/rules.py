"""The rules of one lesson in one class: the teacher's tuning first, then the lesson's file, then the box's settings."""

from dataclasses import dataclass, replace

from appliance.classroom.box import Profile, profile_of
from appliance.classroom.classes import is_class_locked
from appliance.classroom.tunings import Tuning, tuning_of
from appliance.errors import Forbidden, Refusal
from appliance.helper.reading import MOST_QUOTED, level_of
from appliance.helper.scope import MOST_TOPICS
from appliance.helper.text_languages import LANGUAGES, languages_in
from appliance.library.chunks import passages_of_reference
from appliance.library.courses import Course, reference_text
from appliance.library.lessons import Lesson
from appliance.settings import Settings
from appliance.storage.database import Database

OFF = "Your teacher has switched the helper off here. Ask your teacher, or read the lesson once more."
LOCKED = (
    "Your class is locked just now, and so is its helper. Both open again when your teacher opens the class."
)


@dataclass(frozen=True)
class Rules:
    """Nothing is left open here. `topics` empty: any; `language` empty: that of the student's pages.

    `reference` is all, none, `course:<key>` or `paper:<id>`: what may be quoted beside the lessons. `answers` are
    lines in which the teacher listed what students are to find themselves.
    """

    is_on: bool
    strictness: str
    scope_mode: str
    topic_filter: str
    topics: tuple[str, ...]
    reference: str
    notes: str
    ages: str
    language: str
    shared_answers: bool
    text_languages: tuple[str, ...] = LANGUAGES
    answers: tuple[str, ...] = ()
    is_locked: bool = False

    @property
    def lets_ask(self) -> bool:
        return self.is_on and not self.is_locked

    @property
    def most_quoted(self) -> int:
        """Passages in an answer without a model."""
        return MOST_QUOTED[level_of(self.ages)]

    @property
    def document_id(self) -> int | None:
        """The one paper that may be quoted; None for all of the class's, 0 for none."""
        kind, _, number = self.reference.partition(":")
        if kind == "all":
            return None
        return int(number) if kind == "paper" else 0

    def hold_to_on(self) -> None:
        """Raises Forbidden: `class_locked` or `llm_access_disabled`."""
        if self.is_locked:
            raise Forbidden(LOCKED, "class_locked")
        if not self.is_on:
            raise Forbidden(OFF, "llm_access_disabled")


async def rules_of(
    db: Database,
    settings: Settings,
    class_id: int,
    course: Course | None = None,
    lesson: Lesson | None = None,
) -> Rules:
    """Without a lesson: of the class as a whole."""
    slugs = (lesson.course_slug, lesson.slug) if lesson else ("", "")
    defaults = for_profile(settings, await profile_of(db, settings))
    rules = settled(defaults, await tuning_of(db, class_id, *slugs), course, lesson)
    return replace(rules, is_locked=await is_class_locked(db, class_id))


def for_profile(settings: Settings, profile: Profile) -> Settings:
    """Where nobody tuned anything the stricter holds: what the settings say, or what young students need."""
    return replace(
        settings,
        helper_strictness=_stricter(settings.helper_strictness, profile.helper_strictness),
        helper_scope_mode=_stricter(settings.helper_scope_mode, profile.helper_scope_mode),
        helper_topic_filter_mode=_stricter(
            settings.helper_topic_filter_mode, profile.helper_topic_filter_mode
        ),
    )


def settled(
    settings: Settings, tuning: Tuning, course: Course | None = None, lesson: Lesson | None = None
) -> Rules:
    """The one place where it is decided whose word counts."""
    topics = tuning.topics if tuning.topics is not None else (lesson.allowed_topics if lesson else ())
    # What the teacher says comes first: long notes are cut at their end.
    notes = (tuning.notes or "", *(lesson.helper_notes if lesson else ()))
    return Rules(
        is_on=tuning.is_on is not False,
        strictness=tuning.strictness or settings.helper_strictness,
        scope_mode=tuning.scope_mode or settings.helper_scope_mode,
        topic_filter=tuning.topic_filter or settings.helper_topic_filter_mode,
        topics=tuple(topics)[:MOST_TOPICS],
        reference=tuning.reference or "all",
        notes=" ".join(filter(None, notes)),
        ages=tuning.ages or (course.age_band if course else ""),
        language=tuning.language or "",
        shared_answers=tuning.shared_answers,
        text_languages=languages_in(settings.helper_text_language_keywords),
        answers=tuning.answers or (),
    )


def _stricter(said: str, for_age: str) -> str:
    return "strict" if for_age == "strict" else said


def references_of(course: Course) -> list[str]:
    """Keys of the references that the course and its lessons name: these are indexed."""
    keys = {course.helper_reference, *(lesson.helper_reference for lesson in course.lessons)}
    return sorted(key for key in keys if key)


def quotable(rules: Rules, course: Course) -> frozenset[str] | None:
    """Texts of the passages of references that may be quoted; None for all of them."""
    kind, _, key = rules.reference.partition(":")
    if kind == "all":
        return None
    if kind != "course":
        return frozenset()
    try:
        return frozenset(chunk.body for chunk in passages_of_reference(reference_text(course, key)))
    except Refusal:  # its author is told by `content validate`; the lesson itself can still answer
        return frozenset()
