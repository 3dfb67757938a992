"""Copies of what a teacher built: a material, a module, a whole class. Never of students or of what they did."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from appliance.classroom.classes import Class, create_class
from appliance.classroom.groups_of_materials import set_groups
from appliance.classroom.lesson_words import items_of_file, words_of
from appliance.classroom.material_items import items_of_material, save_items
from appliance.classroom.material_places import move_material
from appliance.classroom.materials import Material, material_of_class, materials_of_class
from appliance.classroom.modules import (
    TITLE_CHARACTERS,
    Module,
    create_module,
    modules_of_class,
    move_module,
)
from appliance.errors import Conflict, NotFound, Unavailable
from appliance.library.courses import Shelf
from appliance.library.document_copies import copy_documents, files_of_documents
from appliance.library.lessons import Lesson
from appliance.storage.database import Database, Reads, Transaction
from appliance.work.activities import activity_of_class
from appliance.work.activity_copies import copy_activity_to
from appliance.work.assignments import assign
from appliance.work.media_copies import (
    Copying,
    all_media,
    copy_media,
    files_of_media,
    media_among,
    relink,
    relink_landing,
)

LESSON_ONCE = "A lesson stands on a class's road once. Copy its module into another class instead."
# Ids of the other class's papers by those of the first.
Papers = Mapping[int, int]
NO_PAPERS: Papers = MappingProxyType({})
# What belongs to a class beside its road; each is filled from the class :source into the class :target.
OF_CLASS = (
    """
    UPDATE classes
    SET (landing_title, landing_message, enrollment_mode, certificate_sessions, certificate_artifacts) = (
      SELECT landing_title, landing_message, enrollment_mode, certificate_sessions, certificate_artifacts
      FROM classes WHERE id = :source)
    WHERE id = :target
    """,
    """
    INSERT INTO tunings
      (class_id, course_slug, lesson_slug, is_on, strictness, scope_mode, topic_filter, topics, reference, document_id,
       notes, ages, language, shared_answers, answers)
    SELECT :target, course_slug, lesson_slug, is_on, strictness, scope_mode, topic_filter, topics, reference,
      (SELECT value FROM json_each(:papers) WHERE key = CAST(document_id AS TEXT)),
      notes, ages, language, shared_answers, answers
    FROM tunings WHERE class_id = :source
    """,
    """
    INSERT INTO releases (class_id, course_slug, lesson_slug, is_locked, timing, opens_on)
    SELECT :target, course_slug, lesson_slug, is_locked, timing, opens_on FROM releases WHERE class_id = :source
    """,
    """
    INSERT INTO care_words (class_id, english, spanish, person)
    SELECT :target, english, spanish, person FROM care_words WHERE class_id = :source
    """,
    """
    INSERT INTO groups (class_id, name, colour)
    SELECT :target, name, colour FROM groups WHERE class_id = :source ORDER BY id
    """,
)


async def duplicate_material(tx: Transaction, shelf: Shelf, material: Material, title: str) -> int:
    """Right behind it, nobody's work in it; what came with a lesson becomes the teacher's own. Raises Conflict."""
    if material.kind == "lesson":
        raise Conflict(LESSON_ONCE, "lesson_once")
    made = await _copy_own(tx, shelf, material, material.module_id, title)
    rows = await tx.fetch_all(
        """
        SELECT id
        FROM materials
        WHERE module_id = :module_id AND removed_at IS NULL AND id <> :made
        ORDER BY position, id
        """,
        module_id=material.module_id,
        made=made,
    )
    place = [row["id"] for row in rows].index(material.id) + 1
    await move_material(tx, await material_of_class(tx, material.class_id, made), material.module_id, place)
    return made


async def duplicate_module(tx: Transaction, shelf: Shelf, module: Module, title: str) -> int:
    """Right behind it, without its lessons: those stand on a road once."""
    made = await create_module(tx, module.class_id, title[:TITLE_CHARACTERS])
    for material in await _inside(tx, module):
        if material.kind != "lesson":
            await _copy_own(tx, shelf, material, made, material.title)
    await _like(tx, module, made)
    order = [other.id for other in await modules_of_class(tx, module.class_id)]
    await move_module(tx, module.class_id, made, order.index(module.id) + 1)
    return made


async def files_to_copy(db: Database, class_id: int, module: Module | None = None) -> list[str]:
    """Stored names of what a copy of this module, or of the whole class, will need."""
    if module is None:
        media = await files_of_media(db, class_id, await all_media(db, class_id))
        return media + await files_of_documents(db, class_id)
    return await files_of_media(db, class_id, await media_among(db, class_id, await _inside(db, module)))


async def copy_module(tx: Transaction, module: Module, class_id: int, copying: Copying) -> int:
    """To the end of another class's road, with its videos and files. Groups of the same name are made there."""
    made, materials = await _copy_module(tx, module, class_id)
    media = await media_among(tx, module.class_id, materials)
    await relink(tx, await copy_media(tx, module.class_id, media, class_id, copying), [made])
    return made


async def copy_class(tx: Transaction, staff_id: int, source: Class, name: str, copying: Copying) -> Class:
    """The same road, videos, papers, releases, groups and words for a new class of this person; nobody is in it.

    Raises Invalid. Wake the job runner afterwards: it gives the papers their text.
    """
    made = await create_class(tx, staff_id, name)
    papers = await copy_documents(tx, source.id, made.id, copying.files)
    for statement in OF_CLASS:
        await tx.execute(statement, source=source.id, target=made.id, papers=json.dumps(papers))
    modules = [
        (await _copy_module(tx, module, made.id, papers))[0]
        for module in await modules_of_class(tx, source.id)
    ]
    media = await copy_media(tx, source.id, await all_media(tx, source.id), made.id, copying)
    await relink(tx, media, modules)
    await relink_landing(tx, source.id, made.id, media)
    return made


async def _copy_module(
    tx: Transaction, module: Module, class_id: int, papers: Papers = NO_PAPERS
) -> tuple[int, list[Material]]:
    """And those of its materials that went along."""
    made = await create_module(tx, class_id, module.title)
    there = {
        (material.course_slug, material.lesson_slug)
        for material in await materials_of_class(tx, class_id)
        if material.lesson_slug
    }
    copied = []
    for material in await _inside(tx, module):
        if (material.course_slug, material.lesson_slug) not in there:
            await _copy_to(tx, material, made, class_id, papers)
            copied.append(material)
    await _like(tx, module, made)
    return made, copied


async def _like(tx: Transaction, module: Module, made: int) -> None:
    """As hidden and as closed as the one it is made from: no copy opens what waits for a day."""
    await tx.execute(
        """
        UPDATE modules
        SET (intro, is_hidden, is_locked, opens_on) = (
          SELECT intro, is_hidden, is_locked, opens_on FROM modules WHERE id = :id)
        WHERE id = :made
        """,
        id=module.id,
        made=made,
    )


async def _inside(db: Database | Reads, module: Module) -> list[Material]:
    return [
        material
        for material in await materials_of_class(db, module.class_id)
        if material.module_id == module.id
    ]


async def _copy_own(tx: Transaction, shelf: Shelf, material: Material, module_id: int, title: str) -> int:
    """In the same class: its lines and words are its own now, also where a lesson's file said them."""
    made = await _copy_row(tx, material, module_id, title)
    await save_items(tx, made, await items_of_material(tx, material.id))
    if material.is_of_lesson:
        lesson = _lesson(shelf, material)
        await tx.execute(
            "UPDATE materials SET course_slug = '', lesson_slug = '', body = :body WHERE id = :id",
            id=made,
            body=words_of(material, lesson),
        )
        own = await items_of_material(tx, material.id)
        await save_items(tx, made, own or items_of_file(material, lesson))
    await tx.execute(
        """
        INSERT INTO material_groups (material_id, group_id)
        SELECT :made, group_id FROM material_groups WHERE material_id = :id
        """,
        made=made,
        id=material.id,
    )
    return made


async def _copy_to(
    tx: Transaction, material: Material, module_id: int, class_id: int, papers: Papers
) -> None:
    """In another class: its quiz goes along, its groups are those of the same name."""
    made = await _copy_row(tx, material, module_id, material.title)
    await save_items(tx, made, await items_of_material(tx, material.id))
    if material.activity_id:
        activity = await activity_of_class(tx, material.class_id, material.activity_id)
        copied = await copy_activity_to(tx, activity, class_id, papers)
        await assign(tx, copied, _still_to_come(material.due_at, tx.now))
        await tx.execute(
            "UPDATE materials SET activity_id = :copied WHERE id = :id", copied=copied.id, id=made
        )
    await tx.execute(
        """
        INSERT INTO groups (class_id, name, colour)
        SELECT :class_id, groups.name, groups.colour
        FROM material_groups JOIN groups ON groups.id = material_groups.group_id
        WHERE material_groups.material_id = :id
        ON CONFLICT (class_id, name) DO NOTHING
        """,
        class_id=class_id,
        id=material.id,
    )
    rows = await tx.fetch_all(
        """
        SELECT theirs.id
        FROM material_groups
          JOIN groups ON groups.id = material_groups.group_id
          JOIN groups AS theirs ON theirs.name = groups.name AND theirs.class_id = :class_id
        WHERE material_groups.material_id = :id
        """,
        class_id=class_id,
        id=material.id,
    )
    await set_groups(tx, made, [row["id"] for row in rows])


async def _copy_row(tx: Transaction, material: Material, module_id: int, title: str) -> int:
    """At the end of the module; a due date that is over stays behind."""
    return await tx.insert(
        """
        INSERT INTO materials (module_id, kind, title, body, url, course_slug, lesson_slug, accepted_extensions,
          max_upload_mb, rubric_scale_max, activity_id, due_at, is_hidden, position)
        SELECT :module_id, kind, :title, body, url, course_slug, lesson_slug, accepted_extensions,
          max_upload_mb, rubric_scale_max, activity_id, CASE WHEN due_at > :now THEN due_at END, is_hidden,
          (SELECT coalesce(max(position), -1) + 1 FROM materials WHERE module_id = :module_id)
        FROM materials WHERE id = :id
        """,
        id=material.id,
        module_id=module_id,
        title=title[:TITLE_CHARACTERS],
        now=tx.now,
    )


def _still_to_come(due_at: int | None, now: int) -> int | None:
    return due_at if due_at is not None and due_at > now else None


def _lesson(shelf: Shelf, material: Material) -> Lesson | None:
    try:
        return shelf.lesson(material.course_slug, material.lesson_slug)
    except (NotFound, Unavailable):
        return None
