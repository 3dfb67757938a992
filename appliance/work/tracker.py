"""The lesson tracker: who has done what and who has not, for one class or for all of a teacher's, in six queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from appliance.classroom.materials import Material, materials_of_staff
from appliance.errors import NotFound, Unavailable
from appliance.library.courses import Shelf
from appliance.library.lessons import Item, Lesson
from appliance.storage.database import Database
from appliance.work.progress import TO_DO, Work, lines_of, progress_of
from appliance.work.responses import Responses

Pair = tuple[int, int]


@dataclass(frozen=True)
class Name:
    student_id: int
    display_name: str


@dataclass(frozen=True)
class Tally:
    """One material: `missing` are those who see it and have not done it, by name; no numbers where nothing is to do."""

    material: Material
    done: int
    missing: tuple[Name, ...]
    last_upload: int | None

    @property
    def is_work(self) -> bool:
        return self.material.kind in TO_DO

    @property
    def takes_files(self) -> bool:
        return self.material.kind in ("upload", "gallery")

    @property
    def expected(self) -> int:
        return self.done + len(self.missing)


@dataclass(frozen=True)
class _Done:
    """What was done, by material and student."""

    ticks: Mapping[Pair, frozenset[str]]
    scores: Mapping[Pair, frozenset[str]]
    written: Collection[Pair]
    uploads: Mapping[Pair, int]
    finished: Collection[Pair]


async def tallies_of_staff(db: Database, shelf: Shelf, staff_id: int, class_id: int = 0) -> list[Tally]:
    """In the order of the roads; `class_id` 0 is every class of this person."""
    materials = await materials_of_staff(db, staff_id, class_id)
    seers = await _seers(db, staff_id, class_id)
    items = await _items(db, staff_id, class_id)
    done = await _done(db, staff_id, class_id)
    return [
        _tally(material, _lines(shelf, material, items), seers.get(material.id, ()), done)
        for material in materials
    ]


def _tally(material: Material, lines: Sequence[Item], seers: Sequence[Name], done: _Done) -> Tally:
    missing = tuple(name for name in seers if not _is_done(material, lines, name.student_id, done))
    uploads = [at for (material_id, _), at in done.uploads.items() if material_id == material.id]
    if material.kind not in TO_DO:
        return Tally(material, 0, (), None)
    return Tally(material, len(seers) - len(missing), missing, max(uploads, default=None))


def _is_done(material: Material, lines: Sequence[Item], student_id: int, done: _Done) -> bool:
    pair = (material.id, student_id)
    responses = Responses(
        {material.id: done.ticks.get(pair, frozenset())},
        {material.id: "written"} if pair in done.written else {},
        {material.id: dict.fromkeys(done.scores.get(pair, ()), 1)},
    )
    handed_in = {material.id} if pair in done.uploads else set()
    finished = {material.assignment_id} if (material.assignment_id, student_id) in done.finished else set()
    return progress_of(material, lines, Work(responses, handed_in, finished)).is_done


async def _seers(db: Database, staff_id: int, class_id: int) -> dict[int, list[Name]]:
    rows = await db.fetch_all(
        """
        SELECT student_materials.material_id, students.id, students.display_name
        FROM class_staff
          JOIN student_materials ON student_materials.class_id = class_staff.class_id
          JOIN students ON students.id = student_materials.student_id
        WHERE class_staff.staff_id = :staff_id AND (:class_id = 0 OR class_staff.class_id = :class_id)
        ORDER BY students.display_name COLLATE NOCASE, students.id
        """,
        staff_id=staff_id,
        class_id=class_id,
    )
    found: dict[int, list[Name]] = {}
    for row in rows:
        found.setdefault(row["material_id"], []).append(Name(row["id"], row["display_name"]))
    return found


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
        SELECT 'tick' AS kind, material_id AS thing, student_id, group_concat(item_key) AS keys, 0 AS at
        FROM checklist_ticks WHERE student_id IN theirs GROUP BY student_id, material_id
        UNION ALL
        SELECT 'score', material_id, student_id, group_concat(item_key), 0
        FROM rubric_scores WHERE student_id IN theirs GROUP BY student_id, material_id
        UNION ALL
        SELECT 'written', material_id, student_id, '', 0
        FROM reflections WHERE student_id IN theirs AND trim(body) <> ''
        UNION ALL
        SELECT 'upload', material_id, student_id, '', max(uploaded_at)
        FROM submissions WHERE student_id IN theirs GROUP BY student_id, material_id
        UNION ALL
        SELECT DISTINCT 'finished', assignment_id, student_id, '', 0
        FROM attempts WHERE student_id IN theirs AND finished_at IS NOT NULL
        """,
        staff_id=staff_id,
        class_id=class_id,
    )
    pairs: dict[str, dict[Pair, tuple[str, int]]] = {}
    for row in rows:
        pairs.setdefault(row["kind"], {})[row["thing"], row["student_id"]] = (row["keys"], row["at"])
    return _Done(
        {pair: frozenset(keys.split(",")) for pair, (keys, _) in pairs.get("tick", {}).items()},
        {pair: frozenset(keys.split(",")) for pair, (keys, _) in pairs.get("score", {}).items()},
        pairs.get("written", {}).keys(),
        {pair: at for pair, (_, at) in pairs.get("upload", {}).items()},
        pairs.get("finished", {}).keys(),
    )


def _lines(shelf: Shelf, material: Material, items: Mapping[int, list[Item]]) -> Sequence[Item]:
    lesson: Lesson | None = None
    if material.is_of_lesson:
        try:
            lesson = shelf.lesson(material.course_slug, material.lesson_slug)
        except (NotFound, Unavailable):
            lesson = None
    return lines_of(material, items.get(material.id, ()), lesson)
