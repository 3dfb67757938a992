"""The lesson tracker: who has done what and who has not, for one class or for all of a teacher's, in five queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from appliance.classroom.materials import Material, materials_of_staff
from appliance.classroom.road_lessons import lessons_on_road
from appliance.library.courses import Shelf
from appliance.library.lessons import Item
from appliance.storage.database import Database
from appliance.work.progress import TO_DO, TO_READ, Work, lines_of, progress_of
from appliance.work.responses import Responses


@dataclass(frozen=True)
class Name:
    student_id: int
    display_name: str


@dataclass(frozen=True)
class Tally:
    """One material: `missing` are those who see it and have not done or read it, by name.

    A lesson that came with work, `has_work`, has no numbers of its own.
    """

    material: Material
    done: int
    missing: tuple[Name, ...]
    last_upload: int | None
    has_work: bool = False

    @property
    def is_work(self) -> bool:
        return self.material.kind in TO_DO

    @property
    def is_reading(self) -> bool:
        """It is done by being read; a lesson only where no work came with it."""
        return self.material.kind in TO_READ and not self.has_work

    @property
    def takes_files(self) -> bool:
        return self.material.kind in ("upload", "gallery")

    @property
    def expected(self) -> int:
        return self.done + len(self.missing)


@dataclass(frozen=True)
class _Done:
    """What was done, by material (a quiz by its assignment) and student; of lists which lines."""

    lines: Mapping[int, Mapping[int, frozenset[str]]]
    whole: Mapping[int, Collection[int]]
    finished: Mapping[int, Collection[int]]
    last_uploads: Mapping[int, int]


async def tallies_of_staff(db: Database, shelf: Shelf, staff_id: int, class_id: int = 0) -> list[Tally]:
    """In the order of the roads; `class_id` 0 is every class of this person."""
    materials = await materials_of_staff(db, staff_id, class_id)
    seers = await _seers(db, staff_id, class_id)
    names = await _names(db, staff_id, class_id)
    items = await _items(db, staff_id, class_id)
    done = await _done(db, staff_id, class_id)
    lessons = lessons_on_road(shelf, materials)
    with_work = {
        (material.class_id, material.course_slug, material.lesson_slug)
        for material in materials
        if material.is_of_lesson and material.kind in TO_DO
    }
    return [
        _tally(
            material,
            lines_of(
                material,
                items.get(material.id, ()),
                lessons.get((material.course_slug, material.lesson_slug)),
            ),
            seers.get(material.id, frozenset()),
            names,
            done,
            (material.class_id, material.course_slug, material.lesson_slug) in with_work,
        )
        for material in materials
    ]


def _tally(
    material: Material,
    lines: Sequence[Item],
    seers: frozenset[int],
    names: Mapping[int, Name],
    done: _Done,
    has_work: bool,
) -> Tally:
    if material.kind == "lesson" and has_work:
        return Tally(material, 0, (), None, has_work)
    left = seers - _who_has_done(material, lines, done)
    missing = tuple(name for student_id, name in names.items() if student_id in left) if left else ()
    return Tally(material, len(seers) - len(left), missing, done.last_uploads.get(material.id))


def _who_has_done(material: Material, lines: Sequence[Item], done: _Done) -> set[int]:
    """By the rule of `progress_of`, without asking it for everybody who has done nothing."""
    if material.kind in ("quiz", "cards"):
        return set(done.finished.get(material.assignment_id, ()))
    if material.kind not in ("checklist", "rubric"):
        return set(done.whole.get(material.id, ()))
    ticked = done.lines.get(material.id, {})
    # Most of a class ticked the same lines.
    enough = {keys for keys in set(ticked.values()) if _is_done(material, lines, keys)}
    return {student_id for student_id, keys in ticked.items() if keys in enough}


def _is_done(material: Material, lines: Sequence[Item], keys: frozenset[str]) -> bool:
    responses = Responses({material.id: keys}, {}, {material.id: dict.fromkeys(keys, 1)})
    return progress_of(material, lines, Work(responses, (), ())).is_done


async def _seers(db: Database, staff_id: int, class_id: int) -> dict[int, frozenset[int]]:
    rows = await db.fetch_all(
        """
        SELECT student_materials.material_id, group_concat(student_materials.student_id) AS students
        FROM class_staff JOIN student_materials ON student_materials.class_id = class_staff.class_id
        WHERE class_staff.staff_id = :staff_id AND (:class_id = 0 OR class_staff.class_id = :class_id)
        GROUP BY student_materials.material_id
        """,
        staff_id=staff_id,
        class_id=class_id,
    )
    return {row["material_id"]: frozenset(map(int, row["students"].split(","))) for row in rows}


async def _names(db: Database, staff_id: int, class_id: int) -> dict[int, Name]:
    """In the order in which they are read out."""
    rows = await db.fetch_all(
        """
        SELECT students.id, students.display_name
        FROM class_staff JOIN students ON students.class_id = class_staff.class_id
        WHERE class_staff.staff_id = :staff_id AND (:class_id = 0 OR class_staff.class_id = :class_id)
        ORDER BY students.display_name COLLATE NOCASE, students.id
        """,
        staff_id=staff_id,
        class_id=class_id,
    )
    return {row["id"]: Name(row["id"], row["display_name"]) for row in rows}


async def _items(db: Database, staff_id: int, class_id: int) -> dict[int, list[Item]]:
    rows = await db.fetch_all(
        """
        SELECT material_items.material_id, material_items.item_key, material_items.body
        FROM class_staff
          JOIN modules ON modules.class_id = class_staff.class_id
          JOIN materials ON materials.module_id = modules.id
          JOIN material_items ON material_items.material_id = materials.id
        WHERE class_staff.staff_id = :staff_id AND (:class_id = 0 OR class_staff.class_id = :class_id)
        """,
        staff_id=staff_id,
        class_id=class_id,
    )
    found: dict[int, list[Item]] = {}
    for row in rows:
        found.setdefault(row["material_id"], []).append(Item(row["item_key"], row["body"]))
    return found


async def _done(db: Database, staff_id: int, class_id: int) -> _Done:
    rows = await db.fetch_all(
        """
        WITH theirs AS (
          SELECT students.id
          FROM class_staff JOIN students ON students.class_id = class_staff.class_id
          WHERE class_staff.staff_id = :staff_id AND (:class_id = 0 OR class_staff.class_id = :class_id)
        )
        SELECT 'lines' AS kind, material_id AS thing, student_id, group_concat(item_key) AS keys, 0 AS at
        FROM checklist_ticks WHERE student_id IN theirs GROUP BY student_id, material_id
        UNION ALL
        SELECT 'lines', material_id, student_id, group_concat(item_key), 0
        FROM rubric_scores WHERE student_id IN theirs GROUP BY student_id, material_id
        UNION ALL
        SELECT 'whole', material_id, student_id, '', 0
        FROM reflections WHERE student_id IN theirs AND trim(body) <> ''
        UNION ALL
        SELECT 'whole', material_id, student_id, '', 0 FROM readings WHERE student_id IN theirs
        UNION ALL
        SELECT 'whole', material_id, student_id, '', max(uploaded_at)
        FROM submissions WHERE student_id IN theirs GROUP BY student_id, material_id
        UNION ALL
        SELECT DISTINCT 'finished', assignment_id, student_id, '', 0
        FROM attempts WHERE student_id IN theirs AND finished_at IS NOT NULL
        """,
        staff_id=staff_id,
        class_id=class_id,
    )
    found: dict[str, dict[int, dict[int, frozenset[str]]]] = {"lines": {}, "whole": {}, "finished": {}}
    last: dict[int, int] = {}
    for kind, thing, student_id, keys, at in rows:
        found[kind].setdefault(thing, {})[student_id] = frozenset(keys.split(",")) if keys else frozenset()
        if at > last.get(thing, 0):
            last[thing] = at
    return _Done(found["lines"], found["whole"], found["finished"], last)
