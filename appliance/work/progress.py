"""How far one student is with one material: the one place that says when something is done."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from appliance.classroom.lesson_words import items_of_file
from appliance.classroom.materials import Material
from appliance.library.lessons import Item, Lesson
from appliance.work.responses import Responses

# What there is to do in a class; the rest is to read, and done once a student says so.
TO_DO = ("checklist", "reflection", "rubric", "upload", "gallery", "quiz", "cards")
TO_READ = ("lesson", "text", "link")


@dataclass(frozen=True)
class Progress:
    """`total` is 0 where there is nothing to be done."""

    done: int
    total: int

    @property
    def is_done(self) -> bool:
        return 0 < self.total <= self.done


@dataclass(frozen=True)
class Work:
    """What one student said, the materials they handed in to, and the assignments they finished."""

    responses: Responses
    handed_in: Collection[int]
    finished: Collection[int]


def lines_of(material: Material, own: Sequence[Item], lesson: Lesson | None) -> Sequence[Item]:
    """The lines of a list or the criteria of a rubric; of the lesson's file where the teacher has none instead.

    A lesson's file has no criteria for its hand-in.
    """
    if material.is_of_lesson and not own and material.kind not in ("upload", "gallery"):
        return items_of_file(material, lesson)
    return own


def progress_of(material: Material, lines: Sequence[Item], work: Work) -> Progress:
    """A list without lines is no work."""
    keys = {item.key for item in lines}
    match material.kind:
        case "checklist":
            return Progress(len(keys & work.responses.ticked(material.id)), len(keys))
        case "rubric":
            return Progress(len(keys & work.responses.scored(material.id).keys()), len(keys))
        case "reflection":
            return Progress(int(bool(work.responses.reflection(material.id).strip())), 1)
        case "upload" | "gallery":
            return Progress(int(material.id in work.handed_in), 1)
        case "quiz" | "cards":
            return Progress(int(material.assignment_id in work.finished), 1)
    return Progress(int(material.id in work.responses.read), 1)


def lessons_with_work(materials: Iterable[Material]) -> set[tuple[str, str]]:
    """By course and lesson: such a lesson is done by doing its work, any other by reading it."""
    return {
        (material.course_slug, material.lesson_slug)
        for material in materials
        if material.is_of_lesson and material.kind in TO_DO
    }
