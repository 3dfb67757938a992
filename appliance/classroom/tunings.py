"""Tuning: what a teacher decided about the helper of a class, and of one of its lessons."""

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from appliance.errors import Invalid
from appliance.storage.database import Database, Reads, Transaction

STRICTNESS = ("light", "strict")
SCOPE_MODES = ("soft", "strict")
TOPIC_FILTERS = ("off", "soft", "strict")
AGES = ("8-10", "11-14", "15-18")
LANGUAGES = ("en", "es")
# How a list says it; an empty text means the same.
INHERITS = "inherit"
NOTES_CHARS = 300
MOST_TOPICS = 24
TOPIC_CHARS = 60
MOST_ANSWERS = 40
ANSWER_CHARS = 200

NOT_OFFERED = "This is none of the choices. Choose one from the list."
LONG_NOTES = "Your notes are longer than 300 characters. Keep what matters most."
MANY_TOPICS = "These are more than 24 topics. Keep the widest ones."
LONG_TOPIC = "A topic has more than 60 characters. Say it in a few words."
MANY_ANSWERS = "These are more than 40 answers. Keep those that your students must find themselves."
LONG_ANSWER = "An answer has more than 200 characters. Write one answer on each line."


@dataclass(frozen=True)
class Tuning:
    """None leaves it to the next one. `reference` is all, none, `course:<key>` or `paper:<id>`, 0 for one that is gone.

    `shared_answers` is the class's alone, `answers` a lesson's: what the helper must not give away, line by line.
    """

    is_on: bool | None = None
    strictness: str | None = None
    scope_mode: str | None = None
    topic_filter: str | None = None
    topics: tuple[str, ...] | None = None
    reference: str | None = None
    notes: str | None = None
    ages: str | None = None
    language: str | None = None
    shared_answers: bool = True
    answers: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Layers:
    """`own` is the lesson's, and nothing for a class as a whole."""

    of_class: Tuning
    own: Tuning

    @property
    def merged(self) -> Tuning:
        """The lesson's word before the class's; notes of both are said, the wider ones first."""
        decided = {
            field.name: getattr(self.own, field.name)
            for field in fields(Tuning)
            if getattr(self.own, field.name) is not None
        }
        notes = "\n".join(filter(None, (self.of_class.notes, self.own.notes))) or None
        decided |= {"notes": notes, "shared_answers": self.of_class.shared_answers}
        return replace(self.of_class, **decided)


async def tuning_of(db: Database, class_id: int, course_slug: str = "", lesson_slug: str = "") -> Tuning:
    """What holds on a lesson of a class by the teacher's word; without slugs, in the class as a whole."""
    return (await layers_of(db, class_id, course_slug, lesson_slug)).merged


async def layers_of(
    db: Database | Reads, class_id: int, course_slug: str = "", lesson_slug: str = ""
) -> Layers:
    rows = await db.fetch_all(
        """
        SELECT *
        FROM tunings
        WHERE class_id = :class_id
          AND ((course_slug = '' AND lesson_slug = '')
               OR (course_slug = :course_slug AND lesson_slug = :lesson_slug))
        """,
        class_id=class_id,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
    )
    found = {(row["course_slug"], row["lesson_slug"]): _tuning(row) for row in rows}
    own = found.get((course_slug, lesson_slug), Tuning()) if lesson_slug else Tuning()
    return Layers(found.get(("", ""), Tuning()), own)


async def listed_answers_of_class(db: Database, class_id: int) -> dict[tuple[str, str], tuple[str, ...]]:
    """What the teacher listed, by the slugs of course and lesson."""
    rows = await db.fetch_all(
        """
        SELECT course_slug, lesson_slug, answers
        FROM tunings
        WHERE class_id = :class_id AND lesson_slug <> '' AND answers IS NOT NULL
        """,
        class_id=class_id,
    )
    return {(row["course_slug"], row["lesson_slug"]): tuple(json.loads(row["answers"])) for row in rows}


async def tuned_lessons(db: Database, class_id: int) -> frozenset[tuple[str, str]]:
    """Slugs of course and lesson of every lesson with a tuning of its own."""
    rows = await db.fetch_all(
        "SELECT course_slug, lesson_slug FROM tunings WHERE class_id = :class_id AND lesson_slug <> ''",
        class_id=class_id,
    )
    return frozenset((row["course_slug"], row["lesson_slug"]) for row in rows)


def tuning_from(typed: Mapping[str, str]) -> Tuning:
    """From the texts of a form. Raises Invalid with the field.

    Whether a reference is there for this class is not looked at.
    """
    typed = {field: "" if text == INHERITS else text for field, text in typed.items()}
    return Tuning(
        is_on={"on": True, "off": False}.get(_chosen(typed, "is_on", ("on", "off")) or ""),
        strictness=_chosen(typed, "strictness", STRICTNESS),
        scope_mode=_chosen(typed, "scope_mode", SCOPE_MODES),
        topic_filter=_chosen(typed, "topic_filter", TOPIC_FILTERS),
        topics=_topics(typed.get("topics", "")),
        reference=typed.get("reference", "") or None,
        notes=_notes(typed.get("notes", "")),
        ages=_chosen(typed, "ages", AGES),
        language=_chosen(typed, "language", LANGUAGES),
        answers=_answers(typed.get("answers", "")),
    )


def texts_of(tuning: Tuning) -> dict[str, str]:
    """As a form shows it: what `tuning_from` makes the same tuning from."""
    return {
        "is_on": INHERITS if tuning.is_on is None else "on" if tuning.is_on else "off",
        "topics": "\n".join(tuning.topics or ()),
        "notes": tuning.notes or "",
        "answers": "\n".join(tuning.answers or ()),
        **{
            field: getattr(tuning, field) or INHERITS
            for field in ("strictness", "scope_mode", "topic_filter", "reference", "ages", "language")
        },
    }


async def save_tuning(
    tx: Transaction, class_id: int, course_slug: str, lesson_slug: str, tuning: Tuning
) -> None:
    """A lesson with nothing of its own has no row, and its `shared_answers` says nothing.

    A paper that was deleted since it was chosen leaves the same behind as one that is deleted afterwards.
    """
    if lesson_slug and texts_of(tuning) == texts_of(Tuning()):
        await _forget(tx, class_id, course_slug, lesson_slug)
        return
    reference, _, document = (tuning.reference or "").partition(":")
    is_paper = reference == "paper"
    await tx.execute(
        """
        INSERT INTO tunings (class_id, course_slug, lesson_slug, is_on, strictness, scope_mode, topic_filter,
                             topics, reference, document_id, notes, ages, language, shared_answers, answers)
        VALUES (:class_id, :course_slug, :lesson_slug, :is_on, :strictness, :scope_mode, :topic_filter,
                :topics, :reference,
                (SELECT id FROM documents WHERE id = :document_id), :notes, :ages, :language, :shared_answers, :answers)
        ON CONFLICT (class_id, course_slug, lesson_slug) DO UPDATE
        SET is_on = excluded.is_on, strictness = excluded.strictness, scope_mode = excluded.scope_mode,
            topic_filter = excluded.topic_filter, topics = excluded.topics, reference = excluded.reference,
            document_id = excluded.document_id, notes = excluded.notes, ages = excluded.ages,
            language = excluded.language, shared_answers = excluded.shared_answers, answers = excluded.answers
        """,
        class_id=class_id,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
        is_on=tuning.is_on,
        strictness=tuning.strictness,
        scope_mode=tuning.scope_mode,
        topic_filter=tuning.topic_filter,
        topics=_listed(tuning.topics),
        reference="paper" if is_paper else tuning.reference,
        document_id=int(document) or None if is_paper else None,
        notes=tuning.notes,
        ages=tuning.ages,
        language=tuning.language,
        shared_answers=tuning.shared_answers,
        answers=_listed(tuning.answers if lesson_slug else None),
    )


async def _forget(tx: Transaction, class_id: int, course_slug: str, lesson_slug: str) -> None:
    await tx.execute(
        """
        DELETE FROM tunings
        WHERE class_id = :class_id AND course_slug = :course_slug AND lesson_slug = :lesson_slug
        """,
        class_id=class_id,
        course_slug=course_slug,
        lesson_slug=lesson_slug,
    )


def _chosen(typed: Mapping[str, str], field: str, choices: tuple[str, ...]) -> str | None:
    value = typed.get(field, "")
    if value and value not in choices:
        raise Invalid(NOT_OFFERED, field=field)
    return value or None


def _topics(text: str) -> tuple[str, ...] | None:
    """A line each; a `|` parts them too."""
    lines = (" ".join(line.split()) for line in re.split(r"[\n|]", text))
    topics = tuple(dict.fromkeys(filter(None, lines)))
    if len(topics) > MOST_TOPICS:
        raise Invalid(MANY_TOPICS, "too_long", field="topics")
    if any(len(topic) > TOPIC_CHARS for topic in topics):
        raise Invalid(LONG_TOPIC, "too_long", field="topics")
    return topics or None


def _answers(text: str) -> tuple[str, ...] | None:
    lines = (" ".join(line.split()) for line in text.splitlines())
    answers = tuple(dict.fromkeys(filter(None, lines)))
    if len(answers) > MOST_ANSWERS:
        raise Invalid(MANY_ANSWERS, "too_long", field="answers")
    if any(len(answer) > ANSWER_CHARS for answer in answers):
        raise Invalid(LONG_ANSWER, "too_long", field="answers")
    return answers or None


def _listed(texts: tuple[str, ...] | None) -> str | None:
    return None if texts is None else json.dumps(texts, ensure_ascii=False)


def _notes(text: str) -> str | None:
    if len(text) > NOTES_CHARS:
        raise Invalid(LONG_NOTES, "too_long", field="notes")
    return text or None


def _tuning(row: sqlite3.Row) -> Tuning:
    reference = row["reference"]
    return Tuning(
        is_on=None if row["is_on"] is None else bool(row["is_on"]),
        strictness=row["strictness"],
        scope_mode=row["scope_mode"],
        topic_filter=row["topic_filter"],
        topics=None if row["topics"] is None else tuple(json.loads(row["topics"])),
        reference=f"paper:{row['document_id'] or 0}" if reference == "paper" else reference,
        notes=row["notes"],
        ages=row["ages"],
        language=row["language"],
        shared_answers=bool(row["shared_answers"]),
        answers=None if row["answers"] is None else tuple(json.loads(row["answers"])),
    )
