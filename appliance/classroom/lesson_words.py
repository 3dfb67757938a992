"""The words of what came with a lesson: as its file has them, or as a teacher has them for one class."""

from collections.abc import Sequence
from dataclasses import replace

from appliance.classroom.material_drafts import Draft
from appliance.classroom.materials import Material
from appliance.library.lessons import Item, Lesson


def items_of_file(material: Material, lesson: Lesson | None) -> Sequence[Item]:
    if material.kind != "checklist" or lesson is None or lesson.checklist is None:
        return ()
    return lesson.checklist.items


def words_of_file(material: Material, lesson: Lesson | None) -> str:
    """What a reflection asks, and what is said above a hand-in."""
    if material.kind == "reflection" and lesson is not None and lesson.reflection is not None:
        return lesson.reflection.prompt
    if material.kind == "upload" and lesson is not None and lesson.submission is not None:
        return lesson.submission.naming
    return ""


def words_of(material: Material, lesson: Lesson | None) -> str:
    """The teacher's own where there are some."""
    return material.body if material.body.strip() else words_of_file(material, lesson)


def only_changes(draft: Draft, material: Material, lesson: Lesson | None) -> Draft:
    """What the file says too is not kept, so that it changes with the file; nothing at all means the file's words."""
    is_same_list = tuple(draft.items) == tuple(items_of_file(material, lesson))
    words = " ".join(draft.body.split())
    is_same_text = words == " ".join(words_of_file(material, lesson).split())
    has_words = material.kind in ("reflection", "upload") and not is_same_text
    return replace(
        draft,
        body=draft.body if words and has_words else "",
        # The criteria of a hand-in are the teacher's alone: no file has any.
        items=draft.items
        if material.kind == "upload" or (material.kind == "checklist" and not is_same_list)
        else (),
    )
